/** Streams the building's 3D Tiles into site metres (y up) and dresses what arrives. */
import { TilesRenderer } from "3d-tiles-renderer/three";
import { GLTFExtensionsPlugin } from "3d-tiles-renderer/three/plugins";
import * as THREE from "three";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";
import { sharpEdges } from "./edges";
import { applyLook, type Drawn, type Features, type Look } from "./features";
import { edgeMaterial, Pass, type SharedUniforms, StyleTable, surfaceMaterial } from "./material";

/** What pick rendering must not see. */
export const EDGE_LAYER = 1;

interface TileJson {
  transform?: number[];
}

interface PropertyTable {
  getPropertyTableData(tables: number[], ids: number[]): Record<string, unknown>[];
}

interface FeatureIds {
  getFeatureInfo(): { attribute?: number; propertyTable?: number | null }[];
}

/** One primitive of a tile: its features and how they look. */
interface Dressed {
  scene: THREE.Object3D;
  /** By feature id; a primitive need not use them all. */
  rows: readonly (Drawn | undefined)[];
  style: StyleTable;
  meshes: THREE.Mesh[];
}

export interface TilesEvents {
  changed(): void;
  failed(message: string): void;
}

export class Tiles {
  readonly renderer: TilesRenderer;
  readonly shared: SharedUniforms;
  /** True metres of a site metre along x, y, z. */
  readonly scale = new THREE.Vector3(1, 1, 1);
  private readonly features: Features;
  private readonly events: TilesEvents;
  private readonly dressed = new Map<THREE.Object3D, Dressed[]>();
  private look: Look | undefined;

  constructor(url: string, features: Features, shared: SharedUniforms, events: TilesEvents) {
    this.features = features;
    this.shared = shared;
    this.events = events;
    this.renderer = new TilesRenderer(url);
    this.renderer.registerPlugin(
      new GLTFExtensionsPlugin({ metadata: true, meshoptDecoder: MeshoptDecoder, autoDispose: false }),
    );
    this.renderer.errorTarget = 12;
    this.renderer.lruCache.maxBytesSize = 256 * 2 ** 20;
    this.listen();
  }

  /** How many tiles hold something to draw now. */
  get models(): number {
    return this.dressed.size;
  }

  /** Whether something has been drawn. */
  get hasModels(): boolean {
    return this.dressed.size > 0;
  }

  restyle(look: Look): void {
    this.look = look;
    for (const parts of this.dressed.values()) for (const part of parts) applyLook(part.rows, part.style, look);
  }

  /** Run `draw` with every material writing ids instead of colours. */
  whilePicking(draw: () => void): void {
    const materials = [...this.dressed.values()].flat().flatMap((part) => part.meshes.map((mesh) => mesh.material as THREE.Material));
    this.shared.uPicking.value = true;
    for (const material of materials) material.blending = THREE.NoBlending;
    draw();
    for (const material of materials) material.blending = THREE.NormalBlending;
    this.shared.uPicking.value = false;
  }

  private listen(): void {
    const tiles = this.renderer;
    tiles.addEventListener("load-root-tileset", () => this.place());
    tiles.addEventListener("load-model", ({ scene }) => this.dress(scene as THREE.Object3D));
    tiles.addEventListener("dispose-model", ({ scene }) => this.undress(scene as THREE.Object3D));
    tiles.addEventListener("load-error", ({ error }) => this.events.failed(error.message));
    for (const name of ["needs-update", "tile-visibility-change", "tiles-load-end"] as const) {
      tiles.addEventListener(name, () => this.events.changed());
    }
  }

  /** Undo the place on Earth: root transform out, z up to y up; no float32 jitter far from the Earth's centre. */
  private place(): void {
    const root = this.renderer.root as (TileJson & object) | null;
    const group = this.renderer.group;
    const toSite = new THREE.Matrix4();
    if (root?.transform) toSite.fromArray(root.transform);
    // A projection's scale stays in the picture, which is in true metres; `scale` is what turns site metres into them.
    toSite.scale(new THREE.Vector3(1, 1, 1).divide(this.scale.setFromMatrixScale(toSite))).invert();
    toSite.premultiply(new THREE.Matrix4().makeRotationX(-Math.PI / 2));
    group.matrixAutoUpdate = false;
    group.matrix.copy(toSite);
    group.updateMatrixWorld(true);
    this.events.changed();
  }

  private dress(scene: THREE.Object3D): void {
    const meshes: THREE.Mesh[] = [];
    scene.traverse((child) => {
      if (child instanceof THREE.Mesh) meshes.push(child as THREE.Mesh);
    });
    const parts = meshes.map((mesh) => this.dressMesh(scene, mesh)).filter((part): part is Dressed => part !== undefined);
    this.dressed.set(scene, parts);
    if (this.look) for (const part of parts) applyLook(part.rows, part.style, this.look);
    this.events.changed();
  }

  private dressMesh(scene: THREE.Object3D, mesh: THREE.Mesh): Dressed | undefined {
    const ids = mesh.userData["meshFeatures"] as FeatureIds | undefined;
    const table = mesh.userData["structuralMetadata"] as PropertyTable | undefined;
    const info = ids?.getFeatureInfo()[0];
    const attribute = `_feature_id_${info?.attribute ?? 0}`;
    const column = mesh.geometry.getAttribute(attribute) as THREE.BufferAttribute | undefined;
    if (!info || !table || !column) return undefined;
    const index = indexOf(mesh.geometry);
    const toWorld = new THREE.Matrix4().multiplyMatrices(this.renderer.group.matrixWorld, matrixWithin(scene, mesh));
    const rows = boxesOf(mesh.geometry, index, column, toWorld).map((box, feature) => box && this.row(table, info.propertyTable ?? 0, feature, box));
    const style = new StyleTable(rows.length);
    const part: Dressed = { scene, rows, style, meshes: [] };
    this.split(mesh, index, column, attribute, part);
    whenIdle(() => this.outline(mesh, index, column, part));
    return part;
  }

  private row(table: PropertyTable, tableIndex: number, feature: number, box: THREE.Box3): Drawn {
    const [data = {}] = table.getPropertyTableData([tableIndex], [feature]);
    const text = (name: string): string => (typeof data[name] === "string" ? data[name] : "");
    const id = text("id") || `feature-${feature}`;
    return this.features.add({ id, name: text("name"), category: text("category").toLowerCase(), kind: text("kind"), level: text("level"), box });
  }

  /** Draw spaces apart from solids: as floors, and as inner walls seen from behind. */
  private split(mesh: THREE.Mesh, index: Uint32Array, column: THREE.BufferAttribute, attribute: string, part: Dressed): void {
    const [solids, spaces]: [number[], number[]] = [[], []];
    for (let at = 0; at < index.length; at += 3) {
      const feature = part.rows[column.getX(index[at] as number)];
      (feature?.category === "space" ? spaces : solids).push(index[at] as number, index[at + 1] as number, index[at + 2] as number);
    }
    const source = mesh.geometry;
    const order = part.rows.find((row) => row?.level)?.box.min.y ?? 0;
    const place = (pass: Pass, triangles: number[], target: THREE.Mesh): void => {
      const geometry = new THREE.BufferGeometry();
      geometry.setAttribute("position", source.getAttribute("position"));
      geometry.setAttribute(attribute, column);
      geometry.setIndex(new THREE.BufferAttribute(Uint32Array.from(triangles), 1));
      target.geometry = geometry;
      target.material = surfaceMaterial(pass, part.style, this.shared, attribute);
      // Seen from above, lower floors come first.
      target.renderOrder = order * 4 + pass;
      // Storeys are drawn apart by the shader: bounds known here would cull what is in view.
      target.frustumCulled = false;
      part.meshes.push(target);
    };
    place(Pass.Solid, solids, mesh);
    for (const pass of [Pass.Floor, Pass.Side]) {
      const twin = new THREE.Mesh();
      place(pass, spaces, twin);
      mesh.add(twin);
    }
  }

  private outline(mesh: THREE.Mesh, index: Uint32Array, column: THREE.BufferAttribute, part: Dressed): void {
    if (!this.dressed.has(part.scene)) return;
    const position = mesh.geometry.getAttribute("position");
    const scale = new THREE.Vector3().setFromMatrixScale(matrixWithin(part.scene, mesh));
    const edges = sharpEdges({
      index,
      position: (v) => [position.getX(v) * scale.x, position.getY(v) * scale.y, position.getZ(v) * scale.z],
      feature: (v) => column.getX(v),
    });
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(edges.positions, 3));
    geometry.setAttribute("feature", new THREE.BufferAttribute(edges.features, 1));
    const lines = new THREE.LineSegments(geometry, edgeMaterial(part.style, this.shared));
    lines.scale.set(1 / scale.x, 1 / scale.y, 1 / scale.z);
    lines.frustumCulled = false;
    lines.renderOrder = mesh.renderOrder + 3;
    lines.layers.set(EDGE_LAYER);
    mesh.add(lines);
    mesh.updateMatrixWorld(true);
    this.events.changed();
  }

  private undress(scene: THREE.Object3D): void {
    for (const part of this.dressed.get(scene) ?? []) {
      part.style.texture.dispose();
      scene.traverse((child) => {
        if (child instanceof THREE.Mesh || child instanceof THREE.LineSegments) {
          (child.geometry as THREE.BufferGeometry).dispose();
          (child.material as THREE.Material).dispose();
        }
      });
    }
    this.dressed.delete(scene);
  }
}

function matrixWithin(scene: THREE.Object3D, child: THREE.Object3D): THREE.Matrix4 {
  const matrix = new THREE.Matrix4();
  for (let node: THREE.Object3D | null = child; node; node = node === scene ? null : node.parent) {
    node.updateMatrix();
    matrix.premultiply(node.matrix);
  }
  return matrix;
}

function indexOf(geometry: THREE.BufferGeometry): Uint32Array {
  const index = geometry.getIndex();
  const count = index ? index.count : geometry.getAttribute("position").count;
  return Uint32Array.from({ length: count }, (_, at) => (index ? index.getX(at) : at));
}

function boxesOf(
  geometry: THREE.BufferGeometry,
  index: Uint32Array,
  column: THREE.BufferAttribute,
  toWorld: THREE.Matrix4,
): (THREE.Box3 | undefined)[] {
  const boxes: (THREE.Box3 | undefined)[] = [];
  const position = geometry.getAttribute("position");
  const point = new THREE.Vector3();
  for (const vertex of index) {
    point.fromBufferAttribute(position as THREE.BufferAttribute, vertex).applyMatrix4(toWorld);
    const feature = column.getX(vertex);
    (boxes[feature] ??= new THREE.Box3()).expandByPoint(point);
  }
  // Holes become undefined entries that map() visits.
  return Array.from(boxes);
}

function whenIdle(task: () => void): void {
  if ("requestIdleCallback" in window) window.requestIdleCallback(task, { timeout: 1500 });
  else setTimeout(task, 60);
}
