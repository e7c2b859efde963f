import { Box3, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { sharpEdges } from "../src/edges";
import { Features, type Look, styleOf } from "../src/features";
import { unpackPick } from "../src/material";
import { ownName } from "../src/picture";
import { arrange, type Marker } from "../src/overlay";

const box = (low: number, high: number): Box3 => new Box3(new Vector3(0, low, 0), new Vector3(1, high, 1));
const look = (change: Partial<Look> = {}): Look => ({
  levels: new Map([["a", "context"], ["b", "full"], ["c", "ghost"]]),
  floors: new Map([["a", -4], ["b", 0], ["c", 4]]),
  levelsOf: () => [],
  picked: new Set(),
  hovered: "",
  blocked: new Set(),
  closed: new Set(),
  tints: new Map(),
  isElement: () => true,
  ...change,
});

describe("styleOf", () => {
  const features = new Features();
  const add = (id: string, category: string, level: string, low = 0, high = 3): ReturnType<Features["add"]> =>
    features.add({ id, name: "", category, kind: "", level, box: box(low, high) });

  it("leaves the outline of floors above the chosen level, nothing else of it, and no roofs", () => {
    expect(styleOf(add("w1", "wall", "c", 4, 7), look()).opacity).toBe(0);
    const ghost = styleOf(add("s0", "space", "c", 4, 7), look());
    expect(ghost.opacity).toBeLessThan(0.1);
    expect(ghost.edge).toBeGreaterThan(0);
    expect(styleOf(add("w0", "wall", "a", -4, -1), look()).opacity).toBeLessThan(0.5);
    expect(styleOf(add("r1", "roof", "b"), look()).opacity).toBe(0);
    expect(styleOf(add("w2", "wall", "b"), look()).opacity).toBe(1);
  });

  it("cuts walls above the floor they stand on, and stairs never", () => {
    expect(styleOf(add("w3", "wall", "b", 0, 3), look()).cutM).toBeCloseTo(1.5);
    expect(styleOf(add("w4", "wall", "b", 1, 4), look()).cutM).toBeCloseTo(2.5);
    expect(styleOf(add("ceiling", "slab", "b", 2.7, 3), look()).cutM).toBeCloseTo(1.5);
    expect(styleOf(add("s1", "stairs", "b", 0, 4), look()).cutM).toBeGreaterThan(1e5);
  });

  it("cuts as high as is asked, but ceilings always, and never what hangs and means something", () => {
    const high = look({ cutM: 4 });
    expect(styleOf(add("w5", "wall", "b", 0, 3), high).section).toBe(false);
    expect(styleOf(add("w5", "wall", "b", 0, 3), { ...high, opened: true }).section).toBe(true);
    expect(styleOf(add("ceiling2", "slab", "b", 2.7, 3), high).cutM).toBeCloseTo(1.5);
    const board = { ...add("board", "sign", "b", 2.3, 2.7), own: "#f2b600" };
    const beam = { ...add("beam", "other", "b", 2.1, 2.6), own: "#0052a4" };
    for (const hanging of [board, beam]) {
      expect(styleOf(hanging, look()).cutM).toBeGreaterThan(1e5);
      expect(styleOf(hanging, look()).own).toBe(1);
      expect(styleOf(hanging, look()).anchorM).toBeCloseTo(0.1);
    }
  });

  it("hangs stairs on the level that is chosen, of those that they join", () => {
    const stairs = add("st", "stairs", "a", -4, 0);
    expect(styleOf(stairs, look({ levelsOf: () => ["a", "b"] })).anchorM).toBeCloseTo(0.1);
    expect(styleOf(stairs, look({ levels: new Map(), levelsOf: () => ["a", "b"] })).anchorM).toBeCloseTo(-3.9);
    expect(styleOf(add("li", "lift", "a", -4, 0), look({ levelsOf: () => ["a", "b"] })).anchorM).toBeUndefined();
  });

  it("colours floors by who may be there", () => {
    const hall = add("hall", "space", "b");
    const colour = (access: string): readonly number[] => styleOf({ ...hall, kind: "concourse" }, look({ accessOf: () => access })).colour;
    expect(new Set([colour("public"), colour("paid"), colour("restricted")].map(String)).size).toBe(3);
  });

  it("shows a lift on every level where it stops", () => {
    const lift = add("l1", "lift", "c", 0, 8);
    expect(styleOf(lift, look()).opacity).toBe(0);
    expect(styleOf(lift, look({ levelsOf: () => ["b", "c"] })).opacity).toBe(1);
  });

  it("shows what is closed before what is tinted", () => {
    const space = add("sp", "space", "b");
    const plain = styleOf(space, look()).colour;
    const tinted = styleOf(space, look({ tints: new Map([["sp", "#0072b2"]]) })).colour;
    const closed = styleOf(space, look({ tints: new Map([["sp", "#0072b2"]]), closed: new Set(["sp"]) }));
    expect(tinted).not.toEqual(plain);
    expect(closed.glow).toBe(1);
    expect(closed.colour).not.toEqual(tinted);
  });

  it("knows an element once, however many tiles draw it", () => {
    const first = add("twice", "wall", "b", 0, 1);
    expect(add("twice", "wall", "b", 2, 3)).toBe(first);
    expect([first.box.min.y, first.box.max.y]).toEqual([0, 3]);
    expect(features.picked(first.pickId)).toBe(first);
    expect(features.picked(0)).toBeUndefined();
  });
});

it("tags say of a level what its number does not", () => {
  expect(ownName("10층 (하늘광장)", "10F")).toBe("하늘광장");
  expect(["지하 1층", "지상", "13층", "B3", "Basement 4"].map((name) => ownName(name, "B3"))).toEqual(["", "", "", "", ""]);
  expect(ownName("Basement 3, Line 2 platform", "B3")).toBe("Line 2 platform");
  expect(ownName("Ground floor", "1F")).toBe("Ground floor");
});

it("a picked pixel gives back id and height", () => {
  const height = Math.floor((-13.6 + 2000) * 16);
  const { id, heightM } = unpackPick([700 % 256, 700 >> 8, height % 256, height >> 8]);
  expect(id).toBe(700);
  expect(Math.abs(heightM + 13.6)).toBeLessThanOrEqual(1 / 16);
});

describe("sharpEdges", () => {
  it("finds the outline of a square, not its diagonal", () => {
    const corners = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]] as const;
    const edges = sharpEdges({ index: [0, 1, 2, 0, 2, 3], position: (v) => corners[v] as readonly [number, number, number], feature: () => 7 });
    expect(edges.positions.length / 6).toBe(4);
    expect(new Set(edges.features)).toEqual(new Set([7]));
  });

  it("keeps the border between two features, and ignores slivers", () => {
    const corners = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0], [1, 1, 0]] as const;
    const edges = sharpEdges({ index: [0, 1, 2, 4, 5, 3, 0, 0, 1], position: (v) => corners[v] as readonly [number, number, number], feature: (v) => (v === 3 || v > 3 ? 1 : 0) });
    expect(edges.positions.length / 6).toBe(6);
  });
});

describe("arrange", () => {
  const marker = (id: string, x: number, priority: number, more: Partial<Marker> = {}): Marker => ({ id, kind: "icon", icon: "lift", text: "", position: [x, 0, 0], priority, ...more });
  const place = (markers: Marker[]): string[] =>
    arrange(markers, ([x]) => ({ x, y: 50 }), () => ({ halfWidth: 10, halfHeight: 10 }), { width: 400, height: 100 }).map((placed) => placed.marker.id);

  it("keeps the important one of two in one place", () => {
    expect(place([marker("small", 100, 1), marker("great", 105, 2), marker("far", 200, 1)])).toEqual(["great", "far"]);
  });

  it("draws what must be drawn, and tries other places for what may move", () => {
    expect(place([marker("a", 100, 3), marker("b", 100, 2, { always: true }), marker("c", 100, 1, { alternatives: [[300, 0, 0]] })])).toEqual(["a", "b", "c"]);
  });

  it("keeps what is meant for near by until one is near, and names that are wider than what they name", () => {
    const from = (pxPerM: number): string[] =>
      arrange([marker("near", 100, 1, { fromPxPerM: 3 }), marker("hall", 200, 1, { breadthM: 10 })], ([x]) => ({ x, y: 50, pxPerM }), () => ({ halfWidth: 20, halfHeight: 10 }), { width: 400, height: 100 }).map((placed) => placed.marker.id);
    expect(from(2)).toEqual([]);
    expect(from(4)).toEqual(["hall", "near"]);
  });

  it("puts tags of levels beside what they name", () => {
    const tag = marker("b1", 100, 1, { kind: "level", alternatives: [[60, 0, 0], [160, 0, 0]] });
    const [placed] = arrange([tag], ([x]) => ({ x, y: 50 }), () => ({ halfWidth: 10, halfHeight: 10 }), { width: 400, height: 100 });
    expect(placed?.x).toBe(60 - 18);
  });

  it("leaves out what is off the screen", () => {
    expect(place([marker("gone", 900, 1)])).toEqual([]);
  });
});
