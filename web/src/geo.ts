/** From positions on Earth to metres of the site, and on to the picture (y up). */
import type { Position } from "./types";

export type Vec3 = [number, number, number];

// WGS 84 (NIMA TR8350.2): semi-major axis and first eccentricity squared.
const SEMI_MAJOR_M = 6_378_137;
const ECCENTRICITY_2 = 6.69437999014e-3;

/** Longitude, latitude (degrees) and ellipsoidal height (metres) to Earth-centred, Earth-fixed metres. */
export function toEcef(lonDeg: number, latDeg: number, heightM: number): Vec3 {
  const lon = (lonDeg * Math.PI) / 180;
  const lat = (latDeg * Math.PI) / 180;
  const normal = SEMI_MAJOR_M / Math.sqrt(1 - ECCENTRICITY_2 * Math.sin(lat) ** 2);
  const across = (normal + heightM) * Math.cos(lat);
  return [across * Math.cos(lon), across * Math.sin(lon), (normal * (1 - ECCENTRICITY_2) + heightM) * Math.sin(lat)];
}

/** Inverse of `toEcef` (Bowring 1985: better than a millimetre up to 10 km above the ellipsoid): degrees, degrees, metres. */
export function toGeodetic([x, y, z]: Vec3): Vec3 {
  const semiMinorM = SEMI_MAJOR_M * Math.sqrt(1 - ECCENTRICITY_2);
  const second2 = ECCENTRICITY_2 / (1 - ECCENTRICITY_2);
  const across = Math.hypot(x, y);
  const reduced = Math.atan2(SEMI_MAJOR_M * z, semiMinorM * across);
  const lat = Math.atan2(z + second2 * semiMinorM * Math.sin(reduced) ** 3, across - ECCENTRICITY_2 * SEMI_MAJOR_M * Math.cos(reduced) ** 3);
  const normal = SEMI_MAJOR_M / Math.sqrt(1 - ECCENTRICITY_2 * Math.sin(lat) ** 2);
  const heightM = across * Math.cos(lat) + z * Math.sin(lat) - SEMI_MAJOR_M ** 2 / normal;
  return [(Math.atan2(y, x) * 180) / Math.PI, (lat * 180) / Math.PI, heightM];
}

/** Inverse of the site's 4×4 affine (column-major, site → ECEF), applied in double precision. */
export class SiteFrame {
  private readonly inverse: number[];
  private readonly origin: Vec3;
  private readonly heightM: number;
  private readonly transform: readonly number[];

  constructor(transform: readonly number[], heightM = 0) {
    if (transform.length !== 16 || !transform.every(Number.isFinite)) throw new RangeError("transform needs 16 numbers");
    const m = (index: number): number => transform[index] as number;
    const [a, b, c, d, e, f, g, h, i] = [m(0), m(4), m(8), m(1), m(5), m(9), m(2), m(6), m(10)];
    const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    if (Math.abs(determinant) < 1e-9) throw new RangeError("transform cannot be inverted");
    this.inverse = [
      e * i - f * h, c * h - b * i, b * f - c * e,
      f * g - d * i, a * i - c * g, c * d - a * f,
      d * h - e * g, b * g - a * h, a * e - b * d,
    ].map((value) => value / determinant); // prettier-ignore
    this.origin = [m(12), m(13), m(14)];
    this.heightM = heightM;
    this.transform = transform;
  }

  /** Longitude, latitude (degrees) and height (metres) of a point of the site. */
  toEarth([x, y, z]: Vec3): Vec3 {
    const m = (index: number): number => this.transform[index] as number;
    const row = (index: number): number => m(index) * x + m(index + 4) * y + m(index + 8) * z + m(index + 12);
    return toGeodetic([row(0), row(1), row(2)]);
  }

  /** Site metres of a GeoJSON position; without a height it lies at `zM` of the site. */
  toSite(position: Position, zM?: number): Vec3 {
    const [lon = 0, lat = 0, height] = position;
    const [x, y, z] = this.fromEcef(toEcef(lon, lat, height ?? this.heightM + (zM ?? 0)));
    return [x, y, height === undefined && zM !== undefined ? zM : z];
  }

  private fromEcef(point: Vec3): Vec3 {
    const [x, y, z] = [point[0] - this.origin[0], point[1] - this.origin[1], point[2] - this.origin[2]];
    const row = (index: number): number =>
      (this.inverse[index] as number) * x + (this.inverse[index + 1] as number) * y + (this.inverse[index + 2] as number) * z;
    return [row(0), row(3), row(6)];
  }
}

/** Every position of a GeoJSON geometry, whatever its nesting. */
export function positionsOf(coordinates: unknown): Position[] {
  if (!Array.isArray(coordinates)) return [];
  if (typeof coordinates[0] === "number") return [coordinates as Position];
  return coordinates.flatMap(positionsOf);
}

/**
 * A point inside a polygon that is fit to carry a label: the middle of the longest inner stretch of a scan line
 * through the centre of the outline's box, tried on five lines.
 */
export function labelPoint(ring: readonly Vec3[]): Vec3 {
  const ys = ring.map((p) => p[1]);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  let best: { length: number; point: Vec3 } = { length: -1, point: ring[0] ?? [0, 0, 0] };
  for (const share of [0.5, 0.38, 0.62, 0.25, 0.75]) {
    const y = low + (high - low) * share;
    const crossings = scanLine(ring, y);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const [from, to] = [crossings[i] as number, crossings[i + 1] as number];
      // A later line must be clearly better: labels near the middle read best.
      if (to - from > best.length * 1.15) best = { length: to - from, point: [(from + to) / 2, y, ring[0]?.[2] ?? 0] };
    }
  }
  return best.point;
}

function scanLine(ring: readonly Vec3[], y: number): number[] {
  const crossings: number[] = [];
  ring.forEach((a, index) => {
    const b = ring[(index + 1) % ring.length] as Vec3;
    if (a[1] > y !== b[1] > y) crossings.push(a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0]));
  });
  return crossings.sort((a, b) => a - b);
}
