/** What the landing page knows of a venue, read from whatever the API gives, and the words made from it. */
import { asRecord } from "../api";
import type { Lang, Text } from "../types";

/** A public transport line that stops at a venue. */
export interface LineMark {
  /** What signs call it: its number or short name. */
  id: string;
  name: Text;
  colour: string;
}

/** The parts of a level that pictures of a whole venue need. */
export interface Storey {
  ordinal: number;
  short: string;
  elevationM: number;
}

export interface VenueCard {
  id: string;
  name: Text;
  category: string;
  address: Text;
  text: Text;
  schematic: boolean;
  /** Longitude and latitude in degrees. */
  center: [number, number] | undefined;
  lines: LineMark[];
  /** Lowest first; empty while not known. */
  storeys: Storey[];
  /** How many; undefined while not known. */
  exits: number | undefined;
  levels: number | undefined;
  /** Ids of the venues that are joined to this one entry. */
  members: string[];
}

/** A joined entry: several venues whose inside ways lead from one to another. */
export const DISTRICT = "district";

function textOf(value: unknown): Text {
  return typeof value === "string" ? { default: value } : (asRecord(value) as Text);
}

function rows(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}

function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Read the lines of an answer; those without a usable colour get a neutral one. */
export function linesOf(value: unknown): LineMark[] {
  return rows(value).flatMap((row) => {
    const id = String(row["short_name"] || row["id"] || "");
    if (!id) return [];
    const colour = String(row["colour"] ?? row["color"] ?? "");
    const name = row["name"] !== undefined ? textOf(row["name"]) : textOf({ ko: row["ko"], en: row["en"] });
    return [{ id, name, colour: /^#[0-9a-f]{6}$/i.test(colour) ? colour.toLowerCase() : "#46566a" }];
  });
}

function storeysOf(value: unknown): Storey[] {
  return rows(value)
    .flatMap((row) => {
      const [ordinal, elevationM] = [finite(row["ordinal"]), finite(row["elevation_m"])];
      if (ordinal === undefined || elevationM === undefined) return [];
      return [{ ordinal, elevationM, short: String(row["short_name"] ?? ordinal) }];
    })
    .sort((a, b) => a.elevationM - b.elevationM);
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === "number") return finite(value);
  return Array.isArray(value) ? value.length : undefined;
}

/** Read a venue from a summary, a description, or both one after the other. */
export function cardOf(...answers: readonly unknown[]): VenueCard {
  const all = Object.assign({}, ...answers.map(asRecord)) as Record<string, unknown>;
  const center = Array.isArray(all["center"]) ? (all["center"] as unknown[]).map(finite) : [];
  const [lon, lat] = center;
  const counts = asRecord(all["counts"]);
  return {
    id: String(all["id"] ?? ""),
    name: textOf(all["name"]),
    category: String(all["category"] ?? ""),
    address: textOf(all["address"]),
    text: textOf(all["text"]),
    schematic: all["schematic"] === true,
    center: lon !== undefined && lat !== undefined ? [lon, lat] : undefined,
    lines: linesOf(all["lines"]),
    storeys: storeysOf(all["levels"]),
    exits: sizeOf(counts["exits"]) ?? sizeOf(all["exits"]),
    levels: sizeOf(counts["levels"]) ?? sizeOf(all["levels"]),
    members: Array.isArray(all["members"]) ? (all["members"] as unknown[]).map((member) => String(typeof member === "object" ? asRecord(member)["id"] : member)) : [],
  };
}

/** From the lowest to the highest storey in the short names people read on signs: `B3–1F`. */
export function span(storeys: readonly Storey[]): string {
  const [low, high] = [storeys[0], storeys[storeys.length - 1]];
  if (!low || !high) return "";
  return low === high ? low.short : `${low.short}–${high.short}`;
}

/** The language that is not the page's: signs show names in both. */
export function otherLanguage(lang: Lang): Lang {
  return lang === "ko" ? "en" : "ko";
}

/** Stations first, then buildings, joined entries last; within them by name. */
export function ordered(cards: readonly VenueCard[], lang: Lang): VenueCard[] {
  const rank = ({ category }: VenueCard): number => (category === "station" ? 0 : category === DISTRICT ? 2 : 1);
  const name = (card: VenueCard): string => card.name[lang] || card.name.default || card.id;
  return [...cards].sort((a, b) => rank(a) - rank(b) || name(a).localeCompare(name(b), lang) || a.id.localeCompare(b.id));
}

/** What kind of place it is, as texts know it. */
export function kindOf({ category }: VenueCard): string {
  return category.toLowerCase().replace(/[\s-]+/g, "_");
}
