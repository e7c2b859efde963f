/** Areas over the floors, such as what is reached within some minutes: flat, see-through, on the storeys that are shown. */
import * as THREE from "three";
import type { Vec3 } from "./geo";

export interface Area {
  level: string;
  /** Rings in site metres; the first is the outline, the others are holes. */
  rings: readonly (readonly Vec3[])[];
  colour: string;
  /** Areas of a greater order lie over those of a smaller one. */
  order: number;
}

/** Above the floor, so that floors drawn coarsely do not cover it, metres. */
const LIFT_M = 0.2;
/** Orders lie this far apart, metres. */
const STEP_M = 0.02;
/** So strong that what lies under an area hardly changes its colour: it must be that of the legend. */
const OPACITY = 0.78;
/** Below routes, over floors. */
const AREA_ORDER = 9e4;

export class Areas {
  readonly group = new THREE.Group();
  private areas: readonly Area[] = [];

  show(areas: readonly Area[], isShown: (level: string) => boolean, place: (point: Vec3) => THREE.Vector3): void {
    this.clear();
    this.areas = areas;
    for (const area of areas) if (isShown(area.level)) this.add(area, place);
  }

  /** Draw the same areas again after storeys moved or others are shown. */
  refresh(isShown: (level: string) => boolean, place: (point: Vec3) => THREE.Vector3): void {
    if (this.areas.length > 0) this.show(this.areas, isShown, place);
  }

  private clear(): void {
    for (const child of [...this.group.children]) {
      if (child instanceof THREE.Mesh) {
        (child.geometry as THREE.BufferGeometry).dispose();
        (child.material as THREE.Material).dispose();
      }
      this.group.remove(child);
    }
  }

  private add({ rings, colour, order }: Area, place: (point: Vec3) => THREE.Vector3): void {
    const flat = rings.map((ring) => open(ring).map(([x, y]) => new THREE.Vector2(x, y)));
    const [outline, ...holes] = flat;
    if (!outline || outline.length < 3) return;
    const faces = THREE.ShapeUtils.triangulateShape(outline, holes);
    const corners = rings.flatMap((ring) => open(ring)).map(([x, y, z]) => place([x, y, z + LIFT_M + order * STEP_M]));
    const geometry = new THREE.BufferGeometry().setFromPoints(corners);
    geometry.setIndex(faces.flat());
    const material = new THREE.MeshBasicMaterial({ color: colour, transparent: true, opacity: OPACITY, depthWrite: false, side: THREE.DoubleSide });
    // Over the floor that it lies on, from far away as well.
    Object.assign(material, { polygonOffset: true, polygonOffsetFactor: -2 - order, polygonOffsetUnits: -40 * (1 + order) });
    const mesh = new THREE.Mesh(geometry, material);
    mesh.renderOrder = AREA_ORDER + order;
    mesh.frustumCulled = false;
    this.group.add(mesh);
  }
}

/** A ring without the repetition of its first point. */
function open(ring: readonly Vec3[]): readonly Vec3[] {
  const [first, last] = [ring[0], ring[ring.length - 1]];
  return first && last && ring.length > 1 && first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : ring;
}
