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
}

const LIFT_M = 0.25;
const LINE_ORDER = 1e5;

export class Lines {
  readonly group = new THREE.Group();
  private paths: readonly Path[] = [];

  /** Draw `paths` instead of what was drawn; `place` takes site metres to the picture. */
  show(paths: readonly Path[], place: (point: Vec3) => THREE.Vector3): void {
    this.clear();
    this.paths = paths;
    for (const path of paths) this.add(path, place);
  }

  /** Draw the same paths again after storeys moved. */
  refresh(place: (point: Vec3) => THREE.Vector3): void {
    this.show(this.paths, place);
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
    const points = dense(path.points).map((point) => place([point[0], point[1], point[2] + LIFT_M]));
    if (points.length < 2) return;
    const geometry = new LineGeometry();
    geometry.setPositions(points.flatMap((point) => [point.x, point.y, point.z]));
    const layers: [string, number, number, boolean][] = [
      ["#ffffff", path.widthPx + 3, 0.85, true],
      [path.colour, path.widthPx, 0.28, false],
      [path.colour, path.widthPx, 1, true],
    ];
    layers.forEach(([colour, linewidth, opacity, depthTest], order) => {
      const material = new LineMaterial({ color: colour, linewidth, opacity, transparent: true, depthTest, depthWrite: false });
      const line = new Line2(geometry, material);
      line.renderOrder = LINE_ORDER + order;
      line.frustumCulled = false;
      this.group.add(line);
    });
  }
}

/** Cut long pieces that climb, so that they follow storeys that are drawn apart. */
export function dense(points: readonly Vec3[]): Vec3[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    if (!before) return [point];
    const pieces = Math.min(64, Math.max(1, Math.ceil(Math.abs(point[2] - before[2]) / 0.5)));
    return Array.from({ length: pieces }, (_, step): Vec3 => {
      const share = (step + 1) / pieces;
      return [0, 1, 2].map((axis) => (before[axis] as number) + ((point[axis] as number) - (before[axis] as number)) * share) as Vec3;
    });
  });
}
