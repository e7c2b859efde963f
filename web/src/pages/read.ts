/** The answers that pages are made from, read with care: what is missing stays missing, nothing is guessed. */
import { asRecord } from "../api";
import { positionsOf, type SiteFrame } from "../geo";
import { linesOf, type LineMark } from "../landing/model";
import type { Feature, Text } from "../types";

type Row = Record<string, unknown>;

export function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}

export function textOf(value: unknown): Text {
  return typeof value === "string" ? { default: value } : (asRecord(value) as Text);
}

export function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function wordsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(wordOf).filter(Boolean) : [];
}

/** Facts */

export type Certainty = "seen" | "derived" | "general" | "assumed";

export interface Fact {
  key: string;
  value: string;
  unit: string;
  sources: string[];
  certainty: Certainty;
  note: string;
  isConflict: boolean;
}

export interface Source {
  id: string;
  title: string;
  licence: string;
}

export interface Facts {
  notice: Text;
  sources: Source[];
  facts: Fact[];
}

const CERTAINTIES: Readonly<Record<string, Certainty>> = { s: "seen", d: "derived", g: "general" };

/** Letters and words alike; what nobody vouches for is assumed. */
export function certaintyOf(value: unknown): Certainty {
  const word = wordOf(value).toLowerCase();
  const known = ["seen", "derived", "general", "assumed"] as const;
  return CERTAINTIES[word] ?? known.find((entry) => entry === word) ?? "assumed";
}

export function factsOf(answer: unknown): Facts {
  const all = asRecord(answer);
  return {
    notice: textOf(all["notice"]),
    sources: rowsOf(all["sources"]).map((row) => ({ id: wordOf(row["id"]), title: wordOf(row["title"] ?? row["what"]), licence: wordOf(row["licence"]) })),
    facts: rowsOf(all["facts"]).map((row) => {
      const note = wordOf(row["note"]);
      return {
        key: wordOf(row["key"]),
        value: Array.isArray(row["value"]) ? wordsOf(row["value"]).join(", ") : wordOf(row["value"]),
        unit: wordOf(row["unit"]),
        sources: wordsOf(row["sources"]),
        certainty: certaintyOf(row["certainty"]),
        note,
        isConflict: /\bconflict|\bdisagree|상충|어긋/i.test(note),
      };
    }),
  };
}

/** Facts by the part of their key before the first dot, in the order in which the groups first appear. */
export function grouped(facts: readonly Fact[]): [string, Fact[]][] {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const name = fact.key.split(".")[0] ?? "";
    groups.set(name, [...(groups.get(name) ?? []), fact]);
  }
  return [...groups];
}

/** Quality */

export interface Finding {
  element: string;
  name: string;
  level: string;
  message: string;
  hint: string;
}

export interface FindingGroup {
  severity: "error" | "warning" | "info";
  code: string;
  findings: Finding[];
}

export interface Quality {
  ok: boolean;
  counts: Record<"error" | "warning" | "info", number>;
  groups: FindingGroup[];
  facts: [string, string][];
}

const SEVERITIES = ["error", "warning", "info"] as const;

function severityOf(value: unknown): FindingGroup["severity"] {
  return SEVERITIES.find((entry) => entry === value) ?? "info";
}

function findingOf(row: Row): Finding {
  return {
    element: wordOf(row["element"]),
    name: wordOf(row["name"]),
    level: wordOf(asRecord(row["level"])["id"] ?? row["level"]),
    message: wordOf(row["message"]),
    hint: wordOf(row["hint"]),
  };
}

/** Read the grouped answer, or the flat report. */
export function qualityOf(answer: unknown): Quality {
  const all = asRecord(answer);
  const groups = new Map<string, FindingGroup>();
  const add = (severity: FindingGroup["severity"], code: string, findings: Finding[]): void => {
    const key = `${severity}|${code}`;
    const group = groups.get(key) ?? { severity, code, findings: [] };
    group.findings.push(...findings);
    groups.set(key, group);
  };
  for (const row of rowsOf(all["groups"])) add(severityOf(row["severity"]), wordOf(row["code"]), rowsOf(row["issues"]).map(findingOf));
  if (!Array.isArray(all["groups"])) for (const row of rowsOf(all["issues"])) add(severityOf(row["severity"]), wordOf(row["code"]), [findingOf(row)]);
  const sorted = [...groups.values()].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || a.code.localeCompare(b.code));
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity, findings } of sorted) counts[severity] += findings.length;
  for (const name of SEVERITIES) counts[name] = numberOf(asRecord(all["counts"])[name]) ?? counts[name];
  const facts = Object.entries(asRecord(all["facts"])).map(([key, value]): [string, string] => [key, typeof value === "object" ? JSON.stringify(value) : String(value)]);
  return { ok: all["ok"] === true && counts.error === 0, counts, groups: sorted, facts };
}

/** Accessibility */

export interface Lift {
  id: string;
  name: Text;
  lines: string[];
}

export interface Way {
  reachable: boolean;
  lengthM: number | undefined;
  durationS: number | undefined;
  lifts: Lift[];
}

export interface ExitWay extends Way {
  exit: string;
  number: string;
  name: Text;
}

export interface BlockedBy {
  element: string;
  name: Text;
}

export interface AccessRow {
  id: string;
  name: Text;
  level: string;
  line: LineMark | undefined;
  isStepFree: boolean;
  ways: ExitWay[];
  problem: { title: string; detail: string; hint: string; blockedBy: BlockedBy[] } | undefined;
}

export interface TransferEnd {
  opening: string;
  name: Text;
  level: string;
  line: LineMark | undefined;
}

export interface Transfer {
  id: string;
  name: Text;
  from: TransferEnd;
  to: TransferEnd;
  officialS: number | undefined;
  walkS: number | undefined;
  lengthM: number | undefined;
  difference: number | undefined;
  sources: string[];
  stepFree: Way;
}

export interface Accessibility {
  rows: AccessRow[];
  transfers: Transfer[];
  /** Rows are platforms of a station, or levels of a building. */
  kind: "station" | "building";
  summary: { rows: number; stepFree: number; exits: number | undefined; exitsStepFree: number | undefined };
}

function wayOf(row: Row): Way {
  return {
    reachable: row["reachable"] === true,
    lengthM: numberOf(row["length_m"]),
    durationS: numberOf(row["duration_s"]),
    lifts: rowsOf(row["lifts"]).map((lift) => ({ id: wordOf(lift["id"]), name: textOf(lift["name"]), lines: wordsOf(lift["lines"]) })),
  };
}

function levelOf(value: unknown): string {
  const level = asRecord(value);
  return wordOf(level["short_name"]) || wordOf(level["id"]);
}

function lineOf(value: unknown): LineMark | undefined {
  return value ? linesOf([value])[0] : undefined;
}

function accessRow(row: Row): AccessRow {
  const ways = rowsOf(row["exits"] ?? row["entrances"]).map((way) => ({ ...wayOf(way), exit: wordOf(way["exit"]), number: wordOf(way["number"]), name: textOf(way["name"]) }));
  const problem = row["problem"] ? asRecord(row["problem"]) : undefined;
  return {
    id: wordOf(row["space"]),
    name: textOf(row["name"]),
    level: levelOf(row["level"]),
    line: lineOf(row["line"]),
    isStepFree: row["step_free"] === true,
    ways: ways.sort((a, b) => Number(b.reachable) - Number(a.reachable) || (a.durationS ?? Infinity) - (b.durationS ?? Infinity)),
    problem: problem && {
      title: wordOf(problem["title"]),
      detail: wordOf(problem["detail"]),
      hint: wordOf(problem["hint"]),
      blockedBy: rowsOf(problem["blocked_by"]).map((entry) => ({ element: wordOf(entry["element"]), name: textOf(entry["name"]) })),
    },
  };
}

function endOf(value: unknown): TransferEnd {
  const row = asRecord(value);
  return { opening: wordOf(row["opening"]), name: textOf(row["name"]), level: levelOf(row["level"]), line: lineOf(row["line"]) };
}

export function accessibilityOf(answer: unknown): Accessibility {
  const all = asRecord(answer);
  const rows = [...rowsOf(all["platforms"]), ...rowsOf(all["levels"])].map(accessRow);
  const summary = asRecord(all["summary"]);
  return {
    rows,
    transfers: rowsOf(all["transfers"]).map((row) => ({
      id: wordOf(row["id"]),
      name: textOf(row["name"]),
      from: endOf(row["from"]),
      to: endOf(row["to"]),
      officialS: numberOf(row["official_s"]),
      walkS: numberOf(row["walk_s"]),
      lengthM: numberOf(row["length_m"]),
      difference: numberOf(row["difference"]),
      sources: wordsOf(row["sources"]),
      stepFree: wayOf(asRecord(row["step_free"])),
    })),
    kind: all["kind"] === "building" ? "building" : "station",
    summary: {
      rows: numberOf(summary["rows"]) ?? rows.length,
      stepFree: numberOf(summary["step_free"]) ?? rows.filter(({ isStepFree }) => isStepFree).length,
      exits: numberOf(summary["exits"]),
      exitsStepFree: numberOf(summary["exits_step_free"]),
    },
  };
}

/** Downloads */

export interface Download {
  kind: string;
  name: Text;
  profile: string;
  href: string;
  type: string;
  size: number | undefined;
  level: string;
}

export function downloadsOf(answer: unknown): Download[] {
  return rowsOf(asRecord(answer)["downloads"]).flatMap((row) => {
    const href = wordOf(row["href"]);
    if (!href) return [];
    return [{ kind: wordOf(row["kind"]), name: textOf(row["name"]), profile: wordOf(row["profile"]), href, type: wordOf(row["type"]), size: numberOf(row["size"]), level: levelOf(row["level"]) }];
  });
}

/** Bytes in the unit people read. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  return size < 1e6 ? `${(size / 1e3).toFixed(size < 1e4 ? 1 : 0)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}

/** Elements */

export interface Item {
  id: string;
  type: string;
  category: string;
  label: Text;
  name: Text;
  number: string;
  levels: string[];
  text: Text;
  hours: string;
  accessible: boolean | undefined;
  space: string;
  access: string;
  areaM2: number | undefined;
}

/** Square metres of a GeoJSON polygon, holes taken off. */
export function areaOf(feature: Feature, frame: SiteFrame): number | undefined {
  const { geometry } = feature;
  if (!geometry || !Array.isArray(geometry.coordinates)) return undefined;
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? (geometry.coordinates as unknown[][]) : [];
  if (polygons.length === 0) return undefined;
  const ring = (coordinates: unknown): number => {
    const points = positionsOf(coordinates).map((position) => frame.toSite(position));
    const twice = points.reduce((sum, [x, y], index) => {
      const [nextX, nextY] = points[(index + 1) % points.length] as [number, number, number];
      return sum + x * nextY - nextX * y;
    }, 0);
    return Math.abs(twice) / 2;
  };
  return polygons.reduce((sum, polygon) => sum + polygon.reduce<number>((area, part, index) => area + (index === 0 ? ring(part) : -ring(part)), 0), 0);
}

export function itemOf(feature: Feature, level: string, frame: SiteFrame): Item {
  const p = feature.properties;
  const own = wordOf(asRecord(p["level"])["id"]) || level;
  const more = rowsOf(p["levels"]).map((row) => wordOf(row["id"]));
  return {
    id: String(feature.id ?? ""),
    type: wordOf(p["feature_type"]),
    category: wordOf(p["category"]),
    label: textOf(p["category_label"]),
    name: textOf(p["name"]),
    number: wordOf(p["number"]),
    levels: [...new Set([own, ...more])].filter(Boolean),
    text: textOf(p["text"]),
    hours: wordOf(p["hours"]),
    accessible: typeof p["accessible"] === "boolean" ? p["accessible"] : undefined,
    space: wordOf(p["space"]),
    access: wordOf(p["access"]),
    areaM2: p["feature_type"] === "space" ? areaOf(feature, frame) : undefined,
  };
}
