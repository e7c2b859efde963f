/** Joins what the user chose with the 3D picture, and the picture's picks with what the user chose; works without one. */
import { readOpening, writeOpening } from "./address";
import type { Place } from "./catalogue";
import type { Context } from "./context";
import type { Vec3 } from "./geo";
import { language, t } from "./i18n";
import type { RouteAnswer } from "./journey";
import { ALL, findLevel, visibility } from "./levels";
import type { Area } from "./areas";
import type { Path } from "./lines";
import { markersFor, type Scenery } from "./markers";
import type { Marker } from "./overlay";
import type { Shell } from "./shell";
import type { Picked, Stage } from "./stage";
import type { State, Store } from "./state";
import { lineMarks, linesOf, type TransitLine } from "./transit";

declare global {
  interface Window {
    /** For tests and the console: the picture, the state and what is known of the venue. */
    indoor3d?: { stage: Stage | undefined; store: Store; context: Context };
  }
}

/** Walls and the like are looked through: a tap on them says nothing to people. */
const PICKABLE_SPACE = "space";
const WIDE = "(min-width: 800px)";
/** Height of the row of tabs on small screens. */
const TABS_PX = 58;
const REFIT_MS = 220;
/** Longer names of levels are left to the list of levels. */
const LONGEST_TAG = 14;

export class Picture {
  stage: Stage | undefined;
  /** Settled once the first tiles are drawn, or will not be. */
  readonly begun: Promise<void>;
  routeDrawn: () => RouteAnswer | undefined = () => undefined;
  private readonly store: Store;
  private context: Context | undefined;
  private paths: readonly Path[] = [];
  private areas: readonly Area[] = [];
  private areaTags: readonly Marker[] = [];
  private lines: readonly TransitLine[] = [];
  private firstTiles: () => void = () => undefined;
  private refitTimer = 0;
  private rememberTimer = 0;

  constructor(store: Store) {
    this.store = store;
    this.begun = new Promise((resolve) => (this.firstTiles = resolve));
    store.set(readOpening(location.search));
    store.subscribe((state, before) => this.follow(state, before));
  }

  /** Start the picture; without WebGL the page goes on as text. */
  async start(code: Promise<typeof import("./stage")>, context: Context, shell: Shell): Promise<void> {
    this.context = context;
    this.lines = linesOf((context.venue as { lines?: unknown }).lines);
    const { store } = this;
    const { dataset } = document.documentElement;
    dataset["level"] = this.store.get().level;
    const link = context.venue.links?.find((entry) => entry.rel === "3d-tiles");
    try {
      const { Stage } = await code;
      this.stage = new Stage(shell.stage, t("stage.label"), {
        picked: (picked) => this.picked(picked),
        hovered: (id) => void (id === this.store.get().hovered || this.store.set({ hovered: id })),
        ready: () => {
          dataset["ready"] = "tiles";
          performance.mark("indoor3d:tiles");
          this.firstTiles();
          this.update();
        },
        focused: () => store.set({ picked: undefined }),
        loaded: () => {
          store.set({ usualApart: this.stage?.usualApart ?? 0.5 });
          this.update();
        },
        failed: () => shell.say(t("stage.failed"), { label: t("stage.retry"), run: () => location.reload() }),
      });
    } catch {
      shell.say(t("stage.noWebgl"));
      shell.stage.classList.add("empty");
      dataset["ready"] = "text";
      this.firstTiles();
      this.store.set({ open: true });
      return;
    }
    window.indoor3d = { stage: this.stage, store: this.store, context };
    this.stage.azimuthDeg = azimuthOf(context);
    this.inset();
    window.addEventListener("resize", () => this.inset());
    if (link) this.stage.open(context.api.address(link), context.levels);
    this.update();
  }

  setPaths(paths: readonly Path[]): void {
    this.paths = paths;
    this.stage?.setPaths(paths);
    this.update();
  }

  /** Areas over the floors, and the words on them. */
  setAreas(areas: readonly Area[], tags: readonly Marker[] = []): void {
    [this.areas, this.areaTags] = [areas, tags];
    this.stage?.setAreas(areas);
    this.update();
  }

  /** Show `level`, and bring points into view. */
  focus(points: readonly Vec3[], level: string): void {
    const known = findLevel(this.context?.levels ?? [], level);
    this.store.set({ level: known?.id ?? ALL });
    this.stage?.fitPoints(points, points.length > 1 ? 5 : 14);
  }

  nameOf(id: string): string {
    const drawn = this.stage?.features.get(id);
    return drawn ? drawn.name || drawn.category : "";
  }

  /** Bring look and markers up to date. */
  update(): void {
    const { context, stage } = this;
    if (!context || !stage) return;
    const { level, picked, hovered, blocked, closed, live, tints, apart, cutM, front } = this.store.get();
    stage.show(
      {
        levels: this.presences(context, level),
        floors: new Map(context.levels.map((entry) => [entry.id, entry.elevation_m])),
        levelsOf: (id) => context.catalogue.get(id)?.levels ?? [],
        picked: new Set(picked ? [picked.id] : []),
        hovered,
        isElement: (id) => context.catalogue.get(id) !== undefined,
        blocked,
        closed: new Set([...closed, ...live.filter((closure) => closure.closes).flatMap((closure) => closure.elements)]),
        tints,
        accessOf: (id) => context.catalogue.get(id)?.access ?? "",
        cutM,
        opened: front > 0,
        streetsClear: level === ALL,
      },
      { apart, front },
    );
    stage.setMarkers(markersFor(context, this.routeDrawn(), this.scenery(stage)));
  }

  /** What the tiles tell of names: how broad things are, and which lines stop where. */
  private scenery(stage: Stage): Scenery {
    const boxOf = (id: string): { x: number; z: number } | undefined => {
      const box = stage.features.get(id)?.box;
      return box && { x: box.max.x - box.min.x, z: box.max.z - box.min.z };
    };
    return {
      areaTags: this.areaTags,
      levelTags: this.levelTags(),
      lines: this.context ? lineMarks(this.context.catalogue.all(), stage.features.all(), this.lines) : [],
      breadthOf: (id) => {
        const size = boxOf(id);
        return size && Math.max(size.x, size.z);
      },
    };
  }

  /** A level that is only a roof would hide what is under it while all levels are shown. */
  private presences(context: Context, level: string): ReturnType<typeof visibility> {
    const presences = visibility(context.levels, level);
    if (level !== ALL) return presences;
    const spaces = context.catalogue.all().filter((element) => element.type === "space");
    for (const { id } of context.levels) {
      const own = spaces.filter((space) => space.levels.includes(id));
      if (own.length > 0 && own.every((space) => space.category === "roof")) presences.set(id, "hidden");
    }
    return presences;
  }

  private follow(state: State, before: State): void {
    document.documentElement.dataset["level"] = state.level;
    const changed = (...keys: (keyof State)[]): boolean => keys.some((key) => state[key] !== before[key]);
    // What panels cover comes first: it decides where things fit.
    if (changed("open", "picked", "tab", "opening")) this.inset();
    const isFree = this.paths.length === 0 && this.areas.length === 0 && !state.picked;
    if (changed("level") && this.stage) {
      this.update();
      if (isFree) this.stage.fitVisible({ keep: true });
    } else if (!onlyPanels(state, before)) this.update();
    if (changed("apart", "opening") && isFree) this.refit();
    if (changed("apart", "cutM", "front")) this.remember();
  }

  /** Storeys that moved apart must stay in view. */
  private refit(): void {
    clearTimeout(this.refitTimer);
    this.refitTimer = window.setTimeout(() => this.stage?.fitVisible({ keep: true }), REFIT_MS);
  }

  private remember(): void {
    clearTimeout(this.rememberTimer);
    this.rememberTimer = window.setTimeout(() => history.replaceState(history.state, "", writeOpening(location.href, this.store.get())), REFIT_MS);
  }

  /** Keep the middle of the picture clear of the panel on small screens. */
  private inset(): void {
    const { open, picked, opening } = this.store.get();
    const wide = window.matchMedia(WIDE).matches;
    const covered = wide ? 0 : open || picked ? Math.round(window.innerHeight * 0.48) : TABS_PX;
    const taken = opening ? 1 : 0;
    this.stage?.setInsets({ top: wide ? 84 : 96, right: wide ? 130 : 64, bottom: covered + (wide ? 34 : 24) + 190 * taken, left: wide ? 64 : 30 });
  }

  private picked(picked: Picked | undefined): void {
    const { context } = this;
    if (!context) return;
    if (picked?.category === "level") {
      this.store.set({ level: picked.id });
      return;
    }
    this.store.set({ picked: picked && this.placeOf(context, picked) });
  }

  private placeOf(context: Context, picked: Picked): Place {
    const element = context.catalogue.get(picked.id);
    const level = picked.level || element?.levels[0] || "";
    if (element && !(picked.category === PICKABLE_SPACE && picked.point)) return context.catalogue.place(element);
    const point = picked.point ?? element?.point ?? [0, 0, 0];
    return { id: picked.id, point, level, waypoint: { x: round(point[0]), y: round(point[1]), level } };
  }

  /** A tag beside every storey while all are shown: what it is, and a way to choose it. */
  private levelTags(): Marker[] {
    const { context, stage } = this;
    if (!context || !stage || context.levels.length < 2) return [];
    return context.levels.flatMap((level) => {
      const boxes = stage.features.all().filter((drawn) => drawn.category === "space" && drawn.level === level.id);
      if (boxes.length === 0) return [];
      const name = ownName(level.name[language()] ?? level.name.default ?? "", level.short_name);
      const text = name.length > LONGEST_TAG || !window.matchMedia(WIDE).matches ? level.short_name : `${level.short_name} ${name}`.trim();
      const [position, ...alternatives] = rimOf(boxes.map(({ box }) => box), level.elevation_m);
      return position ? [{ id: level.id, kind: "level" as const, icon: "space", text, position, alternatives, priority: 95, colour: "#2a3b50" }] : [];
    });
  }
}

/** What the name of a level says beyond its number: "10층 (하늘광장)" is "하늘광장". */
export function ownName(name: string, shortName: string): string {
  if (name === shortName) return "";
  return name.replace(/^(지하|지상)\s*\d*\s*층?|^\d+\s*층|^(basement|level|floor)\s*\d*|^\d+(st|nd|rd|th)?\s*(floor)?/i, "").replace(/^[\s,:(]+|[)\s]+$/g, "");
}

/** Whether only what the panels show has changed. */
function onlyPanels(state: State, before: State): boolean {
  const panels = new Set(["tab", "open", "tall", "query", "opening", "usualApart", "from", "to", "profile", "options", "departAt", "choice", "operator"]);
  return (Object.keys(state) as (keyof State)[]).every((key) => state[key] === before[key] || panels.has(key));
}

/** Where the camera stands for the compass direction that the venue is to be seen in, or nothing. */
function azimuthOf(context: Context): number | undefined {
  const { venue, frame } = context;
  const bearing = (venue as { view_bearing_deg?: unknown }).view_bearing_deg;
  const [lon, lat, height] = venue.frame.origin ?? [];
  if (typeof bearing !== "number" || lon === undefined || lat === undefined) return undefined;
  const [here, north] = [frame.toSite([lon, lat, height ?? 0]), frame.toSite([lon, lat + 1e-4, height ?? 0])];
  const yBearing = -(Math.atan2(north[0] - here[0], north[1] - here[1]) * 180) / Math.PI;
  // Looking towards +y of the site (−z of the picture), the camera stands at azimuth 0; looking further clockwise, it stands further anticlockwise.
  return -(bearing - yBearing);
}

/** Places at the rim of a level, where a tag hides little: the outermost spaces' sides. */
function rimOf(boxes: readonly { min: { x: number; z: number }; max: { x: number; z: number } }[], elevationM: number): Vec3[] {
  const sides = boxes.flatMap(({ min, max }): [number, number][] => {
    const [x, z] = [(min.x + max.x) / 2, (min.z + max.z) / 2];
    return [[min.x, z], [x, max.z], [max.x, z], [x, min.z]];
  });
  const outermost = ([dx, dz]: readonly [number, number]): [number, number] | undefined =>
    sides.reduce<[number, number] | undefined>((a, b) => (a && a[0] * dx + a[1] * dz >= b[0] * dx + b[1] * dz ? a : b), undefined);
  const directions = [[-1, 0], [0, 1], [-1, 1], [1, 1], [1, 0], [0, -1], [-1, -1], [1, -1]] as const;
  return directions.flatMap((direction) => {
    const at = outermost(direction);
    return at ? [[at[0], -at[1], elevationM] satisfies Vec3] : [];
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
