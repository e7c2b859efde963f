import { afterEach, describe, expect, it, vi } from "vitest";
import { readNearby, readReach } from "../src/around";
import type { Context } from "../src/context";
import { SiteFrame, toEcef, toGeodetic, type Vec3 } from "../src/geo";
import { setLanguage, t } from "../src/i18n";
import { ageOf, fieldOf, momentText } from "../src/i18n/time";
import { type RouteAnswer, readRoutes, type Step } from "../src/journey";
import { closedSince, closureOn, readClosures } from "../src/live";
import { causeOf, endOf, reportOf } from "../src/operator";
import { differs } from "../src/route/alternatives";
import { questionOf, turned, withPolicy } from "../src/route/ask";
import { impossible, pathsOf } from "../src/route/draw";
import { readExplanation } from "../src/route/explain";
import { pieces, stretch } from "../src/route/pieces";
import { Reader, voiceFor } from "../src/route/speech";
import { Store } from "../src/state";
import type { Feature, FeatureCollection, Level } from "../src/types";

const LEVELS: Level[] = [
  { id: "g", ordinal: 0, short_name: "1F", name: {}, elevation_m: 0 },
  { id: "u", ordinal: 1, short_name: "2F", name: {}, elevation_m: 3.5 },
];
/** Along a floor, up stairs, along the next. */
const LINE: Vec3[] = [[0, 0, 0], [10, 0, 0], [13, 0, 1.75], [16, 0, 3.5], [20, 0, 3.5]];
const frame = new SiteFrame([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...toEcef(0, 0, 0), 1]);

function inLanguage(lang: "ko" | "en"): void {
  vi.stubGlobal("document", { documentElement: { lang: "", dataset: {} } });
  setLanguage(lang);
}

function step(kind: string, point: Vec3, lengthM: number, elements: string[] = []): Step {
  return { kind, elements, text: {}, spoken: {}, lengthM, durationS: 1, levelFrom: "g", levelTo: "g", point };
}

function route(more: Partial<RouteAnswer> = {}): RouteAnswer {
  const empty = { closures: [], avoided: [], openings: [], notes: [], equipment: [], steps: [] };
  return { profile: "walk", lengthM: 20, durationS: 20, stepFree: false, levels: ["g", "u"], points: LINE, ...empty, ...more };
}

afterEach(() => vi.unstubAllGlobals());

describe("a route by level", () => {
  it("is cut where it begins and ends to climb", () => {
    const made = pieces(LINE, LEVELS, ["g", "u"]);
    expect(made.map(({ levels, points }) => [levels.join(), points.length])).toEqual([["g", 2], ["g,u", 3], ["u", 2]]);
    expect(made.flatMap(({ points }) => points.map((point) => point[0]))).toEqual([0, 10, 10, 13, 16, 16, 20]);
  });

  it("stays one piece over a ramp within a level", () => {
    expect(pieces([[0, 0, 0], [5, 0, 0.3], [9, 0, 0.3]], LEVELS, ["g"])).toHaveLength(1);
  });

  it("ignores levels that it does not touch", () => {
    const between: Level = { ...(LEVELS[0] as Level), id: "m", elevation_m: 1.5 };
    expect(pieces(LINE, [...LEVELS, between], ["g", "u"]).flatMap(({ levels }) => levels)).not.toContain("m");
  });

  it("fades on other levels, and is whole where all are shown", () => {
    const faint = (level: string): boolean[] => pathsOf(route(), LEVELS, { level, step: -1 }).map(({ opacity = 1 }) => opacity < 1);
    expect(faint("all")).toEqual([false, false, false]);
    expect(faint("g")).toEqual([false, false, true]);
    expect(faint("u")).toEqual([true, false, false]);
  });

  it("marks the step one is at in a colour of its own", () => {
    const steps = [step("depart", [0, 0, 0], 10), step("stairs", [10, 0, 0], 7), step("arrive", [20, 0, 3.5], 0)];
    const paths = pathsOf(route({ steps }), LEVELS, { level: "all", step: 1 });
    expect(paths).toHaveLength(4);
    expect(paths[3]?.points[0]).toEqual([10, 0, 0]);
    expect(paths[3]?.colour).not.toBe(paths[0]?.colour);
    expect(impossible(LINE)[0]).toMatchObject({ dashed: true });
  });
});

describe("the stretch of a step", () => {
  it("goes from its point to the next one's", () => {
    const steps = [step("depart", [0, 0.4, 0], 10), step("stairs", [10, 0.3, 0], 6), step("arrive", [20, 0, 3.5], 4)];
    expect(stretch(LINE, steps, 0).map(([x]) => x)).toEqual([0, 10]);
    expect(stretch(LINE, steps, 1).map(([x]) => Math.round(x))).toEqual([10, 13, 16, 20]);
    expect(stretch(LINE, steps, 2)).toHaveLength(1);
    expect(stretch(LINE, steps, 9)).toEqual([]);
  });

  it("tells two passes of the same place apart by how far one has gone", () => {
    const loop: Vec3[] = [[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0], [0, 0, 0], [0, -10, 0]];
    const steps = [step("depart", [0, 0, 0], 40), step("turn", [0, 0, 0], 10)];
    expect(stretch(loop, steps, 1)).toEqual([[0, 0, 0], [0, -10, 0]]);
  });
});

describe("the question", () => {
  const place = (id: string) => ({ id, waypoint: { ref: id }, point: [0, 0, 0] as Vec3, level: "g" });

  it("is none while an end is missing, and says only what was chosen", () => {
    const store = new Store("en");
    expect(questionOf(store.get(), "v")).toBeUndefined();
    store.set({ from: place("a"), to: place("b") });
    expect(questionOf(store.get(), "v")).toEqual({ venue: "v", waypoints: [{ ref: "a" }, { ref: "b" }], profile: "walk", alternatives: 2, spoken: true, lang: "en" });
    store.set({ profile: "wheelchair", options: turned({}, "avoid_gates", true), closed: new Set(["x"]), departAt: "2026-12-01T08:30" });
    expect(questionOf(store.get(), "v")).toMatchObject({ profile: "wheelchair", options: { avoid_gates: true }, closed: ["x"], depart_at: new Date(2026, 11, 1, 8, 30).toISOString() });
    store.set({ departAt: "soon" });
    expect(questionOf(store.get(), "v")).not.toHaveProperty("depart_at");
  });

  it("forgets what is turned off, and never asks for what is usual", () => {
    expect(turned({ avoid_gates: true, unknown: "strict" }, "avoid_gates", false)).toEqual({ unknown: "strict" });
    expect(withPolicy({ unknown: "strict", averse_to_lifts: true }, "warn")).toEqual({ averse_to_lifts: true });
    expect(withPolicy({}, "ignore")).toEqual({ unknown: "ignore" });
  });
});

describe("readRoutes", () => {
  const line = { type: "LineString", coordinates: [[0, 0, 0], [0, 0.001, 0]] };
  const overview = (more: Record<string, unknown>): Feature => ({ type: "Feature", geometry: line, properties: { length_m: 1, ...more } });
  const answer = (more: Record<string, unknown>, members: Record<string, unknown> = {}): FeatureCollection => ({ type: "FeatureCollection", features: [overview(more)], ...members });

  it("takes the natural line where the exact one stands beside it", () => {
    const both = { site_coordinates: [[1, 2, 3], [4, 5, 6]] };
    expect(readRoutes(answer(both), frame)[0]?.points[0]).toEqual([1, 2, 3]);
    expect(readRoutes(answer({ ...both, exact: line }), frame)[0]?.points[0]?.[0]).toBeCloseTo(0, 6);
  });

  it("reads alternatives, notes, equipment and what was avoided, wherever they stand", () => {
    const notes = [{ code: "unknown-width", element: "d", text: { en: "Unknown" } }];
    const routes = readRoutes(answer({ equipment: [{ id: "l", status: "available", age_s: 60 }, { id: "m", age_s: null }], avoided: [{ element: "x", reason: "closed", cause: { ko: "점검" } }] }, { notes, alternatives: [answer({ length_m: 2 })] }), frame);
    expect(routes.map(({ lengthM }) => lengthM)).toEqual([1, 2]);
    expect(routes[0]).toMatchObject({ notes: [{ code: "unknown-width", element: "d" }], equipment: [{ id: "l", status: "available", ageS: 60 }, { id: "m", status: "unknown", ageS: undefined }], avoided: [{ element: "x", reason: "closed", cause: { ko: "점검" } }] });
  });

  it("reads aloud what is written where nothing else is given", () => {
    const told = (properties: Record<string, unknown>): Feature => ({ type: "Feature", geometry: { type: "Point", coordinates: [0, 0, 0] }, properties: { text: { en: "Go" }, ...properties } });
    const steps = readRoutes({ type: "FeatureCollection", features: [overview({}), told({}), told({ spoken: { en: "Please go" } })] }, frame)[0]?.steps;
    expect(steps?.map(({ spoken }) => spoken.en)).toEqual(["Go", "Please go"]);
  });
});

describe("alternatives", () => {
  const catalogue = { get: (id: string) => ({ category: id.startsWith("gate") ? "gate" : "door", type: id.startsWith("lift") ? "connector" : "opening" }) };
  const context = { catalogue, nameOfId: (id: string) => id.toUpperCase() } as unknown as Context;

  it("say in what they differ: means, gates, time; never plain doors", () => {
    inLanguage("en");
    const stairs = route({ steps: [step("stairs", [0, 0, 0], 1)], openings: ["door-1", "gate-1"] });
    const lift = route({ steps: [step("lift", [0, 0, 0], 1)], openings: ["door-2", "gate-2"], stepFree: true, durationS: 65 });
    expect(differs(context, [stairs, lift], 0)).toBe("Has steps · by stairs · through GATE-1");
    expect(differs(context, [stairs, lift], 1)).toBe("Step-free · by lift · through GATE-2 · 45 s more");
    expect(differs(context, [stairs, { ...stairs }], 1)).toBe(t("alternatives.other"));
    const which = (id: string): RouteAnswer => route({ steps: [step("lift", [0, 0, 0], 1, [id])] });
    expect(differs(context, [which("lift-1"), which("lift-2")], 1)).toBe("by LIFT-2");
    expect(differs(context, [stairs], 5)).toBe("");
  });
});

describe("readExplanation", () => {
  it("names what blocks, in words where there is a code", () => {
    inLanguage("en");
    const context = { frame, nameOfId: (id: string) => (id === "lift-1" ? "Lift 1" : id) };
    const read = readExplanation({ text: { en: "Why" }, blocked_by: [{ element: "lift-1", reason: "closed" }, "x"], would_help: [{ element: "y", name: { en: "Door Y" }, reasons: ["step", { en: "bad" }] }], relaxed: null }, context);
    expect(read).toEqual({
      text: { en: "Why" },
      blockedBy: [{ element: "lift-1", name: "Lift 1", why: "closed" }, { element: "x", name: "x", why: "" }],
      wouldHelp: [{ element: "y", name: "Door Y", why: "step, bad" }],
      avoided: [],
      relaxed: undefined,
    });
    expect(readExplanation(null, context)).toMatchObject({ blockedBy: [], relaxed: undefined });
    const lifted = { possible: false, text: { en: "if nothing were closed" }, length_m: 12, duration_s: 9 };
    expect(readExplanation({ relaxed: lifted }, context).relaxed).toMatchObject({ lengthM: 12, durationS: 9, points: [] });
    expect(readExplanation({ relaxed: { ...lifted, geometry: { type: "LineString", coordinates: [[0, 0, 0], [0, 0, 1]] } } }, context).relaxed?.points).toHaveLength(2);
  });
});

describe("reported closures", () => {
  it("are read from a list or from features, and those without an element are left out", () => {
    const reported = "2026-11-27T08:00:00Z";
    const entry = { id: "c", elements: ["lift-1"], effect: "closed", cause: { ko: "점검" }, reported_at: reported, end: "2026-11-27T10:00:00Z", revision: 3, in_force: true };
    const [closure] = readClosures({ closures: [entry, { id: "none", elements: [] }, { ...entry, id: "later", in_force: false }] });
    expect(closure).toEqual({ id: "c", elements: ["lift-1"], effect: "closed", effectLabel: {}, closes: true, cause: { ko: "점검" }, reportedAt: Date.parse(reported), until: Date.parse("2026-11-27T10:00:00Z"), tag: '"3"' });
    expect(readClosures({ closures: [entry, { ...entry, id: "later", in_force: false }, { ...entry, id: "over", ended: true }] })).toHaveLength(1);
    expect(readClosures({ features: [{ type: "Feature", id: "f", properties: { element: { id: "door" }, cause: "Works" } }] })).toMatchObject([{ id: "f", elements: ["door"], cause: { default: "Works" } }]);
    expect(readClosures("nonsense")).toEqual([]);
  });

  it("tell their age, and only a closure closes", () => {
    inLanguage("en");
    const [closure] = readClosures([{ id: "c", elements: ["x"], reported_at: "2026-11-27T08:00:00Z" }]);
    expect(closure && closedSince(closure, Date.parse("2026-11-27T08:12:30Z"))).toBe("Closed, 12 min ago");
    const crowd = readClosures([{ id: "s", elements: ["x"], effect: "crowded", effect_label: { en: "Crowded" } }]);
    expect(closureOn(crowd, "x")).toBeUndefined();
    expect(crowd[0] && closedSince(crowd[0])).toBe("Crowded");
    expect(closureOn(readClosures([{ id: "s", elements: ["x"], effect: "status", status: "not_available" }]), "x")?.id).toBe("s");
    expect([30, 119, 7_300, 200_000].map(ageOf)).toEqual(["just now", "1 min ago", "2 h ago", "2 days ago"]);
  });

  it("are reported with a cause in both languages and an end", () => {
    const now = new Date(2026, 10, 27, 9, 30).getTime();
    expect(endOf("1h", "", now)).toBe(now + 3_600_000);
    expect(endOf("open", "", now)).toBeUndefined();
    expect(endOf("at", "never", now)).toBeNaN();
    expect(new Date(endOf("today", "", now) as number).getHours()).toBe(23);
    expect(endOf("at", fieldOf(now), 0)).toBe(now);
    expect(causeOf("breakdown", "")).toEqual({ ko: "고장", en: "Breakdown" });
    expect(causeOf("other", "쥐")).toMatchObject({ ko: "쥐" });
    expect(reportOf("v", "lift-1", {}, undefined)).toEqual({ venue: "v", elements: ["lift-1"], effect: "closed", cause: {} });
    expect(reportOf("v", "lift-1", {}, now).end).toBe(new Date(now).toISOString());
  });

  it("name the day where it is not today", () => {
    inLanguage("en");
    const now = new Date(2026, 10, 27, 9, 0).getTime();
    expect(momentText(now + 3_600_000, now)).toBe("10:00");
    expect(momentText(now + 90_000_000, now)).toContain("28");
  });
});

describe("around", () => {
  const context = { frame, levels: LEVELS };

  it("keeps unknown unknown", () => {
    const features: Feature[] = [
      { type: "Feature", id: "a", geometry: { type: "Point", coordinates: [0, 0, 0] }, properties: { name: { en: "A" }, category: "aed", level: { id: "g" }, distance_m: 4, walk_s: 3, step_free: true, inside_gates: false, opening: { text: "24/7", status: "open" } } },
      { type: "Feature", id: "b", geometry: { type: "Point", coordinates: [0, 0, 0] }, properties: { distance_m: null, step_free: null, hours: "" } },
    ];
    const [a, b] = readNearby({ type: "FeatureCollection", features }, context);
    expect(a).toMatchObject({ level: "g", distanceM: 4, walkS: 3, stepFree: true, insideGates: false, hours: { text: "24/7", status: "open" } });
    expect(b).toMatchObject({ distanceM: undefined, stepFree: undefined, insideGates: undefined, hours: undefined });
  });

  it("lays what is reached sooner over what is reached later", () => {
    const ring = [[0, 0], [0.001, 0], [0.001, 0.001], [0, 0]];
    const area = (time_s: number, level: string): Feature => ({ type: "Feature", geometry: { type: "MultiPolygon", coordinates: [[ring], [ring, ring]] }, properties: { time_s, level } });
    const areas = readReach({ type: "FeatureCollection", features: [area(600, "2F"), area(180, "g"), area(180, "unknown")] }, context);
    expect(areas.map(({ level, timeS, order, rings }) => [level, timeS, order, rings.length])).toEqual([["u", 600, 1, 1], ["u", 600, 1, 2], ["g", 180, 2, 1], ["g", 180, 2, 2]]);
    expect(areas[0]?.rings[0]?.[0]?.[2]).toBe(3.5);
    expect(areas[0]?.colour).not.toBe(areas[2]?.colour);
  });
});

describe("positions on Earth", () => {
  it("are found again from metres of the site", () => {
    for (const position of [[126.977, 37.5657, 33.3], [-70.5, -33.2, 2_800], [12, 0, 0]] as Vec3[]) {
      toGeodetic(toEcef(...position)).forEach((value, index) => expect(value).toBeCloseTo(position[index] as number, index < 2 ? 9 : 4));
    }
    const turned = new SiteFrame([0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, ...toEcef(126.977, 37.5657, 30), 1]);
    const there = turned.toSite(turned.toEarth([12, -7, 3]));
    [12, -7, 3].forEach((value, index) => expect(there[index]).toBeCloseTo(value, 4));
  });
});

describe("reading aloud", () => {
  const voice = (lang: string, localService = true): SpeechSynthesisVoice => ({ lang, localService, name: lang, voiceURI: lang, default: false });
  type Said = { text: string; onend: () => void; onerror: () => void };

  it("takes a voice of the language, the device's own before the network's", () => {
    expect(voiceFor([voice("de-DE"), voice("ko-KR", false), voice("ko_KR")], "ko")?.lang).toBe("ko_KR");
    expect(voiceFor([voice("kok-IN")], "ko")).toBeUndefined();
  });

  function synthesis(voices: SpeechSynthesisVoice[]): { said: Said[]; fake: SpeechSynthesis; stops: () => number } {
    const said: Said[] = [];
    let stopped = 0;
    vi.stubGlobal("SpeechSynthesisUtterance", class { constructor(readonly text: string) {} });
    const fake = { getVoices: () => voices, speak: (utterance: Said) => void said.push(utterance), cancel: () => void stopped++ } as unknown as SpeechSynthesis;
    return { said, fake, stops: () => stopped };
  }

  it("says one text after the other and then that it is done", async () => {
    const { said, fake } = synthesis([voice("ko-KR")]);
    const [reading, done, silent] = [vi.fn(), vi.fn(), vi.fn()];
    await new Reader(fake).read(["하나", "둘", "셋"], { lang: "ko", from: 1 }, { reading, done, silent });
    said[0]?.onend();
    said[1]?.onend();
    expect(said.map(({ text }) => text)).toEqual(["둘", "셋"]);
    expect(reading.mock.calls).toEqual([[1], [2]]);
    expect(done).toHaveBeenCalledOnce();
    expect(silent).not.toHaveBeenCalled();
  });

  it("says nothing more once it was stopped, whatever the browser reports of what was cut off", async () => {
    const { said, fake, stops } = synthesis([voice("en-GB")]);
    const events = { reading: vi.fn(), done: vi.fn(), silent: vi.fn() };
    const reader = new Reader(fake);
    await reader.read(["a", "b"], { lang: "en" }, events);
    reader.stop();
    said[0]?.onerror();
    said[0]?.onend();
    expect(said).toHaveLength(1);
    expect(stops()).toBeGreaterThan(0);
    expect(events.done).not.toHaveBeenCalled();
    expect(events.silent).not.toHaveBeenCalled();
  });

  it("admits that there is no voice, no speech at all, or that it failed", async () => {
    const heard = async (fake: SpeechSynthesis | undefined, fail?: () => void): Promise<unknown> => {
      const silent = vi.fn();
      await new Reader(fake).read(["a"], { lang: "ko" }, { reading: () => undefined, done: () => undefined, silent });
      fail?.();
      return silent.mock.calls[0]?.[0];
    };
    vi.stubGlobal("window", {});
    expect(await heard(undefined)).toBe("unsupported");
    expect(await heard(synthesis([voice("en-GB")]).fake)).toBe("no-voice");
    const { said, fake } = synthesis([voice("ko-KR")]);
    expect(await heard(fake, () => said[0]?.onerror())).toBe("failed");
  });
});
