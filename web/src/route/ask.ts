/** What is asked of the server about a route. */
import type { State } from "../state";
import type { RouteOptions, RouteRequest, Unknown } from "../types";

/** What people can ask to avoid, in the order shown. */
export const SWITCHES = ["averse_to_lifts", "averse_to_escalators", "avoid_gates", "averse_to_crowds", "no_staff_help"] as const;
export type Switch = (typeof SWITCHES)[number];
export const POLICIES: readonly Unknown[] = ["warn", "strict", "ignore"];
/** Routes that are shown beside the proposed one. */
const ALTERNATIVES = 2;

/** The question that the page's choices make, or nothing while an end is missing. */
export function questionOf(state: State, venue: string): RouteRequest | undefined {
  const { from, to, profile, options, closed, departAt, lang } = state;
  if (!from || !to) return undefined;
  const moment = departAt ? new Date(departAt) : undefined;
  return {
    venue,
    waypoints: [from.waypoint, to.waypoint],
    profile,
    ...(Object.keys(options).length > 0 && { options }),
    ...(closed.size > 0 && { closed: [...closed] }),
    ...(moment && !Number.isNaN(moment.getTime()) && { depart_at: moment.toISOString() }),
    alternatives: ALTERNATIVES,
    spoken: true,
    lang,
  };
}

/** Options with one switch turned; what is off is not asked for. */
export function turned(options: RouteOptions, name: Switch, on: boolean): RouteOptions {
  const { [name]: _, ...rest } = options;
  return on ? { ...rest, [name]: true } : rest;
}

/** Options with another policy for what nobody has said; the usual one is not asked for. */
export function withPolicy(options: RouteOptions, unknown: Unknown): RouteOptions {
  const { unknown: _, ...rest } = options;
  return unknown === "warn" ? rest : { ...rest, unknown };
}

/** Whether two states ask different questions. */
export function asksAnew(state: State, before: State): boolean {
  return (["from", "to", "profile", "options", "closed", "departAt"] as const).some((key) => state[key] !== before[key]);
}
