/** What the tiles hold: every element once, with the places in tiles where it is drawn, and how it looks now. */
import * as THREE from "three";
import { CUT_M, FULL_CUT_M, type Presence } from "./levels";
import type { FeatureStyle, StyleTable } from "./material";
import { BACKGROUND, CLOSED, HIGHLIGHT, hex, isVivid, NO_WAY, ownShare, partColour } from "./palette";

/** An element that tiles draw. */
export interface Drawn {
  id: string;
  name: string;
  category: string;
  kind: string;
  level: string;
  pickId: number;
  /** World metres, y up, before storeys are drawn apart. */
  box: THREE.Box3;
  /** Where stairs and escalators end above, world metres. */
  top?: THREE.Vector3;
  /** The first colour that the model gives it, `#rrggbb`, or nothing. */
  own?: string;
}

/** What the page wants to see; the picture follows. */
export interface Look {
  levels: ReadonlyMap<string, Presence>;
  floors: ReadonlyMap<string, number>;
  /** Levels an element belongs to beyond the one its tile names (lifts, stairs). */
  levelsOf(id: string): readonly string[];
  picked: ReadonlySet<string>;
  blocked: ReadonlySet<string>;
  closed: ReadonlySet<string>;
  /** Under the pointer. */
  hovered: string;
  /** Whether people can ask about it. */
  isElement(id: string): boolean;
  /** Colours given to spaces for the moment, such as the exit they leave by. */
  tints: ReadonlyMap<string, string>;
  /** Who may be in a space: public, paid, restricted, or nothing known. */
  accessOf?(id: string): string;
  /** Height of the section above the floor, metres. */
  cutM?: number;
  /** Whether streets and squares are looked through. */
  streetsClear?: boolean;
  /** Whether the front is cut off: then solids are shown cut. */
  opened?: boolean;
}

const NEVER_CUT_M = 1e6;
const TINT_SHARE = 0.34;
/** How much a part of a context level fades into the background. */
const FADED_SHARE = 0.8;
const ELEMENTS = new Set(["space", "door", "stairs", "ramp", "escalator", "lift", "gate"]);
const CONNECTORS = new Set(["stairs", "ramp", "escalator", "lift"]);
/** What leads up from one floor to the next. */
export const CLIMBING = new Set(["stairs", "ramp", "escalator"]);
const HIDDEN_PARTS = new Set(["roof", "site"]);
const CUT_WITH_FLOOR = new Set(["slab", "equipment", "sign", "furniture", "other", "railing", "safety"]);
/** What hangs higher than this above a floor is a ceiling, metres. */
const HANGING_M = 1.7;
/** Closed solids: where the front is cut off, what is left of them is filled. */
const CUT_OPEN = new Set(["wall", "slab", "column"]);
/** What the floor is darker around. */
const CASTING = new Set(["wall", "column", "lift", "furniture", "equipment", "door", "window", "safety", "gate", "railing", "other"]);
/** Strength of outlines; fine parts faint, so that many of them are not noise. */
const EDGES: Readonly<Record<string, number>> = { space: 0.3, wall: 0.5, column: 0.38, stairs: 0.16, railing: 0.12, escalator: 0.2, slab: 0.3, lift: 0.35, sign: 0.25, gate: 0.3 };
const EDGE = 0.28;
const GHOST_EDGE = 0.2;
const STREET_OPACITY = 0.4;
const PALE: readonly [number, number, number] = hex(BACKGROUND);

export class Features {
  private readonly byId = new Map<string, Drawn>();
  private readonly byPick: Drawn[] = [];

  /** Know an element that a tile draws; the same element of another tile or level of detail adds its extent. */
  add(entry: Omit<Drawn, "pickId">): Drawn {
    const known = this.byId.get(entry.id);
    if (known) {
      known.box.union(entry.box);
      return known;
    }
    const drawn: Drawn = { ...entry, pickId: this.byPick.length + 1 };
    this.byId.set(drawn.id, drawn);
    this.byPick.push(drawn);
    return drawn;
  }

  get(id: string): Drawn | undefined {
    return this.byId.get(id);
  }

  picked(pickId: number): Drawn | undefined {
    return this.byPick[pickId - 1];
  }

  all(): readonly Drawn[] {
    return this.byPick;
  }
}

/** How one element looks. */
export function styleOf(drawn: Drawn, look: Look): FeatureStyle {
  const presence = presenceOf(drawn, look);
  const cutM = cutOf(drawn, look);
  const isSpace = drawn.category === "space";
  const floorM = floorOf(drawn, look);
  const base = { cutM, floorM, section: (cutM < NEVER_CUT_M && cutM < drawn.box.max.y) || (look.opened === true && CUT_OPEN.has(drawn.category)), shadow: castsShadow(drawn, floorM) };
  const isGhost = presence === "ghost" && isSpace;
  if (presence === "hidden" || (presence === "ghost" && !isGhost) || HIDDEN_PARTS.has(drawn.category)) return { ...base, colour: [0, 0, 0], opacity: 0, own: 0, edge: 0, glow: 0 };
  const [colour, glow] = colourOf(drawn, look);
  const faded = presence === "context" && glow === 0;
  return {
    ...base,
    colour: faded ? mix(colour, PALE, FADED_SHARE) : colour,
    opacity: isGhost ? 0.05 : isSpace ? floorOpacity(drawn, look) : faded ? 0.4 : 1,
    own: isSpace ? (faded ? 0.08 : 0.22) : faded || glow > 0 ? 0 : ownShare(drawn.category, drawn.own ?? ""),
    edge: isGhost ? GHOST_EDGE : (EDGES[drawn.category] ?? EDGE) * (faded ? 0.4 : 1),
    glow,
    ...(movesAsOne(drawn, cutM) && { anchorM: (look.floors.get(anchorLevel(drawn, look)) ?? drawn.box.min.y) + 0.1 }),
  };
}

/** Streets are looked through while what is under them is shown as well. */
function floorOpacity(drawn: Drawn, look: Look): number {
  return drawn.kind === "outdoor" && look.streetsClear === true ? STREET_OPACITY : 1;
}

/** Only lifts stretch from storey to storey; stairs stay with the floor that they begin on. */
function movesAsOne(drawn: Drawn, cutM: number): boolean {
  return cutM < NEVER_CUT_M || hangs(drawn) || CLIMBING.has(drawn.category);
}

/** Stairs down from the chosen level hang below it. */
function anchorLevel(drawn: Drawn, look: Look): string {
  if (!CLIMBING.has(drawn.category) || (look.levels.get(drawn.level) ?? "full") === "full") return drawn.level;
  return look.levelsOf(drawn.id).find((level) => look.levels.get(level) === "full") ?? drawn.level;
}

/** Boards over people's heads and beams in a line's colour: they stay, whatever is cut. */
function hangs(drawn: Drawn): boolean {
  return drawn.category === "sign" || (drawn.category === "other" && isVivid(drawn.own ?? ""));
}

function castsShadow(drawn: Drawn, floorM: number): boolean {
  return CASTING.has(drawn.category) && drawn.box.min.y < floorM + 1 && drawn.box.max.y > floorM + 0.4;
}

/** The floor under it: of the level, or its own where it stands on a raised one. */
function floorOf(drawn: Drawn, look: Look): number {
  const floor = look.floors.get(drawn.level) ?? drawn.box.min.y;
  if (drawn.category === "space") return drawn.box.min.y;
  return drawn.box.min.y > floor && drawn.box.min.y < floor + HANGING_M && !CUT_WITH_FLOOR.has(drawn.category) ? drawn.box.min.y : floor;
}

function presenceOf(drawn: Drawn, look: Look): Presence {
  const own = look.levels.get(drawn.level) ?? "full";
  if (own === "full" || !CONNECTORS.has(drawn.category)) return own;
  // A lift or stairs that stops on the chosen level is part of it, wherever the tile files it.
  return look.levelsOf(drawn.id).some((level) => look.levels.get(level) === "full") ? "full" : own;
}

function cutOf(drawn: Drawn, look: Look): number {
  if (CONNECTORS.has(drawn.category) || hangs(drawn)) return NEVER_CUT_M;
  const cutM = look.cutM ?? CUT_M;
  const floor = look.floors.get(drawn.level) ?? drawn.box.min.y;
  // Walls of a raised floor are cut above that floor, but what hangs (ceilings, beams) goes.
  const isRaised = drawn.box.min.y > floor && drawn.box.min.y < floor + HANGING_M;
  const raised = drawn.category === "space" || (isRaised && !CUT_WITH_FLOOR.has(drawn.category));
  const isCeiling = drawn.category === "slab" || (drawn.category === "space" && cutM >= FULL_CUT_M);
  return (raised ? Math.max(floor, drawn.box.min.y) : floor) + (isCeiling ? Math.min(cutM, CUT_M) : cutM);
}

function colourOf(drawn: Drawn, look: Look): [FeatureStyle["colour"], number] {
  if (look.picked.has(drawn.id)) return [mix(partColour(drawn.category, drawn.kind), HIGHLIGHT, 0.72), 0.6];
  if (look.closed.has(drawn.id)) return [CLOSED, 1];
  if (look.blocked.has(drawn.id)) return [NO_WAY, 1];
  const part = partColour(drawn.category, drawn.kind, look.accessOf?.(drawn.id));
  const base = look.hovered === drawn.id ? mix(part, HIGHLIGHT, 0.3) : part;
  const tint = look.tints.get(drawn.id);
  return tint ? [mix(base, hex(tint), TINT_SHARE), 0] : [base, 0];
}

function mix(a: FeatureStyle["colour"], b: FeatureStyle["colour"], share: number): FeatureStyle["colour"] {
  const at = (index: 0 | 1 | 2): number => a[index] + (b[index] - a[index]) * share;
  return [at(0), at(1), at(2)];
}

/** Walls and furniture are looked through, floors are not: behind them is another storey. */
function pickIdOf(drawn: Drawn, look: Look): number {
  if (ELEMENTS.has(drawn.category) || look.isElement(drawn.id)) return drawn.pickId;
  return drawn.category === "slab" ? 0 : -1;
}

/** Write the style of every feature of one tile. */
export function applyLook(rows: readonly (Drawn | undefined)[], table: StyleTable, look: Look): void {
  rows.forEach((drawn, index) => {
    if (drawn) table.set(index, styleOf(drawn, look), pickIdOf(drawn, look));
  });
}
