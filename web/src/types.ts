/** The parts of the HTTP API's answers that the viewer reads (see `/v1/openapi.json`). */

export type Lang = "ko" | "en";
export type Mode = "walk" | "wheelchair";

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

export interface RouteRequest {
  venue: string;
  waypoints: Waypoint[];
  mode: Mode;
  closed: string[];
  lang: Lang;
}

export interface EvacuationRequest {
  venue: string;
  mode: Mode;
  closed: string[];
}
