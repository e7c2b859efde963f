/** Levels: their order, which are shown, and how far apart they are drawn. */
import type { Level } from "./types";

/** Show every level, drawn apart. */
export const ALL = "all";

/** What part of a storey above its floor is drawn before the section cut, metres. */
export const CUT_M = 1.5;

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

/** How strongly a level is drawn while `chosen` is: levels above are hidden, levels below stay as context. */
export function visibility(levels: readonly Level[], chosen: string): Map<string, "full" | "context" | "hidden"> {
  const order = sortLevels(levels);
  const top = order.find((level) => level.id === chosen);
  return new Map(
    order.map((level) => {
      if (chosen === ALL || !top || level.id === top.id) return [level.id, "full"];
      return [level.id, level.ordinal > top.ordinal || level.elevation_m > top.elevation_m ? "hidden" : "context"];
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

  constructor(levels: readonly Level[], gapM: number) {
    this.gapM = gapM;
    const heights = [...new Set(levels.map((level) => level.elevation_m))].sort((a, b) => a - b);
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

  /** Offsets sampled over [`from`, `to`], for the graphics card. */
  table(from: number, to: number, samples: number): Float32Array {
    const step = (to - from) / (samples - 1);
    return Float32Array.from({ length: samples }, (_, index) => {
      const z = from + index * step;
      return this.height(z) - z;
    });
  }
}

/** A gap that lets one look into storeys without losing the building's shape: grows with its shorter side, within bounds. */
export function comfortableGap(levels: readonly Level[], depthM: number): number {
  if (levels.length < 2) return 0;
  return Math.min(16, Math.max(4, depthM * 0.5));
}
