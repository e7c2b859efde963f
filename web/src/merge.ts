/** Many primitives of a tile, each with a material of its own, as one set of columns. */
import * as THREE from "three";

export interface Primitive {
  mesh: THREE.Mesh;
  /** To the coordinates that all share. */
  matrix: THREE.Matrix4;
  feature: THREE.BufferAttribute;
}

export interface Merged {
  position: Float32Array;
  feature: Float32Array;
  /** sRGB and opacity of the material, a byte each. */
  own: Uint8Array;
  index: Uint32Array;
  /** First colour of each feature, `#rrggbb`. */
  colours: Map<number, string>;
}

export function merge(primitives: readonly Primitive[]): Merged {
  const vertices = primitives.reduce((sum, { mesh }) => sum + mesh.geometry.getAttribute("position").count, 0);
  const corners = primitives.reduce((sum, { mesh }) => sum + (mesh.geometry.getIndex()?.count ?? mesh.geometry.getAttribute("position").count), 0);
  const merged: Merged = {
    position: new Float32Array(vertices * 3),
    feature: new Float32Array(vertices),
    own: new Uint8Array(vertices * 4),
    index: new Uint32Array(corners),
    colours: new Map(),
  };
  let [vertex, corner] = [0, 0];
  for (const primitive of primitives) {
    const index = primitive.mesh.geometry.getIndex();
    const count = primitive.mesh.geometry.getAttribute("position").count;
    put(merged, primitive, vertex);
    for (let at = 0; at < (index?.count ?? count); at++) merged.index[corner++] = vertex + (index ? index.getX(at) : at);
    vertex += count;
  }
  return merged;
}

function put(merged: Merged, { mesh, matrix, feature }: Primitive, first: number): void {
  const position = mesh.geometry.getAttribute("position") as THREE.BufferAttribute;
  const material = (Array.isArray(mesh.material) ? mesh.material[0] : mesh.material) as THREE.Material & { color?: THREE.Color };
  const colour = `#${(material.color ?? new THREE.Color(0xffffff)).getHexString(THREE.SRGBColorSpace)}`;
  const value = Number.parseInt(colour.slice(1), 16);
  const own = [value >> 16, (value >> 8) & 255, value & 255, Math.round(material.opacity * 255)];
  const point = new THREE.Vector3();
  for (let at = 0; at < position.count; at++) {
    point.fromBufferAttribute(position, at).applyMatrix4(matrix).toArray(merged.position, (first + at) * 3);
    merged.feature[first + at] = feature.getX(at);
    merged.own.set(own, (first + at) * 4);
    if (!merged.colours.has(feature.getX(at))) merged.colours.set(feature.getX(at), colour);
  }
}
