/** Levels: their order, which are shown, and how far apart they are drawn. */
import type { Level } from "./types";

/** Show every level, drawn apart. */
export const ALL = "all";

/** What part of a storey above its floor is drawn before the section cut, metres. */
export const CUT_M = 1.5;
/** A section this high cuts nothing but ceilings. */
export const FULL_CUT_M = 4;

/** Outlines of more levels than this would only be noise. */
const GHOSTS = 2;

/** How strongly a level is drawn; a ghost is only the outline of its floors. */
export type Presence = "full" | "context" | "ghost" | "hidden";

/** What lies this little below a floor stands on it, metres. */
const ON_FLOOR_M = 0.3;

export function sortLevels(levels: readonly Level[]): Level[] {
  return [...levels].sort((a, b) => a.ordinal - b.ordinal || a.elevation_m - b.elevation_m || a.id.localeCompare(b.id));
}

/** Find a level by id, short name or ordinal, as the API accepts them. */
export function findLevel(levels: readonly Level[], key: string): Level | undefined {
  return (
    levels.find((level) => level.id === key) ??
    levels.find((level) => level.short_name === key) ??
    levels.find((level) => String(level.ordinal) === key)
  );
}

/** How strongly a level is drawn while `chosen` is: the next ones above are outlines that hide nothing, levels below stay as faint context. */
export function visibility(levels: readonly Level[], chosen: string): Map<string, Presence> {
  const order = sortLevels(levels);
  const top = order.find((level) => level.id === chosen);
  const isAbove = (level: Level): boolean => top !== undefined && (level.ordinal > top.ordinal || level.elevation_m > top.elevation_m);
  const ghosts = new Set(order.filter((level) => level.id !== top?.id && isAbove(level)).slice(0, GHOSTS).map((level) => level.id));
  return new Map(
    order.map((level) => {
      if (chosen === ALL || !top || level.id === top.id) return [level.id, "full"];
      return [level.id, !isAbove(level) ? "context" : ghosts.has(level.id) ? "ghost" : "hidden"];
    }),
  );
}

/**
 * A monotone height map that draws storeys apart.
 *
 * A band above every floor moves as one piece; the rest of the storey stretches, so that stairs and lifts stay connected.
 */
export class Stack {
  readonly gapM: number;
  private readonly knots: { z: number; offset: number }[] = [];
  private readonly floors: readonly number[];

  constructor(levels: readonly Level[], gapM: number) {
    this.gapM = gapM;
    const heights = [...new Set(levels.map((level) => level.elevation_m))].sort((a, b) => a - b);
    this.floors = heights;
    heights.forEach((z, index) => {
      const below = index > 0 ? z - (heights[index - 1] as number) : Infinity;
      const above = index + 1 < heights.length ? (heights[index + 1] as number) - z : Infinity;
      const offset = index * gapM;
      this.knots.push({ z: z - Math.min(0.6, below * 0.2), offset });
      this.knots.push({ z: z + Math.min(CUT_M + 0.15, above * 0.5), offset });
    });
  }

  /** Height in the picture of height `z` of the site. */
  height(z: number): number {
    const first = this.knots[0];
    const last = this.knots[this.knots.length - 1];
    if (!first || !last) return z;
    if (z <= first.z) return z + first.offset;
    for (let i = 1; i < this.knots.length; i++) {
      const [a, b] = [this.knots[i - 1], this.knots[i]] as [{ z: number; offset: number }, { z: number; offset: number }];
      if (z <= b.z) return z + a.offset + ((b.offset - a.offset) * (z - a.z)) / Math.max(b.z - a.z, 1e-6);
    }
    return z + last.offset;
  }

  /** Height in the picture of what stands on a storey: with it as one piece, up to the floor of the next. */
  standing(z: number): number {
    let index = 0;
    this.floors.forEach((floor, at) => {
      if (floor <= z + ON_FLOOR_M) index = at;
    });
    return z + index * this.gapM;
  }

  /** Offsets sampled over [`from`, `to`], for the graphics card. */
  table(from: number, to: number, samples: number): Float32Array {
    const step = (to - from) / (samples - 1);
    return Float32Array.from({ length: samples }, (_, index) => {
      const z = from + index * step;
      return this.height(z) - z;
    });
  }
}

/** Storeys farther apart than this are no building any more, metres. */
const WIDEST_M = 40;

/** A gap that lets one look into storeys without losing the building's shape: grows with its sides, within bounds. */
export function comfortableGap(levels: readonly Level[], depthM: number, lengthM = Infinity): number {
  if (levels.length < 2) return 0;
  // A tower of many storeys must not become a ladder.
  const slender = Math.max(3.5, (1.5 * Math.max(lengthM, 30)) / (levels.length - 1));
  return Math.min(WIDEST_M, slender, Math.max(4, Math.min(depthM * 0.5, lengthM * 0.13)));
}

/** The largest gap: no storey covers much of another any more. */
export function widestGap(levels: readonly Level[], depthM: number, lengthM = Infinity): number {
  return levels.length < 2 ? 0 : Math.max(comfortableGap(levels, depthM, lengthM) * 1.7, Math.min(2 * WIDEST_M, depthM * 0.9));
}
