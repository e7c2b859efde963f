/** Streams the building's 3D Tiles into site metres (y up) and dresses what arrives. */
import { TilesRenderer } from "3d-tiles-renderer/three";
import { GLTFExtensionsPlugin } from "3d-tiles-renderer/three/plugins";
import * as THREE from "three";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";
import { ContactBaker } from "./contact";
import { type EdgeColumns, sharpEdges } from "./edges";
import { applyLook, CLIMBING, type Drawn, type Features, type Look } from "./features";
import { type Contact, edgeMaterial, maskMaterial, noContact, Pass, type SharedUniforms, StyleTable, surfaceMaterial } from "./material";
import { type Merged, merge } from "./merge";

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

/** One tile: its features, how they look, and the few things that draw them. */
interface Dressed {
  scene: THREE.Object3D;
  /** By feature id; a tile need not use them all. */
  rows: readonly (Drawn | undefined)[];
  style: StyleTable;
  contact: Contact;
  merged: Merged;
  meshes: THREE.Mesh[];
  baked?: THREE.WebGLRenderTarget;
}

export interface TilesEvents {
  changed(): void;
  failed(message: string): void;
}

/** Outlines are found in pieces of about this many triangles, so that the page stays answerable. */
const OUTLINE_PIECE = 6_000;

export class Tiles {
  readonly renderer: TilesRenderer;
  readonly shared: SharedUniforms;
  /** True metres of a site metre along x, y, z. */
  readonly scale = new THREE.Vector3(1, 1, 1);
  private readonly features: Features;
  private readonly events: TilesEvents;
  private readonly dressed = new Map<THREE.Object3D, Dressed>();
  private readonly unbaked: Dressed[] = [];
  private readonly baker = new ContactBaker();
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
    for (const part of this.dressed.values()) applyLook(part.rows, part.style, look);
  }

  /** Run `draw` with every material writing ids instead of colours. */
  whilePicking(draw: () => void): void {
    const materials = [...this.dressed.values()].flatMap((part) => part.meshes.map((mesh) => mesh.material as THREE.Material));
    this.shared.uPicking.value = true;
    for (const material of materials) material.blending = THREE.NoBlending;
    draw();
    for (const material of materials) material.blending = THREE.NormalBlending;
    this.shared.uPicking.value = false;
  }

  /** Shade the floors of one more tile; whether there was one. */
  bakeOne(renderer: THREE.WebGLRenderer): boolean {
    const part = this.look && this.unbaked.shift();
    if (!part) return false;
    if (this.dressed.has(part.scene)) this.bake(renderer, part);
    return true;
  }

  private bake(renderer: THREE.WebGLRenderer, part: Dressed): void {
    const box = new THREE.Box3();
    for (const row of part.rows) if (row?.category === "space") box.union(row.box);
    const [solid] = part.meshes;
    if (box.isEmpty() || !solid) return;
    const things = new THREE.Group();
    const material = maskMaterial(part.style);
    const tops = new THREE.Mesh(solid.geometry, material);
    things.add(tops);
    const lines = solid.children.find((child) => child instanceof THREE.LineSegments) as THREE.LineSegments | undefined;
    if (lines) things.add(new THREE.LineSegments(lines.geometry, material));
    for (const thing of things.children) {
      thing.frustumCulled = false;
      thing.matrixAutoUpdate = false;
      thing.matrix.copy(solid.matrixWorld);
    }
    part.baked = this.baker.bake(renderer, things, box, part.contact);
    material.dispose();
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

  /** Draw a tile with a handful of calls, however many colours it has: all its primitives become one. */
  private dress(scene: THREE.Object3D): void {
    const meshes: THREE.Mesh[] = [];
    scene.traverse((child) => {
      if (child instanceof THREE.Mesh) meshes.push(child as THREE.Mesh);
    });
    const known = meshes.filter((mesh) => featuresOf(mesh) !== undefined);
    const [first] = known;
    if (!first) return;
    scene.updateMatrix();
    const merged = merge(known.map((mesh) => ({ mesh, matrix: matrixBelow(scene, mesh), feature: featuresOf(mesh) as THREE.BufferAttribute })));
    const toWorld = new THREE.Matrix4().multiplyMatrices(this.renderer.group.matrixWorld, scene.matrix);
    const table = first.userData["structuralMetadata"] as PropertyTable;
    const tableIndex = (first.userData["meshFeatures"] as FeatureIds).getFeatureInfo()[0]?.propertyTable ?? 0;
    const rows = boxesOf(merged, toWorld).map((box, feature) => box && this.row(table, tableIndex, feature, box, merged.colours.get(feature) ?? ""));
    findTops(merged, rows, toWorld);
    const part: Dressed = { scene, rows, style: new StyleTable(rows.length), contact: noContact(), merged, meshes: [] };
    for (const mesh of known) {
      mesh.removeFromParent();
      mesh.geometry.dispose();
    }
    this.split(part);
    this.dressed.set(scene, part);
    if (this.look) applyLook(rows, part.style, this.look);
    whenIdle(() => this.outline(part, 0, []));
    this.events.changed();
  }

  private row(table: PropertyTable, tableIndex: number, feature: number, box: THREE.Box3, own: string): Drawn {
    const [data = {}] = table.getPropertyTableData([tableIndex], [feature]);
    const text = (name: string): string => (typeof data[name] === "string" ? data[name] : "");
    const id = text("id") || `feature-${feature}`;
    return this.features.add({ id, name: text("name"), category: text("category").toLowerCase(), kind: text("kind"), level: text("level"), box, own });
  }

  /** Solids first, then the floors of spaces; then what is looked through: their inner walls, and glass. */
  private split(part: Dressed): void {
    const { merged } = part;
    const triangles: [number[], number[], number[]] = [[], [], []];
    for (let at = 0; at < merged.index.length; at += 3) {
      const vertex = merged.index[at] as number;
      const isSpace = part.rows[merged.feature[vertex] as number]?.category === "space";
      const isGlass = (merged.own[vertex * 4 + 3] as number) < 150;
      triangles[isSpace ? 1 : isGlass ? 2 : 0].push(vertex, merged.index[at + 1] as number, merged.index[at + 2] as number);
    }
    const [position, feature, own] = [
      new THREE.BufferAttribute(merged.position, 3),
      new THREE.BufferAttribute(merged.feature, 1),
      new THREE.BufferAttribute(merged.own, 4, true),
    ];
    const order = part.rows.find((row) => row?.level)?.box.min.y ?? 0;
    const add = (pass: Pass, chosen: readonly number[], after: number): THREE.Mesh => {
      const geometry = new THREE.BufferGeometry();
      geometry.setAttribute("position", position);
      geometry.setAttribute("feature", feature);
      geometry.setAttribute("own", own);
      geometry.setIndex(new THREE.BufferAttribute(Uint32Array.from(chosen), 1));
      const mesh = new THREE.Mesh(geometry, surfaceMaterial(pass, part.style, this.shared, part.contact));
      // Seen from above, lower storeys come first.
      mesh.renderOrder = order * 8 + after;
      // Storeys are drawn apart by the shader: bounds known here would cull what is in view.
      mesh.frustumCulled = false;
      part.meshes.push(mesh);
      return mesh;
    };
    const solid = add(Pass.Solid, triangles[0], 0);
    part.scene.add(solid);
    solid.add(add(Pass.Floor, triangles[1], 1), add(Pass.Side, triangles[1], 2));
    if (triangles[2].length > 0) solid.add(add(Pass.Glass, triangles[2], 4));
    solid.updateMatrixWorld(true);
  }

  private outline(part: Dressed, from: number, found: EdgeColumns[]): void {
    const { merged } = part;
    const [solid] = part.meshes;
    if (!this.dressed.has(part.scene) || !solid) return;
    let to = Math.min(from + OUTLINE_PIECE * 3, merged.index.length);
    // A feature's triangles stay together: its outline is where they end.
    while (to < merged.index.length && merged.feature[merged.index[to] as number] === merged.feature[merged.index[to - 1] as number]) to += 3;
    const at = (v: number): [number, number, number] => [merged.position[v * 3] as number, merged.position[v * 3 + 1] as number, merged.position[v * 3 + 2] as number];
    found.push(sharpEdges({ index: merged.index.subarray(from, to), position: at, feature: (v) => merged.feature[v] as number }));
    if (to < merged.index.length) {
      whenIdle(() => this.outline(part, to, found));
      return;
    }
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(concat(found.map((piece) => piece.positions)), 3));
    geometry.setAttribute("feature", new THREE.BufferAttribute(concat(found.map((piece) => piece.features)), 1));
    const lines = new THREE.LineSegments(geometry, edgeMaterial(part.style, this.shared));
    lines.frustumCulled = false;
    lines.renderOrder = solid.renderOrder + 3;
    lines.layers.set(EDGE_LAYER);
    solid.add(lines);
    solid.updateMatrixWorld(true);
    this.unbaked.push(part);
    this.events.changed();
  }

  private undress(scene: THREE.Object3D): void {
    const part = this.dressed.get(scene);
    if (!part) return;
    part.style.texture.dispose();
    part.baked?.dispose();
    scene.traverse((child) => {
      if (child instanceof THREE.Mesh || child instanceof THREE.LineSegments) {
        (child.geometry as THREE.BufferGeometry).dispose();
        (child.material as THREE.Material).dispose();
      }
    });
    this.dressed.delete(scene);
  }
}

/** The column of feature ids of a primitive that says what it draws. */
function featuresOf(mesh: THREE.Mesh): THREE.BufferAttribute | undefined {
  const ids = mesh.userData["meshFeatures"] as FeatureIds | undefined;
  const info = ids?.getFeatureInfo()[0];
  if (!info || !mesh.userData["structuralMetadata"]) return undefined;
  return mesh.geometry.getAttribute(`_feature_id_${info.attribute ?? 0}`) as THREE.BufferAttribute | undefined;
}

/** From `child`'s coordinates to those of `scene`. */
function matrixBelow(scene: THREE.Object3D, child: THREE.Object3D): THREE.Matrix4 {
  const matrix = new THREE.Matrix4();
  for (let node: THREE.Object3D | null = child; node && node !== scene; node = node.parent) {
    node.updateMatrix();
    matrix.premultiply(node.matrix);
  }
  return matrix;
}

function boxesOf(merged: Merged, toWorld: THREE.Matrix4): (THREE.Box3 | undefined)[] {
  const boxes: (THREE.Box3 | undefined)[] = [];
  const point = new THREE.Vector3();
  merged.feature.forEach((feature, vertex) => {
    point.fromArray(merged.position, vertex * 3).applyMatrix4(toWorld);
    (boxes[feature] ??= new THREE.Box3()).expandByPoint(point);
  });
  // Holes become undefined entries that map() visits.
  return Array.from(boxes);
}

/** Height below its highest point within which stairs count as their upper end, metres. */
const TOP_M = 1.2;

function findTops(merged: Merged, rows: readonly (Drawn | undefined)[], toWorld: THREE.Matrix4): void {
  const sums = new Map<Drawn, { sum: THREE.Vector3; count: number }>();
  const point = new THREE.Vector3();
  merged.feature.forEach((feature, vertex) => {
    const drawn = rows[feature];
    if (!drawn || !CLIMBING.has(drawn.category)) return;
    point.fromArray(merged.position, vertex * 3).applyMatrix4(toWorld);
    if (point.y < drawn.box.max.y - TOP_M) return;
    const entry = sums.get(drawn) ?? { sum: new THREE.Vector3(), count: 0 };
    entry.sum.add(point);
    entry.count += 1;
    sums.set(drawn, entry);
  });
  for (const [drawn, { sum, count }] of sums) drawn.top = sum.divideScalar(count).setY(drawn.box.max.y);
}

function concat(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function whenIdle(task: () => void): void {
  if ("requestIdleCallback" in window) window.requestIdleCallback(task, { timeout: 1500 });
  else setTimeout(task, 60);
}
