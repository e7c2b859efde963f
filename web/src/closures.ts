/** What the user treats as closed: a list that can be undone, shared by routes and escape routes. */
import type { Context } from "./context";
import { h, svg } from "./dom";
import { t } from "./i18n";
import { iconPath } from "./icons";

export function closureList(context: Context): HTMLElement {
  const { closed } = context.store.get();
  const items = [...closed].map((id) => {
    const name = context.nameOfId(id);
    const open = (): void => context.store.toggleClosed(id);
    return h(
      "li",
      {},
      svg(iconPath("blocked")),
      h("span", { class: "name" }, name),
      h("button", { class: "icon-button small", type: "button", "aria-label": t("closed.remove", { name }), onclick: open }, svg(iconPath("close"))),
    );
  });
  return h(
    "section",
    { class: "closures" },
    h("h3", {}, t("closed.title")),
    closed.size > 0 ? h("ul", { class: "chips-list" }, ...items) : h("p", { class: "quiet" }, t("closed.none")),
    closed.size > 0 && h("p", { class: "quiet" }, t("closed.scope")),
  );
}

export function modeSwitch(context: Context, name: string): HTMLElement {
  const { mode } = context.store.get();
  const option = (value: "walk" | "wheelchair"): HTMLElement =>
    h(
      "label",
      {},
      h("input", { type: "radio", name, value, checked: mode === value, onchange: () => context.store.set({ mode: value }) }),
      h("span", {}, svg(iconPath(value)), t(`mode.${value}`)),
    );
  return h("fieldset", { class: "segmented" }, h("legend", { class: "visually-hidden" }, t("route.mode")), option("walk"), option("wheelchair"));
}
