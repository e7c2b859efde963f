/** Levels: a section to scale, a table of all, and the spaces of each. */
import { addressFor } from "../door";
import { h } from "../dom";
import { best } from "../i18n";
import { isKey, t } from "../i18n";
import { s } from "../i18n/site";
import { sortLevels } from "../levels";
import { spaceColour } from "../palette";
import type { Level } from "../types";
import type { Item } from "./read";
import { later, type Source } from "./source";
import { table } from "./table";

const SVG = "http://www.w3.org/2000/svg";
const MOST_NAMED = 5;
/** Spaces that every level has: they say nothing about it. */
const SIDE = new Set(["stairwell", "lift_shaft", "technical", "storage", "restroom", "restroom_accessible", "restroom_family"]);
/** Spaces that tell people what a level is for come first. */
const FIRST = ["platform", "concourse", "lobby", "exhibition", "auditorium", "reading_room", "shop", "cafe", "restroom", "restroom_accessible", "nursing_room", "passage", "corridor", "office", "room"];

export function levels(source: Source): readonly (Node | string | null)[] {
  const top = sortLevels(source.context.levels).reverse();
  return [
    h(
      "section",
      { "aria-labelledby": "levels-title" },
      h("h2", { id: "levels-title" }, s("page.levels")),
      h("p", {}, s("levels.intro")),
      section(top),
      later(async () => [all(source, top, await source.items())]),
    ),
    h("section", { "aria-labelledby": "spaces-title" }, h("h2", { id: "spaces-title" }, s("levels.list")), later(async () => spaces(source, top, await source.items()))),
  ];
}

function spacesOf(items: readonly Item[], level: Level): Item[] {
  const rank = ({ category }: Item): number => (FIRST.indexOf(category) + FIRST.length + 1) % (FIRST.length + 1);
  return items.filter(({ type, levels: own }) => type === "space" && own[0] === level.id).sort((a, b) => rank(a) - rank(b) || best(a.name).localeCompare(best(b.name), undefined, { numeric: true }));
}

export function signed(metres: number): string {
  const text = Math.abs(metres).toFixed(2);
  return s("page.m", { value: Number(text) === 0 ? "0.00" : `${metres < 0 ? "−" : "+"}${text}` });
}

function area(m2: number): string {
  return m2 > 0 ? s("page.m2", { value: Math.round(m2).toLocaleString("en") }) : "";
}

function sum(items: readonly Item[]): number {
  return items.reduce((total, { areaM2 }) => total + (areaM2 ?? 0), 0);
}

function levelName(level: Level): string {
  const name = best(level.name);
  const rest = name.startsWith(level.short_name) ? name.slice(level.short_name.length).replace(/^[\s,:·-]+/, "") : name;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function all(source: Source, top: readonly Level[], items: readonly Item[]): HTMLElement {
  const rows = top.map((level) => {
    const own = spacesOf(items, level);
    const main = own.filter(({ access, category }) => access !== "restricted" && !SIDE.has(category)).sort((a, b) => (b.areaM2 ?? 0) - (a.areaM2 ?? 0));
    const named = [...new Set(main.map((item) => source.title(item)))];
    const rest = named.length - MOST_NAMED;
    const places = named.slice(0, MOST_NAMED).join(" · ") + (rest > 0 ? ` ${s("levels.more", { count: rest })}` : "");
    const link = h("a", { class: "link screen-only", href: addressFor(location.search, { level: level.id }), "aria-label": s("page.showOf", { name: level.short_name }) }, s("page.show"));
    return [h("span", {}, h("b", {}, level.short_name), " ", levelName(level)), signed(level.elevation_m), String(own.length), area(sum(own)), places, link];
  });
  const columns = [
    { title: s("page.level") },
    { title: s("levels.floor"), isNumber: true },
    { title: s("levels.spaces"), isNumber: true },
    { title: s("levels.area"), isNumber: true },
    { title: s("levels.places") },
    { title: s("page.map"), isTight: true, isScreenOnly: true },
  ];
  return table({ caption: s("levels.caption", { name: best(source.context.venue.name) }), columns, rows });
}

function spaces(source: Source, top: readonly Level[], items: readonly Item[]): HTMLElement[] {
  const columns = [{ title: s("page.name") }, { title: s("page.kind") }, { title: s("levels.access") }, { title: s("levels.area"), isNumber: true }, { title: s("page.map"), isTight: true, isScreenOnly: true }];
  return top.flatMap((level) => {
    const own = spacesOf(items, level);
    if (own.length === 0) return [];
    const rows = own.map((item) => {
      const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = spaceColour(item.category);
      const access = `access.${item.access}`;
      return [source.title(item), h("span", {}, swatch, best(item.label) || item.category), isKey(access) ? t(access) : "", area(item.areaM2 ?? 0), source.showLink(item.id, source.title(item))];
    });
    return [table({ caption: s("levels.spacesCaption", { level: [level.short_name, levelName(level)].filter(Boolean).join(" · ") }), columns, rows })];
  });
}

/** Heights of floors in a picture of this height, moved apart where their names would overlap. */
export function spread(wanted: readonly number[], least: number): number[] {
  const placed = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  placed.forEach((entry, at) => {
    const before = placed[at - 1];
    if (before && entry.y - before.y < least) entry.y = before.y + least;
  });
  const out = [...wanted];
  for (const { y, index } of placed) out[index] = y;
  return out;
}

/** A section through the floors, to scale: the street is the dashed line. */
function section(top: readonly Level[]): HTMLElement {
  // On phones names are in the table only: the drawing keeps letters that can be read.
  const isNarrow = window.innerWidth < 600;
  const [width, line] = [isNarrow ? 340 : 760, 21];
  const side = isNarrow ? 150 : 330;
  const heights = top.map(({ elevation_m }) => elevation_m);
  const [high, low] = [Math.max(0, ...heights), Math.min(0, ...heights)];
  const gaps = heights.slice(1).map((height, index) => (heights[index] ?? 0) - height).filter((gap) => gap > 0.5);
  // Tall enough for a name beside every floor, within bounds.
  const tall = Math.max(150, Math.min(620, 44 + (line * (high - low)) / Math.min(6, ...gaps)));
  const y = (elevation: number): number => 20 + ((high - elevation) / Math.max(1, high - low)) * (tall - 44);
  const labels = spread(heights.map(y), line);
  const height = Math.max(tall, ...labels.map((label) => label + 16));
  const image = part("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": s("levels.sectionLabel") });
  image.append(part("rect", { x: 0, y: y(0), width: side, height: height - y(0), fill: "#eef2f6" }));
  image.append(part("line", { x1: 0, x2: side, y1: y(0), y2: y(0), stroke: "#6d7f92", "stroke-dasharray": "5 4" }));
  top.forEach((level, index) => {
    const [at, label] = [y(level.elevation_m), labels[index] ?? 0];
    const inset = 20 + (Math.abs(level.ordinal) % 2) * 12;
    image.append(part("rect", { x: inset, y: at - 4, width: side - 20 - 2 * inset, height: 8, rx: 2, fill: level.elevation_m < -1.5 ? "#7ea2cf" : "#c9dcf5", stroke: "#3d5878" }));
    image.append(part("path", { d: `M${side - 14} ${at}H${side + 6}L${side + 20} ${label}H${side + 30}`, fill: "none", stroke: "#8ea3b8" }));
    image.append(words(side + 38, label + 4, level.short_name, ""), words(side + 82, label + 4, signed(level.elevation_m), "soft"));
    if (!isNarrow) image.append(words(side + 160, label + 4, levelName(level).slice(0, 40), "soft"));
  });
  return h("figure", { class: "section-figure" }, h("figcaption", {}, s("levels.section")), image as unknown as HTMLElement);
}

function part(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function words(x: number, y: number, text: string, kind: string): SVGElement {
  const made = part("text", { x, y, ...(kind && { class: kind }) });
  made.textContent = text;
  return made;
}
