/** Around me: what is near by the way one walks, and how far one gets in some minutes; loaded when the tab is opened. */
import type { ApiProblem } from "./api";
import { asRecord } from "./api";
import type { Area } from "./areas";
import { iconOf } from "./catalogue";
import { type Combobox, combobox } from "./combobox";
import type { Context } from "./context";
import { h, keepingFocus, replace, svg } from "./dom";
import { positionsOf, type Vec3 } from "./geo";
import { best, duration, isKey, type Key, metres, t } from "./i18n";
import { iconPath, markerColour } from "./icons";
import { findLevel } from "./levels";
import type { Marker } from "./overlay";
import { REACH } from "./palette";
import { matchesFilter } from "./places";
import { asProblem, problemCard } from "./problem";
import { ProfileChoice } from "./route/profiles";
import type { State } from "./state";
import type { Feature, FeatureCollection, Text } from "./types";

/** What people look for around them. */
const CATEGORIES = [
  "restroom", "restroom_accessible", "exit", "lift", "aed", "nursing_room", "information", "locker", "certificate_kiosk", "wifi", "escalator", "ticket_machine",
] as const; // prettier-ignore
const TIMES_S = [180, 300, 600];
const SIDES = [[0, 1], [1, 0], [0, -1], [-1, 0], [1, 1], [-1, -1], [1, -1], [-1, 1]] as const; // prettier-ignore
const LIMIT = "30";
const RADIUS_M = "1000";

/** One thing that is near. */
export interface Near {
  id: string;
  name: Text;
  category: string;
  categoryLabel: Text;
  level: string;
  point: Vec3;
  /** Along the way; undefined where there is none. */
  distanceM: number | undefined;
  walkS: number | undefined;
  stepFree: boolean | undefined;
  insideGates: boolean | undefined;
  hours: { text: string; status: string } | undefined;
}

export function readNearby(answer: FeatureCollection, context: Pick<Context, "frame" | "levels">): Near[] {
  return answer.features.map((feature) => nearOf(feature, context));
}

function nearOf(feature: Feature, { frame, levels }: Pick<Context, "frame" | "levels">): Near {
  const p = feature.properties;
  const number = (name: string): number | undefined => (typeof p[name] === "number" ? p[name] : undefined);
  const flag = (name: string): boolean | undefined => (typeof p[name] === "boolean" ? p[name] : undefined);
  const [position] = positionsOf(feature.geometry?.coordinates);
  const hours = asRecord(p["opening"]);
  const level = findLevel(levels, String(asRecord(p["level"])["id"] ?? p["level"] ?? ""));
  return {
    id: String(feature.id ?? ""),
    name: typeof p["name"] === "string" ? { default: p["name"] } : (asRecord(p["name"]) as Text),
    category: String(p["category"] ?? ""),
    categoryLabel: asRecord(p["category_label"]) as Text,
    level: level?.id ?? "",
    point: position ? frame.toSite(position, level?.elevation_m) : [0, 0, 0],
    distanceM: number("distance_m"),
    walkS: number("walk_s"),
    stepFree: flag("step_free"),
    insideGates: flag("inside_gates"),
    hours: hours["text"] || hours["status"] ? { text: String(hours["text"] ?? ""), status: String(hours["status"] ?? "") } : undefined,
  };
}

/** Areas by time: the sooner over the later. Levels that the venue does not have are left out. */
export function readReach(answer: FeatureCollection, context: Pick<Context, "frame" | "levels">): (Area & { timeS: number })[] {
  const times = [...new Set(answer.features.map((feature) => Number(feature.properties["time_s"])))].filter(Number.isFinite).sort((a, b) => a - b);
  return answer.features.flatMap((feature) => {
    const own = feature.properties["level"];
    const level = findLevel(context.levels, String(asRecord(own)["id"] ?? own ?? ""));
    const timeS = Number(feature.properties["time_s"]);
    const rank = times.indexOf(timeS);
    if (!level || rank < 0) return [];
    const { type, coordinates } = feature.geometry ?? { type: "", coordinates: [] };
    const polygons = (type === "MultiPolygon" ? coordinates : type === "Polygon" ? [coordinates] : []) as number[][][][];
    return polygons.map((polygon) => ({
      level: level.id,
      rings: polygon.map((ring) => ring.map(([lon = 0, lat = 0]) => context.frame.toSite([lon, lat], level.elevation_m))),
      colour: REACH[Math.min(rank, REACH.length - 1)] as string,
      order: times.length - rank,
      timeS,
    }));
  });
}

type Gates = "any" | "inside" | "outside";
type Answer<T> = { kind: "none" } | { kind: "busy" } | { kind: "some"; some: T } | { kind: "problem"; problem: ApiProblem };

export class AroundPanel {
  private readonly context: Context;
  private readonly root: HTMLElement;
  private readonly profiles: ProfileChoice;
  private readonly place = h("div", { class: "fields" });
  private readonly wishes = h("div", { class: "wishes" });
  private readonly reach = h("div", { class: "reach" });
  private readonly list = h("div", { class: "answer" });
  private field: Combobox | undefined;
  private category = "";
  private stepFreeOnly = false;
  private gates: Gates = "any";
  private near: Answer<Near[]> = { kind: "none" };
  private areas: Answer<ReturnType<typeof readReach>> = { kind: "none" };
  private asked = 0;
  private reachAsked = 0;

  constructor(context: Context, root: HTMLElement) {
    [this.context, this.root] = [context, root];
    this.profiles = new ProfileChoice(context, "around-profile");
    context.store.subscribe((state, before) => this.follow(state, before));
    this.render();
    void this.ask();
  }

  private follow(state: State, before: State): void {
    if (state.lang !== before.lang) this.render();
    if (state.from !== before.from) {
      this.field?.setText(state.from ? this.context.nameOf(state.from) : "");
      this.renderReach();
    }
    const isSeen = state.tab === "around";
    const isNew = state.from !== before.from || state.profile !== before.profile || state.live !== before.live;
    if (isSeen && (isNew || before.tab !== "around")) void this.ask();
    if (state.shown !== "reach" && this.areas.kind !== "none") this.finishReach(++this.reachAsked, { kind: "none" });
    else if (isNew && this.areas.kind !== "none") void this.askReach();
  }

  private render(): void {
    const { context } = this;
    this.field = combobox(context, t("around.here"), (place) => context.store.set({ from: place }));
    const { from } = context.store.get();
    this.field.setText(from ? context.nameOf(from) : "");
    replace(this.place, this.field.root);
    replace(this.root, h("h2", { class: "wide-only" }, t("around.title")), this.place, this.profiles.root, this.wishes, this.reach, this.list);
    this.renderWishes();
    this.renderReach();
    this.renderList();
  }

  private renderWishes(): void {
    const all = this.context.catalogue.all();
    const present = this.present();
    const chip = (category: string, text: string): HTMLElement =>
      h("button", { class: "chip small", type: "button", "aria-pressed": this.category === category, onclick: () => this.take({ category }) }, category && svg(iconPath(category)), text);
    const named = (category: string): string => (isKey(`chip.${category}`) ? t(`chip.${category}` as Key) : best(all.find((element) => element.category === category)?.categoryLabel) || category);
    const stepFree = h("input", { type: "checkbox", name: "step-free", checked: this.stepFreeOnly, onchange: () => this.take({ stepFreeOnly: stepFree.checked }) });
    const gates = h("select", { name: "gates", onchange: () => this.take({ gates: gates.value as Gates }) });
    gates.append(...(["any", "inside", "outside"] as const).map((value) => h("option", { value, selected: value === this.gates }, t(`gates.${value}`))));
    keepingFocus(this.wishes, () =>
      replace(
        this.wishes,
        h("div", { class: "chips-wrap", role: "group", "aria-label": t("around.what") }, chip("", t("around.all")), ...present.map((category) => chip(category, named(category)))),
        h("div", { class: "row" }, h("label", { class: "check" }, stepFree, t("around.stepFreeOnly")), h("label", { class: "inline" }, t("gates.label"), gates)),
      ),
    );
  }

  /** What of all this the venue has. */
  private present(): string[] {
    const all = this.context.catalogue.all();
    return CATEGORIES.filter((category) => all.some((element) => matchesFilter(element, category)));
  }

  private take(wish: { category?: string; stepFreeOnly?: boolean; gates?: Gates }): void {
    Object.assign(this, wish);
    this.renderWishes();
    // Which side of the gates is known of what was found already.
    if (wish.gates === undefined) void this.ask();
    else this.renderList();
  }

  private async ask(): Promise<void> {
    const { api, frame, store, venue } = this.context;
    const { from, profile } = store.get();
    const turn = ++this.asked;
    const finish = (answer: Answer<Near[]>): void => {
      if (turn !== this.asked) return;
      this.near = answer;
      document.documentElement.dataset["around"] = answer.kind;
      this.renderList();
    };
    if (!from) return finish({ kind: "none" });
    finish({ kind: "busy" });
    const [lon, lat] = frame.toEarth(from.point);
    try {
      const answer = await api.nearby({
        venue: venue.id,
        lon: lon.toFixed(7),
        lat: lat.toFixed(7),
        ...(from.level && { level: from.level }),
        category: this.category || this.present().join(","),
        ...(this.stepFreeOnly && { accessible: "true" }),
        mode: profile,
        radius: RADIUS_M,
        limit: LIMIT,
      });
      finish({ kind: "some", some: readNearby(answer, this.context) });
      this.context.announce(t("around.count", { count: this.shown().length }));
    } catch (error) {
      finish({ kind: "problem", problem: asProblem(error) });
    }
  }

  private shown(): Near[] {
    if (this.near.kind !== "some") return [];
    return this.near.some.filter((near) => this.gates === "any" || near.insideGates === (this.gates === "inside"));
  }

  private renderList(): void {
    keepingFocus(this.list, () => replace(this.list, ...this.contents()));
  }

  private contents(): HTMLElement[] {
    const { near } = this;
    if (near.kind === "none") return [h("p", { class: "hint" }, t("around.hint"))];
    if (near.kind === "busy") return [h("p", { class: "hint busy" }, t("around.looking"))];
    if (near.kind === "problem") return [problemCard(near.problem, this.context, () => void this.ask())];
    const shown = this.shown();
    if (shown.length === 0) return [h("p", { class: "hint" }, t("around.none"))];
    return [h("p", { class: "quiet" }, t("around.count", { count: shown.length })), h("ul", { class: "near-list" }, ...shown.map((entry) => this.item(entry)))];
  }

  private item(near: Near): HTMLElement {
    const { context } = this;
    const name = best(near.name) || context.nameOfId(near.id) || best(near.categoryLabel);
    const show = (): void => {
      context.store.set({ hovered: near.id });
      context.focus([near.point], near.level);
    };
    const element = context.catalogue.get(near.id);
    const go = (): void =>
      context.store.set({ to: element ? context.catalogue.place(element) : { id: near.id, waypoint: { ref: near.id }, point: near.point, level: near.level }, tab: "route", picked: undefined, open: true });
    const icon = svg(iconPath(iconOf({ type: element?.type ?? "", category: near.category })));
    icon.style.color = markerColour(near.category);
    const way = near.distanceM === undefined ? t("around.noWay") : [near.walkS !== undefined && duration(near.walkS), metres(near.distanceM)].filter(Boolean).join(" · ");
    return h(
      "li",
      { "data-near": near.id },
      h(
        "button",
        { class: "near", type: "button", onclick: show },
        icon,
        h("span", { class: "name" }, h("b", {}, name), h("span", { class: "quiet" }, [best(near.categoryLabel), context.catalogue.shortLevel(near.level)].filter(Boolean).join(" · ")), flags(near)),
        h("span", { class: "way" }, way),
      ),
      h("button", { class: "icon-button", type: "button", "aria-label": t("around.routeTo", { name }), title: t("around.routeTo", { name }), onclick: go }, svg(iconPath("route"))),
    );
  }

  private renderReach(): void {
    const { areas } = this;
    const isOn = areas.kind !== "none";
    const toggle = (): void => (isOn ? this.clearReach() : void this.askReach());
    const legend = TIMES_S.map((timeS, index) => {
      const mark = h("span", { class: "swatch", "aria-hidden": "true" });
      mark.style.backgroundColor = REACH[index] as string;
      return h("li", {}, mark, t("around.within", { time: duration(timeS) }));
    });
    keepingFocus(this.reach, () =>
      replace(
        this.reach,
        h("button", { class: "button", type: "button", "aria-pressed": isOn, disabled: this.context.store.get().from === undefined, onclick: toggle }, svg(iconPath("clock")), t("around.reach", { times: TIMES_S.map((timeS) => timeS / 60).join(", ") })),
        areas.kind === "busy" && h("p", { class: "hint busy" }, t("around.looking")),
        areas.kind === "problem" && problemCard(areas.problem, this.context, () => void this.askReach()),
        areas.kind === "some" && h("ul", { class: "legend" }, ...legend),
      ),
    );
  }

  private clearReach(): void {
    this.context.store.set({ shown: "none" });
  }

  private async askReach(): Promise<void> {
    const { api, store, venue } = this.context;
    const { from, profile } = store.get();
    const turn = ++this.reachAsked;
    if (!from) return this.clearReach();
    this.areas = { kind: "busy" };
    store.set({ shown: "reach", tints: new Map(), blocked: new Set() });
    this.finishReach(turn, { kind: "busy" });
    try {
      const answer = await api.isochrones({ venue: venue.id, origin: from.waypoint, profile, times_s: TIMES_S });
      this.finishReach(turn, { kind: "some", some: readReach(answer, this.context) });
      this.context.announce(t("around.drawn", { times: TIMES_S.map((timeS) => timeS / 60).join(", ") }));
    } catch (error) {
      this.finishReach(turn, { kind: "problem", problem: asProblem(error) });
    }
  }

  private finishReach(turn: number, areas: typeof this.areas): void {
    if (turn !== this.reachAsked) return;
    this.areas = areas;
    document.documentElement.dataset["reach"] = areas.kind;
    if (areas.kind === "some") {
      this.context.setAreas(areas.some, tagsOf(areas.some));
      const levels = new Set(areas.some.map((area) => area.level));
      this.context.focus(areas.some.flatMap((area) => area.rings[0] ?? []), levels.size === 1 ? ([...levels][0] as string) : "all");
    } else if (areas.kind === "none") this.context.setAreas([]);
    this.renderReach();
  }
}

/** A word at the rim of the largest area of each time and level: colours alone would tell nobody. */
function tagsOf(areas: ReturnType<typeof readReach>): Marker[] {
  const largest = new Map<string, (typeof areas)[number]>();
  for (const area of areas) {
    const key = `${area.level} ${area.timeS}`;
    const known = largest.get(key);
    if (!known || (area.rings[0]?.length ?? 0) > (known.rings[0]?.length ?? 0)) largest.set(key, area);
  }
  return [...largest].flatMap(([key, { level, rings, timeS }]) => {
    const ring = rings[0] ?? [];
    // Where a word has no room at one side, it may have at another.
    const rim = SIDES.flatMap(([dx, dy]) => ring.reduce<Vec3[]>(([a], b) => [a && a[0] * dx + a[1] * dy >= b[0] * dx + b[1] * dy ? a : b], []));
    const [position, ...alternatives] = rim;
    return position ? [{ id: `reach-${key}`, kind: "step" as const, icon: "clock", text: duration(timeS), level, position, alternatives, priority: 120 }] : [];
  });
}

function flags(near: Near): HTMLElement {
  const stepFree = near.stepFree === undefined ? "" : t(near.stepFree ? "route.stepFree" : "route.notStepFree");
  const gates = near.insideGates === undefined ? "" : t(near.insideGates ? "gates.inside" : "gates.outside");
  const key = `hours.${near.hours?.status ?? ""}`;
  const hours = near.hours && [isKey(key) ? t(key) : "", near.hours.text].filter(Boolean).join(" ");
  const tag = (text: string, good = false): HTMLElement => h("span", { class: good ? "tag good" : "tag" }, text);
  return h("span", { class: "flags" }, stepFree && tag(stepFree, near.stepFree), gates && tag(gates), hours && tag(hours));
}
