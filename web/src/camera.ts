/** Camera and its controls: a map that can be tilted, made for fingers and keys. */
import * as THREE from "three";
import { MapControls } from "three/addons/controls/MapControls.js";
import type { Plan } from "./plan";

const FIELD_OF_VIEW_DEG = 30;
/** Heights above the horizon: the default look, and nearly a plan. */
const TILT_DEG = 42;
/** On tall screens a long building lies along the screen: seen from higher up. */
const TALL_TILT_DEG = 52;
const PLAN_TILT_DEG = 88;
/** Angles between the view and the building's long side that are tried for the default look; earlier ones are preferred. */
const ACROSS_DEG = [62, -62, 118, -118, 45, -45, 135, -135, 76, -76, 104, -104];
const ALONG_DEG = [24, -24, 156, -156, 38, -38, 142, -142, 12, -12];
/** A later direction must show the building this much larger. */
const CLEARLY = 0.94;
/** Half-height of an object this near would fill the screen, metres. */
const CLOSEST_M = 6;
/** Air around what is shown. */
const MARGIN_PX = 22;
const FLIGHT_MS = 420;
/** Looking down more steeply than this is looking at a plan, radians from straight down. */
const STEEP_POLAR = 0.2;

/** Parts of the stage that panels cover, CSS pixels. */
export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** Where the camera is, as seen from what it looks at. */
interface Pose {
  target: THREE.Vector3;
  /** Azimuth from +z towards +x, and angle from straight up, radians. */
  azimuth: number;
  polar: number;
  distance: number;
}

export interface Fit {
  /** Hold the present direction instead of the best default one. */
  keep?: boolean;
  /** Go there without a flight. */
  jump?: boolean;
  /** The building in plan: its long side decides from where it is seen. */
  plan?: Plan;
  /** Direction of view that the venue asks for: azimuth of the camera, degrees from +z towards +x. */
  azimuthDeg?: number | undefined;
}

export class View {
  readonly camera = new THREE.PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 1, 4000);
  readonly controls: MapControls;
  insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  /** Whether ways from look to look are flown, where the user allows motion. */
  flies = true;
  private size = { width: 1, height: 1 };
  private flight: { from: Pose; to: Pose; began: number } | undefined;
  private readonly changed: () => void;

  constructor(element: HTMLElement, changed: () => void) {
    this.changed = changed;
    this.controls = new MapControls(this.camera, element);
    this.controls.enableDamping = false;
    this.controls.screenSpacePanning = false;
    this.controls.maxPolarAngle = (86 * Math.PI) / 180;
    this.controls.minDistance = CLOSEST_M;
    this.controls.zoomToCursor = true;
    this.controls.keyPanSpeed = 30;
    this.controls.listenToKeyEvents(element);
    this.controls.addEventListener("change", changed);
    this.controls.addEventListener("start", () => (this.flight = undefined));
  }

  resize(width: number, height: number): void {
    this.size = { width, height };
    this.camera.aspect = width / height;
    this.applyInsets();
  }

  get isTall(): boolean {
    return this.size.height > this.size.width * 1.2;
  }

  /** Whether one looks nearly straight down. */
  get isPlan(): boolean {
    return this.controls.getPolarAngle() < STEEP_POLAR;
  }

  /** Pixels of the screen, in CSS pixels, that a metre takes at `distance` from the camera. */
  pixelsPerMetre(distance: number): number {
    return this.size.height / (2 * Math.tan((FIELD_OF_VIEW_DEG * Math.PI) / 360) * Math.max(distance, 0.1));
  }

  /** Shift the picture so that its middle is the middle of what panels leave free. */
  applyInsets(): void {
    const { width, height } = this.size;
    const { top, right, bottom, left } = this.insets;
    this.camera.setViewOffset(width, height, (right - left) / 2, (bottom - top) / 2, width, height);
    this.camera.updateProjectionMatrix();
  }

  /** Show all points; `keep` holds the present direction, else the best default is taken. */
  fit(points: readonly THREE.Vector3[], options: Fit = {}): void {
    if (points.length === 0) return;
    const fits = this.directions(options).map((way) => this.framing(points, way));
    const best = fits.reduce((a, b) => (b.distance < a.distance * CLEARLY ? b : a));
    const spherical = new THREE.Spherical().setFromVector3(best.way);
    this.go({ target: best.target, azimuth: spherical.theta, polar: spherical.phi, distance: Math.max(best.distance, CLOSEST_M * 2) }, options.jump);
  }

  private directions({ keep, plan, azimuthDeg }: Fit): THREE.Vector3[] {
    if (keep) {
      const { azimuth, polar } = this.flight?.to ?? this.pose();
      return [new THREE.Vector3().setFromSphericalCoords(1, polar, azimuth)];
    }
    const tilt = this.isTall ? TALL_TILT_DEG : TILT_DEG;
    if (azimuthDeg !== undefined) return [direction(azimuthDeg, tilt)];
    const isLong = plan !== undefined && plan.lengthM > plan.depthM * 1.15;
    const offsets = this.isTall && isLong ? ALONG_DEG : ACROSS_DEG;
    const ways = offsets.map((offset) => direction((plan?.axisDeg ?? 0) + offset, tilt));
    // Seen from the south where both sides are as good: north is up, as on maps.
    return [...ways.filter((way) => way.z >= -0.05), ...ways.filter((way) => way.z < -0.05)];
  }

  /** Look at `target` from nearer by. */
  focus(target: THREE.Vector3, nearer = 0.45): void {
    const pose = this.pose();
    this.go({ ...pose, target, distance: Math.max(pose.distance * nearer, CLOSEST_M * 2.5) });
  }

  /** Turn the view to or from a plan, about what it looks at now. */
  setPlan(plan: boolean): void {
    const pose = this.flight?.to ?? this.pose();
    const tilt = plan ? PLAN_TILT_DEG : this.isTall ? TALL_TILT_DEG : TILT_DEG;
    this.go({ ...pose, polar: ((90 - tilt) * Math.PI) / 180 });
  }

  /** Move what is looked at, and the camera with it. */
  pan(by: THREE.Vector3): void {
    this.controls.target.add(by);
    this.camera.position.add(by);
  }

  zoom(factor: number): void {
    const pose = this.flight?.to ?? this.pose();
    this.go({ ...pose, distance: Math.min(Math.max(pose.distance * factor, CLOSEST_M), this.controls.maxDistance) });
  }

  turn(degrees: number): void {
    const pose = this.flight?.to ?? this.pose();
    this.go({ ...pose, azimuth: pose.azimuth + (degrees * Math.PI) / 180 });
  }

  /** Fly on; whether there is still a way to go. */
  advance(now: number): boolean {
    const { flight } = this;
    if (!flight) return false;
    const share = Math.min(1, (now - flight.began) / FLIGHT_MS);
    const eased = 1 - (1 - share) ** 3;
    if (share >= 1) this.flight = undefined;
    this.look(between(flight.from, flight.to, eased));
    return share < 1;
  }

  private go(to: Pose, jump = false): void {
    const still = jump || !this.flies || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still) {
      this.flight = undefined;
      this.look(to);
      return;
    }
    const from = this.pose();
    // The short way round.
    const turn = Math.atan2(Math.sin(to.azimuth - from.azimuth), Math.cos(to.azimuth - from.azimuth));
    this.flight = { from, to: { ...to, azimuth: from.azimuth + turn }, began: performance.now() };
    this.changed();
  }

  private pose(): Pose {
    const target = this.controls.target.clone();
    const spherical = new THREE.Spherical().setFromVector3(this.camera.position.clone().sub(target));
    return { target, azimuth: spherical.theta, polar: spherical.phi, distance: spherical.radius };
  }

  private look({ target, azimuth, polar, distance }: Pose): void {
    this.controls.maxDistance = Math.max(this.controls.maxDistance === Infinity ? 0 : this.controls.maxDistance, distance * 3);
    this.controls.target.copy(target);
    this.camera.position.setFromSphericalCoords(distance, polar, azimuth).add(target);
    this.camera.near = Math.max(0.5, distance / 200);
    this.camera.far = distance * 12 + 500;
    this.camera.updateProjectionMatrix();
    this.controls.update();
  }

  /** Where to look from along `way`, so that every point is within the free part of the screen. */
  private framing(points: readonly THREE.Vector3[], way: THREE.Vector3): { way: THREE.Vector3; target: THREE.Vector3; distance: number } {
    const { top, right, bottom, left } = this.insets;
    const half = Math.tan((FIELD_OF_VIEW_DEG * Math.PI) / 360);
    const freeY = Math.max(0.2, 1 - (top + bottom + 2 * MARGIN_PX) / this.size.height) * half;
    const freeX = Math.max(0.2, 1 - (left + right + 2 * MARGIN_PX) / this.size.width) * half * this.camera.aspect;
    const side = new THREE.Vector3(0, 1, 0).cross(way).normalize();
    const up = way.clone().cross(side);
    const target = new THREE.Vector3();
    for (const axis of [side, up, way]) target.addScaledVector(axis, middle(points.map((point) => point.dot(axis))));
    const distance = points.reduce((most, point) => {
      const offset = point.clone().sub(target);
      return Math.max(most, offset.dot(way) + Math.max(Math.abs(offset.dot(side)) / freeX, Math.abs(offset.dot(up)) / freeY));
    }, 0);
    return { way, target, distance };
  }
}

function between(a: Pose, b: Pose, share: number): Pose {
  const mix = (from: number, to: number): number => from + (to - from) * share;
  return {
    target: a.target.clone().lerp(b.target, share),
    azimuth: mix(a.azimuth, b.azimuth),
    polar: mix(a.polar, b.polar),
    distance: Math.exp(mix(Math.log(a.distance), Math.log(b.distance))),
  };
}

function middle(values: readonly number[]): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return (low + high) / 2;
}

function direction(azimuthDeg: number, tiltDeg: number): THREE.Vector3 {
  const [azimuth, tilt] = [(azimuthDeg * Math.PI) / 180, (tiltDeg * Math.PI) / 180];
  return new THREE.Vector3(Math.sin(azimuth) * Math.cos(tilt), Math.sin(tilt), Math.cos(azimuth) * Math.cos(tilt));
}
