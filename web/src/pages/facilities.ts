/** Facilities by kind, with their number and level, what is worth seeing, and a link to each on the map. */
import { iconOf } from "../catalogue";
import { h, svg } from "../dom";
import { best } from "../i18n";
import { s } from "../i18n/site";
import { iconPath, markerColour } from "../icons";
import { stories } from "./overview";
import type { Item } from "./read";
import { later, type Source, tongue } from "./source";
import { table } from "./table";

/** Rooms that people look for as they look for a facility. */
const ROOMS = new Set(["restroom", "restroom_accessible", "restroom_family", "nursing_room", "reception", "lost_property", "cafe", "shop", "exhibition", "auditorium", "reading_room"]);
/** The order in which people ask; what is not named follows by name. */
const ORDER = ["lift", "escalator", "moving_walk", "stair_lift", "ramp", "stairs", "restroom", "restroom_accessible", "restroom_family", "nursing_room", "information", "reception", "service_office", "ticket_machine", "certificate_kiosk", "locker", "lost_property", "exhibition", "auditorium", "reading_room", "cafe", "shop", "wifi", "seating", "drinking_water", "tactile_map", "aed", "emergency_phone", "emergency_exit", "fire_hydrant", "fire_extinguisher", "emergency_light"];

export function isFacility({ type, category }: Item): boolean {
  return type === "facility" || type === "connector" || (type === "space" && ROOMS.has(category));
}

/** What carries a sentence of its own, and points of culture without one. */
export function isStory(item: Item): boolean {
  return best(item.text) !== "" || item.category === "cultural";
}

/** Items by kind in the order in which people ask; within a kind from the top level down, then by name. */
export function byKind(items: readonly Item[], rank: (item: Item) => number, title: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(item.category, [...(groups.get(item.category) ?? []), item]);
  const place = (category: string): number => (ORDER.indexOf(category) + ORDER.length + 1) % (ORDER.length + 1);
  for (const group of groups.values()) group.sort((a, b) => rank(a) - rank(b) || title(a).localeCompare(title(b), undefined, { numeric: true }) || a.id.localeCompare(b.id));
  return [...groups].sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b));
}

export function facilities(source: Source): readonly (Node | string | null)[] {
  return [later(async () => made(source, await source.items()))];
}

function made(source: Source, items: readonly Item[]): (Node | null)[] {
  const found = items.filter((item) => isFacility(item) && item.category !== "cultural");
  const told = items.filter(isStory);
  const groups = byKind(found, (item) => source.levelRank(item.levels), (item) => source.title(item));
  const total = found.length;
  if (total + told.length === 0) return [h("p", {}, s("facilities.none"))];
  return [
    h(
      "section",
      { "aria-labelledby": "facilities-title" },
      h("h2", { id: "facilities-title" }, s("page.facilities")),
      h("p", {}, s("facilities.intro", { count: total })),
      h(
        "nav",
        { "aria-label": s("facilities.contents") },
        h(
          "ul",
          { class: "toc" },
          told.length > 0 && h("li", {}, h("a", { href: "#kind-stories" }, s("facilities.culture"), h("span", { class: "quiet" }, String(told.length)))),
          ...groups.map(([category, group]) => h("li", {}, h("a", { href: `#kind-${category}` }, svg(iconPath(iconOf(group[0] as Item))), kindName(group), h("span", { class: "quiet" }, String(group.length))))),
        ),
      ),
    ),
    told.length > 0 ? h("section", { id: "kind-stories", tabindex: -1, "aria-labelledby": "stories-title" }, h("h2", { id: "stories-title" }, s("facilities.culture")), stories(source, told)) : null,
    ...groups.map(([category, group]) => kindSection(source, category, group, items)),
  ];
}

function kindName(group: readonly Item[]): string {
  const [first] = group;
  return first ? best(first.label) || first.category : "";
}

function kindSection(source: Source, category: string, group: readonly Item[], items: readonly Item[]): HTMLElement {
  const kind = kindName(group);
  const badge = h("span", { class: "badge-icon", "aria-hidden": "true" }, svg(iconPath(iconOf(group[0] as Item))));
  badge.style.backgroundColor = markerColour(category);
  const spaces = new Map(items.filter(({ type }) => type === "space").map((item) => [item.id, item]));
  const isWay = group[0]?.type === "connector";
  const rows = group.map((item) => {
    const space = spaces.get(item.space);
    const notes = [best(item.text), space && source.title(space), item.hours && s("facilities.hours", { hours: item.hours }), item.accessible === true ? s("facilities.stepFree") : item.accessible === false ? s("facilities.notStepFree") : ""].filter((note): note is string => Boolean(note));
    return [source.title(item), source.levelNames(item.levels), h("span", tongue(notes.join(" ")), notes.join(" · ")), source.showLink(item.id, source.title(item))];
  });
  const hasNotes = rows.some(([, , note]) => (note as HTMLElement).textContent !== "");
  const columns = [{ title: s("page.name") }, { title: s("page.level"), isTight: true }, { title: s("page.about") }, { title: s("page.map"), isTight: true, isScreenOnly: true }];
  const without = <T>(cells: readonly T[]): T[] => cells.filter((_, index) => hasNotes || index !== 2);
  return h(
    "section",
    { id: `kind-${category}`, tabindex: -1, class: isWay ? "ways" : null, "aria-labelledby": `title-${category}` },
    h("h2", { id: `title-${category}`, class: "kind-title" }, badge, kind, h("span", { class: "quiet" }, String(group.length))),
    table({ caption: s("facilities.caption", { kind, count: group.length }), columns: without(columns), rows: rows.map(without), isCaptionHidden: true }),
  );
}
