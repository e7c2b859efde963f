import { describe, expect, it, vi } from "vitest";
import { Api, ApiProblem } from "../src/api";
import { addressFor, addressOf } from "../src/door";
import { SiteFrame, toEcef } from "../src/geo";
import { siteEn } from "../src/i18n/site.en";
import { siteKo } from "../src/i18n/site.ko";
import { s, worded } from "../src/i18n/site";
import { percent } from "../src/pages/accessibility";
import { factName, groupName } from "../src/pages/data";
import { byKind, isFacility, isStory } from "../src/pages/facilities";
import { pageOf } from "../src/pages";
import { signed, spread } from "../src/pages/levels";
import { accessibilityOf, areaOf, bytes, certaintyOf, downloadsOf, factsOf, grouped, type Item, itemOf, qualityOf } from "../src/pages/read";
import type { Feature, Venue } from "../src/types";

vi.mock("../src/site.css", () => ({}));

describe("texts of the site", () => {
  it("exist in both languages with the same slots", () => {
    expect(Object.keys(siteKo).sort()).toEqual(Object.keys(siteEn).sort());
    const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).sort();
    for (const [key, text] of Object.entries(siteEn)) {
      expect(text.trim(), key).not.toBe("");
      expect(slots(siteKo[key as keyof typeof siteEn]), key).toEqual(slots(text));
    }
  });

  it("fall back for codes they do not know", () => {
    expect(worded("kind", "station")).not.toBe("station");
    expect(worded("kind", "airport", "")).toBe("");
    expect(s("landing.count", { count: 6 }, "en")).toBe("6 places");
  });
});

describe("addresses", () => {
  it("are read and written without losing the rest", () => {
    expect(addressOf("?venue=a&page=levels")).toEqual({ page: "levels", show: "", level: "" });
    expect(addressFor("?venue=a&page=levels&lang=en", { show: "x$1" })).toBe("?venue=a&lang=en&show=x%241");
    expect(addressFor("?venue=a&show=q", { page: "data" })).toBe("?venue=a&page=data");
    expect(addressFor("?venue=a&page=levels", {})).toBe("?venue=a");
  });

  it("lead to the first page where they name none that is known", () => {
    expect([pageOf("facilities"), pageOf("nonsense")]).toEqual(["facilities", "overview"]);
  });
});

describe("facts", () => {
  it("keep certainty, sources and conflicts", () => {
    const { facts, sources } = factsOf({
      sources: [{ id: "B", title: "Depths", licence: "" }],
      facts: [
        { key: "line1.floor", value: "-5.5", unit: "m", sources: ["B", "D"], certainty: "D", note: "" },
        { key: "street.datum", value: [29.97, 32.01], certainty: "S", note: "Conflict: 2 m apart." },
        { key: "line1.point", certainty: "who knows" },
      ],
    });
    expect(facts.map(({ certainty, isConflict }) => [certainty, isConflict])).toEqual([["derived", false], ["seen", true], ["assumed", false]]);
    expect(facts[1]?.value).toBe("29.97, 32.01");
    expect(sources).toEqual([{ id: "B", title: "Depths", licence: "" }]);
    expect(grouped(facts).map(([name, own]) => [name, own.length])).toEqual([["line1", 2], ["street", 1]]);
    expect(factsOf(undefined)).toMatchObject({ facts: [], sources: [] });
    expect(["S", "g", "assumed", "", undefined].map(certaintyOf)).toEqual(["seen", "general", "assumed", "assumed", "assumed"]);
  });

  it("are named by their key", () => {
    expect(factName("line1.b1.floor", "line1")).toBe("b1 · floor");
    expect(factName("trains", "trains")).toBe("trains");
    expect(groupName("platforms")).toBe("Platforms");
    expect(groupName("line9")).toMatch(/9/);
  });
});

describe("quality", () => {
  const issue = { severity: "warning", code: "a", element: "e", level: "g", message: "m", hint: "h" };

  it("reads groups and the flat report alike, worst first", () => {
    const flat = qualityOf({ ok: true, issues: [issue, { ...issue, severity: "error", code: "z" }, issue], facts: { format: "IFC", n: 2 } });
    expect(flat.groups.map(({ severity, code, findings }) => [severity, code, findings.length])).toEqual([["error", "z", 1], ["warning", "a", 2]]);
    expect(flat.counts).toEqual({ error: 1, warning: 2, info: 0 });
    expect(flat.facts).toEqual([["format", "IFC"], ["n", "2"]]);
    const told = qualityOf({ ok: true, counts: { error: 0, warning: 9, info: 0 }, groups: [{ severity: "warning", code: "a", issues: [{ ...issue, level: { id: "g" } }] }] });
    expect(told).toMatchObject({ ok: true, counts: { warning: 9 } });
    expect(told.groups[0]?.findings[0]).toMatchObject({ level: "g", element: "e" });
  });

  it("never calls a report with errors good", () => {
    expect(qualityOf({ ok: true, issues: [{ ...issue, severity: "error" }] }).ok).toBe(false);
    expect(qualityOf(undefined).ok).toBe(false);
  });
});

describe("accessibility", () => {
  it("puts reachable exits first, by time, and keeps why not", () => {
    const read = accessibilityOf({
      kind: "station",
      summary: { rows: 1, step_free: 0, exits: 3, exits_step_free: 2 },
      platforms: [
        {
          space: "p",
          name: { en: "P" },
          level: { short_name: "B2" },
          line: { short_name: "1", colour: "#0052A4", name: {} },
          step_free: false,
          exits: [
            { exit: "a", number: "1", reachable: false, length_m: null, duration_s: null, lifts: [] },
            { exit: "b", number: "2", reachable: true, length_m: 9, duration_s: 90, lifts: [{ id: "l", name: "Lift", lines: ["1"] }] },
            { exit: "c", number: "3", reachable: true, length_m: 8, duration_s: 30, lifts: [] },
          ],
          problem: { title: "No route", detail: "d", blocked_by: [{ element: "s", name: { en: "Stairs" } }] },
        },
      ],
      transfers: [{ id: "t", name: {}, from: {}, to: { line: null }, official_s: 141, walk_s: null, difference: null, step_free: { reachable: false } }],
    });
    expect(read.rows[0]?.ways.map(({ exit }) => exit)).toEqual(["c", "b", "a"]);
    expect(read.rows[0]).toMatchObject({ level: "B2", isStepFree: false, line: { id: "1" }, problem: { blockedBy: [{ element: "s" }] } });
    expect(read.transfers[0]).toMatchObject({ officialS: 141, walkS: undefined, stepFree: { reachable: false, lifts: [] } });
    expect(read.summary).toEqual({ rows: 1, stepFree: 0, exits: 3, exitsStepFree: 2 });
  });

  it("takes silence for no step-free way", () => {
    expect(accessibilityOf({ kind: "building", levels: [{ level: { short_name: "2F" } }] })).toMatchObject({ kind: "building", rows: [{ isStepFree: false, ways: [] }] });
  });

  it("writes differences as people do", () => {
    expect([0.094, -0.006, 0, -0.1, undefined].map(percent)).toEqual(["+9%", "−1%", "±0%", "−10%", "–"]);
  });
});

describe("elements", () => {
  const frame = new SiteFrame([0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, ...toEcef(0, 0, 0), 1]);
  const square = (d: number): number[][] => [[0, 0], [d, 0], [d, d], [0, d], [0, 0]];
  const feature = (properties: Record<string, unknown>, geometry: Feature["geometry"] = null): Feature => ({ type: "Feature", id: "x", geometry, properties });

  it("know their area, holes taken off", () => {
    const whole = areaOf(feature({}, { type: "Polygon", coordinates: [square(1e-4)] }), frame) as number;
    expect(whole).toBeCloseTo(123.1, 0);
    const holed = areaOf(feature({}, { type: "MultiPolygon", coordinates: [[square(1e-4), square(5e-5)]] }), frame) as number;
    expect(holed / whole).toBeCloseTo(0.75, 3);
    expect(areaOf(feature({}, { type: "Point", coordinates: [0, 0] }), frame)).toBeUndefined();
  });

  it("are read with all their levels", () => {
    const item = itemOf(feature({ feature_type: "facility", category: "cultural", level: { id: "g" }, levels: [{ id: "g" }, { id: "u" }], text: { en: "Old wall." }, accessible: null }), "g", frame);
    expect(item).toMatchObject({ levels: ["g", "u"], accessible: undefined, hours: "" });
    expect([isFacility(item), isStory(item), isStory({ ...item, category: "aed", text: {} })]).toEqual([true, true, false]);
  });

  it("are grouped by kind in the order in which people ask", () => {
    const item = (id: string, category: string, rank: string): Item => ({ id, category, type: "facility", label: {}, name: { default: id }, number: "", levels: [rank], text: {}, hours: "", accessible: undefined, space: "", access: "", areaM2: undefined });
    const groups = byKind([item("x", "zebra", "1"), item("b10", "aed", "1"), item("b2", "aed", "1"), item("l", "lift", "1"), item("a", "aed", "0")], ({ levels }) => Number(levels[0]), ({ id }) => id);
    expect(groups.map(([category, group]) => [category, group.map(({ id }) => id)])).toEqual([["lift", ["l"]], ["aed", ["a", "b2", "b10"]], ["zebra", ["x"]]]);
  });
});

describe("small things", () => {
  it("writes sizes and heights", () => {
    expect([512, 5321, 45_300, 2_235_321].map(bytes)).toEqual(["512 B", "5.3 kB", "45 kB", "2.2 MB"]);
    expect([-5.5, 0, -0.001, 4].map(signed).map((text) => text.replace(/\s*m$/, ""))).toEqual(["−5.50", "0.00", "0.00", "+4.00"]);
    expect(spread([10, 12, 40], 8)).toEqual([10, 18, 40]);
  });

  it("leaves out downloads without an address", () => {
    expect(downloadsOf({ downloads: [{ kind: "plan", href: "/x", size: null, level: { short_name: "B2" } }, { kind: "odd" }] })).toMatchObject([{ kind: "plan", size: undefined, level: "B2" }]);
  });
});

describe("Api.described", () => {
  const venue = { id: "a", links: [{ rel: "facts", href: "x" }] } as unknown as Venue;
  const answering = (status: number, body: unknown): void => void vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));

  it("asks only for what the venue links to, and takes 404 for none", async () => {
    const api = new Api("en", "http://host/");
    answering(200, { facts: [] });
    expect(await api.described(venue, "facts")).toEqual({ facts: [] });
    answering(404, {});
    expect(await api.described(venue, "facts")).toBeUndefined();
    answering(500, {});
    await expect(api.described(venue, "facts")).rejects.toBeInstanceOf(ApiProblem);
    vi.stubGlobal("fetch", () => {
      throw new Error("asked");
    });
    expect(await api.described(venue, "quality")).toBeUndefined();
    vi.unstubAllGlobals();
  });
});
