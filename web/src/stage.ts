/** The 3D picture: one renderer that draws only when something changed. */
import * as THREE from "three";
import { type Area, Areas } from "./areas";
import { type Fit, type Insets, View } from "./camera";
import { type Drawn, Features, type Look } from "./features";
import type { Vec3 } from "./geo";
import { comfortableGap, Stack, widestGap } from "./levels";
import { Lines, type Path } from "./lines";
import { NO_FRONT, setOffsets, sharedUniforms } from "./material";
import { type Marker, Overlay } from "./overlay";
import { BACKGROUND } from "./palette";
import { Picker } from "./pick";
import { type Plan, planOf } from "./plan";
import { EDGE_LAYER, Tiles } from "./tiles";
import type { Level } from "./types";

/** What was under the pointer. */
export interface Picked {
  id: string;
  level: string;
  category: string;
  /** Site metres; absent for a marker. */
  point?: Vec3;
}

export interface StageEvents {
  picked(picked: Picked | undefined): void;
  /** Somebody wants to see this from near by. */
  focused(): void;
  hovered(id: string): void;
  ready(): void;
  /** More of the building is known. */
  loaded(): void;
  failed(message: string): void;
}

/** Movement that still counts as a tap, CSS pixels. */
const TAP_SLACK_PX = 6;
const MAX_PIXEL_RATIO = 2;
/** Field of view by which tiles are chosen. */
const SEEING_DEG = 120;
/** Boxes larger than this can hold more of the outside than of the building, metres. */
const COMPACT_M = 25;
const UNIT = new THREE.Vector3(1, 1, 1);
/** Rest of the pointer before what is under it is looked for. */
const HOVER_MS = 60;
/** Rest of the picture before it is drawn once more, finely. */
const REST_MS = 260;
const BETWEEN_MS = 16;
/** Two taps this close are one double tap. */
const DOUBLE_MS = 340;
const DOUBLE_SLACK_PX = 24;
/** Frames slower than this are drawn coarsely until the picture rests. */
const SLOW_MS = 34;
const SPREAD_MS = 420;

/** Storeys closer than this need no lines that lead from one to the next, metres. */
const LEADERS_FROM_M = 2;
const BANISTER_M = 0.2;
/** Thinner ways, such as many escape routes at once, carry no arrows. */
const ARROWS_FROM_PX = 5;

/** How the building is taken apart. */
export interface Opening {
  /** From 0, true heights, to 1, as far apart as makes sense; undefined takes what suits the building. */
  apart: number | undefined;
  /** From 0, closed, to 1: how much of the building is cut off towards the camera. */
  front: number;
}

export class Stage {
  readonly view: View;
  readonly overlay = new Overlay();
  readonly features = new Features();
  /** Frames drawn so far. */
  frames = 0;
  private readonly renderer: THREE.WebGLRenderer;
  private readonly scene = new THREE.Scene();
  private readonly lines = new Lines();
  private readonly areas = new Areas();
  private readonly picker = new Picker();
  private readonly shared = sharedUniforms();
  private readonly host: HTMLElement;
  private readonly events: StageEvents;
  private tiles: Tiles | undefined;
  private levels: readonly Level[] = [];
  private stack = new Stack([], 0);
  private look: Look | undefined;
  private opening: Opening = { apart: undefined, front: 0 };
  private plan: Plan | undefined;
  private spread: { from: number; to: number; began: number } | undefined;
  private readonly software: boolean;
  private readonly ratios: { moving: number; resting: number };
  private fine = true;
  private restTimer = 0;
  private frameMs = 0;
  private scheduled = false;
  private touched = false;
  private modelsFramed = 0;
  private readonly seeing = new THREE.PerspectiveCamera(SEEING_DEG, 1, 1, 4000);
  private announced = false;
  /** Azimuth of the camera that the venue asks for, degrees from +z towards +x. */
  azimuthDeg: number | undefined;

  /**
   * @throws Error when the browser gives no WebGL 2 context.
   */
  constructor(host: HTMLElement, label: string, events: StageEvents) {
    this.host = host;
    this.events = events;
    const software = isSoftware();
    this.software = software;
    const finest = Math.min(window.devicePixelRatio || 1, MAX_PIXEL_RATIO);
    // Without smoothing by the graphics card, a picture at rest is drawn with more pixels than the screen has.
    this.ratios = { moving: software ? 1 : Math.min(finest, 1.25), resting: software ? Math.min(finest * 2, 2) : finest };
    this.renderer = new THREE.WebGLRenderer({ antialias: !software, powerPreference: "low-power" });
    this.renderer.setPixelRatio(this.ratios.moving);
    this.renderer.autoClear = true;
    this.renderer.setClearColor(BACKGROUND, 1);
    this.renderer.domElement.className = "picture";
    host.append(this.renderer.domElement, this.overlay.canvas);
    host.tabIndex = 0;
    host.setAttribute("role", "application");
    host.setAttribute("aria-label", label);
    this.view = new View(host, () => this.requestRender());
    this.view.flies = !software;
    this.view.controls.addEventListener("start", () => (this.touched = true));
    this.view.camera.layers.enable(EDGE_LAYER);
    this.scene.add(this.areas.group, this.lines.group);
    new ResizeObserver(() => this.resize()).observe(host);
    this.resize();
    this.listen();
  }

  open(url: string, levels: readonly Level[]): void {
    this.levels = levels;
    this.tiles = new Tiles(url, this.features, this.shared, {
      changed: () => this.requestRender(),
      failed: (message) => this.events.failed(message),
    });
    const { renderer } = this.tiles;
    renderer.setCamera(this.seeing);
    this.scene.add(renderer.group);
    if (this.look) this.tiles.restyle(this.look);
    // Until the extent is known, look at the origin from afar: enough to choose tiles by.
    this.view.fit(corners(new THREE.Box3(new THREE.Vector3(-60, -20, -60), new THREE.Vector3(60, 20, 60))));
    this.requestRender();
  }

  /** Change what is shown, and how far the building is taken apart. */
  show(look: Look, opening: Opening): void {
    const isStep = opening.apart !== this.opening.apart && Math.abs((opening.apart ?? this.usualApart) - (this.opening.apart ?? this.usualApart)) > 0.2;
    [this.look, this.opening] = [look, opening];
    this.tiles?.restyle(look);
    this.spreadTo(this.gapM(), isStep);
    this.areas.refresh((level) => this.isShown(level), (point) => this.place(point));
    this.leadUp();
    this.requestRender();
  }

  /** How far apart storeys are drawn unless somebody says otherwise: a share of the widest gap. */
  get usualApart(): number {
    const { depthM, lengthM } = this.plan ?? { depthM: 20, lengthM: 60 };
    const widest = widestGap(this.levels, depthM, lengthM);
    return widest > 0 ? Math.round((100 * comfortableGap(this.levels, depthM, lengthM)) / widest) / 100 : 0;
  }

  private gapM(): number {
    const { depthM, lengthM } = this.plan ?? { depthM: 20, lengthM: 60 };
    return (this.opening.apart ?? this.usualApart) * widestGap(this.levels, depthM, lengthM);
  }

  private spreadTo(gapM: number, isStep: boolean): void {
    const now = this.spread?.to ?? this.stack.gapM;
    if (Math.abs(gapM - now) < 1e-6) return;
    const still = !isStep || this.software || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still) {
      this.spread = undefined;
      this.restack(gapM);
    } else this.spread = { from: this.stack.gapM, to: gapM, began: performance.now() };
  }

  setMarkers(markers: readonly Marker[]): void {
    this.overlay.markers = markers;
    this.requestRender();
  }

  setPaths(paths: readonly Path[]): void {
    this.lines.show(paths, (z) => this.stack.standing(z), (point) => this.raw(point));
    this.arrows();
    this.requestRender();
  }

  /** People: drawn over the picture without drawing that anew. */
  setDots(dots: readonly Vec3[]): void {
    this.overlay.dots = dots;
    if (!this.scheduled) this.drawOver();
  }

  setAreas(areas: readonly Area[]): void {
    this.areas.show(areas, (level) => this.isShown(level), (point) => this.place(point));
    this.requestRender();
  }

  setInsets(insets: Insets): void {
    this.view.insets = insets;
    this.overlay.margins = { left: Math.min(insets.left, 4), right: Math.max(0, insets.right - 2) };
    this.view.applyInsets();
    this.requestRender();
  }

  /** Show everything that is visible. */
  fitVisible(options: Fit = {}): void {
    const visible = this.features.all().filter((drawn) => this.isVisible(drawn));
    // Where it goes to, not where a storey is on its way there.
    if (this.spread) {
      this.restack(this.spread.to);
      this.spread = undefined;
    }
    const points = visible.flatMap((drawn) => corners(this.boxInPicture(drawn)));
    this.view.fit(points, { ...options, ...(this.plan && { plan: this.plan }), azimuthDeg: this.azimuthDeg });
    this.requestRender();
  }

  /** Nearer or farther; nearer goes towards the building where the middle of the picture is beside it. */
  zoom(factor: number): void {
    const { target } = this.view.controls;
    const solids = this.features.all().filter(({ level, box }) => this.isShown(level) && box.max.x - box.min.x < COMPACT_M && box.max.z - box.min.z < COMPACT_M);
    const boxes = solids.map((drawn) => this.boxInPicture(drawn));
    const nearest = boxes.reduce<THREE.Box3 | undefined>((a, b) => (a && a.distanceToPoint(target) <= b.distanceToPoint(target) ? a : b), undefined);
    if (factor < 1 && nearest) this.view.pan(nearest.clampPoint(target, new THREE.Vector3()).sub(target));
    this.view.zoom(factor);
  }

  fitPoints(points: readonly Vec3[], marginM = 6): void {
    if (points.length === 0) return;
    const around = points.map((point) => new THREE.Box3().setFromPoints([this.place(point)]).expandByScalar(marginM));
    this.view.fit(around.flatMap(corners), { keep: true });
    this.requestRender();
  }

  /** Site metres to CSS pixels of the stage; undefined behind the camera. */
  project(point: readonly [number, number, number]): { x: number; y: number; pxPerM: number } | undefined {
    return this.screen(this.place(point));
  }

  private screen(world: THREE.Vector3): { x: number; y: number; pxPerM: number } | undefined {
    const pxPerM = this.view.pixelsPerMetre(world.distanceTo(this.view.camera.position));
    const placed = world.project(this.view.camera);
    if (placed.z > 1 || placed.z < -1) return undefined;
    return { x: ((placed.x + 1) / 2) * this.host.clientWidth, y: ((1 - placed.y) / 2) * this.host.clientHeight, pxPerM };
  }

  /** As `project`, but only what the opened front leaves. */
  private projectShown(point: readonly [number, number, number]): { x: number; y: number; pxPerM: number } | undefined {
    const { x, y, z } = this.shared.uFront.value;
    const world = this.place(point);
    return world.x * x + world.z * y > z + 0.5 ? undefined : this.project(point);
  }

  /** What is under a point of the stage, CSS pixels. */
  pickAt(x: number, y: number): Picked | undefined {
    const marker = this.overlay.at(x, y);
    if (marker && marker.kind !== "pin") return { id: marker.id, level: "", category: marker.kind };
    if (!this.tiles?.hasModels) return undefined;
    const hit = this.picker.at(this.renderer, this.view.camera, this.tiles, x, y);
    const drawn = hit && this.features.picked(hit.pickId);
    if (!hit || !drawn) return undefined;
    const point = this.pointAt(x, y, hit.heightM);
    return { id: drawn.id, level: drawn.level, category: drawn.category, ...(point && { point }) };
  }

  requestRender(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => this.frame());
  }

  private frame(): void {
    this.scheduled = false;
    const began = performance.now();
    const { camera } = this.view;
    const flying = this.advance(began);
    camera.updateMatrixWorld();
    if (this.tiles) {
      this.choose(this.tiles);
      if (this.tiles.models > this.modelsFramed && !this.touched) this.frameFirst(this.tiles.models);
    }
    this.openFront();
    this.shared.uGhosts.value = !this.view.isPlan;
    this.draw(false);
    this.frames += 1;
    if (this.tiles?.hasModels && this.tiles.renderer.visibleTiles.size > 0 && !this.announced) {
      this.announced = true;
      this.events.ready();
    }
    this.frameMs = this.frameMs * 0.7 + (performance.now() - began) * 0.3;
    if (flying) this.requestRender();
    else this.restLater();
  }

  /** Move on what is under way; whether something is. */
  private advance(now: number): boolean {
    const { spread } = this;
    if (spread) {
      const share = Math.min(1, (now - spread.began) / SPREAD_MS);
      this.restack(spread.from + (spread.to - spread.from) * (1 - (1 - share) ** 3));
      if (share >= 1) this.spread = undefined;
    }
    return this.view.advance(now) || this.spread !== undefined;
  }

  /** Draw the picture and what stands over it; `fine` with all the pixels there are. */
  private draw(fine: boolean): void {
    const slow = this.software || this.frameMs > SLOW_MS;
    const ratio = fine || !slow ? this.ratios.resting : this.ratios.moving;
    if (this.renderer.getPixelRatio() !== ratio) this.renderer.setPixelRatio(ratio);
    this.fine = ratio === this.ratios.resting;
    this.renderer.render(this.scene, this.view.camera);
    this.drawOver();
  }

  private drawOver(): void {
    this.overlay.draw((position) => this.projectShown(position), (placed) => this.screen(this.raw(placed)));
  }

  /** Once nothing moves: shade floors that are not yet, and draw one last time as finely as the screen shows. */
  private restLater(afterMs = REST_MS): void {
    clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => {
      if (this.scheduled) return;
      if (this.tiles?.bakeOne(this.renderer)) {
        this.fine = false;
        this.restLater(BETWEEN_MS);
      } else if (!this.fine) {
        this.draw(true);
        this.frames += 1;
      }
    }, afterMs);
  }

  /** Put the plane that opens the front where it belongs for this camera. */
  private openFront(): void {
    const front = this.shared.uFront.value;
    const { front: share } = this.opening;
    if (share <= 0) {
      front.set(0, 1, NO_FRONT);
      return;
    }
    const way = this.view.camera.position.clone().sub(this.view.controls.target).setY(0);
    if (way.lengthSq() < 1e-6) way.set(0, 0, 1);
    way.normalize();
    let [low, high] = [Infinity, -Infinity];
    for (const drawn of this.features.all()) {
      if (!this.isVisible(drawn)) continue;
      for (const corner of corners(drawn.box)) {
        const at = corner.x * way.x + corner.z * way.z;
        [low, high] = [Math.min(low, at), Math.max(high, at)];
      }
    }
    if (low > high) front.set(0, 1, NO_FRONT);
    else front.set(way.x, way.z, high - (high - low) * 0.96 * share);
  }

  /** Let the tiles choose what to load: with a wider view than ours, because storeys are drawn apart from where they are. */
  private choose(tiles: Tiles): void {
    const { camera } = this.view;
    const { seeing } = this;
    seeing.position.copy(camera.position);
    seeing.quaternion.copy(camera.quaternion);
    seeing.aspect = camera.aspect;
    seeing.far = camera.far;
    seeing.updateProjectionMatrix();
    seeing.updateMatrixWorld();
    const size = this.renderer.getDrawingBufferSize(new THREE.Vector2());
    const wider = Math.tan((SEEING_DEG * Math.PI) / 360) / Math.tan((camera.fov * Math.PI) / 360);
    tiles.renderer.setResolution(seeing, size.x * wider, size.y * wider);
    tiles.renderer.update();
  }

  /** Take the default view again as the building's extent becomes known, until somebody moves the picture. */
  private frameFirst(models: number): void {
    this.modelsFramed = models;
    this.plan = planOf(this.features.all().filter((drawn) => drawn.category === "space").map((drawn) => drawn.box));
    if (this.look) this.show(this.look, this.opening);
    this.fitVisible({ jump: true });
    this.view.camera.updateMatrixWorld();
    this.events.loaded();
  }

  private restack(gapM: number): void {
    this.stack = new Stack(this.levels, gapM);
    const heights = this.levels.map((level) => level.elevation_m);
    const [low, high] = [Math.min(0, ...heights) - 20, Math.max(0, ...heights) + 30];
    setOffsets(this.shared, low, high, (from, to, samples) => this.stack.table(from, to, samples));
    this.lines.refresh((z) => this.stack.standing(z), (point) => this.raw(point));
    this.areas.refresh((level) => this.isShown(level), (point) => this.place(point));
    this.arrows();
    this.leadUp();
  }

  /** Arrows along ways, where these are drawn. */
  private arrows(): void {
    this.overlay.arrows = this.lines.shown.filter((path) => path.widthPx >= ARROWS_FROM_PX).map(({ points }) => ({ points, colour: "#ffffff" }));
  }

  /** Show where stairs lead, for those that begin on a level that is shown. */
  private leadUp(): void {
    const { look, stack } = this;
    if (!look || stack.gapM < LEADERS_FROM_M || this.opening.front > 0) {
      this.lines.lead([]);
      return;
    }
    const pairs = this.features.all().flatMap((drawn): [THREE.Vector3, THREE.Vector3][] => {
      if (!drawn.top || !this.isShown(drawn.level)) return [];
      const floor = look.floors.get(drawn.level) ?? drawn.box.min.y;
      // The top of a banister is above the floor it leads to; a step below is enough.
      const z = drawn.top.y - BANISTER_M;
      const [low, high] = [stack.standing(floor) - floor + z, stack.standing(z)];
      return high - low < LEADERS_FROM_M ? [] : [[drawn.top.clone().setY(low), drawn.top.clone().setY(high)]];
    });
    this.lines.lead(pairs);
  }

  private place([x, y, z]: readonly [number, number, number]): THREE.Vector3 {
    return this.raw([x, y, this.stack.standing(z)]);
  }

  /** Site metres to the picture's, as they are at true heights. */
  private raw([x, y, z]: readonly [number, number, number]): THREE.Vector3 {
    const scale = this.tiles?.scale ?? UNIT;
    return new THREE.Vector3(x * scale.x, z, -y * scale.y);
  }

  private boxInPicture(drawn: Drawn): THREE.Box3 {
    const { min, max } = drawn.box;
    return new THREE.Box3(
      new THREE.Vector3(min.x, this.stack.standing(min.y), min.z),
      new THREE.Vector3(max.x, this.stack.standing(min.y) + 2, max.z),
    );
  }

  private isVisible(drawn: Drawn): boolean {
    return drawn.category === "space" && this.isShown(drawn.level);
  }

  private isShown(level: string): boolean {
    return (this.look?.levels.get(level) ?? "full") === "full";
  }

  /** Where the ray through a pixel meets height `heightM` of the site. */
  private pointAt(x: number, y: number, heightM: number): Vec3 | undefined {
    const { camera } = this.view;
    const pointer = new THREE.Vector2((x / this.host.clientWidth) * 2 - 1, 1 - (y / this.host.clientHeight) * 2);
    const ray = new THREE.Raycaster();
    ray.setFromCamera(pointer, camera);
    const point = ray.ray.intersectPlane(new THREE.Plane(new THREE.Vector3(0, 1, 0), -this.stack.standing(heightM)), new THREE.Vector3());
    const scale = this.tiles?.scale ?? UNIT;
    return point ? [point.x / scale.x, -point.z / scale.y, heightM] : undefined;
  }

  /** Go nearer to what is under a point of the stage. */
  private focusAt(x: number, y: number): void {
    const marker = this.overlay.at(x, y);
    const at = marker ? marker.position : this.pickAt(x, y)?.point;
    if (!at || marker?.kind === "level") return;
    const point = this.place(at);
    this.touched = true;
    this.events.focused();
    this.view.focus(point);
  }

  private hover(event: PointerEvent): void {
    const frame = this.host.getBoundingClientRect();
    const picked = this.pickAt(event.clientX - frame.left, event.clientY - frame.top);
    this.host.style.cursor = picked ? "pointer" : "";
    this.events.hovered(picked?.id ?? "");
  }

  private resize(): void {
    const [width, height] = [Math.max(this.host.clientWidth, 1), Math.max(this.host.clientHeight, 1)];
    this.renderer.setSize(width, height);
    this.overlay.resize(width, height);
    this.view.resize(width, height);
    this.requestRender();
  }

  private listen(): void {
    let down: { x: number; y: number } | undefined;
    let last = { x: 0, y: 0, when: -Infinity };
    this.host.addEventListener("pointerdown", (event) => {
      down = event.isPrimary ? { x: event.clientX, y: event.clientY } : undefined;
    });
    this.host.addEventListener("pointerup", (event) => {
      const moved = down ? Math.hypot(event.clientX - down.x, event.clientY - down.y) : Infinity;
      down = undefined;
      if (moved > TAP_SLACK_PX || event.button !== 0) return;
      const frame = this.host.getBoundingClientRect();
      const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
      const isSecond = event.timeStamp - last.when < DOUBLE_MS && Math.hypot(x - last.x, y - last.y) < DOUBLE_SLACK_PX;
      last = isSecond ? { x: 0, y: 0, when: -Infinity } : { x, y, when: event.timeStamp };
      if (isSecond) this.focusAt(x, y);
      else this.events.picked(this.pickAt(x, y));
    });
    let resting = 0;
    this.host.addEventListener("pointermove", (event) => {
      clearTimeout(resting);
      if (event.pointerType === "mouse" && event.buttons === 0) resting = window.setTimeout(() => this.hover(event), HOVER_MS);
    });
    this.host.addEventListener("pointerleave", () => {
      clearTimeout(resting);
      this.events.hovered("");
    });
    this.renderer.domElement.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.events.failed("WebGL context lost");
    });
    this.renderer.domElement.addEventListener("webglcontextrestored", () => this.requestRender());
  }
}

function corners({ min, max }: THREE.Box3): THREE.Vector3[] {
  const sides = [min, max];
  return sides.flatMap((a) => sides.flatMap((b) => sides.map((c) => new THREE.Vector3(a.x, b.y, c.z))));
}

/** Whether the picture is drawn by the processor: then smoothing costs more than it gives. */
function isSoftware(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) throw new Error("WebGL 2 is not available");
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = info ? context.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return typeof name === "string" && /swiftshader|llvmpipe|software|basic render/i.test(name);
}
