/** Routes and escape paths in the picture: lines of constant width, faint where something is in front. */
import * as THREE from "three";
import { Line2 } from "three/addons/lines/Line2.js";
import { LineGeometry } from "three/addons/lines/LineGeometry.js";
import { LineMaterial } from "three/addons/lines/LineMaterial.js";
import type { Vec3 } from "./geo";

export interface Path {
  /** Site metres. */
  points: readonly Vec3[];
  colour: string;
  widthPx: number;
  /** From 0 to 1: fainter than usual. */
  opacity?: number;
  /** Broken, for what cannot be gone. */
  dashed?: boolean;
}

const LIFT_M = 0.25;
const DASH_M = 0.8;
const LINE_ORDER = 1e5;
const CASING_PX = 4;
/** Thinner ways come in crowds: what covers them may hide more of them. */
const WIDE_PX = 5;

export class Lines {
  readonly group = new THREE.Group();
  /** What is drawn, with the heights of the picture. */
  shown: readonly Path[] = [];
  private paths: readonly Path[] = [];
  private leaders: THREE.LineSegments | undefined;
  private readonly leaderMaterial = new THREE.LineDashedMaterial({ color: "#6b7788", dashSize: 0.8, gapSize: 0.8, transparent: true, opacity: 0.8, depthWrite: false });

  /** Draw `paths` instead of what was drawn; `stand` takes heights of the site to heights of the picture, `place` the rest. */
  show(paths: readonly Path[], stand: (z: number) => number, place: (point: Vec3) => THREE.Vector3): void {
    this.clear();
    this.paths = paths;
    this.shown = paths.map((path) => ({ ...path, points: dense(path.points, stand) }));
    for (const path of this.shown) this.add(path, place);
  }

  /** Draw the same paths again after storeys moved. */
  refresh(stand: (z: number) => number, place: (point: Vec3) => THREE.Vector3): void {
    this.show(this.paths, stand, place);
  }

  /** Dotted lines from where stairs end to the floor that they lead to, while storeys are apart. */
  lead(pairs: readonly (readonly [THREE.Vector3, THREE.Vector3])[]): void {
    this.leaders?.geometry.dispose();
    if (this.leaders) this.group.remove(this.leaders);
    this.leaders = undefined;
    if (pairs.length === 0) return;
    const geometry = new THREE.BufferGeometry().setFromPoints(pairs.flat());
    this.leaders = new THREE.LineSegments(geometry, this.leaderMaterial);
    this.leaders.computeLineDistances();
    this.leaders.renderOrder = LINE_ORDER - 1;
    this.leaders.frustumCulled = false;
    this.group.add(this.leaders);
  }

  clear(): void {
    this.paths = [];
    for (const child of [...this.group.children]) {
      if (child instanceof Line2) {
        child.geometry.dispose();
        child.material.dispose();
      }
      this.group.remove(child);
    }
  }

  private add(path: Path, place: (point: Vec3) => THREE.Vector3): void {
    const points = path.points.map((point) => place([point[0], point[1], point[2] + LIFT_M]));
    if (points.length < 2) return;
    const { dashed = false, opacity = 1 } = path;
    if (!dashed) this.line(points, "#ffffff", path.widthPx + CASING_PX, 0.95 * opacity, { order: 0, nearer: 1 });
    // What a wall or a storey covers is still seen, but as covered.
    this.line(points, path.colour, path.widthPx, (path.widthPx < WIDE_PX ? 0.2 : 0.42) * opacity, { order: 1, through: true, dashed });
    this.line(points, path.colour, path.widthPx, opacity, { order: 2, nearer: 2, dashed });
  }

  private line(
    points: readonly THREE.Vector3[],
    colour: string,
    widthPx: number,
    opacity: number,
    { order, through = false, nearer = 0, dashed = false }: { order: number; through?: boolean; nearer?: number; dashed?: boolean },
  ): void {
    const geometry = new LineGeometry();
    geometry.setPositions(points.flatMap((point) => [point.x, point.y, point.z]));
    const material = new LineMaterial({ color: colour, linewidth: widthPx, opacity, transparent: true, depthTest: !through, depthWrite: false });
    // Over the floor that it lies on, from far away as well.
    Object.assign(material, { polygonOffset: true, polygonOffsetFactor: -nearer * 4, polygonOffsetUnits: -nearer * 40 });
    Object.assign(material, { dashed, dashSize: DASH_M, gapSize: DASH_M });
    const line = new Line2(geometry, material);
    if (dashed) line.computeLineDistances();
    line.renderOrder = LINE_ORDER + order;
    line.frustumCulled = false;
    this.group.add(line);
  }
}

/**
 * Cut long pieces that climb, so that they follow storeys that are drawn apart: along stairs with the floor that they begin on, then
 * straight up (a riser) to the next.
 */
export function dense(points: readonly Vec3[], stand: (z: number) => number): Vec3[] {
  return points.flatMap((point, index): Vec3[] => {
    const before = points[index - 1];
    const placed: Vec3 = [point[0], point[1], stand(point[2])];
    if (!before) return [placed];
    const [fromM, toM] = [stand(before[2]) - before[2], placed[2] - point[2]];
    if (Math.abs(toM - fromM) < 1e-6) return [placed];
    // The riser stands at the upper end, where the way changes floors.
    const isUp = point[2] > before[2];
    return [isUp ? [point[0], point[1], point[2] + fromM] : [before[0], before[1], before[2] + toM], placed];
  });
}
