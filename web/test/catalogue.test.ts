import { describe, expect, it } from "vitest";
import { Catalogue, iconOf } from "../src/catalogue";
import { SiteFrame, toEcef } from "../src/geo";
import type { Feature, Level } from "../src/types";

const frame = new SiteFrame([0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, ...toEcef(0, 0, 0), 1]);
const LEVELS: Level[] = [
  { id: "b", ordinal: -1, short_name: "B1", name: {}, elevation_m: -5 },
  { id: "g", ordinal: 0, short_name: "1F", name: {}, elevation_m: 0 },
];
const feature = (id: string, feature_type: string, category: string, more: Record<string, unknown> = {}): Feature => ({
  type: "Feature",
  id,
  geometry: { type: "Point", coordinates: [0.0001, 0.0002, -5] },
  properties: { feature_type, category, category_label: { ko: `${category}-ko`, en: `${category}-en` }, name: {}, level: { id: "b" }, ...more },
});

function catalogue(): Catalogue {
  const made = new Catalogue(LEVELS, frame);
  const lift = feature("lift", "connector", "lift", { levels: [{ id: "b" }, { id: "g" }], name: { ko: "1호기", en: "Lift 1" } });
  made.add({ type: "FeatureCollection", features: [feature("room", "space", "office"), lift, feature("door", "opening", "door"), feature("gate", "opening", "gate")] }, LEVELS[0] as Level);
  made.add({ type: "FeatureCollection", features: [lift, feature("out", "exit", "exit", { number: "3", level: { id: "g" } }), feature("odd", "thing", "x")] }, LEVELS[1] as Level);
  return made;
}

describe("Catalogue", () => {
  it("knows an element once, with all its levels", () => {
    const lift = catalogue().get("lift");
    expect(lift?.levels.sort()).toEqual(["b", "g"]);
    expect(lift?.point[0]).toBeCloseTo(11.13, 1);
    expect(lift?.point[2]).toBeCloseTo(-5, 2);
  });

  it("lists exits first and leaves plain doors out", () => {
    expect(catalogue().listed("en").map(({ id }) => id)).toEqual(["out", "lift", "room", "gate"]);
    expect(catalogue().get("door")).toBeDefined();
    expect(catalogue().get("odd")).toBeUndefined();
  });

  it("finds by name, kind or number in either language", () => {
    const made = catalogue();
    for (const query of ["1호기", "LIFT 1", "lift-ko"]) expect(made.search(query, "en").map(({ id }) => id)).toEqual(["lift"]);
    expect(made.search("3", "ko").map(({ id }) => id)).toEqual(["out"]);
    expect(made.search("nowhere", "en")).toEqual([]);
  });

  it("names what has no name by its kind and number", () => {
    const made = catalogue();
    const title = (id: string): string => made.title(made.get(id) as NonNullable<ReturnType<Catalogue["get"]>>, "en");
    expect([title("out"), title("room"), title("lift")]).toEqual(["exit-en 3", "office-en", "Lift 1"]);
  });
});

it("everything has an icon", () => {
  expect([iconOf({ type: "facility", category: "aed" }), iconOf({ type: "exit", category: "odd" }), iconOf({ type: "opening", category: "odd" }), iconOf({ type: "space", category: "odd" })]).toEqual(["aed", "exit", "door", "space"]);
});
