/** Routes to choose from: how long each takes, and in what it differs. */
import type { Context } from "../context";
import { h } from "../dom";
import { duration, isKey, metres, t } from "../i18n";
import type { RouteAnswer } from "../journey";

/** Ways of changing level or of being carried, in the order they are told. */
const MEANS = ["lift", "escalator", "stairs", "ramp", "travelator", "wheelchair_lift"] as const;
/** Openings that people know by name. */
const TELLING = new Set(["gate", "entrance", "exit"]);
/** Names that say where a route goes; more would not be read. */
const NAMES = 2;

export function alternatives(context: Context, routes: readonly RouteAnswer[]): HTMLElement | null {
  if (routes.length < 2) return null;
  const { choice } = context.store.get();
  const items = routes.map((route, index) =>
    h(
      "label",
      { class: "alternative" },
      h("input", { type: "radio", name: "alternative", value: index, checked: index === choice, onchange: () => context.store.set({ choice: index, step: -1 }) }),
      h("span", {}, h("b", {}, t("route.summary", { length: metres(route.lengthM), time: duration(route.durationS) })), h("span", { class: "quiet" }, differs(context, routes, index))),
    ),
  );
  return h("fieldset", { class: "alternatives" }, h("legend", {}, t("alternatives.title")), ...items);
}

/** In what route `index` differs from the rest: what it takes, by where it goes, and whether it has steps. */
export function differs(context: Context, routes: readonly RouteAnswer[], index: number): string {
  const route = routes[index];
  if (!route) return "";
  const others = routes.filter((_, at) => at !== index);
  const means = meansOf(route);
  const isOwn = others.some((other) => meansOf(other).join() !== means.join());
  const access = route.stepFree !== undefined && others.some((other) => other.stepFree !== route.stepFree) ? t(route.stepFree ? "route.stepFree" : "route.notStepFree") : "";
  const own = route.openings.filter((id) => !others.some((other) => other.openings.includes(id)));
  // Plain doors would not tell anybody where it goes.
  const names = own.filter((id) => TELLING.has(context.catalogue.get(id)?.category ?? "")).map((id) => context.nameOfId(id));
  const rides = ridesOf(context, route).filter((id) => !others.some((other) => ridesOf(context, other).includes(id)));
  const moreS = route.durationS - (routes[0]?.durationS ?? 0);
  const parts = [
    access,
    isOwn ? (means.length > 0 ? t("alternatives.by", { means: means.map(meansText).join(", ") }) : t("alternatives.onFoot")) : "",
    !isOwn && rides.length > 0 ? t("alternatives.by", { means: rides.slice(0, NAMES).map((id) => context.nameOfId(id)).join(", ") }) : "",
    names.length > 0 ? t("alternatives.through", { names: names.slice(0, NAMES).join(", ") }) : "",
    index > 0 && Math.abs(moreS) >= 1 ? t(moreS > 0 ? "alternatives.slower" : "alternatives.faster", { time: duration(Math.abs(moreS)) }) : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : t(index === 0 ? "alternatives.first" : "alternatives.other");
}

/** Lifts, stairs and the like on a route, by id. */
function ridesOf(context: Context, route: RouteAnswer): string[] {
  return route.steps.flatMap((step) => step.elements).filter((id) => context.catalogue.get(id)?.type === "connector");
}

function meansOf(route: RouteAnswer): string[] {
  return MEANS.filter((means) => route.steps.some((step) => step.kind === means));
}

function meansText(means: string): string {
  const key = `means.${means}`;
  return isKey(key) ? t(key) : means;
}
