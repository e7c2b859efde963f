/** The parts of the HTTP API's answers that the viewer reads (see `/v1/openapi.json`). */

export type Lang = "ko" | "en";

/** A name as the source has it, and in Korean and English where known. */
export interface Text {
  default?: string;
  ko?: string;
  en?: string;
}

export interface Link {
  rel: string;
  href: string;
  type?: string;
}

export interface VenueSummary {
  id: string;
  name: Text;
  category?: string;
  version: string;
  schematic?: boolean;
  licence?: string;
  attribution?: Text;
  links?: Link[];
}

export interface Level {
  id: string;
  ordinal: number;
  short_name: string;
  name: Text;
  elevation_m: number;
}

export interface ExitPoint {
  id: string;
  number?: string;
  name: Text;
  level: string | { id: string };
  position: Position;
}

export interface Venue extends VenueSummary {
  levels: Level[];
  exits?: ExitPoint[];
  frame: { origin?: number[]; ecef_transform: number[] };
}

/** Longitude, latitude in degrees, and height in metres where given. */
export type Position = number[];

export interface Geometry {
  type: string;
  coordinates: unknown;
}

export interface Feature {
  type: "Feature";
  id?: string | number;
  geometry: Geometry | null;
  properties: Record<string, unknown>;
}

export interface FeatureCollection {
  type: "FeatureCollection";
  features: Feature[];
  [member: string]: unknown;
}

export interface Blocker {
  element: string;
  kind?: string;
  level?: string;
  name?: Text | string;
  reason?: Text | string;
}

/** Where a route starts or ends: an element, or a point of the site on a level. */
export type Waypoint = { ref: string } | { x: number; y: number; level: string };

/** What somebody wants to avoid, and what is done where nobody has said whether one can pass. */
export interface RouteOptions {
  averse_to_lifts?: true;
  averse_to_escalators?: true;
  averse_to_crowds?: true;
  avoid_gates?: true;
  no_staff_help?: true;
  unknown?: Unknown;
}

export type Unknown = "strict" | "warn" | "ignore";

export interface RouteRequest {
  venue: string;
  waypoints: Waypoint[];
  profile: string;
  options?: RouteOptions;
  closed?: string[];
  /** RFC 3339, with the offset from UTC. */
  depart_at?: string;
  alternatives?: number;
  /** What is heard as well as what is read. */
  spoken?: boolean;
  lang: Lang;
}

export interface EvacuationRequest {
  venue: string;
  mode: string;
  closed: string[];
}

/** Who moves. */
export interface Profile {
  id: string;
  name: Text;
}

export interface Match {
  id: string;
  name: Text | string;
  kind?: string;
  category?: string;
  level?: unknown;
}

export interface IsochroneRequest {
  venue: string;
  origin: Waypoint;
  profile: string;
  times_s: number[];
}

/** What an operator says of an element. */
export interface Report {
  venue: string;
  elements: string[];
  effect: "closed";
  cause: Text;
  /** RFC 3339; without it, until somebody opens it again. */
  end?: string;
}
