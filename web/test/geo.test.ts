import { describe, expect, it } from "vitest";
import { labelPoint, positionsOf, SiteFrame, toEcef, type Vec3 } from "../src/geo";

/** East, north, up at a place: the columns of a site's affine. */
function enu(lonDeg: number, latDeg: number, heightM: number): number[] {
  const [lon, lat] = [(lonDeg * Math.PI) / 180, (latDeg * Math.PI) / 180];
  const east = [-Math.sin(lon), Math.cos(lon), 0];
  const north = [-Math.sin(lat) * Math.cos(lon), -Math.sin(lat) * Math.sin(lon), Math.cos(lat)];
  const up = [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
  return [...east, 0, ...north, 0, ...up, 0, ...toEcef(lonDeg, latDeg, heightM), 1];
}

describe("toEcef", () => {
  it("puts the ends of the axes where WGS 84 has them", () => {
    expect(toEcef(0, 0, 0)).toEqual([6378137, 0, 0]);
    const [x, , z] = toEcef(0, 90, 0);
    expect(x).toBeCloseTo(0, 6);
    expect(z).toBeCloseTo(6356752.3142, 3);
  });
});

describe("SiteFrame", () => {
  const frame = new SiteFrame(enu(126.9771, 37.5657, 30), 30);

  it("puts the origin at zero and heights straight up", () => {
    for (const [height, z] of [[30, 0], [24.5, -5.5]] as const) {
      const site = frame.toSite([126.9771, 37.5657, height]);
      [0, 0, z].forEach((value, axis) => expect(site[axis]).toBeCloseTo(value, 6));
    }
  });

  it("goes east with longitude and north with latitude", () => {
    const east = frame.toSite([126.9781, 37.5657, 30]);
    expect(east[0]).toBeCloseTo(88.36, 1);
    expect(east[1]).toBeCloseTo(0, 2);
    const north = frame.toSite([126.9771, 37.5667, 30]);
    expect(north[1]).toBeCloseTo(111, 0);
    expect(north[0]).toBeCloseTo(0, 6);
  });

  it("takes the level's height where a position has none", () => {
    const [, , z] = frame.toSite([126.978, 37.5657], -11);
    expect(z).toBe(-11);
  });

  it("refuses what cannot be inverted", () => {
    expect(() => new SiteFrame(new Array<number>(16).fill(0))).toThrow(RangeError);
    expect(() => new SiteFrame([1, 2, 3])).toThrow(RangeError);
  });
});

describe("positionsOf", () => {
  it("flattens every kind of geometry", () => {
    expect(positionsOf([1, 2, 3])).toEqual([[1, 2, 3]]);
    expect(positionsOf([[[[1, 2]], [[3, 4]]]])).toEqual([[1, 2], [3, 4]]);
    expect(positionsOf(null)).toEqual([]);
  });
});

describe("labelPoint", () => {
  it("stays inside an L, whose centre is not", () => {
    const ring: Vec3[] = [[0, 0, 0], [10, 0, 0], [10, 2, 0], [2, 2, 0], [2, 10, 0], [0, 10, 0]];
    const [x, y] = labelPoint(ring);
    expect((x > 0 && x < 10 && y > 0 && y < 2) || (x > 0 && x < 2 && y > 0 && y < 10)).toBe(true);
  });
});
