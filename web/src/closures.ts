/** What is closed: what operators reported, for everybody, and what the user treats as closed for the questions of this page. */
import type { Context } from "./context";
import { h, svg } from "./dom";
import { best, t } from "./i18n";
import { momentText } from "./i18n/time";
import { iconPath } from "./icons";
import { type Closure, closedSince } from "./live";
import { showButton } from "./route/notes";

/** Reported closures with their age; an operator can open each again. */
export function liveList(context: Context): HTMLElement | null {
  const { live, operator } = context.store.get();
  if (live.length === 0) return null;
  const item = (closure: Closure): HTMLElement => {
    const names = closure.elements.map((id) => context.nameOfId(id)).join(", ");
    const words = [closedSince(closure), best(closure.cause), closure.until !== undefined && t("live.until", { time: momentText(closure.until) })].filter(Boolean).join(" · ");
    const open = (): void => void import("./operator").then(({ reopen }) => reopen(context, closure));
    return h(
      "li",
      {},
      svg(iconPath("blocked")),
      h("span", { class: "name" }, h("b", {}, names), " ", h("span", { class: "quiet" }, words)),
      showButton(context, closure.elements[0] ?? ""),
      operator && h("button", { class: "link", type: "button", "aria-label": t("closed.remove", { name: names }), onclick: open }, t("operator.open")),
    );
  };
  return h("section", { class: "closures notes live" }, h("h3", {}, t("live.title")), h("ul", {}, ...live.map(item)));
}

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
