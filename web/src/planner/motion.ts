/** Where people are over time, read from a plan: how dense each space is, and people along the ways. */
import type { SiteFrame, Vec3 } from "../geo";
import type { Position } from "../types";

type Sparse = [number, number][];

/** What the panel reads of a plan (`/v1/jobs/{job}/results/plan.json`). */
export interface Plan {
  network: {
    nodes: { kind: string; space: string; level: string; position: Position; area_m2: number | null }[];
    arcs: { from: number; to: number }[];
  };
  motion?: { at_s: number[]; waiting: Sparse[]; moving: Sparse[] };
}

/** One person on a way. */
export interface Dot {
  position: Vec3;
  level: string;
}

/**
 * Fruin's levels of service for waiting areas, as TCRP Report 165, chapter 10, has them: more than 13, 10, 7, 3, 2 square feet a person.
 * Persons a square metre up to which each holds; the last has no end.
 */
export const SERVICE = [
  ["A", 0.83, "#ffffcc"],
  ["B", 1.08, "#ffe699"],
  ["C", 1.54, "#fdc35e"],
  ["D", 3.59, "#fd8d3c"],
  ["E", 5.38, "#e0301e"],
  ["F", Infinity, "#7a0026"],
] as const;

const MOST_DOTS = 1500;

export class Motion {
  readonly at: readonly number[];
  private readonly plan: Plan;
  private readonly points: Vec3[];
  private readonly area = new Map<string, number>();

  constructor(plan: Plan, frame: SiteFrame) {
    this.plan = plan;
    this.at = plan.motion?.at_s ?? [];
    this.points = plan.network.nodes.map((node) => frame.toSite(node.position));
    for (const { space, area_m2 } of plan.network.nodes) this.area.set(space, (this.area.get(space) ?? 0) + (area_m2 ?? 0));
  }

  /** The last moment that is not after `time`. */
  index(time: number): number {
    return Math.max(0, this.at.filter((at) => at <= time).length - 1);
  }

  /** Which level of service each space has at a moment; spaces without anybody are left out. */
  service(index: number): Map<string, number> {
    const { plan } = this;
    const { nodes, arcs } = plan.network;
    const people = new Map<string, number>();
    const add = (node: number | undefined, count: number): void => {
      const found = nodes[node ?? -1];
      if (found && found.kind !== "exit" && found.kind !== "safe") people.set(found.space, (people.get(found.space) ?? 0) + count);
    };
    for (const [node, count] of plan.motion?.waiting[index] ?? []) add(node, count);
    for (const [arc, count] of plan.motion?.moving[index] ?? []) add(arcs[arc]?.from, count);
    const found = new Map<string, number>();
    for (const [space, count] of people) {
      const area = this.area.get(space) ?? 0;
      if (count >= 0.5 && area > 0) found.set(space, SERVICE.findIndex(([, most]) => count / area < most));
    }
    return found;
  }

  /** People along the ways: spread evenly over each, moving on with the time. */
  dots(index: number, time: number): Dot[] {
    const { nodes, arcs } = this.plan.network;
    const rows = this.plan.motion?.moving[index] ?? [];
    // Where there are too many to draw, each stands for several.
    const each = Math.max(1, rows.reduce((sum, [, count]) => sum + count, 0) / MOST_DOTS);
    return rows.flatMap(([arc, count]) => {
      const way = arcs[arc];
      const [from, to] = [this.points[way?.from ?? -1], this.points[way?.to ?? -1]];
      if (!way || !from || !to) return [];
      const several = Math.max(1, Math.round(count / each));
      return Array.from({ length: several }, (_, number): Dot => {
        const share = ((number + ((time / 6) % 1)) / several) % 1;
        const at = (axis: 0 | 1 | 2): number => from[axis] + (to[axis] - from[axis]) * share;
        return { position: [at(0), at(1), at(2)], level: nodes[way.from]?.level ?? "" };
      });
    });
  }
}
