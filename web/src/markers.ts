/** Which markers and names stand in the picture, for what the user chose. */
import { type Element, iconOf } from "./catalogue";
import type { Context } from "./context";
import { hasIcon } from "./icons";
import { best } from "./i18n";
import { ALL } from "./levels";
import { closedSince } from "./live";
import type { RouteAnswer } from "./journey";
import type { Marker } from "./overlay";
import { matchesFilter } from "./places";
import { NOW, ROUTE } from "./palette";
import type { LineMark } from "./transit";

/** What the tiles add to what the catalogue knows. */
export interface Scenery {
  /** Words on areas, such as within how many minutes they are reached. */
  areaTags: readonly Marker[];
  levelTags: readonly Marker[];
  lines: readonly LineMark[];
  /** The longer side of an element, metres. */
  breadthOf(id: string): number | undefined;
}

const ICON_PRIORITY: Readonly<Record<string, number>> = {
  exit: 90, lift: 110, aed: 70, restroom: 74, restroom_accessible: 75, nursing_room: 60, escalator: 62, stairs: 48, ramp: 47,
  information: 55, service_office: 54, emergency_phone: 43, ticket_machine: 50, emergency_exit: 64,
}; // prettier-ignore
/** From how near a kind is shown, CSS pixels a metre: what many look for from afar, what is many only from near by. */
const FROM_PX_PER_M: Readonly<Record<string, number>> = {
  lift: 0, exit: 0, restroom: 2.2, restroom_accessible: 2.2, nursing_room: 4, aed: 3.2, escalator: 2.6, stairs: 4.5, ramp: 4.5,
  information: 3.2, service_office: 4.5, ticket_machine: 6, emergency_exit: 4.5, fire_hydrant: 12, fire_extinguisher: 12, wifi: 16, seating: 22, emergency_light: 22,
}; // prettier-ignore
const FROM_NEAR_PX_PER_M = 9;
/** Exits without a number, such as the doors of lifts in the street. */
const UNNUMBERED_FROM_PX_PER_M = 2.2;
/** With all levels shown, as little as orients. */
const SEEN_FROM_AFAR = new Set(["lift", "escalator", "restroom", "restroom_accessible", "aed"]);
const ALL_FACTOR = 2.2;
/** Stairs farther than this from an exit lead somewhere else, metres. */
const WAY_OUT_M = 30;
const WARNED = "#c4262e";
const UNLABELLED = new Set(["lift_shaft", "stairwell", "track"]);
/** Spaces whose names orient even while all levels are shown. */
const LANDMARKS = new Set(["concourse", "platform", "lobby", "shop"]);

export function markersFor(context: Context, route: RouteAnswer | undefined, scenery: Scenery): Marker[] {
  const { level, filter, picked, blocked } = context.store.get();
  const elements = context.catalogue.all();
  const ways = waysOut(elements, level);
  const inLevel = (element: Element): boolean => level === ALL || element.levels.includes(level) || ways.has(element.id);
  const shown = elements.filter((element) => (blocked.has(element.id) || isShown(element, level, filter)) && inLevel(element));
  const markers = shown.flatMap((element) => marker(context, element, ways.get(element.id), level, scenery)).filter((entry): entry is Marker => entry !== undefined);
  const ends = route ? [...routeEnds(route), ...routeSteps(context, route, level), ...routeNow(context, route)] : [];
  const lines = filter ? [] : scenery.lines.filter((mark) => level === ALL || mark.level === level).flatMap(lineMarker);
  if (picked && !markers.some((entry) => entry.id === picked.id)) {
    markers.push({ id: picked.id, kind: "pin", icon: "pin", text: "●", position: picked.point, priority: 500, colour: "#b26a00", always: true });
  }
  // What was asked for is drawn whatever else is there, from however far.
  const asked =
    filter || picked ? markers.map((entry) => (isAsked(context, entry) ? { ...entry, priority: entry.priority + 300, fromPxPerM: 0 } : entry)) : markers;
  return [...asked, ...lines, ...ends, ...closures(context, level), ...scenery.areaTags.filter((tag) => level === ALL || tag.level === level), ...(level === ALL ? scenery.levelTags : [])];
}

/** What operators reported as closed, with the age of the report. */
function closures(context: Context, level: string): Marker[] {
  return context.store.get().live.flatMap((closure) =>
    closure.elements.flatMap((id): Marker[] => {
      const element = context.catalogue.get(id);
      if (!element || (level !== ALL && !element.levels.includes(level))) return [];
      return [{ id, kind: "closure", icon: "blocked", text: closedSince(closure), position: atLevel(context, element, level), priority: 280, colour: WARNED }];
    }),
  );
}

function lineMarker(mark: LineMark): Marker[] {
  const { id, colour, element, position, isPlatform } = mark;
  return [{ id: element, kind: "line", icon: "space", text: id, position, priority: isPlatform ? 112 : 52, colour, ...(!isPlatform && { fromPxPerM: 5 }) }];
}

function isAsked(context: Context, marker: Marker): boolean {
  const { filter, picked } = context.store.get();
  return filter !== "" || marker.id === picked?.id;
}

function isShown(element: Element, level: string, filter: string): boolean {
  if (filter) return matchesFilter(element, filter);
  if (element.type === "exit") return true;
  if (element.type === "opening") return false;
  if (level !== ALL) return !(element.type === "space" && UNLABELLED.has(element.category));
  return SEEN_FROM_AFAR.has(element.category) || (element.type === "space" && LANDMARKS.has(element.category));
}

/** Exits of other levels, by where stairs or an escalator of the chosen level lead up to them. */
function waysOut(elements: readonly Element[], level: string): Map<string, Marker["position"]> {
  const ways = new Map<string, Marker["position"]>();
  if (level === ALL) return ways;
  const leading = elements.filter((element) => element.type === "connector" && element.category !== "lift" && element.levels.includes(level));
  for (const exit of elements) {
    if (exit.type !== "exit" || !exit.number || exit.levels.includes(level)) continue;
    const distance = ({ point }: Element): number => Math.hypot(point[0] - exit.point[0], point[1] - exit.point[1]);
    const near = leading.filter((way) => way.levels.some((id) => exit.levels.includes(id)) && distance(way) < WAY_OUT_M);
    const nearest = near.reduce<Element | undefined>((a, b) => (a && distance(a) <= distance(b) ? a : b), undefined);
    if (nearest) ways.set(exit.id, nearest.point);
  }
  return ways;
}

function marker(context: Context, element: Element, wayOut: Marker["position"] | undefined, level: string, scenery: Scenery): Marker | undefined {
  const { lang, closed, blocked, filter } = context.store.get();
  const isClosed = closed.has(element.id);
  const warned = isClosed || blocked.has(element.id);
  const position = atLevel(context, wayOut ? { ...element, type: "connector", levels: [level], point: [...wayOut] } : element, level);
  const base = { id: element.id, position, icon: iconOf(element) };
  if (element.type === "exit") {
    const exit = { ...base, icon: "exit", text: element.number, ...(warned && { colour: WARNED }) };
    if (element.number) return { ...exit, kind: "badge", priority: warned ? 250 : 100 };
    return { ...exit, kind: "icon", priority: warned ? 250 : 88, fromPxPerM: warned ? 0 : UNNUMBERED_FROM_PX_PER_M };
  }
  if (element.type === "space" && !hasOwnIcon(element)) {
    const text = best(element.name, lang);
    const breadthM = scenery.breadthOf(element.id);
    return text ? { ...base, kind: "label", text, priority: 20 + Math.min(20, (breadthM ?? 0) / 4), ...(breadthM !== undefined && !filter && { breadthM }) } : undefined;
  }
  const priority = (ICON_PRIORITY[element.category] ?? 40) + (warned ? 150 : 0);
  const fromPxPerM = warned ? 0 : (FROM_PX_PER_M[element.category] ?? FROM_NEAR_PX_PER_M) * (level === ALL ? ALL_FACTOR : 1);
  // A lift whose sign has no room on one level is shown on another.
  const stops = level === ALL && element.type === "connector" ? context.levels.filter((entry) => element.levels.includes(entry.id)) : [];
  const alternatives = stops.map((entry): Marker["position"] => [position[0], position[1], entry.elevation_m]).reverse();
  return { ...base, kind: "icon", text: "", priority, fromPxPerM, alternatives, ...(isClosed && { icon: "blocked" }), ...(warned && { colour: WARNED }) };
}

/** Rooms that a sign says more shortly than their name. */
function hasOwnIcon(element: Element): boolean {
  return ["restroom", "restroom_accessible", "nursing_room"].includes(element.category);
}

/** A connector stands on the level that is shown. */
function atLevel(context: Context, element: Element, level: string): Marker["position"] {
  const chosen = context.levels.find((entry) => entry.id === level);
  if (element.type !== "connector" || !chosen || !element.levels.includes(level)) return element.point;
  return [element.point[0], element.point[1], chosen.elevation_m];
}

function routeEnds(route: RouteAnswer): Marker[] {
  const [first, last] = [route.points[0], route.points[route.points.length - 1]];
  if (!first || !last) return [];
  return [
    { id: "route-start", kind: "pin", icon: "pin", text: "A", position: first, priority: 300, colour: ROUTE, always: true },
    { id: "route-goal", kind: "pin", icon: "pin", text: "B", position: last, priority: 301, colour: "#b3261e", always: true },
  ];
}

/** Where a route changes level: the icon of what takes one there, and from where to where. */
function routeSteps(context: Context, route: RouteAnswer, level: string): Marker[] {
  return route.steps.flatMap((step, index) => {
    if (!step.levelFrom || !step.levelTo || step.levelFrom === step.levelTo) return [];
    if (level !== ALL && step.levelFrom !== level && step.levelTo !== level) return [];
    const [from, to] = [step.levelFrom, step.levelTo].map((id) => context.catalogue.shortLevel(id));
    return [{ id: `route-step-${index}`, kind: "step" as const, icon: hasIcon(step.kind) ? step.kind : "walk", text: `${from} → ${to}`, position: step.point, priority: 290, colour: ROUTE }];
  });
}

/** The step one is at. */
function routeNow(context: Context, route: RouteAnswer): Marker[] {
  const { step: index } = context.store.get();
  const step = route.steps[index];
  return step ? [{ id: "route-now", kind: "pin", icon: "pin", text: String(index + 1), position: step.point, priority: 310, colour: NOW, always: true }] : [];
}
