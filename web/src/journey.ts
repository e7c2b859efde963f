/** Answers about routes and escape routes, read from the API's GeoJSON into what the page shows. */
import { asRecord, toProblem, type ApiProblem } from "./api";
import { positionsOf, type SiteFrame, type Vec3 } from "./geo";
import type { Feature, FeatureCollection, Text } from "./types";

export interface Step {
  /** What is done: walk, turn, lift, stairs, …. */
  kind: string;
  /** Ids of what is passed or ridden. */
  elements: string[];
  text: Text;
  /** For reading aloud: no abbreviations, one action. */
  spoken: Text;
  lengthM: number;
  durationS: number;
  levelFrom: string;
  levelTo: string;
  point: Vec3;
}

/** Something worth knowing about a route. */
export interface Note {
  code: string;
  element: string;
  text: Text;
}

/** What is known of a lift or escalator on the way, and since when. */
export interface EquipmentStatus {
  id: string;
  status: string;
  ageS: number | undefined;
}

/** What a route goes around, and why. */
export interface Avoided {
  element: string;
  reason: string;
  cause: Text;
}

export interface RouteAnswer {
  profile: string;
  lengthM: number;
  durationS: number;
  stepFree: boolean | undefined;
  levels: string[];
  closures: string[];
  avoided: Avoided[];
  openings: string[];
  notes: Note[];
  /** Lifts and escalators on the way. */
  equipment: EquipmentStatus[];
  points: Vec3[];
  steps: Step[];
}

export interface EscapeWay {
  space: string;
  exit: string;
  exitNumber: string;
  lengthM: number;
  durationS: number;
  points: Vec3[];
}

export interface EscapeProblem {
  space: string;
  point: Vec3 | undefined;
  problem: ApiProblem;
}

export interface EvacuationAnswer {
  ways: EscapeWay[];
  without: EscapeProblem[];
  complete: boolean;
}

/**
 * The route that is proposed, then others that differ.
 *
 * @throws RangeError when the answer holds no line: then there is nothing that could be shown as a route.
 */
export function readRoutes(answer: FeatureCollection, frame: SiteFrame): RouteAnswer[] {
  const others = Array.isArray(answer["alternatives"]) ? (answer["alternatives"] as FeatureCollection[]) : [];
  return [answer, ...others].map((route) => readRoute(route, frame));
}

/** @throws RangeError as `readRoutes`. */
export function readRoute(answer: FeatureCollection, frame: SiteFrame): RouteAnswer {
  const overview = answer.features.find((feature) => feature.geometry?.type === "LineString");
  const points = overview ? lineOf(overview, frame) : [];
  if (!overview || points.length < 2) throw new RangeError("the answer holds no route");
  const properties = overview.properties;
  const more = (name: string): unknown => properties[name] ?? answer[name];
  return {
    profile: String(properties["profile"] ?? properties["mode"] ?? ""),
    lengthM: num(properties["length_m"]),
    durationS: num(properties["duration_s"]),
    stepFree: typeof properties["step_free"] === "boolean" ? properties["step_free"] : undefined,
    levels: strings(properties["level_ids"] ?? properties["levels"]),
    closures: strings(properties["closures_applied"]),
    avoided: readAvoided(more("avoided")),
    openings: strings(properties["openings"]),
    notes: readNotes(more("notes")),
    equipment: records(more("equipment")).map((one) => ({ id: idOf(one), status: String(one["status"] ?? "unknown"), ageS: maybe(one["age_s"]) })),
    points,
    steps: answer.features.filter((feature) => asRecord(feature.properties)["text"] !== undefined).map((feature) => stepOf(feature, frame)),
  };
}

export function readNotes(value: unknown): Note[] {
  return records(value).map((note) => ({ code: String(note["code"] ?? ""), element: idOf(note["element"]), text: textOf(note["text"]) }));
}

export function readAvoided(value: unknown): Avoided[] {
  return records(value).map((one) => ({ element: idOf(one["element"]), reason: String(one["reason"] ?? ""), cause: textOf(one["cause"]) }));
}

export function readEvacuation(answer: FeatureCollection, frame: SiteFrame): EvacuationAnswer {
  const ways = answer.features.filter((feature) => feature.geometry?.type === "LineString").map((feature) => wayOf(feature, frame));
  const without = answer.features.filter((feature) => feature.geometry?.type !== "LineString").map((feature) => problemOf(feature, frame));
  // Counted by the server as well: a difference means that something is missing here.
  return { ways, without, complete: answer["complete"] === true && without.length === 0 && num(answer["without_way"]) === 0 };
}

export interface ExitSummary {
  exit: string;
  exitNumber: string;
  spaces: number;
  longestS: number;
}

/** Ways by exit: the most used first. */
export function byExit(ways: readonly EscapeWay[]): ExitSummary[] {
  const table = new Map<string, ExitSummary>();
  for (const way of ways) {
    const row = table.get(way.exit) ?? { exit: way.exit, exitNumber: way.exitNumber, spaces: 0, longestS: 0 };
    table.set(way.exit, { ...row, spaces: row.spaces + 1, longestS: Math.max(row.longestS, way.durationS) });
  }
  return [...table.values()].sort((a, b) => b.spaces - a.spaces || a.exit.localeCompare(b.exit, "en", { numeric: true }));
}

/** The line people are shown. Where the exact line is given beside it, the geometry is the natural one. */
function lineOf(feature: Feature, frame: SiteFrame): Vec3[] {
  const site = feature.properties["site_coordinates"];
  if (feature.properties["exact"] === undefined && Array.isArray(site) && site.length > 1) return positionsOf(site).map(([x = 0, y = 0, z = 0]) => [x, y, z]);
  return positionsOf(feature.geometry?.coordinates).map((position) => frame.toSite(position));
}

function stepOf(feature: Feature, frame: SiteFrame): Step {
  const properties = feature.properties;
  const text = textOf(properties["text"]);
  const spoken = textOf(properties["spoken"]);
  return {
    kind: String(properties["type"] ?? properties["maneuver"] ?? ""),
    elements: strings(properties["elements"]),
    text,
    spoken: spoken.ko || spoken.en || spoken.default ? spoken : text,
    lengthM: num(properties["length_m"]),
    durationS: num(properties["duration_s"]),
    levelFrom: levelId(properties["level_from"]),
    levelTo: levelId(properties["level_to"]),
    point: pointOf(feature, frame) ?? [0, 0, 0],
  };
}

function wayOf(feature: Feature, frame: SiteFrame): EscapeWay {
  const properties = feature.properties;
  return {
    space: idOf(properties["space"]),
    exit: idOf(properties["exit"]),
    exitNumber: String(properties["exit_number"] ?? ""),
    lengthM: num(properties["length_m"]),
    durationS: num(properties["duration_s"]),
    points: lineOf(feature, frame),
  };
}

function problemOf(feature: Feature, frame: SiteFrame): EscapeProblem {
  return { space: idOf(feature.properties["space"]), point: pointOf(feature, frame), problem: toProblem(feature.properties["problem"], 422) };
}

function pointOf(feature: Feature, frame: SiteFrame): Vec3 | undefined {
  const [first] = positionsOf(feature.geometry?.coordinates);
  return first ? frame.toSite(first) : undefined;
}

function idOf(value: unknown): string {
  if (typeof value === "string") return value;
  const id = asRecord(value)["id"];
  return typeof id === "string" ? id : "";
}

function levelId(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : idOf(value);
}

function textOf(value: unknown): Text {
  return typeof value === "string" ? { default: value } : (asRecord(value) as Text);
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}

function maybe(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function num(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
