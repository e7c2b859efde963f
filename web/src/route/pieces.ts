/** A route cut where it changes level, and where its steps are. */
import type { Vec3 } from "../geo";
import type { Level } from "../types";

/** Part of a route, and the levels that it is on: two where it leads from one to another. */
export interface Piece {
  points: Vec3[];
  levels: string[];
}

/** Heights closer than this are the same floor, metres. */
const FLAT_M = 0.02;
/** A floor may lie this little above where one stands on it, metres. */
const ON_FLOOR_M = 0.5;
/** How much a place along the route counts against one beside it, when a step is looked for. */
const ALONG = 0.2;

/** Cut `points` into pieces by level; the levels that the route says it is on are the only ones that count. */
export function pieces(points: readonly Vec3[], levels: readonly Level[], on: readonly string[]): Piece[] {
  const own = levels.filter((level) => on.includes(level.id));
  const known = [...(own.length > 0 ? own : levels)].sort((a, b) => a.elevation_m - b.elevation_m);
  const levelAt = (z: number): string => known.reduce((id, level) => (level.elevation_m <= z + ON_FLOOR_M ? level.id : id), known[0]?.id ?? "");
  const made: Piece[] = [];
  for (const run of runs(points)) {
    const [first, last] = [run[0] as Vec3, run[run.length - 1] as Vec3];
    const here = [...new Set([levelAt(first[2]), levelAt(last[2])])].sort();
    const before = made[made.length - 1];
    if (before && before.levels.join() === here.join()) before.points.push(...run.slice(1));
    else made.push({ points: [...run], levels: here });
  }
  return made;
}

/** Stretches that are flat, or climb without a break. */
function runs(points: readonly Vec3[]): Vec3[][] {
  const found: Vec3[][] = [];
  let climbs: boolean | undefined;
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (!before) return;
    const isClimb = Math.abs(point[2] - before[2]) > FLAT_M;
    if (isClimb === climbs) found[found.length - 1]?.push(point);
    else found.push([before, point]);
    climbs = isClimb;
  });
  return found;
}

/** The part of a route from step `index` to the next, found by where the steps are. */
export function stretch(points: readonly Vec3[], steps: readonly { point: Vec3; lengthM: number }[], index: number): Vec3[] {
  const step = steps[index];
  if (!step) return [];
  const line = measured(points);
  const from = placeOf(line, steps, index);
  const next = index + 1 < steps.length ? placeOf(line, steps, index + 1) : line.totalM;
  const inner = points.filter((_, at) => (line.atM[at] as number) > from + 0.01 && (line.atM[at] as number) < next - 0.01);
  return next > from ? [pointAt(line, from), ...inner, pointAt(line, next)] : [step.point];
}

interface Measured {
  points: readonly Vec3[];
  /** Metres from the start, for each point. */
  atM: number[];
  totalM: number;
}

function measured(points: readonly Vec3[]): Measured {
  let atM = 0;
  const all = points.map((point, index) => (atM += index > 0 ? distance(points[index - 1] as Vec3, point) : 0));
  return { points, atM: all, totalM: atM };
}

/** How far along the line a step is: near its point, and about where the lengths of the steps before say. */
function placeOf(line: Measured, steps: readonly { point: Vec3; lengthM: number }[], index: number): number {
  const lengths = steps.map((step) => step.lengthM);
  const sum = (until: number): number => lengths.slice(0, until).reduce((a, b) => a + b, 0);
  const expected = sum(lengths.length) > 0 ? (sum(index) / sum(lengths.length)) * line.totalM : 0;
  const { point } = steps[index] as { point: Vec3 };
  let best = { cost: Infinity, atM: 0 };
  line.points.forEach((b, at) => {
    const a = line.points[at - 1];
    if (!a) return;
    const length = distance(a, b);
    const share = length > 0 ? Math.min(1, Math.max(0, dot(minus(point, a), minus(b, a)) / length ** 2)) : 0;
    const atM = (line.atM[at - 1] as number) + share * length;
    const cost = distance(point, between(a, b, share)) + ALONG * Math.abs(atM - expected);
    if (cost < best.cost) best = { cost, atM };
  });
  return best.atM;
}

function pointAt(line: Measured, atM: number): Vec3 {
  const index = Math.max(1, line.atM.findIndex((at) => at >= atM - 1e-9));
  const [a, b] = [line.points[index - 1] as Vec3, line.points[index] as Vec3];
  const [from, to] = [line.atM[index - 1] as number, line.atM[index] as number];
  return between(a, b, to > from ? (atM - from) / (to - from) : 0);
}

function minus(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function distance(a: Vec3, b: Vec3): number {
  return Math.hypot(...minus(a, b));
}

function between(a: Vec3, b: Vec3, share: number): Vec3 {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}
