/** Says honestly why there is no answer, in words and by name. */
import { ApiProblem } from "./api";
import type { Context } from "./context";
import { h, svg } from "./dom";
import { best, isKey, t } from "./i18n";
import { iconPath } from "./icons";

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem({ title: error instanceof Error ? error.message : String(error), code: "error" });
}

export function problemTitle(problem: ApiProblem): string {
  if (problem.title) return problem.title;
  const texts = { offline: t("problem.offline"), timeout: t("problem.timeout"), "not-json": t("problem.notJson") };
  return texts[problem.code as keyof typeof texts] ?? problem.code;
}

export function problemCard(problem: ApiProblem, context?: Context, retry?: () => void): HTMLElement {
  const isConnection = problem.code === "offline" || problem.code === "timeout";
  // What failed at the server may work the next time; what it refused will not.
  const mayWork = isConnection || problem.status >= 500;
  const detail = problem.detail || (isConnection ? t("problem.offlineHint") : "");
  return h(
    "section",
    { class: "problem", role: "alert", "data-code": problem.code },
    h("h3", {}, svg(iconPath("blocked")), problemTitle(problem)),
    detail && h("p", {}, detail),
    problem.blockedBy.length > 0 && context ? blockers(problem, context) : null,
    retry && mayWork ? h("button", { class: "button", type: "button", onclick: retry }, t("problem.retry")) : null,
  );
}

function blockers(problem: ApiProblem, context: Context): HTMLElement {
  const items = problem.blockedBy.map((blocker) => {
    const name = context.nameOfId(blocker.element) || best(blocker.name) || blocker.element;
    const element = context.catalogue.get(blocker.element);
    const level = element?.levels[0] ?? blocker.level ?? "";
    const reason = best(blocker.reason);
    const show = (): void => {
      if (element) context.focus([element.point], level);
    };
    return h(
      "li",
      {},
      h("button", { class: "link", type: "button", onclick: show }, name),
      level && h("span", { class: "quiet" }, ` · ${context.catalogue.shortLevel(level)}`),
      reason && h("span", { class: "quiet" }, ` · ${reasonText(reason)}`),
    );
  });
  return h("div", {}, h("h4", {}, t("problem.blockedBy")), h("ul", { class: "blockers" }, ...items));
}

/** Reasons that are codes are put into words; reasons that are words stay as they are. */
function reasonText(reason: string): string {
  const key = `reason.${reason}`;
  return isKey(key) ? t(key) : reason;
}
