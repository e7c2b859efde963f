/** Camera and its controls: a map that can be tilted, made for fingers and keys. */
import * as THREE from "three";
import { MapControls } from "three/addons/controls/MapControls.js";

const FIELD_OF_VIEW_DEG = 32;
/** Heights above the horizon: the default look, and nearly a plan. */
const TILT_DEG = 48;
/** On tall screens a long building lies along the screen: seen from higher up. */
const TALL_TILT_DEG = 58;
const PLAN_TILT_DEG = 88;
/** Directions tried for the default look; the one that shows the building largest wins. */
const AZIMUTHS_DEG = [-30, 60, 30, -60, -75, 75, -15, 15, -45, 45];
/** Half-height of an object this near would fill the screen, metres. */
const CLOSEST_M = 6;
/** Air around what is shown. */
const MARGIN_PX = 22;

/** Parts of the stage that panels cover, CSS pixels. */
export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export class View {
  readonly camera = new THREE.PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 1, 4000);
  readonly controls: MapControls;
  insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  private size = { width: 1, height: 1 };

  constructor(element: HTMLElement, changed: () => void) {
    this.controls = new MapControls(this.camera, element);
    this.controls.enableDamping = false;
    this.controls.screenSpacePanning = false;
    this.controls.maxPolarAngle = (84 * Math.PI) / 180;
    this.controls.minDistance = CLOSEST_M;
    this.controls.zoomToCursor = true;
    this.controls.keyPanSpeed = 30;
    this.controls.listenToKeyEvents(element);
    this.controls.addEventListener("change", changed);
  }

  resize(width: number, height: number): void {
    this.size = { width, height };
    this.camera.aspect = width / height;
    this.applyInsets();
  }

  /** Shift the picture so that its middle is the middle of what panels leave free. */
  applyInsets(): void {
    const { width, height } = this.size;
    const { top, right, bottom, left } = this.insets;
    this.camera.setViewOffset(width, height, (right - left) / 2, (bottom - top) / 2, width, height);
    this.camera.updateProjectionMatrix();
  }

  /** Show all points; `keep` holds the present direction, else the best default is taken. */
  fit(points: readonly THREE.Vector3[], options: { keep?: boolean } = {}): void {
    if (points.length === 0) return;
    const tilt = this.size.height > this.size.width * 1.2 ? TALL_TILT_DEG : TILT_DEG;
    const directions = options.keep
      ? [this.camera.position.clone().sub(this.controls.target).normalize()]
      : AZIMUTHS_DEG.map((azimuth) => direction(azimuth, tilt));
    const fits = directions.map((way) => this.framing(points, way));
    const best = fits.reduce((a, b) => (b.distance < a.distance * 0.92 ? b : a));
    this.look(best.target, best.way, Math.max(best.distance, CLOSEST_M * 2));
  }

  /** Turn the view to or from a plan, about what it looks at now. */
  setPlan(plan: boolean): void {
    const offset = this.camera.position.clone().sub(this.controls.target);
    const spherical = new THREE.Spherical().setFromVector3(offset);
    const azimuth = (spherical.theta * 180) / Math.PI;
    this.look(this.controls.target.clone(), direction(azimuth, plan ? PLAN_TILT_DEG : TILT_DEG), spherical.radius);
  }

  /** Move what is looked at, and the camera with it. */
  pan(by: THREE.Vector3): void {
    this.controls.target.add(by);
    this.camera.position.add(by);
  }

  zoom(factor: number): void {
    const offset = this.camera.position.clone().sub(this.controls.target).multiplyScalar(factor);
    const bounded = offset.clampLength(CLOSEST_M, this.controls.maxDistance);
    this.camera.position.copy(this.controls.target).add(bounded);
    this.controls.update();
  }

  turn(degrees: number): void {
    const offset = this.camera.position.clone().sub(this.controls.target);
    offset.applyAxisAngle(new THREE.Vector3(0, 1, 0), (degrees * Math.PI) / 180);
    this.camera.position.copy(this.controls.target).add(offset);
    this.controls.update();
  }

  private look(target: THREE.Vector3, way: THREE.Vector3, distance: number): void {
    this.controls.maxDistance = Math.max(this.controls.maxDistance === Infinity ? 0 : this.controls.maxDistance, distance * 3);
    this.controls.target.copy(target);
    this.camera.position.copy(target).addScaledVector(way, distance);
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

function middle(values: readonly number[]): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return (low + high) / 2;
}

function direction(azimuthDeg: number, tiltDeg: number): THREE.Vector3 {
  const [azimuth, tilt] = [(azimuthDeg * Math.PI) / 180, (tiltDeg * Math.PI) / 180];
  return new THREE.Vector3(Math.sin(azimuth) * Math.cos(tilt), Math.sin(tilt), Math.cos(azimuth) * Math.cos(tilt));
}
