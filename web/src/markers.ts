/** Which markers and names stand in the picture, for what the user chose. */
import { type Element, iconOf } from "./catalogue";
import type { Context } from "./context";
import { best } from "./i18n";
import { ALL } from "./levels";
import type { RouteAnswer } from "./journey";
import type { Marker } from "./overlay";
import { matchesFilter } from "./places";
import { ROUTE } from "./palette";

const ICON_PRIORITY: Readonly<Record<string, number>> = {
  exit: 90, lift: 80, aed: 70, restroom: 65, restroom_accessible: 66, nursing_room: 60, escalator: 62, stairs: 58, ramp: 58,
  information: 55, service_office: 54, emergency_phone: 53, ticket_machine: 50, emergency_exit: 64,
}; // prettier-ignore
/** Kept for levels on their own: with all levels shown, only what orients. */
const SEEN_FROM_AFAR = new Set(["lift"]);
const WARNED = "#c4262e";
const UNLABELLED = new Set(["lift_shaft", "stairwell", "track"]);

export function markersFor(context: Context, route: RouteAnswer | undefined, levelTags: readonly Marker[]): Marker[] {
  const { level, filter, picked, blocked } = context.store.get();
  const elements = context.catalogue.all();
  const inLevel = (element: Element): boolean => level === ALL || element.levels.includes(level);
  const shown = elements.filter((element) => (blocked.has(element.id) || isShown(element, level, filter)) && inLevel(element));
  const markers = shown.flatMap((element) => marker(context, element, level)).filter((entry): entry is Marker => entry !== undefined);
  const ends = route ? routeEnds(route) : [];
  if (picked && !markers.some((entry) => entry.id === picked.id)) {
    markers.push({ id: picked.id, kind: "pin", icon: "pin", text: "●", position: picked.point, priority: 500, colour: "#b26a00", always: true });
  }
  // What was asked for is drawn whatever it covers.
  const asked = filter || picked ? markers.map((entry) => (isAsked(context, entry) ? { ...entry, priority: entry.priority + 300 } : entry)) : markers;
  return [...asked, ...ends, ...(level === ALL ? levelTags : [])];
}

function isAsked(context: Context, marker: Marker): boolean {
  const { filter, picked } = context.store.get();
  return filter !== "" || marker.id === picked?.id;
}

function isShown(element: Element, level: string, filter: string): boolean {
  if (filter) return matchesFilter(element, filter);
  if (element.type === "exit") return true;
  if (level === ALL) return element.type === "connector" && SEEN_FROM_AFAR.has(element.category);
  if (element.type === "opening") return false;
  return !(element.type === "space" && UNLABELLED.has(element.category));
}

function marker(context: Context, element: Element, level: string): Marker | undefined {
  const { lang, closed, blocked } = context.store.get();
  const isClosed = closed.has(element.id);
  const warned = isClosed || blocked.has(element.id);
  const position = atLevel(context, element, level);
  const base = { id: element.id, position, icon: iconOf(element) };
  if (element.type === "exit") {
    const colour = warned ? WARNED : "#00703c";
    return { ...base, kind: element.number ? "badge" : "icon", icon: "exit", text: element.number, priority: 100, colour };
  }
  if (element.type === "space") {
    const text = best(element.name, lang);
    return text ? { ...base, kind: "label", text, priority: 20 } : undefined;
  }
  const priority = (ICON_PRIORITY[element.category] ?? 40) + (warned ? 150 : 0);
  return { ...base, kind: "icon", text: "", priority, ...(isClosed && { icon: "blocked" }), ...(warned && { colour: WARNED }) };
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
