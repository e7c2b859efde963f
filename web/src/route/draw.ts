/** A route as lines of the picture: whole on the level that is shown, faint on the others, strong where one is now. */
import type { Vec3 } from "../geo";
import type { RouteAnswer } from "../journey";
import { ALL } from "../levels";
import type { Path } from "../lines";
import { NOW, ROUTE } from "../palette";
import type { Level } from "../types";
import { pieces, stretch } from "./pieces";

const WIDTH_PX = 8;
/** Thin enough to carry no arrows. */
const ELSEWHERE_PX = 4;
const ELSEWHERE_OPACITY = 0.4;
const NOW_PX = 10;
const NOT_POSSIBLE = "#8c1d18";

export function pathsOf(route: RouteAnswer, levels: readonly Level[], { level, step }: { level: string; step: number }): Path[] {
  const parts = pieces(route.points, levels, route.levels).map(({ points, levels: on }): Path => {
    const isHere = level === ALL || on.includes(level);
    return isHere ? { points, colour: ROUTE, widthPx: WIDTH_PX } : { points, colour: ROUTE, widthPx: ELSEWHERE_PX, opacity: ELSEWHERE_OPACITY };
  });
  const now = step >= 0 ? stretch(route.points, route.steps, step) : [];
  return now.length > 1 ? [...parts, { points: now, colour: NOW, widthPx: NOW_PX }] : parts;
}

/** A way that cannot be gone as things are: broken, and never in the colour of a route. */
export function impossible(points: readonly Vec3[]): Path[] {
  return [{ points, colour: NOT_POSSIBLE, widthPx: ELSEWHERE_PX, dashed: true }];
}
