import { BoxGeometry, BufferAttribute, Color, Matrix4, Mesh, MeshStandardMaterial } from "three";
import { describe, expect, it } from "vitest";
import { readOpening, writeOpening } from "../src/address";
import type { Element } from "../src/catalogue";
import type { Drawn } from "../src/features";
import { merge } from "../src/merge";
import { isVivid, ownShare, partColour, spaceColour } from "../src/palette";
import { planOf } from "../src/plan";
import { lineIn, lineMarks, linesOf } from "../src/transit";

describe("the address", () => {
  const usual = { apart: undefined, cutM: 1.5, front: 0 };

  it("says how the building is taken apart, and nothing where it is as usual", () => {
    expect(writeOpening("http://x/?venue=v", { apart: 0.4, cutM: 2.2, front: 0.3 })).toBe("http://x/?venue=v&apart=40&cut=2.2&front=30");
    expect(writeOpening("http://x/?venue=v&apart=40&cut=2.2", usual)).toBe("http://x/?venue=v");
  });

  it("is read back, within bounds, and nonsense is left out", () => {
    expect(readOpening("?apart=40&cut=2.2&front=30")).toEqual({ apart: 0.4, cutM: 2.2, front: 0.3 });
    expect(readOpening("?apart=900&cut=0&front=-5")).toEqual({ apart: 1, cutM: 0.3, front: 0 });
    expect(readOpening("?apart=x&cut=&front")).toEqual({});
    expect(readOpening("?apart=0")).toEqual({ apart: 0 });
  });
});

describe("planOf", () => {
  const box = (x: number, z: number): { min: { x: number; z: number }; max: { x: number; z: number } } => ({ min: { x: x - 1, z: z - 1 }, max: { x: x + 1, z: z + 1 } });

  it("finds the long side, whichever way the building is turned", () => {
    for (const angle of [0, 30, 75, 120, 165]) {
      const along = (at: number): [number, number] => [at * Math.sin((angle * Math.PI) / 180), at * Math.cos((angle * Math.PI) / 180)];
      const plan = planOf([-50, -20, 0, 20, 50].map((at) => box(...along(at))));
      expect(Math.abs((plan?.axisDeg ?? 999) - angle)).toBeLessThanOrEqual(3);
      expect(plan?.lengthM).toBeGreaterThan(95);
      expect(plan?.depthM).toBeLessThan(5);
    }
  });

  it("knows nothing of nothing", () => expect(planOf([])).toBeUndefined());
});

describe("lines", () => {
  const drawn = (id: string, category: string, name: string, own: string): Drawn =>
    ({ id, name, category, kind: "", level: "b2", pickId: 1, own, box: { min: { x: 0, y: 0, z: 0 }, max: { x: 2, y: 1, z: 2 } } }) as unknown as Drawn;
  const platform = { id: "p", type: "space", category: "platform", name: { ko: "2호선 승강장", en: "Line 2 platform" }, levels: ["b3"], point: [1, 2, -20] } as unknown as Element;

  it("are told from names in both languages", () => {
    expect(["2호선 승강장", "To Line 9", "신분당선 승강장", "Main hall", "Airline 3"].map(lineIn)).toEqual(["2", "9", "신분당", "", ""]);
  });

  it("take the colour of the API before that of the model, and have none without either", () => {
    const beam = drawn("b", "other", "Screen door beam, line 2", "#00a84d");
    expect(lineMarks([platform], [beam], []).map(({ id, colour, level }) => [id, colour, level])).toEqual([["2", "#00a84d", "b3"]]);
    expect(lineMarks([platform], [beam], linesOf([{ short_name: "2", colour: "#00A84E" }]))[0]?.colour).toBe("#00a84e");
    expect(lineMarks([platform], [], [])).toEqual([]);
    expect(linesOf([{ id: "2", colour: "green" }, 5])).toEqual([]);
  });
});

describe("colours", () => {
  it("of the model count where they mean something", () => {
    expect([isVivid("#0052a4"), isVivid("#f2b600"), isVivid("#9aa1a8"), isVivid("#5c5751"), isVivid("")]).toEqual([true, true, false, false, false]);
    expect(ownShare("sign", "#00a84d")).toBe(1);
    expect(ownShare("wall", "#ff0000")).toBe(0);
  });

  it("of floors tell kinds that people look for apart", () => {
    const kinds = ["concourse", "platform", "restroom", "shop", "stairwell", "outdoor", "technical"].map((kind) => spaceColour(kind));
    expect(new Set([...kinds, spaceColour("concourse", "paid"), spaceColour("concourse", "restricted")]).size).toBe(9);
    expect(partColour("door", "screen_door")).toEqual(partColour("glass", ""));
  });
});

it("primitives of a tile become one, each with its colour, place and features", () => {
  const primitive = (colour: string, feature: number, x: number): Parameters<typeof merge>[0][number] => {
    const mesh = new Mesh(new BoxGeometry(1, 1, 1), new MeshStandardMaterial({ color: new Color(colour), opacity: 0.4 }));
    const count = mesh.geometry.getAttribute("position").count;
    return { mesh, matrix: new Matrix4().makeTranslation(x, 0, 0), feature: new BufferAttribute(new Float32Array(count).fill(feature), 1) };
  };
  const merged = merge([primitive("#0052a4", 3, 0), primitive("#f2b600", 7, 10)]);
  expect(merged.index.length).toBe(2 * 36);
  expect(Math.max(...merged.index)).toBe(2 * 24 - 1);
  expect(merged.colours).toEqual(new Map([[3, "#0052a4"], [7, "#f2b600"]]));
  expect([...merged.own.slice(0, 4)]).toEqual([0, 0x52, 0xa4, 102]);
  expect(merged.position[24 * 3]).toBeCloseTo(10.5);
  expect([merged.feature[0], merged.feature[24]]).toEqual([3, 7]);
});
