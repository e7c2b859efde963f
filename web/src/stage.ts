/** The 3D picture: one renderer that draws only when something changed. */
import * as THREE from "three";
import { type Insets, View } from "./camera";
import { type Drawn, Features, type Look } from "./features";
import type { Vec3 } from "./geo";
import { comfortableGap, Stack } from "./levels";
import { Lines, type Path } from "./lines";
import { setOffsets, sharedUniforms } from "./material";
import { type Marker, Overlay } from "./overlay";
import { BACKGROUND } from "./palette";
import { Picker } from "./pick";
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

export class Stage {
  readonly view: View;
  readonly overlay = new Overlay();
  readonly features = new Features();
  /** Frames drawn so far. */
  frames = 0;
  private readonly renderer: THREE.WebGLRenderer;
  private readonly scene = new THREE.Scene();
  private readonly lines = new Lines();
  private readonly picker = new Picker();
  private readonly shared = sharedUniforms();
  private readonly host: HTMLElement;
  private readonly events: StageEvents;
  private tiles: Tiles | undefined;
  private levels: readonly Level[] = [];
  private stack = new Stack([], 0);
  private look: Look | undefined;
  private apart = true;
  private scheduled = false;
  private touched = false;
  private modelsFramed = 0;
  private readonly seeing = new THREE.PerspectiveCamera(SEEING_DEG, 1, 1, 4000);
  private announced = false;

  /**
   * @throws Error when the browser gives no WebGL 2 context.
   */
  constructor(host: HTMLElement, label: string, events: StageEvents) {
    this.host = host;
    this.events = events;
    const software = isSoftware();
    this.renderer = new THREE.WebGLRenderer({ antialias: !software, powerPreference: "low-power" });
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, software ? 1.25 : MAX_PIXEL_RATIO));
    this.renderer.setClearColor(BACKGROUND, 1);
    this.renderer.domElement.className = "picture";
    host.append(this.renderer.domElement, this.overlay.canvas);
    host.tabIndex = 0;
    host.setAttribute("role", "application");
    host.setAttribute("aria-label", label);
    this.view = new View(host, () => this.requestRender());
    this.view.controls.addEventListener("start", () => (this.touched = true));
    this.view.camera.layers.enable(EDGE_LAYER);
    this.scene.add(this.lines.group);
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

  /** Change what is shown; `apart` draws storeys apart. */
  show(look: Look, apart: boolean): void {
    [this.look, this.apart] = [look, apart];
    this.tiles?.restyle(look);
    const gapM = apart ? comfortableGap(this.levels, this.depthM()) : 0;
    if (gapM !== this.stack.gapM) this.restack(gapM);
    this.requestRender();
  }

  setMarkers(markers: readonly Marker[]): void {
    this.overlay.markers = markers;
    this.requestRender();
  }

  setPaths(paths: readonly Path[]): void {
    this.lines.show(paths, (point) => this.place(point));
    this.requestRender();
  }

  setInsets(insets: Insets): void {
    this.view.insets = insets;
    this.view.applyInsets();
    this.requestRender();
  }

  /** Show everything that is visible. */
  fitVisible(options: { keep?: boolean } = {}): void {
    const visible = this.features.all().filter((drawn) => this.isVisible(drawn));
    this.view.fit(visible.flatMap((drawn) => corners(this.boxInPicture(drawn))), options);
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
  project(point: readonly [number, number, number]): { x: number; y: number } | undefined {
    const placed = this.place(point).project(this.view.camera);
    if (placed.z > 1 || placed.z < -1) return undefined;
    return { x: ((placed.x + 1) / 2) * this.host.clientWidth, y: ((1 - placed.y) / 2) * this.host.clientHeight };
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
    const { camera } = this.view;
    camera.updateMatrixWorld();
    if (this.tiles) {
      this.choose(this.tiles);
      if (this.tiles.models > this.modelsFramed && !this.touched) this.frameFirst(this.tiles.models);
    }
    this.renderer.render(this.scene, camera);
    this.overlay.draw((position) => this.project(position));
    this.frames += 1;
    if (this.tiles?.hasModels && this.tiles.renderer.visibleTiles.size > 0 && !this.announced) {
      this.announced = true;
      this.events.ready();
    }
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
    if (this.look) this.show(this.look, this.apart);
    this.fitVisible();
    this.view.camera.updateMatrixWorld();
    this.events.loaded();
  }

  private restack(gapM: number): void {
    this.stack = new Stack(this.levels, gapM);
    const heights = this.levels.map((level) => level.elevation_m);
    const [low, high] = [Math.min(0, ...heights) - 20, Math.max(0, ...heights) + 30];
    setOffsets(this.shared, low, high, (from, to, samples) => this.stack.table(from, to, samples));
    this.lines.refresh((point) => this.place(point));
  }

  /** The building's shorter side in plan. */
  private depthM(): number {
    const box = new THREE.Box3();
    for (const drawn of this.features.all()) if (drawn.category === "space") box.union(drawn.box);
    return box.isEmpty() ? 20 : Math.min(box.max.x - box.min.x, box.max.z - box.min.z);
  }

  private place([x, y, z]: readonly [number, number, number]): THREE.Vector3 {
    const scale = this.tiles?.scale ?? UNIT;
    return new THREE.Vector3(x * scale.x, this.stack.height(z), -y * scale.y);
  }

  private boxInPicture(drawn: Drawn): THREE.Box3 {
    const { min, max } = drawn.box;
    return new THREE.Box3(
      new THREE.Vector3(min.x, this.stack.height(min.y), min.z),
      new THREE.Vector3(max.x, this.stack.height(min.y) + 2, max.z),
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
    const point = ray.ray.intersectPlane(new THREE.Plane(new THREE.Vector3(0, 1, 0), -this.stack.height(heightM)), new THREE.Vector3());
    const scale = this.tiles?.scale ?? UNIT;
    return point ? [point.x / scale.x, -point.z / scale.y, heightM] : undefined;
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
    this.host.addEventListener("pointerdown", (event) => {
      down = event.isPrimary ? { x: event.clientX, y: event.clientY } : undefined;
    });
    this.host.addEventListener("pointerup", (event) => {
      const moved = down ? Math.hypot(event.clientX - down.x, event.clientY - down.y) : Infinity;
      down = undefined;
      if (moved > TAP_SLACK_PX || event.button !== 0) return;
      const frame = this.host.getBoundingClientRect();
      this.events.picked(this.pickAt(event.clientX - frame.left, event.clientY - frame.top));
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
