/** A building in plan: which way its long side runs, how long and how deep it is. */

export interface Plan {
  /** Direction of the long side in the picture: from +z towards +x, degrees, 0 to 180. */
  axisDeg: number;
  lengthM: number;
  depthM: number;
}

/** Rectangle in the picture's plan. */
export interface PlanBox {
  min: { x: number; z: number };
  max: { x: number; z: number };
}

const STEP_DEG = 3;

/** The narrowest strip that holds all boxes, tried at every few degrees. */
export function planOf(boxes: readonly PlanBox[]): Plan | undefined {
  if (boxes.length === 0) return undefined;
  const points = boxes.flatMap(({ min, max }): [number, number][] => [[min.x, min.z], [min.x, max.z], [max.x, min.z], [max.x, max.z]]);
  let best: Plan | undefined;
  for (let axisDeg = 0; axisDeg < 180; axisDeg += STEP_DEG) {
    const along: [number, number] = [Math.sin((axisDeg * Math.PI) / 180), Math.cos((axisDeg * Math.PI) / 180)];
    const lengthM = extent(points, along);
    const depthM = extent(points, [along[1], -along[0]]);
    if (lengthM >= depthM && (!best || depthM < best.depthM - 1e-6)) best = { axisDeg, lengthM, depthM };
  }
  return best;
}

function extent(points: readonly (readonly [number, number])[], [x, z]: readonly [number, number]): number {
  let [low, high] = [Infinity, -Infinity];
  for (const point of points) {
    const at = point[0] * x + point[1] * z;
    [low, high] = [Math.min(low, at), Math.max(high, at)];
  }
  return high - low;
}
