/** The landing page's one small 3D picture: a schematic ground, the river, and every venue as a stack of its storeys. */
import * as THREE from "three";
import { apart, banks, HILLS, RIVER, RIVER_WIDTH_KM, smooth, toKm, within, type Km } from "./ground";
import type { VenueCard } from "./model";

/** Kilometres in the picture for a metre of height: heights are drawn 45 times as large. */
const KM_PER_M = 0.045;
const LEAST_APART_KM = 1.7;
const PLATE_KM = 0.98;
const MARGIN_KM = 2.1;
const LEAST_HALF_KM = 4.4;
const PITCH = 0.7;
const FIELD_DEG = 26;
const MOST_TURN = 1.2;

const COLOURS = {
  ground: "#fbfcfd",
  rim: "#cbd6e0",
  river: "#b9d8ec",
  hill: "#d5e4cf",
  under: "#5f8dc9",
  over: "#f4f7fb",
  edge: "#3d5878",
  chosen: "#14509e",
  stem: "#5b7697",
} as const;

type Pinned = VenueCard & { center: [number, number] };

interface Stack {
  id: string;
  plates: THREE.Mesh<THREE.BufferGeometry, THREE.MeshLambertMaterial>[];
  ring: THREE.Mesh<THREE.BufferGeometry, THREE.MeshBasicMaterial>;
  /** Where the name's leader ends. */
  top: THREE.Vector3;
  low: THREE.Vector3;
}

export interface OnScreen {
  id: string;
  top: { x: number; y: number };
  low: { x: number; y: number };
  /** Pixels from the middle of the stack to its side. */
  half: number;
}

export class CityScene {
  readonly canvas: HTMLCanvasElement;
  /** Called after every drawing, with where the venues are. */
  drawn: (places: readonly OnScreen[]) => void = () => undefined;
  /** A place on Earth that is named in the picture, in the picture's coordinates. */
  readonly landmarks: { name: "han" | "namsan"; at: THREE.Vector3 }[] = [];
  private readonly renderer: THREE.WebGLRenderer;
  private readonly scene = new THREE.Scene();
  private readonly camera = new THREE.PerspectiveCamera(FIELD_DEG, 1, 0.5, 200);
  private readonly stacks: Stack[] = [];
  private readonly corners: THREE.Vector3[] = [];
  private size = { width: 1, height: 1 };
  private yaw = -0.2;
  private isAsked = false;
  /** Kilometres kept free above towers for their names. */
  private readonly headroom = 0.7;

  /** Throws where there is no WebGL 2. */
  constructor(venues: readonly Pinned[]) {
    this.renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true });
    this.canvas = this.renderer.domElement;
    this.scene.add(new THREE.HemisphereLight("#ffffff", "#b9c6d4", 2.3));
    const sun = new THREE.DirectionalLight("#ffffff", 1.3);
    sun.position.set(-6, 14, 8);
    this.scene.add(sun);
    const places = apart(venues.map(({ center }) => toKm(center)), LEAST_APART_KM);
    this.addGround(places);
    this.addLines(venues, places);
    venues.forEach((venue, index) => this.addStack(venue, places[index] as Km, toKm(venue.center)));
  }

  resize(width: number, height: number): void {
    if (width < 2 || height < 2) return;
    this.size = { width, height };
    this.renderer.setPixelRatio(Math.min(2, window.devicePixelRatio || 1));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.ask();
  }

  turn(by: number): void {
    this.yaw += by;
    // Past the end it starts again from the other side, so that one button reaches every view.
    if (this.yaw > MOST_TURN) this.yaw = -MOST_TURN;
    this.ask();
  }

  drag(by: number): void {
    this.yaw = Math.min(MOST_TURN, Math.max(-MOST_TURN, this.yaw + by));
    this.ask();
  }

  /** Show one venue as chosen, another as pointed at. */
  mark(chosen: string, pointed: string): void {
    for (const { id, plates, ring } of this.stacks) {
      const isMarked = id === chosen || id === pointed;
      for (const plate of plates) {
        const isUnder = plate.userData["under"] === true;
        plate.material.color.set(isMarked ? (isUnder ? COLOURS.chosen : "#c9dcf5") : isUnder ? COLOURS.under : COLOURS.over);
      }
      ring.material.color.set(isMarked ? COLOURS.chosen : COLOURS.edge);
      ring.scale.setScalar(isMarked ? 1.12 : 1);
    }
    this.ask();
  }

  project(point: THREE.Vector3): { x: number; y: number } {
    const at = point.clone().project(this.camera);
    return { x: ((at.x + 1) / 2) * this.size.width, y: ((1 - at.y) / 2) * this.size.height };
  }

  private widthOf(at: THREE.Vector3): number {
    return ((PLATE_KM * 1.15 * this.size.height) / (2 * Math.tan((FIELD_DEG * Math.PI) / 360))) / this.camera.position.distanceTo(at);
  }

  private ask(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.fit();
      this.renderer.render(this.scene, this.camera);
      this.drawn(this.stacks.map(({ id, top, low }) => ({ id, top: this.project(top), low: this.project(low), half: this.widthOf(low) / 2 })));
    });
  }

  /** The nearest place of the camera from which the ground and every tower is in the picture, and in its middle. */
  private fit(): void {
    const middle = new THREE.Vector3();
    const direction = new THREE.Vector3(Math.sin(this.yaw) * Math.cos(PITCH), Math.sin(PITCH), Math.cos(this.yaw) * Math.cos(PITCH));
    const [right, up] = [new THREE.Vector3(), new THREE.Vector3()];
    let distance = 40;
    for (let step = 0; step < 8; step++) {
      this.camera.position.copy(middle).addScaledVector(direction, distance);
      this.camera.lookAt(middle);
      this.camera.updateProjectionMatrix();
      this.camera.updateMatrixWorld();
      const seen = this.corners.map((corner) => corner.clone().project(this.camera));
      const [xs, ys] = [seen.map(({ x }) => x), seen.map(({ y }) => y)];
      const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      const half = distance * Math.tan((FIELD_DEG * Math.PI) / 360);
      this.camera.matrixWorld.extractBasis(right, up, new THREE.Vector3());
      middle.addScaledVector(right, ((west + east) / 2) * half * this.camera.aspect).addScaledVector(up, ((south + north) / 2) * half);
      distance *= Math.max((east - west) / 1.9, (north - south) / 1.84);
    }
  }

  private addGround(places: readonly Km[]): void {
    const side = (axis: 0 | 1): [number, number] => {
      const values = places.map((place) => place[axis]);
      const [low, high] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 0];
      const half = Math.max(LEAST_HALF_KM, (high - low) / 2 + MARGIN_KM);
      return [(low + high) / 2 - half, (low + high) / 2 + half];
    };
    const [[west, east], [south, north]] = [side(0), side(1)];
    const outline = roundedBox(west, east, south, north, 1.3);
    this.corners.push(...outline.map(([x, y]) => new THREE.Vector3(x, 0, -y)));
    const top = new THREE.Mesh(fan(outline, 0), new THREE.MeshLambertMaterial({ side: THREE.DoubleSide, color: COLOURS.ground, transparent: true, opacity: 0.5, depthWrite: false }));
    top.renderOrder = 5;
    const rim = new THREE.LineLoop(new THREE.BufferGeometry().setFromPoints(outline.map(([x, y]) => new THREE.Vector3(x, 0, -y))), new THREE.LineBasicMaterial({ color: COLOURS.rim }));
    rim.renderOrder = 7;
    this.scene.add(top, rim, this.grid(west, east, south, north));
    const river = within(smooth(RIVER.map(toKm)), west + 0.02, east - 0.02);
    if (river.length > 1) {
      const water = new THREE.Mesh(ribbon(river, RIVER_WIDTH_KM, 0.012), new THREE.MeshBasicMaterial({ color: COLOURS.river, transparent: true, opacity: 0.85, depthWrite: false, side: THREE.DoubleSide }));
      water.renderOrder = 6;
      this.scene.add(water);
      const at = river[Math.floor(river.length * 0.2)] as Km;
      this.landmarks.push({ name: "han", at: new THREE.Vector3(at[0], 0, -at[1]) });
    }
    for (const { at, radius, height, name } of HILLS) {
      const [x, y] = toKm(at);
      if (x - radius < west || x + radius > east || y - radius < south || y + radius > north) continue;
      const hill = new THREE.Mesh(mound(radius, height), new THREE.MeshLambertMaterial({ side: THREE.DoubleSide, color: COLOURS.hill, transparent: true, opacity: 0.8, depthWrite: false }));
      hill.position.set(x, 0.01, -y);
      hill.renderOrder = 6;
      this.scene.add(hill);
      if (name) this.landmarks.push({ name, at: new THREE.Vector3(x, height, -y) });
    }
  }

  private grid(west: number, east: number, south: number, north: number): THREE.LineSegments {
    const points: THREE.Vector3[] = [];
    for (let x = Math.ceil(west); x <= east; x += 1) if (x - west > 0.3 && east - x > 0.3) points.push(new THREE.Vector3(x, 0.002, -south - 0.3), new THREE.Vector3(x, 0.002, -north + 0.3));
    for (let y = Math.ceil(south); y <= north; y += 1) if (y - south > 0.3 && north - y > 0.3) points.push(new THREE.Vector3(west + 0.3, 0.002, -y), new THREE.Vector3(east - 0.3, 0.002, -y));
    const lines = new THREE.LineSegments(new THREE.BufferGeometry().setFromPoints(points), new THREE.LineBasicMaterial({ color: "#dfe7ee", transparent: true, opacity: 0.7, depthWrite: false }));
    lines.renderOrder = 5.5;
    return lines;
  }

  /** Under the ground, stations of one line are joined in its colour: that they share it, not where it runs. */
  private addLines(venues: readonly Pinned[], places: readonly Km[]): void {
    const byLine = new Map<string, { colour: string; at: Km[] }>();
    venues.forEach((venue, index) => {
      for (const { id, colour } of venue.lines) {
        const entry = byLine.get(id) ?? { colour, at: [] };
        entry.at.push(places[index] as Km);
        byLine.set(id, entry);
      }
    });
    for (const { colour, at } of byLine.values()) {
      if (at.length < 2) continue;
      at.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      const strip = new THREE.Mesh(ribbon(at, 0.16, -0.12), new THREE.MeshBasicMaterial({ color: colour, side: THREE.DoubleSide }));
      strip.renderOrder = 1;
      this.scene.add(strip);
    }
  }

  private addStack(venue: Pinned, [x, y]: Km, real: Km): void {
    const heights = venue.storeys.map(({ elevationM }) => elevationM * KM_PER_M);
    const [low, high] = [Math.min(0, ...heights), Math.max(0, ...heights)];
    const plates = heights.map((height) => this.addPlate(x, y, height));
    const ring = new THREE.Mesh(hoop(PLATE_KM * 0.66, 0.035), new THREE.MeshBasicMaterial({ side: THREE.DoubleSide, color: COLOURS.edge, transparent: true, opacity: 0.9, depthWrite: false }));
    ring.position.set(x, 0.02, -y);
    ring.renderOrder = 8;
    this.scene.add(ring);
    this.addStems(venue, x, y, low, high);
    if (Math.hypot(real[0] - x, real[1] - y) > 0.2) this.addTether([x, y], real);
    const top = new THREE.Vector3(x, high + 0.06, -y);
    this.stacks.push({ id: venue.id, plates, ring, top, low: new THREE.Vector3(x, low, -y) });
    this.corners.push(new THREE.Vector3(x, high + this.headroom, -y), new THREE.Vector3(x, low, -y));
  }

  private addPlate(x: number, y: number, height: number): Stack["plates"][number] {
    const isUnder = height < -0.06;
    const geometry = new THREE.BoxGeometry(PLATE_KM, 0.05, PLATE_KM);
    const plate = new THREE.Mesh(geometry, new THREE.MeshLambertMaterial({ color: isUnder ? COLOURS.under : COLOURS.over, transparent: true, opacity: isUnder ? 0.92 : 0.96 }));
    plate.position.set(x, height, -y);
    plate.renderOrder = isUnder ? 2 : 9;
    plate.userData["under"] = isUnder;
    const edges = new THREE.LineSegments(new THREE.EdgesGeometry(geometry), new THREE.LineBasicMaterial({ color: COLOURS.edge, transparent: true, opacity: isUnder ? 0.5 : 0.55 }));
    edges.renderOrder = plate.renderOrder;
    plate.add(edges);
    this.scene.add(plate);
    return plate;
  }

  /** Stems through the storeys, one in the colour of each line. */
  private addStems({ lines }: Pinned, x: number, y: number, low: number, high: number): void {
    const colours = lines.length > 0 ? lines.map(({ colour }) => colour) : [COLOURS.stem];
    const width = 0.13;
    colours.forEach((colour, index) => {
      const shift = (index - (colours.length - 1) / 2) * (width + 0.04);
      const part = (from: number, to: number, order: number): void => {
        if (to - from < 0.02) return;
        const stem = new THREE.Mesh(new THREE.BoxGeometry(width, to - from, width), new THREE.MeshLambertMaterial({ color: colour, transparent: true }));
        stem.position.set(x + shift, (from + to) / 2, -y);
        stem.renderOrder = order;
        this.scene.add(stem);
      };
      part(low, 0, 3);
      part(0, Math.max(high, 0.12), 8.5);
    });
  }

  /** From where a venue is drawn to where it lies, if it had to step aside for a neighbour. */
  private addTether(drawnAt: Km, real: Km): void {
    const line = new THREE.Line(
      new THREE.BufferGeometry().setFromPoints([drawnAt, real].map(([x, y]) => new THREE.Vector3(x, 0.015, -y))),
      new THREE.LineBasicMaterial({ color: "#8ea3b8", transparent: true, depthWrite: false }),
    );
    const dot = new THREE.Mesh(hoop(0.07, 0.07), new THREE.MeshBasicMaterial({ side: THREE.DoubleSide, color: "#8ea3b8", transparent: true, depthWrite: false }));
    dot.position.set(real[0], 0.016, -real[1]);
    line.renderOrder = dot.renderOrder = 7.5;
    this.scene.add(line, dot);
  }
}

function roundedBox(west: number, east: number, south: number, north: number, radius: number): Km[] {
  const out: Km[] = [];
  const corners: [number, number, number][] = [
    [east - radius, north - radius, 0],
    [west + radius, north - radius, 1],
    [west + radius, south + radius, 2],
    [east - radius, south + radius, 3],
  ];
  for (const [x, y, quarter] of corners) {
    for (let step = 0; step <= 10; step++) {
      const angle = ((quarter + step / 10) * Math.PI) / 2;
      out.push([x + radius * Math.cos(angle), y + radius * Math.sin(angle)]);
    }
  }
  return out;
}

function flat(positions: number[], index: number[]): THREE.BufferGeometry {
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(positions, 3));
  geometry.setIndex(index);
  geometry.computeVertexNormals();
  return geometry;
}

/** A convex outline as triangles around its middle. */
function fan(outline: readonly Km[], height: number): THREE.BufferGeometry {
  const [x, y] = [0, 1].map((axis) => outline.reduce((sum, point) => sum + (point[axis] as number), 0) / outline.length) as Km;
  const index = outline.flatMap((_, i) => [0, i + 1, ((i + 1) % outline.length) + 1]);
  return flat([x, height, -y, ...outline.flatMap(([px, py]) => [px, height, -py])], index);
}

function ribbon(line: readonly Km[], width: number, height: number): THREE.BufferGeometry {
  const sides = banks(line, width);
  const index = sides.slice(1).flatMap((_, i) => [2 * i, 2 * i + 1, 2 * i + 2, 2 * i + 1, 2 * i + 3, 2 * i + 2]);
  return flat(sides.flatMap(([a, b]) => [a[0], height, -a[1], b[0], height, -b[1]]), index);
}

/** A flat ring with its outer radius; as wide as the radius it is a disc. */
function hoop(radius: number, width: number): THREE.BufferGeometry {
  const pieces = 40;
  const positions: number[] = [];
  for (let i = 0; i < pieces; i++) {
    const angle = (i / pieces) * 2 * Math.PI;
    for (const r of [radius, radius - width]) positions.push(r * Math.cos(angle), 0, r * Math.sin(angle));
  }
  const index = Array.from({ length: pieces }, (_, i) => {
    const [a, b, c, d] = [2 * i, 2 * i + 1, (2 * i + 2) % (2 * pieces), (2 * i + 3) % (2 * pieces)];
    return [a, b, c, b, d, c];
  }).flat();
  return flat(positions, index);
}

/** A soft hill: a cosine turned around its middle. */
function mound(radius: number, height: number): THREE.BufferGeometry {
  const [rings, pieces] = [8, 36];
  const positions: number[] = [];
  for (let ring = 0; ring <= rings; ring++) {
    const share = ring / rings;
    for (let i = 0; i < pieces; i++) {
      const angle = (i / pieces) * 2 * Math.PI;
      const r = radius * share * (1 + 0.08 * Math.sin(3 * angle + radius * 7));
      positions.push(r * Math.cos(angle), (height * (1 + Math.cos(Math.PI * share))) / 2, r * Math.sin(angle));
    }
  }
  const index: number[] = [];
  for (let ring = 0; ring < rings; ring++) {
    for (let i = 0; i < pieces; i++) {
      const [a, b] = [ring * pieces + i, ring * pieces + ((i + 1) % pieces)];
      index.push(a, b, a + pieces, b, b + pieces, a + pieces);
    }
  }
  return flat(positions, index);
}
