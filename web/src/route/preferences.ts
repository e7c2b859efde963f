/** What to avoid, when one sets out, and what is done about what nobody has said. */
import type { Context } from "../context";
import { h, svg } from "../dom";
import { type Key, t } from "../i18n";
import { fieldOf } from "../i18n/time";
import { iconPath } from "../icons";
import type { Unknown } from "../types";
import { POLICIES, SWITCHES, turned, withPolicy } from "./ask";

export class Preferences {
  readonly root = h("details", { class: "preferences" });
  private readonly context: Context;
  private readonly summary = h("summary");

  constructor(context: Context) {
    this.context = context;
    context.store.subscribe((state, before) => {
      if (state.lang !== before.lang) this.render();
      else if (state.options !== before.options || state.departAt !== before.departAt) this.tell();
    });
    this.render();
  }

  private render(): void {
    const { store } = this.context;
    const { options } = store.get();
    const switches = SWITCHES.map((name) => {
      const input = h("input", { type: "checkbox", name, checked: options[name] === true, onchange: () => store.set({ options: turned(store.get().options, name, input.checked) }) });
      return h("label", { class: "check" }, input, t(`option.${name}`));
    });
    const policy = h("select", { name: "unknown", onchange: () => store.set({ options: withPolicy(store.get().options, policy.value as Unknown) }) });
    policy.append(...POLICIES.map((value) => h("option", { value, selected: value === (options.unknown ?? "warn") }, t(`unknown.${value}` as Key))));
    this.root.replaceChildren(
      this.summary,
      h("fieldset", { class: "checks" }, h("legend", {}, t("option.avoid")), ...switches),
      this.departure(),
      h("label", { class: "field" }, t("unknown.label"), policy),
    );
    this.tell();
  }

  private departure(): HTMLElement {
    const { store } = this.context;
    const { departAt } = store.get();
    const at = h("input", { type: "datetime-local", name: "depart", "aria-label": t("depart.at"), value: departAt, hidden: departAt === "" });
    at.addEventListener("change", () => store.set({ departAt: at.value }));
    const choose = (later: boolean) => (): void => {
      at.hidden = !later;
      if (later && !at.value) at.value = fieldOf(Date.now());
      store.set({ departAt: later ? at.value : "" });
      if (later) at.focus();
    };
    const option = (key: "depart.now" | "depart.later", later: boolean): HTMLElement =>
      h("label", { class: "check" }, h("input", { type: "radio", name: "departure", checked: (departAt !== "") === later, onchange: choose(later) }), t(key));
    return h("fieldset", { class: "checks" }, h("legend", {}, t("depart.label")), option("depart.now", false), option("depart.later", true), at);
  }

  /** The closed drawer says how many wishes are in it. */
  private tell(): void {
    const { options, departAt } = this.context.store.get();
    const count = Object.keys(options).length + (departAt ? 1 : 0);
    this.summary.replaceChildren(svg(iconPath("tune")), t("option.title"), ...(count > 0 ? [h("span", { class: "tag" }, t("option.count", { count }))] : []));
  }
}
