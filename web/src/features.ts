/** What the tiles hold: every element once, with the places in tiles where it is drawn, and how it looks now. */
import * as THREE from "three";
import { CUT_M } from "./levels";
import type { FeatureStyle, StyleTable } from "./material";
import { CLOSED, HIGHLIGHT, hex, NO_WAY, partColour } from "./palette";

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
}

/** What the page wants to see; the picture follows. */
export interface Look {
  levels: ReadonlyMap<string, "full" | "context" | "hidden">;
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
}

const NEVER_CUT_M = 1e6;
const TINT_SHARE = 0.34;
const ELEMENTS = new Set(["space", "door", "stairs", "ramp", "escalator", "lift", "gate"]);
const CONNECTORS = new Set(["stairs", "ramp", "escalator", "lift"]);
const HIDDEN_PARTS = new Set(["roof", "site"]);
const CUT_WITH_FLOOR = new Set(["slab", "equipment", "sign", "furniture", "other", "railing", "safety"]);
const PALE: readonly [number, number, number] = hex("#e6ebf0");

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
  if (presence === "hidden" || HIDDEN_PARTS.has(drawn.category)) return hiddenStyle(cutM);
  const [colour, glow] = colourOf(drawn, look);
  const isSpace = drawn.category === "space";
  const faded = presence === "context" && glow === 0;
  return {
    colour: faded ? mix(colour, PALE, 0.72) : colour,
    opacity: isSpace ? (faded ? 0.55 : 0.94) : 1,
    cutM,
    section: cutM < NEVER_CUT_M && cutM < drawn.box.max.y,
    glow,
    ...(cutM < NEVER_CUT_M && { anchorM: (look.floors.get(drawn.level) ?? drawn.box.min.y) + 0.1 }),
  };
}

function presenceOf(drawn: Drawn, look: Look): "full" | "context" | "hidden" {
  const own = look.levels.get(drawn.level) ?? "full";
  if (own === "full" || !CONNECTORS.has(drawn.category)) return own;
  // A lift or stairs that stops on the chosen level is part of it, wherever the tile files it.
  return look.levelsOf(drawn.id).some((level) => look.levels.get(level) === "full") ? "full" : own;
}

function cutOf(drawn: Drawn, look: Look): number {
  if (CONNECTORS.has(drawn.category)) return NEVER_CUT_M;
  const floor = look.floors.get(drawn.level) ?? drawn.box.min.y;
  // Walls of a raised floor are cut above that floor, but what hangs (ceilings, beams) goes.
  const isRaised = drawn.box.min.y > floor && drawn.box.min.y < floor + 1.7;
  const raised = drawn.category === "space" || (isRaised && !CUT_WITH_FLOOR.has(drawn.category));
  return (raised ? Math.max(floor, drawn.box.min.y) : floor) + CUT_M;
}

function colourOf(drawn: Drawn, look: Look): [FeatureStyle["colour"], number] {
  if (look.picked.has(drawn.id)) return [mix(partColour(drawn.category, drawn.kind), HIGHLIGHT, 0.72), 0.6];
  if (look.closed.has(drawn.id)) return [CLOSED, 1];
  if (look.blocked.has(drawn.id)) return [NO_WAY, 1];
  const part = partColour(drawn.category, drawn.kind);
  const base = look.hovered === drawn.id ? mix(part, HIGHLIGHT, 0.3) : part;
  const tint = look.tints.get(drawn.id);
  return tint ? [mix(base, hex(tint), TINT_SHARE), 0] : [base, 0];
}

function hiddenStyle(cutM: number): FeatureStyle {
  return { colour: [0, 0, 0], opacity: 0, cutM, section: false, glow: 0 };
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
