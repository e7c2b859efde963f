/**
 * The ground of the landing page's map: a schematic of Seoul in kilometres around its middle.
 *
 * River and hills are our own rough drawing from general knowledge, rounded to hundredths of a degree (about a kilometre).
 * They tell people where they are; nothing may be measured on them.
 */
import type { VenueCard } from "./model";

export type Km = [number, number];

const MIDDLE: readonly [number, number] = [126.99, 37.54];
const KM_PER_DEGREE_LAT = 111;
const KM_PER_DEGREE_LON = KM_PER_DEGREE_LAT * Math.cos((MIDDLE[1] * Math.PI) / 180);
/** Venues farther from the middle than this are not in the picture, only in the list. */
const FARTHEST_KM = 25;

/** The Han river from upstream (east) to downstream (west): schematic. */
export const RIVER: readonly (readonly [number, number])[] = [
  [127.18, 37.58],
  [127.13, 37.55],
  [127.1, 37.53],
  [127.07, 37.52],
  [127.04, 37.54],
  [127.02, 37.54],
  [127.0, 37.52],
  [126.98, 37.51],
  [126.96, 37.52],
  [126.94, 37.53],
  [126.91, 37.54],
  [126.88, 37.56],
  [126.84, 37.58],
  [126.78, 37.6],
];
export const RIVER_WIDTH_KM = 0.95;

/** Hills people steer by: middle, radius (km) and height in the picture (km); schematic. */
export const HILLS: readonly { at: readonly [number, number]; radius: number; height: number; name?: "namsan" }[] = [
  { at: [126.99, 37.55], radius: 1.0, height: 0.55, name: "namsan" },
  { at: [126.97, 37.6], radius: 1.9, height: 1.0 },
  { at: [127.0, 37.61], radius: 1.6, height: 0.8 },
  { at: [126.95, 37.58], radius: 0.9, height: 0.5 },
  { at: [127.02, 37.47], radius: 1.2, height: 0.5 },
];

/** Kilometres east and north of the map's middle. */
export function toKm([lon, lat]: readonly [number, number]): Km {
  return [(lon - MIDDLE[0]) * KM_PER_DEGREE_LON, (lat - MIDDLE[1]) * KM_PER_DEGREE_LAT];
}

export function isOnMap(card: VenueCard): card is VenueCard & { center: [number, number] } {
  return card.center !== undefined && Math.hypot(...toKm(card.center)) <= FARTHEST_KM;
}

/** A smooth line through `points` (uniform Catmull–Rom), `pieces` pieces between two of them. */
export function smooth(points: readonly Km[], pieces = 8): Km[] {
  const at = (index: number): Km => points[Math.min(points.length - 1, Math.max(0, index))] as Km;
  const out: Km[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let step = 0; step < pieces; step++) {
      const u = step / pieces;
      const mix = (k: 0 | 1): number =>
        0.5 * (2 * b[k] + (c[k] - a[k]) * u + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * u * u + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * u * u * u);
      out.push([mix(0), mix(1)]);
    }
  }
  const last = points[points.length - 1];
  return last ? [...out, [...last]] : out;
}

/** Both banks of a line of constant width. */
export function banks(line: readonly Km[], width: number): [Km, Km][] {
  return line.map((point, index) => {
    const [before, after] = [line[index - 1] ?? point, line[index + 1] ?? point];
    const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
    const length = Math.hypot(dx, dy) || 1;
    const [nx, ny] = [(-dy / length) * (width / 2), (dx / length) * (width / 2)];
    return [
      [point[0] + nx, point[1] + ny],
      [point[0] - nx, point[1] - ny],
    ];
  });
}

/** Cut a line to a box; it has to cross the box's left and right sides at most. */
export function within(line: readonly Km[], west: number, east: number): Km[] {
  const out: Km[] = [];
  line.forEach((point, index) => {
    const before = line[index - 1];
    if (before) {
      for (const x of point[0] > before[0] ? [west, east] : [east, west]) {
        const share = (x - before[0]) / (point[0] - before[0]);
        if (share > 0 && share < 1) out.push([x, before[1] + share * (point[1] - before[1])]);
      }
    }
    if (point[0] >= west && point[0] <= east) out.push([point[0], point[1]]);
  });
  return out;
}

/**
 * Move points apart until no two are nearer than `least`; always the same answer for the same points.
 *
 * All move at once and a little at a time, so that who lies west or north of whom stays so.
 */
export function apart(points: readonly Km[], least: number, rounds = 600): Km[] {
  let moved = points.map(([x, y]): Km => [x, y]);
  for (let round = 0; round < rounds; round++) {
    const pushes = moved.map((): Km => [0, 0]);
    let isDone = true;
    for (let i = 0; i < moved.length; i++) {
      for (let j = i + 1; j < moved.length; j++) {
        const [a, b] = [moved[i] as Km, moved[j] as Km];
        let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        const distance = Math.hypot(dx, dy);
        if (distance >= least * 0.999) continue;
        isDone = false;
        // Two at one point part in a direction that their order gives.
        if (distance < 1e-9) [dx, dy] = [Math.cos(i * 3 + j), Math.sin(i * 3 + j)];
        const push = ((least - distance) * 0.25) / Math.hypot(dx, dy);
        const [first, second] = [pushes[i] as Km, pushes[j] as Km];
        first[0] -= dx * push;
        first[1] -= dy * push;
        second[0] += dx * push;
        second[1] += dy * push;
      }
    }
    if (isDone) break;
    moved = moved.map(([x, y], index): Km => [x + (pushes[index] as Km)[0], y + (pushes[index] as Km)[1]]);
  }
  return moved;
}
