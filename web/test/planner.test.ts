import { describe, expect, it } from "vitest";
import type { SiteFrame } from "../src/geo";
import { Motion, type Plan, SERVICE } from "../src/planner/motion";

const frame = { toSite: ([x, y, z]: number[]) => [x, y, z] } as unknown as SiteFrame;
const node = (space: string, kind: string, area: number | null, x: number): Plan["network"]["nodes"][number] => ({ space, kind, level: "g", position: [x, 0, 0], area_m2: area });
const plan: Plan = {
  network: {
    nodes: [node("hall", "cell", 10, 0), node("hall", "mouth", null, 8), node("", "exit", null, 16), node("store", "cell", 0, 3)],
    arcs: [{ from: 0, to: 1 }, { from: 1, to: 2 }],
  },
  motion: {
    at_s: [0, 2, 4],
    waiting: [[[0, 20], [3, 5]], [[0, 4], [1, 3]], [[2, 27]]],
    moving: [[], [[0, 4], [1, 2]], []],
  },
}; // prettier-ignore

describe("a plan in motion", () => {
  const motion = new Motion(plan, frame);

  it("takes the last moment that is not later", () => {
    expect([0, 1.9, 2, 3, 99, -1].map((time) => motion.index(time))).toEqual([0, 0, 1, 1, 2, 0]);
  });

  it("sums waiting and moving people over a space's area, and leaves out who is out", () => {
    expect([...motion.service(0)]).toEqual([["hall", 3]]); // 2.0 a square metre: D
    expect([...motion.service(1)]).toEqual([["hall", 2]]); // (4 + 3 + 4 + 2) / 10 = 1.3: C
    expect([...motion.service(2)]).toEqual([]);
  });

  it("draws as many people as there are on each way, between its ends", () => {
    const dots = motion.dots(1, 2);
    expect(dots).toHaveLength(6);
    expect(dots.every(({ position: [x] }) => x >= 0 && x <= 16)).toBe(true);
    expect(dots.slice(0, 4).every(({ position: [x] }) => x <= 8)).toBe(true);
    expect(motion.dots(1, 2.5)).not.toEqual(dots);
    expect(motion.dots(0, 0)).toEqual([]);
  });

  it("lets one dot stand for several where there are too many", () => {
    const crowded = new Motion({ ...plan, motion: { at_s: [0], waiting: [[]], moving: [[[0, 9000], [1, 1]]] } }, frame); // prettier-ignore
    const dots = crowded.dots(0, 0);
    expect(dots.length).toBeLessThanOrEqual(1502);
    expect(dots.length).toBeGreaterThan(1400);
  });

  it("has classes that follow one another, each as wide as square feet a person say", () => {
    const most = SERVICE.map(([, upTo]) => upTo);
    expect([...most].sort((a, b) => a - b)).toEqual(most);
    for (const [index, squareFeet] of [13, 10, 7, 3, 2].entries()) expect(most[index]).toBeCloseTo(1 / (squareFeet * 0.09290304), 1);
  });

  it("shows nothing where a plan has no motion", () => {
    const { motion: _, ...still } = plan;
    const none = new Motion(still, frame);
    expect([none.at, none.service(0).size, none.dots(0, 0)]).toEqual([[], 0, []]);
  });
});
