import { describe, expect, it } from "vitest";
import { SiteFrame, toEcef } from "../src/geo";
import { byExit, readEvacuation, readRoute } from "../src/journey";
import { dense } from "../src/lines";
import type { Feature, FeatureCollection } from "../src/types";

const frame = new SiteFrame([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...toEcef(0, 0, 0), 1]);
const feature = (type: string, coordinates: unknown, properties: Record<string, unknown>): Feature => ({ type: "Feature", geometry: { type, coordinates }, properties });
const collection = (features: Feature[], more: Record<string, unknown> = {}): FeatureCollection => ({ type: "FeatureCollection", features, ...more });

describe("readRoute", () => {
  const overview = feature("LineString", [[0, 0, 0], [0, 0.001, 0]], {
    length_m: 12, duration_s: 10, step_free: null, levels: ["B1"], level_ids: ["b"], closures_applied: ["x"], site_coordinates: [[1, 2, 3], [4, 5, 6]],
  });
  const step = feature("Point", [0, 0, 0], { featureType: "segment", text: { ko: "가세요", en: "Go" }, maneuver: "depart", length_m: 12, duration_s: 10, level_from: "B1", level_to: "B2" });

  it("takes exact site metres and level ids where they are given", () => {
    const route = readRoute(collection([overview, step]), frame);
    expect(route.points).toEqual([[1, 2, 3], [4, 5, 6]]);
    expect(route).toMatchObject({ lengthM: 12, durationS: 10, levels: ["b"], closures: ["x"] });
    expect(route.steps).toMatchObject([{ kind: "depart", levelFrom: "B1", levelTo: "B2" }]);
  });

  it("does not call unknown step-free", () => {
    expect(readRoute(collection([overview]), frame).stepFree).toBeUndefined();
  });

  it("refuses an answer without a line", () => {
    expect(() => readRoute(collection([step]), frame)).toThrow(RangeError);
  });
});

describe("readEvacuation", () => {
  const way = (space: string, exit: string, seconds: number): Feature =>
    feature("LineString", [[0, 0, 0], [0, 0, 1]], { space, exit, exit_number: exit, length_m: 1, duration_s: seconds });
  const stuck = feature("Point", [0, 0, 0], { space: "c", problem: { code: "no-route", title: "No route", detail: "No door." } });

  it("keeps every start that has no way, with the reason", () => {
    const answer = readEvacuation(collection([way("a", "1", 5), stuck], { complete: false, without_way: 1 }), frame);
    expect(answer.without).toMatchObject([{ space: "c", problem: { detail: "No door." } }]);
    expect(answer.complete).toBe(false);
  });

  it("keeps one even when it comes without a reason", () => {
    const silent = feature("Point", [0, 0, 0], { space: "d", problem: null });
    expect(readEvacuation(collection([silent], { complete: true, without_way: 0 }), frame)).toMatchObject({ without: [{ space: "d" }], complete: false });
  });

  it("is complete only when the server says so as well", () => {
    expect(readEvacuation(collection([way("a", "1", 5)], { without_way: 0 }), frame).complete).toBe(false);
    expect(readEvacuation(collection([way("a", "1", 5)], { complete: true, without_way: 1 }), frame).complete).toBe(false);
    expect(readEvacuation(collection([way("a", "1", 5)], { complete: true, without_way: 0 }), frame).complete).toBe(true);
  });

  it("sums up by exit", () => {
    const { ways } = readEvacuation(collection([way("a", "1", 5), way("b", "2", 9), way("c", "2", 3)]), frame);
    expect(byExit(ways)).toEqual([
      { exit: "2", exitNumber: "2", spaces: 2, longestS: 9 },
      { exit: "1", exitNumber: "1", spaces: 1, longestS: 5 },
    ]);
  });
});

describe("ways over storeys that are drawn apart", () => {
  const apart = (z: number): number => (z >= 3 ? z + 10 : z);

  it("keep to the lower floor along stairs and rise straight at their upper end", () => {
    expect(dense([[0, 0, 0], [10, 0, 0], [14, 0, 3.5]], apart)).toEqual([[0, 0, 0], [10, 0, 0], [14, 0, 3.5], [14, 0, 13.5]]);
    expect(dense([[14, 0, 3.5], [10, 0, 0]], apart)).toEqual([[14, 0, 13.5], [14, 0, 3.5], [10, 0, 0]]);
  });

  it("are as they are at true heights", () => {
    expect(dense([[0, 0, 0], [10, 0, 0], [14, 0, 3.5]], (z) => z)).toEqual([[0, 0, 0], [10, 0, 0], [14, 0, 3.5]]);
  });
});
