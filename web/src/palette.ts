/** One restrained palette for picture, lists and icons. */

type Rgb = readonly [number, number, number];

/** Floors by the category of their space. */
const SPACES: Readonly<Record<string, string>> = {
  concourse: "#f7efdc",
  corridor: "#f4ecd9",
  passage: "#f1e6cb",
  lobby: "#f7efdc",
  platform: "#c3d8ea",
  restroom: "#b4ded7",
  restroom_accessible: "#9dd3ca",
  nursing_room: "#f5cfd8",
  office: "#e3deee",
  room: "#ebe9f2",
  shop: "#fad5b4",
  technical: "#d4d6da",
  stairwell: "#efe3c0",
  lift_shaft: "#bccbf6",
  parking: "#dde2e8",
  track: "#98a2ae",
  outdoor: "#d3e6c3",
  roof: "#dfe3e8",
  unspecified: "#e9ebee",
};
/** Floors of these kinds say who may be there: inside the fare gates, and staff only. */
const BY_ACCESS = new Set(["concourse", "corridor", "passage", "lobby", "room", "office", "unspecified"]);
const ACCESS: Readonly<Record<string, string>> = { paid: "#dbe8f5", restricted: "#dadbe1" };

/** Everything that is not a space. */
const PARTS: Readonly<Record<string, string>> = {
  wall: "#f1f3f5",
  slab: "#dfe4ea",
  roof: "#d6dce3",
  column: "#d9dee4",
  door: "#b08658",
  window: "#b9d9ea",
  glass: "#bfe0ea",
  stairs: "#e3b95c",
  ramp: "#c9cf86",
  escalator: "#ee8c3c",
  lift: "#2f62d9",
  railing: "#b4bec9",
  gate: "#e0703a",
  furniture: "#d3c8b8",
  equipment: "#a9b8c8",
  safety: "#d9534f",
  sign: "#f2b600",
  site: "#dde5d4",
  other: "#c3cbd4",
};

export const INK = "#1b2733";
export const HIGHLIGHT: Rgb = hex("#ffb300");
export const CLOSED: Rgb = hex("#c4262e");
export const NO_WAY: Rgb = hex("#d7263d");
export const ROUTE = "#1558d6";
/** The step of a route that one is at. */
export const NOW = "#7b1fa2";
/** Areas reached sooner and later: dark to pale, told apart by lightness alone (after viridis; Smith and van der Walt, 2015). */
export const REACH = ["#31688e", "#35b779", "#fde725"];
export const BACKGROUND = "#e8edf3";
/** Signs to exits in Seoul's stations: black on yellow. */
export const EXIT_SIGN = "#ffd100";

/** Colours for exits: told apart with common colour blindness (after Okabe and Ito, 2008, darkened for contrast). */
const EXITS = ["#0072b2", "#c65102", "#008060", "#a8478f", "#8a6d00", "#3f51b5", "#00838f", "#7a4b2a", "#5d7a00", "#ad1457", "#455a64", "#6a1b9a"];

export function exitColour(index: number): string {
  return EXITS[index % EXITS.length] as string;
}

export function spaceColour(kind: string, access = ""): string {
  return (BY_ACCESS.has(kind) ? ACCESS[access] : undefined) ?? SPACES[kind] ?? (SPACES["unspecified"] as string);
}

/** Colour of a part of the picture by its mesh category and finer kind. */
export function partColour(category: string, kind: string, access = ""): Rgb {
  if (category === "door" && kind === "screen_door") return hex(PARTS["glass"] as string);
  return hex(category === "space" ? spaceColour(kind, access) : (PARTS[category] ?? (PARTS["other"] as string)));
}

/** How much of the model's own colour a part keeps: signs and what is in a line's colour all, walls and floors nothing. */
const OWN: Readonly<Record<string, number>> = { sign: 1, safety: 0.85, escalator: 0.16, lift: 0.1, gate: 0.35, furniture: 0.3, equipment: 0.5, railing: 0.25 };
const OWN_OTHER = 0.4;

export function ownShare(category: string, own: string): number {
  return isVivid(own) && (category === "other" || category === "sign") ? 1 : (OWN[category] ?? (category === "other" ? OWN_OTHER : 0));
}

/** Whether a colour means something (a line, a sign) and is not merely a material. */
export function isVivid(colour: string): boolean {
  if (!colour) return false;
  const [r, g, b] = hex(colour);
  const [low, high] = [Math.min(r, g, b), Math.max(r, g, b)];
  return high > 0.35 && (high - low) / high > 0.6;
}

/** `#rrggbb` to sRGB components from 0 to 1. */
export function hex(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
