/** One restrained palette for picture, lists and icons. */

type Rgb = readonly [number, number, number];

/** Floors by the category of their space. */
const SPACES: Readonly<Record<string, string>> = {
  concourse: "#f3e6c4",
  corridor: "#f1e9d2",
  passage: "#efe2bd",
  lobby: "#f3e6c4",
  platform: "#bcd7ee",
  restroom: "#b5ddd6",
  restroom_accessible: "#9fd2ca",
  nursing_room: "#f3cfd6",
  office: "#d7d3ea",
  room: "#dcdfea",
  shop: "#f6cfae",
  technical: "#cdd2d8",
  stairwell: "#e6d9ae",
  lift_shaft: "#c3cdf0",
  parking: "#d5dbe2",
  track: "#9aa5b1",
  outdoor: "#d5e5c9",
  roof: "#dfe3e8",
  unspecified: "#e4e6ea",
};

/** Everything that is not a space. */
const PARTS: Readonly<Record<string, string>> = {
  wall: "#e9edf1",
  slab: "#e3e7ec",
  roof: "#d6dce3",
  column: "#cfd6de",
  door: "#b98d5d",
  window: "#b9d9ea",
  stairs: "#d9b86a",
  ramp: "#cfc08a",
  escalator: "#e09f55",
  lift: "#4c7bd9",
  railing: "#aeb8c3",
  gate: "#e2803a",
  furniture: "#d3c8b8",
  equipment: "#bcc5ce",
  safety: "#d9534f",
  sign: "#e8c547",
  site: "#dde5d4",
  other: "#d3d9df",
};

export const INK = "#1b2733";
export const HIGHLIGHT: Rgb = hex("#ffb300");
export const CLOSED: Rgb = hex("#c4262e");
export const NO_WAY: Rgb = hex("#d7263d");
export const ROUTE = "#1558d6";
export const BACKGROUND = "#eef2f6";

/** Colours for exits: told apart with common colour blindness (after Okabe and Ito, 2008, darkened for contrast). */
const EXITS = ["#0072b2", "#c65102", "#008060", "#a8478f", "#8a6d00", "#3f51b5", "#00838f", "#7a4b2a", "#5d7a00", "#ad1457", "#455a64", "#6a1b9a"];

export function exitColour(index: number): string {
  return EXITS[index % EXITS.length] as string;
}

export function spaceColour(kind: string): string {
  return SPACES[kind] ?? (SPACES["unspecified"] as string);
}

/** Colour of a part of the picture by its mesh category and finer kind. */
export function partColour(category: string, kind: string): Rgb {
  return hex(category === "space" ? spaceColour(kind) : (PARTS[category] ?? (PARTS["other"] as string)));
}

/** `#rrggbb` to sRGB components from 0 to 1. */
export function hex(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
