/** Markers and names over the picture: drawn in 2D after every frame, in order of importance, never on top of each other. */
import { luminance } from "./badges";
import { iconPath, markerColour } from "./icons";
import { EXIT_SIGN, INK } from "./palette";

/** Something with a place that is shown at a constant size. */
export interface Marker {
  id: string;
  kind: "icon" | "badge" | "label" | "level" | "pin" | "line" | "step" | "closure";
  icon: string;
  text: string;
  /** The level it belongs to, where that matters. */
  level?: string;
  /** Site metres. */
  position: readonly [number, number, number];
  /** Tried in turn where the first place is taken or out of view. */
  alternatives?: readonly (readonly [number, number, number])[];
  /** Greater is more important. */
  priority: number;
  colour?: string;
  /** Always drawn, whatever it covers. */
  always?: boolean;
  /** Only from this near: CSS pixels that a metre takes. */
  fromPxPerM?: number;
  /** Breadth of what it names, metres: a name is left out where it would be wider than that. */
  breadthM?: number;
}

export interface Placed {
  marker: Marker;
  x: number;
  y: number;
  halfWidth: number;
  halfHeight: number;
}

/** A way whose direction is shown by arrows on it. */
export interface Arrows {
  points: readonly (readonly [number, number, number])[];
  colour: string;
}

/** Where something is on the screen; `pxPerM` where it matters how near it is. */
interface Projected {
  x: number;
  y: number;
  pxPerM?: number;
}

type Projector = (position: readonly [number, number, number]) => Projected | undefined;

const ICON_RADIUS_PX = 13;
const LIFT_RADIUS_PX = 15;
const SANS = 'system-ui, "Noto Sans KR", "Noto Sans CJK KR", sans-serif';
const FONT = `600 12px ${SANS}`;
const BADGE_FONT = `800 14px ${SANS}`;
const SMALL_FONT = `600 12px ${SANS}`;
const BIG_FONT = `700 14px ${SANS}`;
/** Halls broader than this on the screen are named in large letters. */
const BIG_PX = 260;
/** Fingers are wider than icons. */
const TOUCH_SLACK_PX = 9;
/** Distance from arrow to arrow along a way. */
const ARROW_EVERY_PX = 38;
const ARROW_PX = 3.4;
const TAG_AIR_PX = 8;
const DOT_PX = 1.5;
const PALE_LUMINANCE = 0.42;

export class Overlay {
  readonly canvas = document.createElement("canvas");
  markers: readonly Marker[] = [];
  arrows: readonly Arrows[] = [];
  /** People, site metres. */
  dots: readonly (readonly [number, number, number])[] = [];
  placed: readonly Placed[] = [];
  /** What panels cover at the sides: tags keep clear of it. */
  margins = { left: 0, right: 0 };
  private readonly context: CanvasRenderingContext2D | null;
  private readonly paths = new Map<string, Path2D>();
  private size = { width: 1, height: 1, ratio: 1 };

  constructor() {
    this.canvas.className = "overlay";
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = this.canvas.getContext("2d");
  }

  resize(width: number, height: number): void {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.size = { width, height, ratio };
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  /** `project` takes site metres, `projectPlaced` site metres with heights as they are drawn. */
  draw(project: Projector, projectPlaced: Projector = project): void {
    const context = this.context;
    if (!context) return;
    const { width, height, ratio } = this.size;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    for (const arrows of this.arrows) this.paintArrows(context, arrows, projectPlaced);
    this.paintDots(context, project);
    this.placed = arrange(this.markers, project, (marker, pxPerM) => this.measure(context, marker, pxPerM), { width, height, ...this.margins });
    for (const placed of [...this.placed].reverse()) this.paint(context, placed);
  }

  /** The marker under a point, the most important first. */
  at(x: number, y: number): Marker | undefined {
    return this.placed.find(
      (p) =>
        p.marker.kind !== "label" &&
        p.marker.kind !== "step" &&
        Math.abs(p.x - x) <= p.halfWidth + TOUCH_SLACK_PX &&
        Math.abs(p.y - y) <= p.halfHeight + TOUCH_SLACK_PX,
    )?.marker;
  }

  private paintDots(context: CanvasRenderingContext2D, project: Projector): void {
    context.fillStyle = INK;
    for (const dot of this.dots) {
      const at = project(dot);
      if (at) context.fillRect(at.x - DOT_PX, at.y - DOT_PX, 2 * DOT_PX, 2 * DOT_PX);
    }
  }

  private measure(context: CanvasRenderingContext2D, marker: Marker, pxPerM = 0): { halfWidth: number; halfHeight: number } {
    const { kind, text } = marker;
    if (kind === "icon" || kind === "pin") return { halfWidth: radius(marker), halfHeight: radius(marker) };
    context.font = fontOf(marker, pxPerM);
    const widthPx = context.measureText(text).width;
    if (kind === "label") return { halfWidth: widthPx / 2 + 2, halfHeight: 9 };
    if (kind === "line") return { halfWidth: Math.max(13, widthPx / 2 + 8), halfHeight: 13 };
    if (kind === "step" || kind === "closure") return { halfWidth: widthPx / 2 + 19, halfHeight: 13 };
    if (kind === "badge") return { halfWidth: Math.max(13, widthPx / 2 + 7), halfHeight: 13 };
    return { halfWidth: widthPx / 2 + 9, halfHeight: 12 };
  }

  private paint(context: CanvasRenderingContext2D, placed: Placed): void {
    const { kind } = placed.marker;
    if (kind === "label") this.paintLabel(context, placed);
    else if (kind === "icon") this.paintIcon(context, placed);
    else if (kind === "pin") this.paintPin(context, placed);
    else if (kind === "step" || kind === "closure") this.paintStep(context, placed);
    else this.paintBadge(context, placed);
  }

  private paintLabel(context: CanvasRenderingContext2D, { marker, x, y, halfWidth }: Placed): void {
    // The font was chosen when the label was measured: the larger one is wider.
    context.font = BIG_FONT;
    const isBig = context.measureText(marker.text).width / 2 + 2 <= halfWidth + 0.01;
    context.font = isBig ? BIG_FONT : SMALL_FONT;
    centred(context);
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = "rgba(255,255,255,0.92)";
    context.strokeText(marker.text, x, y);
    context.fillStyle = marker.colour ?? INK;
    context.fillText(marker.text, x, y);
  }

  private paintIcon(context: CanvasRenderingContext2D, { marker, x, y }: Placed): void {
    const r = radius(marker);
    const isExit = marker.icon === "exit";
    context.beginPath();
    if (marker.icon === "lift" || isExit) context.roundRect(x - r, y - r, r * 2, r * 2, 6);
    else context.arc(x, y, r, 0, Math.PI * 2);
    shadow(context, () => {
      context.fillStyle = marker.colour ?? (isExit ? EXIT_SIGN : markerColour(marker.icon));
      context.fill();
    });
    context.lineWidth = 2;
    context.strokeStyle = isExit && !marker.colour ? INK : "#fff";
    context.stroke();
    this.glyph(context, marker.icon, x, y, r + 4, isExit && !marker.colour ? INK : "#fff");
  }

  private paintPin(context: CanvasRenderingContext2D, { marker, x, y }: Placed): void {
    shadow(context, () => {
      context.fillStyle = marker.colour ?? INK;
      context.beginPath();
      context.arc(x, y - 24, 15, Math.PI * 0.8, Math.PI * 2.2);
      context.lineTo(x, y);
      context.closePath();
      context.fill();
    });
    context.lineWidth = 2;
    context.strokeStyle = "#fff";
    context.stroke();
    context.font = BADGE_FONT;
    centred(context);
    context.fillStyle = "#fff";
    context.fillText(marker.text, x, y - 23.5);
  }

  /** Where a route changes level, or what is closed: an icon, and words. */
  private paintStep(context: CanvasRenderingContext2D, { marker, x, y, halfWidth, halfHeight }: Placed): void {
    context.beginPath();
    context.roundRect(x - halfWidth, y - halfHeight, halfWidth * 2, halfHeight * 2, halfHeight);
    shadow(context, () => {
      context.fillStyle = "#fff";
      context.fill();
    });
    context.lineWidth = 2;
    context.strokeStyle = marker.colour ?? INK;
    context.stroke();
    this.glyph(context, marker.icon, x - halfWidth + 15, y, 16, marker.colour ?? INK);
    context.font = FONT;
    centred(context);
    context.fillStyle = INK;
    context.fillText(marker.text, x + 9, y + 0.5);
  }

  private paintBadge(context: CanvasRenderingContext2D, { marker, x, y, halfWidth, halfHeight }: Placed): void {
    const { kind } = marker;
    const isExit = kind === "badge";
    const fill = marker.colour ?? (isExit ? EXIT_SIGN : INK);
    // As on signs: white on the colours of lines but for the palest, black on the yellow of exits.
    const text = luminance(fill) < PALE_LUMINANCE ? "#ffffff" : INK;
    context.beginPath();
    context.roundRect(x - halfWidth, y - halfHeight, halfWidth * 2, halfHeight * 2, kind === "badge" ? 5 : halfHeight);
    shadow(context, () => {
      context.fillStyle = fill;
      context.fill();
    });
    context.lineWidth = kind === "level" ? 1.5 : 2;
    context.strokeStyle = isExit && text !== "#ffffff" ? INK : "#fff";
    context.stroke();
    context.font = fontOf(marker, 0);
    centred(context);
    context.fillStyle = text;
    context.fillText(marker.text, x, y + 0.5);
  }

  private paintArrows(context: CanvasRenderingContext2D, { points, colour }: Arrows, project: Projector): void {
    const { width, height } = this.size;
    const line = points.map((point) => project(point));
    context.lineJoin = context.lineCap = "round";
    let untilPx = ARROW_EVERY_PX / 2;
    for (let index = 1; index < line.length; index++) {
      const [a, b] = [line[index - 1], line[index]];
      if (!a || !b) continue;
      const lengthPx = Math.hypot(b.x - a.x, b.y - a.y);
      let at = untilPx;
      for (; at < lengthPx; at += ARROW_EVERY_PX) {
        const [x, y] = [a.x + ((b.x - a.x) * at) / lengthPx, a.y + ((b.y - a.y) * at) / lengthPx];
        if (x > -20 && y > -20 && x < width + 20 && y < height + 20) chevron(context, x, y, Math.atan2(b.y - a.y, b.x - a.x), colour);
        // A way that goes on for ever beside the screen is none that one follows arrow by arrow.
        if (at > 20_000) break;
      }
      untilPx = Math.max(0, at - lengthPx);
    }
  }

  private glyph(context: CanvasRenderingContext2D, icon: string, x: number, y: number, sizePx: number, colour: string): void {
    const known = this.paths.get(icon);
    const path = known ?? new Path2D(iconPath(icon));
    if (!known) this.paths.set(icon, path);
    context.save();
    context.translate(x - sizePx / 2, y - sizePx / 2);
    context.scale(sizePx / 24, sizePx / 24);
    context.fillStyle = colour;
    context.fill(path, "evenodd");
    context.restore();
  }
}

/** Lifts stand out: they are what people who cannot do without look for. */
function radius(marker: Marker): number {
  return marker.icon === "lift" ? LIFT_RADIUS_PX : ICON_RADIUS_PX;
}

function fontOf(marker: Marker, pxPerM: number): string {
  if (marker.kind === "badge" || marker.kind === "line") return BADGE_FONT;
  if (marker.kind === "label") return (marker.breadthM ?? 0) * pxPerM > BIG_PX ? BIG_FONT : SMALL_FONT;
  return FONT;
}

function centred(context: CanvasRenderingContext2D): void {
  context.textAlign = "center";
  context.textBaseline = "middle";
}

function chevron(context: CanvasRenderingContext2D, x: number, y: number, angle: number, colour: string): void {
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  context.beginPath();
  context.moveTo(-ARROW_PX * 0.6, -ARROW_PX * 0.8);
  context.lineTo(ARROW_PX * 0.5, 0);
  context.lineTo(-ARROW_PX * 0.6, ARROW_PX * 0.8);
  context.lineWidth = 1.8;
  context.strokeStyle = colour;
  context.stroke();
  context.restore();
}

function shadow(context: CanvasRenderingContext2D, fill: () => void): void {
  context.save();
  context.shadowColor = "rgba(20, 34, 51, 0.35)";
  context.shadowBlur = 5;
  context.shadowOffsetY = 1.5;
  fill();
  context.restore();
}

/** Place markers on the screen, the most important first; one that would cover another, or is meant for nearer by, is left out. */
export function arrange(
  markers: readonly Marker[],
  project: Projector,
  measure: (marker: Marker, pxPerM?: number) => { halfWidth: number; halfHeight: number },
  screen: { width: number; height: number; left?: number; right?: number },
): Placed[] {
  const placed: Placed[] = [];
  for (const marker of [...markers].sort((a, b) => b.priority - a.priority || a.id.localeCompare(b.id))) {
    const places = [marker.position, ...(marker.alternatives ?? [])].map((position) => project(position));
    const tried = marker.kind === "level" ? beside(places, measure(marker).halfWidth, { left: screen.left ?? 0, right: screen.width - (screen.right ?? 0) }) : places;
    for (const at of tried) {
      if (!at || at.x < -40 || at.y < -40 || at.x > screen.width + 40 || at.y > screen.height + 40) continue;
      if (at.pxPerM !== undefined && at.pxPerM < (marker.fromPxPerM ?? 0)) continue;
      const size = measure(marker, at.pxPerM);
      if (at.pxPerM !== undefined && marker.breadthM !== undefined && marker.breadthM * at.pxPerM < size.halfWidth * 1.7) continue;
      const entry: Placed = { marker, x: at.x, y: at.y, ...size };
      if (!marker.always && placed.some((other) => overlaps(entry, other))) continue;
      placed.push(entry);
      break;
    }
  }
  return placed;
}

/** Tags stand in a column to the left of what they name, or else to the right. */
function beside(places: readonly (Projected | undefined)[], halfWidth: number, free: { left: number; right: number }): Projected[] {
  const known = places.filter((place): place is Projected => place !== undefined);
  const [first] = known;
  if (!first) return [];
  const left = known.reduce((a, b) => (b.x < a.x ? b : a), first);
  const right = known.reduce((a, b) => (b.x > a.x ? b : a), first);
  const shift = halfWidth + TAG_AIR_PX;
  const sides = [{ ...left, x: left.x - shift }, { ...right, x: right.x + shift }];
  // What is out of view is named nowhere; what only just is not is named at the border.
  const fits = sides.filter(({ x }) => x - halfWidth >= free.left && x + halfWidth <= free.right);
  const border = { ...left, x: free.left + halfWidth + 2 };
  return left.x > free.left && left.x < border.x + shift ? [...fits, border] : fits;
}

function overlaps(a: Placed, b: Placed): boolean {
  return Math.abs(a.x - b.x) < a.halfWidth + b.halfWidth + 2 && Math.abs(a.y - b.y) < a.halfHeight + b.halfHeight + 2;
}
