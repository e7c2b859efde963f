/** Who moves: the common six as buttons with words, everybody else in a list beside them. */
import type { Context } from "../context";
import { h, svg } from "../dom";
import { best, type Key, t } from "../i18n";
import { iconPath } from "../icons";
import type { Profile } from "../types";

/** What most people are, told without opening anything. */
export const COMMON = ["walk", "wheelchair", "stroller", "luggage", "elderly", "blind_cane"] as const;
/** Other names of one of the six. */
const SAME = new Set(["wheelchair_manual"]);

export class ProfileChoice {
  readonly root = h("fieldset", { class: "profiles" });
  private readonly context: Context;
  private readonly name: string;

  constructor(context: Context, name: string) {
    [this.context, this.name] = [context, name];
    context.store.subscribe((state, before) => {
      if (state.lang !== before.lang) this.render();
      else if (state.profile !== before.profile) this.show();
    });
    context.profiles.then(() => this.render(), () => undefined);
    this.render();
  }

  private render(): void {
    const { context, name } = this;
    const take = (value: string): void => context.store.set({ profile: value });
    const common = COMMON.map((id) =>
      h(
        "label",
        {},
        h("input", { type: "radio", name, value: id, onchange: () => take(id) }),
        h("span", {}, svg(iconPath(id)), t(`profile.${id}` as Key)),
      ),
    );
    const others = context.knownProfiles().filter(isOther);
    const select = h("select", { "aria-label": t("profile.others"), onchange: () => select.value && take(select.value) });
    select.append(h("option", { value: "" }, t("profile.others")), ...others.map((profile) => h("option", { value: profile.id }, best(profile.name) || profile.id)));
    select.hidden = others.length === 0;
    this.root.replaceChildren(h("legend", { class: "visually-hidden" }, t("route.mode")), ...common, select);
    this.show();
  }

  /** Show what is chosen without drawing anything anew: the keyboard stays where it is. */
  private show(): void {
    const { profile } = this.context.store.get();
    for (const input of this.root.querySelectorAll<HTMLInputElement>("input")) input.checked = input.value === profile;
    const select = this.root.querySelector("select");
    if (!select) return;
    select.value = isCommon(profile) ? "" : profile;
    select.dataset["chosen"] = String(!isCommon(profile));
  }
}

function isCommon(id: string): boolean {
  return (COMMON as readonly string[]).includes(id);
}

function isOther({ id }: Profile): boolean {
  return !isCommon(id) && !SAME.has(id);
}
