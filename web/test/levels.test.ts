import { describe, expect, it } from "vitest";
import { ALL, comfortableGap, CUT_M, findLevel, sortLevels, Stack, visibility, widestGap } from "../src/levels";
import type { Level } from "../src/types";

const level = (id: string, ordinal: number, elevation_m: number, short_name: string): Level => ({ id, ordinal, elevation_m, short_name, name: {} });
const LEVELS = [level("c", 0, 0, "1F"), level("a", -2, -11, "B2"), level("b", -1, -5.5, "B1")];

describe("levels", () => {
  it("go from the lowest up", () => {
    expect(sortLevels(LEVELS).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("are found by id, short name or ordinal", () => {
    expect([findLevel(LEVELS, "b"), findLevel(LEVELS, "B1"), findLevel(LEVELS, "-1")].map((found) => found?.id)).toEqual(["b", "b", "b"]);
    expect(findLevel(LEVELS, "7")).toBeUndefined();
  });

  it("leave an outline of what is above the chosen one and keep what is below", () => {
    expect(Object.fromEntries(visibility(LEVELS, "b"))).toEqual({ a: "context", b: "full", c: "ghost" });
    expect([...visibility(LEVELS, ALL).values()]).toEqual(["full", "full", "full"]);
    expect([...visibility(LEVELS, "gone").values()]).toEqual(["full", "full", "full"]);
  });
});

describe("Stack", () => {
  const stack = new Stack(LEVELS, 10);

  it("moves each storey up by its place in the order", () => {
    expect([stack.height(-11), stack.height(-5.5), stack.height(0)]).toEqual([-11, 4.5, 20]);
  });

  it("moves a storey as one piece up to the cut", () => {
    for (const { elevation_m: z } of LEVELS) expect(stack.height(z + CUT_M) - stack.height(z)).toBeCloseTo(CUT_M, 9);
  });

  it("never folds: higher stays higher", () => {
    let before = -Infinity;
    for (let z = -20; z < 12; z += 0.05) {
      expect(stack.height(z)).toBeGreaterThan(before);
      before = stack.height(z);
    }
  });

  it("changes nothing without a gap, or without levels", () => {
    for (const flat of [new Stack(LEVELS, 0), new Stack([], 5)]) for (const z of [-30, -5.5, 3]) expect(flat.height(z)).toBe(z);
  });

  it("lets what stands on a floor move with it, up to the next one", () => {
    expect([stack.standing(-11), stack.standing(-6), stack.standing(-5.5), stack.standing(-1), stack.standing(3)]).toEqual([-11, -6, 4.5, 9, 23]);
    expect(stack.standing(-5.7)).toBeCloseTo(4.3);
    expect(stack.standing(-14)).toBe(-14);
  });

  it("gives the same heights as a table", () => {
    const table = stack.table(-31, 30, 1024);
    const index = 512;
    const z = -31 + (index * 61) / 1023;
    expect(table[index]).toBeCloseTo(stack.height(z) - z, 4);
  });
});

it("a single storey is not drawn apart", () => {
  expect(comfortableGap(LEVELS.slice(0, 1), 100)).toBe(0);
  expect(widestGap(LEVELS.slice(0, 1), 100)).toBe(0);
});

it("storeys are drawn apart as it suits the building, and a tower does not become a ladder", () => {
  const tower = Array.from({ length: 14 }, (_, index) => level(`f${index}`, index, index * 4, `${index}F`));
  expect(comfortableGap(LEVELS, 1000)).toBe(40);
  expect(comfortableGap(LEVELS, 20, 60)).toBeCloseTo(7.8);
  expect(comfortableGap(tower, 60, 80) * 13).toBeLessThanOrEqual(1.5 * 80 + 1e-9);
  for (const [depth, length] of [[10, 20], [60, 80], [200, 500]] as const) {
    expect(widestGap(tower, depth, length)).toBeGreaterThan(comfortableGap(tower, depth, length));
  }
});
