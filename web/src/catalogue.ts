/** Every element of the venue that people look for, by id: what lists, labels and markers are made from. */
import { asRecord } from "./api";
import { labelPoint, positionsOf, type SiteFrame, type Vec3 } from "./geo";
import { hasIcon } from "./icons";
import { best } from "./i18n";
import { findLevel } from "./levels";
import type { Feature, FeatureCollection, Lang, Level, Text, Waypoint } from "./types";

export type ElementType = "space" | "opening" | "connector" | "exit" | "facility";

export interface Element {
  id: string;
  type: ElementType;
  category: string;
  categoryLabel: Text;
  name: Text;
  number: string;
  /** Level ids; the first is where its point is. */
  levels: string[];
  /** Site metres: where its marker stands. */
  point: Vec3;
  access: string;
}

/** An end of a route: what to ask for, and what to call it. */
export interface Place {
  id: string;
  waypoint: Waypoint;
  point: Vec3;
  level: string;
}

const GROUP_ORDER: readonly ElementType[] = ["exit", "connector", "facility", "space", "opening"];
/** Openings that have a name or a sign of their own; plain doors would drown the list. */
const NOTABLE_OPENINGS = new Set(["gate", "screen_door", "entrance"]);

export class Catalogue {
  private readonly elements = new Map<string, Element>();
  private readonly levels: readonly Level[];
  private readonly frame: SiteFrame;

  constructor(levels: readonly Level[], frame: SiteFrame) {
    this.levels = levels;
    this.frame = frame;
  }

  /** Add the plan of one level. */
  add(plan: FeatureCollection, level: Level): void {
    for (const feature of plan.features) this.addFeature(feature, level);
  }

  addFeature(feature: Feature, level?: Level): Element | undefined {
    const id = String(feature.id ?? feature.properties["id"] ?? "");
    const entry = id ? this.read(feature, id, level) : undefined;
    if (!entry) return undefined;
    const known = this.elements.get(id);
    if (known) {
      for (const other of entry.levels) if (!known.levels.includes(other)) known.levels.push(other);
      return known;
    }
    this.elements.set(id, entry);
    return entry;
  }

  get(id: string): Element | undefined {
    return this.elements.get(id);
  }

  all(): Element[] {
    return [...this.elements.values()];
  }

  /** What lists show, in the order of groups, then level from the top, then name. */
  listed(lang: Lang): Element[] {
    const rank = new Map(this.levels.map((level, index) => [level.id, -index]));
    return this.all()
      .filter((element) => element.type !== "opening" || NOTABLE_OPENINGS.has(element.category))
      .sort(
        (a, b) =>
          GROUP_ORDER.indexOf(a.type) - GROUP_ORDER.indexOf(b.type) ||
          Number(!a.number) - Number(!b.number) ||
          a.number.localeCompare(b.number, "en", { numeric: true }) ||
          (rank.get(a.levels[0] ?? "") ?? 0) - (rank.get(b.levels[0] ?? "") ?? 0) ||
          this.title(a, lang).localeCompare(this.title(b, lang), lang, { numeric: true }) ||
          a.id.localeCompare(b.id),
      );
  }

  /** Elements whose name, kind or number holds every word of `query`, in either language. */
  search(query: string, lang: Lang): Element[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return this.listed(lang).filter((element) => {
      const hay = searchable(element);
      return words.every((word) => hay.includes(word));
    });
  }

  title(element: Element, lang: Lang): string {
    const name = best(element.name, lang);
    if (name) return name;
    const label = best(element.categoryLabel, lang) || element.category;
    return element.number ? `${label} ${element.number}` : label;
  }

  shortLevel(level: string): string {
    return findLevel(this.levels, level)?.short_name ?? level;
  }

  /** Kind and level in one line. */
  subtitle(element: Element, lang: Lang): string {
    const levels = element.levels.map((level) => this.shortLevel(level)).join("–");
    return [best(element.categoryLabel, lang) || element.category, levels].filter(Boolean).join(" · ");
  }

  place(element: Element): Place {
    return { id: element.id, waypoint: { ref: element.id }, point: element.point, level: element.levels[0] ?? "" };
  }

  private read(feature: Feature, id: string, level?: Level): Element | undefined {
    const properties = feature.properties;
    const type = properties["feature_type"];
    if (!isElementType(type)) return undefined;
    const own = levelOf(properties["level"], this.levels) ?? level;
    const point = this.pointOf(feature, level ?? own);
    if (!point) return undefined;
    const more = Array.isArray(properties["levels"]) ? properties["levels"].map((entry) => levelOf(entry, this.levels)?.id) : [];
    return {
      id,
      type,
      category: String(properties["category"] ?? type),
      categoryLabel: textOf(properties["category_label"]),
      name: textOf(properties["name"]),
      number: String(properties["number"] ?? ""),
      levels: [...new Set([level?.id ?? own?.id, own?.id, ...more])].filter((entry): entry is string => Boolean(entry)),
      point,
      access: String(properties["access"] ?? ""),
    };
  }

  private pointOf(feature: Feature, level?: Level): Vec3 | undefined {
    const floor = feature.properties["floor_m"];
    const z = typeof floor === "number" ? floor : level?.elevation_m;
    const ring = outerRing(feature.geometry?.coordinates, feature.geometry?.type).map((p) => this.frame.toSite(p, z));
    const first = ring[0];
    if (!first) return undefined;
    return ring.length > 3 ? labelPoint(ring) : first;
  }
}

/** Kinds that share a picture with another. */
const ALIKE: Readonly<Record<string, string>> = {
  restroom_family: "restroom",
  reception: "information",
  lost_property: "locker",
  stair_lift: "wheelchair",
  cultural: "pin",
  refuge: "service_office",
};

export function iconOf(element: { type: string; category: string }): string {
  if (hasIcon(element.category)) return element.category;
  const alike = ALIKE[element.category];
  if (alike) return alike;
  return element.type === "exit" ? "exit" : element.type === "opening" ? "door" : "space";
}

function searchable(element: Element): string {
  const texts = [element.name, element.categoryLabel].flatMap((text) => [text.default, text.ko, text.en]);
  return [...texts, element.category, element.number, element.id].filter(Boolean).join(" ").toLowerCase();
}

function isElementType(value: unknown): value is ElementType {
  return typeof value === "string" && (GROUP_ORDER as readonly string[]).includes(value);
}

function levelOf(value: unknown, levels: readonly Level[]): Level | undefined {
  const key = typeof value === "object" ? asRecord(value)["id"] : value;
  return typeof key === "string" || typeof key === "number" ? findLevel(levels, String(key)) : undefined;
}

function textOf(value: unknown): Text {
  if (typeof value === "string") return { default: value };
  return asRecord(value) as Text;
}

function outerRing(coordinates: unknown, type: string | undefined): number[][] {
  if (!Array.isArray(coordinates)) return [];
  if (type === "Polygon") return positionsOf(coordinates[0]);
  if (type === "MultiPolygon") {
    const rings = (coordinates as unknown[]).map((polygon) => positionsOf(Array.isArray(polygon) ? polygon[0] : []));
    return rings.reduce((a, b) => (b.length > a.length ? b : a), []);
  }
  return positionsOf(coordinates);
}
