import { afterEach, describe, expect, it, vi } from "vitest";
import { badgeText, contrast, textOn } from "../src/badges";
import { setLanguage } from "../src/i18n";
import { plateHeights } from "../src/landing/glyph";
import { apart, banks, isOnMap, type Km, RIVER, smooth, toKm, within } from "../src/landing/ground";
import { type Anchor, placeLabels } from "../src/landing/labels";
import { cardOf, DISTRICT, kindOf, linesOf, ordered, span } from "../src/landing/model";
import { pinName, venueName } from "../src/landing/names";

const SUMMARY = {
  id: "city-hall",
  name: { default: "", ko: "시청역", en: "City Hall station" },
  category: "station",
  center: [126.9758, 37.5648],
  schematic: true,
  lines: [{ id: "2Vt", short_name: "1", name: { ko: "1호선", en: "Line 1" }, colour: "#0052A4" }],
  counts: { levels: 2, exits: 12 },
};
const DETAIL = {
  ...SUMMARY,
  exits: [{}, {}],
  levels: [
    { id: "g", ordinal: 0, short_name: "1F", elevation_m: 0 },
    { id: "b", ordinal: -2, short_name: "B2", elevation_m: -10.05 },
  ],
};

function inLanguage(lang: "ko" | "en"): void {
  vi.stubGlobal("document", { documentElement: { lang: "", dataset: {} } });
  setLanguage(lang);
}

afterEach(() => vi.unstubAllGlobals());

describe("cardOf", () => {
  it("reads a summary, and more from a description", () => {
    expect(cardOf(SUMMARY)).toMatchObject({ id: "city-hall", levels: 2, exits: 12, storeys: [], center: [126.9758, 37.5648], schematic: true });
    const full = cardOf(SUMMARY, DETAIL);
    expect(span(full.storeys)).toBe("B2–1F");
    expect(full.lines).toEqual([{ id: "1", name: { ko: "1호선", en: "Line 1" }, colour: "#0052a4" }]);
  });

  it("says nothing of what an older server does not give", () => {
    const card = cardOf({ id: "x", name: "Halle" });
    expect(card).toMatchObject({ lines: [], storeys: [], exits: undefined, center: undefined, name: { default: "Halle" } });
    expect(span([])).toBe("");
    expect(cardOf({ id: "x", center: [null, "a"], counts: null }).center).toBeUndefined();
    expect(linesOf([{ short_name: "9", colour: "" }, {}, null])).toEqual([{ id: "9", name: {}, colour: "#46566a" }]);
  });

  it("puts stations first and joined entries last", () => {
    const cards = [
      { id: "d", category: DISTRICT, name: { en: "A" } },
      { id: "m", category: "Public building", name: { en: "B" } },
      { id: "s", category: "station", name: { en: "C" } },
    ].map((entry) => cardOf(entry));
    expect(ordered(cards, "en").map(({ id }) => id)).toEqual(["s", "m", "d"]);
    expect(kindOf(cards[1] as ReturnType<typeof cardOf>)).toBe("public_building");
  });

  it("calls a joined entry by its one name, and shortens pins without losing the name", () => {
    inLanguage("en");
    expect(venueName(cardOf({ id: "d", category: DISTRICT, name: { en: "Whatever" } }))).toBe("City Hall district");
    expect(pinName(cardOf(SUMMARY))).toEqual(["City Hall", " station"]);
    expect(pinName(cardOf({ id: "m", name: { en: "Museum of Art, main building" } }))).toEqual(["Museum of Art", ", main building"]);
    inLanguage("ko");
    expect(pinName(cardOf(SUMMARY))).toEqual(["시청역", ""]);
  });
});

describe("line badges", () => {
  it("can be read on every line's colour", () => {
    for (const colour of ["#0052a4", "#00a84d", "#ef7c1c", "#996cac", "#747f00", "#bdb092"]) expect(contrast(colour, textOn(colour)), colour).toBeGreaterThanOrEqual(4.5);
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  });

  it("show a number, or the start of a name", () => {
    inLanguage("en");
    expect(badgeText({ id: "9", name: {}, colour: "#bdb092" })).toBe("9");
    expect(badgeText({ id: "GJ", name: { en: "Gyeongui–Jungang" }, colour: "#77c4a3" })).toBe("Gyeong");
  });
});

describe("the ground", () => {
  it("places venues in kilometres, and leaves far ones out", () => {
    const [east, north] = toKm([127.0049, 37.5049]);
    expect([east, north].map((value) => Math.round(value * 10) / 10)).toEqual([1.3, -3.9]);
    expect(isOnMap(cardOf(SUMMARY))).toBe(true);
    expect(isOnMap(cardOf({ ...SUMMARY, center: [8.5, 47.4] }))).toBe(false);
    expect(isOnMap(cardOf({ id: "x" }))).toBe(false);
  });

  it("keeps the river north of Express Bus Terminal and south of City Hall", () => {
    const river = smooth(RIVER.map(toKm));
    const at = (lon: number): number => (river.reduce((a, b) => (Math.abs(b[0] - toKm([lon, 0])[0]) < Math.abs(a[0] - toKm([lon, 0])[0]) ? b : a)) as Km)[1];
    expect(at(127.005)).toBeGreaterThan(toKm([127.005, 37.5049])[1] + 0.6);
    expect(at(126.976)).toBeLessThan(toKm([126.976, 37.5648])[1] - 0.6);
  });

  it("draws both banks at the width, and cuts lines at the sides", () => {
    const [[left, right]] = banks([[0, 0], [1, 0]], 0.5) as [[Km, Km]];
    expect([left, right]).toEqual([[0, 0.25], [0, -0.25]]);
    expect(within([[-2, 0], [0, 0], [2, 2]], -1, 1)).toEqual([[-1, 0], [0, 0], [1, 1]]);
    expect(within([[2, 2], [-2, 0]], -1, 1).map(([x]) => x)).toEqual([1, -1]);
    expect(smooth([[0, 0], [1, 1]], 2)).toHaveLength(3);
  });

  it("moves neighbours apart and keeps who lies where", () => {
    const moved = apart([[0, 0], [0.2, 0], [0.1, 0.2], [5, 5]], 1);
    for (let i = 0; i < moved.length; i++) for (let j = i + 1; j < moved.length; j++) expect(Math.hypot((moved[i] as Km)[0] - (moved[j] as Km)[0], (moved[i] as Km)[1] - (moved[j] as Km)[1])).toBeGreaterThan(0.95);
    expect((moved[0] as Km)[0]).toBeLessThan((moved[1] as Km)[0]);
    expect((moved[2] as Km)[1]).toBeGreaterThan((moved[0] as Km)[1]);
    expect(moved[3]).toEqual([5, 5]);
    expect(apart([[1, 1], [1, 1]], 1)).toEqual(apart([[1, 1], [1, 1]], 1));
  });
});

describe("placeLabels", () => {
  const frame = { width: 400, height: 400 };
  const size = { width: 120, height: 30 };

  it("puts no name over another and none outside", () => {
    const anchors: Anchor[] = [[200, 200], [210, 205], [190, 195], [5, 5], [398, 398]].map(([x, y]) => ({ x: x as number, y: y as number, ...size }));
    const placed = placeLabels(anchors, frame);
    placed.forEach((a, i) => {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.top).toBeGreaterThanOrEqual(0);
      expect(a.left + size.width).toBeLessThanOrEqual(frame.width);
      expect(a.top + size.height).toBeLessThanOrEqual(frame.height);
      placed.slice(i + 1).forEach((b) => expect(Math.abs(a.left - b.left) >= size.width || Math.abs(a.top - b.top) >= size.height).toBe(true));
    });
  });

  it("stays near its pin, but beside what is drawn", () => {
    const [free] = placeLabels([{ x: 200, y: 200, ...size }], frame);
    expect(Math.hypot((free?.left ?? 0) + 60 - 200, (free?.top ?? 0) + 15 - 200)).toBeLessThan(80);
    const [aside] = placeLabels([{ x: 200, y: 200, ...size }], frame, [{ left: 100, top: 120, width: 200, height: 78 }]);
    expect((aside?.top ?? 0) + size.height <= 121 || (aside?.top ?? 0) >= 197 || (aside?.left ?? 0) >= 299 || (aside?.left ?? 0) + size.width <= 101).toBe(true);
  });
});

it("draws storeys in proportion around the street", () => {
  const { plates, street } = plateHeights([-20, -10, 0]);
  const [low, middle, high] = plates as [number, number, number];
  expect(low - middle).toBeCloseTo(middle - high);
  expect(street).toBe(high);
  expect(low).toBeLessThan(64);
});
