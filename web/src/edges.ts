/** Outlines: the edges of a triangle mesh where its surface ends or folds, each with its feature. */

export interface MeshColumns {
  /** Triples of vertex indices. */
  index: ArrayLike<number>;
  /** x, y, z of a vertex. */
  position(vertex: number): readonly [number, number, number];
  feature(vertex: number): number;
}

export interface EdgeColumns {
  positions: Float32Array;
  features: Float32Array;
}

interface Side {
  a: number;
  b: number;
  normal: readonly [number, number, number];
  kept: boolean;
}

/** Folds flatter than this are part of one surface. */
const FOLD_COS = Math.cos((25 * Math.PI) / 180);
/** Vertices closer than this are one, metres. */
const WELD_M = 0.002;

export function sharpEdges(mesh: MeshColumns): EdgeColumns {
  const welded = weld(mesh);
  const sides = new Map<string, Side>();
  for (let at = 0; at + 2 < mesh.index.length; at += 3) {
    const corner = [mesh.index[at], mesh.index[at + 1], mesh.index[at + 2]] as [number, number, number];
    const normal = normalOf(corner.map((vertex) => mesh.position(vertex)));
    if (!normal) continue;
    for (let i = 0; i < 3; i++) addSide(sides, welded, corner[i] as number, corner[(i + 1) % 3] as number, normal);
  }
  const kept = [...sides.values()].filter((side) => side.kept);
  return {
    positions: Float32Array.from(kept.flatMap((side) => [...mesh.position(side.a), ...mesh.position(side.b)])),
    features: Float32Array.from(kept.flatMap((side) => [mesh.feature(side.a), mesh.feature(side.b)])),
  };
}

function addSide(sides: Map<string, Side>, welded: (v: number) => number, a: number, b: number, normal: Side["normal"]): void {
  const [u, v] = [welded(a), welded(b)];
  if (u === v) return;
  const key = u < v ? `${u},${v}` : `${v},${u}`;
  const known = sides.get(key);
  if (!known) {
    sides.set(key, { a, b, normal, kept: true });
    return;
  }
  const cos = known.normal[0] * normal[0] + known.normal[1] * normal[1] + known.normal[2] * normal[2];
  if (cos > FOLD_COS) known.kept = false;
}

/** Number vertices so that those at one place of one feature share a number. */
function weld(mesh: MeshColumns): (vertex: number) => number {
  const places = new Map<string, number>();
  const numbers = new Map<number, number>();
  return (vertex) => {
    const known = numbers.get(vertex);
    if (known !== undefined) return known;
    const key = `${mesh.position(vertex).map((value) => Math.round(value / WELD_M)).join()}:${mesh.feature(vertex)}`;
    const number = places.get(key) ?? places.size;
    places.set(key, number);
    numbers.set(vertex, number);
    return number;
  };
}

function normalOf(corners: readonly (readonly [number, number, number])[]): Side["normal"] | undefined {
  const [a, b, c] = corners as [Side["normal"], Side["normal"], Side["normal"]];
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  const length = Math.hypot(x, y, z);
  return length > 1e-12 ? [x / length, y / length, z / length] : undefined;
}
