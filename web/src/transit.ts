/** Public transport lines of a venue: from the API where it names them, else from platforms' names and the colours in the model. */
import { asRecord } from "./api";
import type { Element } from "./catalogue";
import type { Drawn } from "./features";
import type { Vec3 } from "./geo";
import { isVivid } from "./palette";

export interface TransitLine {
  /** What its badge says: a number or a short name. */
  id: string;
  colour: string;
}

export interface LineMark extends TransitLine {
  /** The platform or board that it marks. */
  element: string;
  position: Vec3;
  level: string;
  isPlatform: boolean;
}

/** Lines that go by a name: the words that tell them, and what their badge says. */
const NAMED: readonly [RegExp, string][] = [
  [/신분당|Shinbundang/i, "신분당"],
  [/공항철도|AREX|Airport Railroad/i, "공항"],
  [/경의.?중앙|Gyeongui/i, "경의중앙"],
  [/수인.?분당|Suin/i, "수인분당"],
  [/GTX.?A/i, "GTX-A"],
];

export function linesOf(value: unknown): TransitLine[] {
  const rows = Array.isArray(value) ? value.map(asRecord) : [];
  return rows.flatMap((row) => {
    const [id, colour] = [String(row["short_name"] || row["id"] || ""), String(row["colour"] ?? "").toLowerCase()];
    return id && /^#[0-9a-f]{6}$/.test(colour) ? [{ id, colour }] : [];
  });
}

/** What the badge of the line says that a name speaks of, or nothing. */
export function lineIn(name: string): string {
  const number = /(\d{1,2})\s*호선|\bline\s*(\d{1,2})\b/i.exec(name);
  if (number) return number[1] ?? number[2] ?? "";
  return NAMED.find(([words]) => words.test(name))?.[1] ?? "";
}

/** A mark for every platform and every board in a line's colour. */
export function lineMarks(elements: readonly Element[], drawn: readonly Drawn[], known: readonly TransitLine[]): LineMark[] {
  const coloured = drawn.filter((part) => (part.category === "sign" || part.category === "other") && isVivid(part.own ?? ""));
  const colours = new Map(known.map((line) => [line.id, line.colour]));
  for (const part of coloured) {
    const id = lineIn(part.name);
    if (id && !colours.has(id)) colours.set(id, part.own as string);
  }
  const mark = (element: string, name: string, position: Vec3, level: string, isPlatform: boolean): LineMark[] => {
    const id = lineIn(name);
    const colour = colours.get(id);
    return id && colour ? [{ id, colour, element, position, level, isPlatform }] : [];
  };
  const platforms = elements
    .filter((element) => element.category === "platform")
    .flatMap((element) => mark(element.id, Object.values(element.name).join(" "), element.point, element.levels[0] ?? "", true));
  const boards = coloured
    .filter((part) => part.category === "sign")
    .flatMap(({ id, name, box, level }) => mark(id, name, [(box.min.x + box.max.x) / 2, -(box.min.z + box.max.z) / 2, box.min.y], level, false));
  return [...platforms, ...boards];
}
