/** Markers and names over the picture: drawn in 2D after every frame, in order of importance, never on top of each other. */
import { iconPath, markerColour } from "./icons";
import { INK } from "./palette";

/** Something with a place that is shown at a constant size. */
export interface Marker {
  id: string;
  kind: "icon" | "badge" | "label" | "level" | "pin";
  icon: string;
  text: string;
  /** Site metres. */
  position: readonly [number, number, number];
  /** Tried in turn where the first place is taken or out of view. */
  alternatives?: readonly (readonly [number, number, number])[];
  /** Greater is more important. */
  priority: number;
  colour?: string;
  /** Always drawn, whatever it covers. */
  always?: boolean;
}

export interface Placed {
  marker: Marker;
  x: number;
  y: number;
  halfWidth: number;
  halfHeight: number;
}

type Projector = (position: readonly [number, number, number]) => { x: number; y: number } | undefined;

const ICON_RADIUS_PX = 13;
const FONT = '600 12px system-ui, "Noto Sans KR", "Noto Sans CJK KR", sans-serif';
const SMALL_FONT = '500 11.5px system-ui, "Noto Sans KR", "Noto Sans CJK KR", sans-serif';
/** Fingers are wider than icons. */
const TOUCH_SLACK_PX = 9;

export class Overlay {
  readonly canvas = document.createElement("canvas");
  markers: readonly Marker[] = [];
  placed: readonly Placed[] = [];
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

  draw(project: Projector): void {
    const context = this.context;
    if (!context) return;
    const { width, height, ratio } = this.size;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.placed = arrange(this.markers, project, (marker) => this.measure(context, marker), { width, height });
    for (const placed of [...this.placed].reverse()) this.paint(context, placed);
  }

  /** The marker under a point, the most important first. */
  at(x: number, y: number): Marker | undefined {
    return this.placed.find(
      (p) =>
        p.marker.kind !== "label" &&
        Math.abs(p.x - x) <= p.halfWidth + TOUCH_SLACK_PX &&
        Math.abs(p.y - y) <= p.halfHeight + TOUCH_SLACK_PX,
    )?.marker;
  }

  private measure(context: CanvasRenderingContext2D, marker: Marker): { halfWidth: number; halfHeight: number } {
    if (marker.kind === "icon" || marker.kind === "pin") return { halfWidth: ICON_RADIUS_PX, halfHeight: ICON_RADIUS_PX };
    context.font = marker.kind === "label" ? SMALL_FONT : FONT;
    const pad = marker.kind === "label" ? 2 : 8;
    return { halfWidth: Math.max(marker.kind === "label" ? 0 : 13, context.measureText(marker.text).width / 2 + pad), halfHeight: marker.kind === "label" ? 8 : 12 };
  }

  private paint(context: CanvasRenderingContext2D, placed: Placed): void {
    const { marker } = placed;
    if (marker.kind === "label") this.paintLabel(context, placed);
    else if (marker.kind === "icon") this.paintIcon(context, placed);
    else if (marker.kind === "pin") this.paintPin(context, placed);
    else this.paintBadge(context, placed);
  }

  private paintLabel(context: CanvasRenderingContext2D, { marker, x, y }: Placed): void {
    context.font = SMALL_FONT;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = "rgba(255,255,255,0.88)";
    context.strokeText(marker.text, x, y);
    context.fillStyle = INK;
    context.fillText(marker.text, x, y);
  }

  private paintIcon(context: CanvasRenderingContext2D, { marker, x, y }: Placed): void {
    context.beginPath();
    context.arc(x, y, ICON_RADIUS_PX, 0, Math.PI * 2);
    shadow(context, () => {
      context.fillStyle = marker.colour ?? markerColour(marker.icon);
      context.fill();
    });
    context.lineWidth = 1.75;
    context.strokeStyle = "#fff";
    context.stroke();
    this.glyph(context, marker.icon, x, y, 15);
  }

  private paintPin(context: CanvasRenderingContext2D, { marker, x, y }: Placed): void {
    shadow(context, () => {
      context.fillStyle = marker.colour ?? INK;
      context.beginPath();
      context.arc(x, y - 20, 13, Math.PI * 0.8, Math.PI * 2.2);
      context.lineTo(x, y);
      context.closePath();
      context.fill();
    });
    context.lineWidth = 1.75;
    context.strokeStyle = "#fff";
    context.stroke();
    context.font = FONT;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = "#fff";
    context.fillText(marker.text, x, y - 20);
  }

  private paintBadge(context: CanvasRenderingContext2D, { marker, x, y, halfWidth, halfHeight }: Placed): void {
    context.beginPath();
    context.roundRect(x - halfWidth, y - halfHeight, halfWidth * 2, halfHeight * 2, marker.kind === "level" ? 12 : 6);
    shadow(context, () => {
      context.fillStyle = marker.colour ?? INK;
      context.fill();
    });
    context.lineWidth = 1.5;
    context.strokeStyle = "#fff";
    context.stroke();
    context.font = FONT;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = "#fff";
    context.fillText(marker.text, x, y + 0.5);
  }

  private glyph(context: CanvasRenderingContext2D, icon: string, x: number, y: number, sizePx: number): void {
    const known = this.paths.get(icon);
    const path = known ?? new Path2D(iconPath(icon));
    if (!known) this.paths.set(icon, path);
    context.save();
    context.translate(x - sizePx / 2, y - sizePx / 2);
    context.scale(sizePx / 24, sizePx / 24);
    context.fillStyle = "#fff";
    context.fill(path, "evenodd");
    context.restore();
  }
}

function shadow(context: CanvasRenderingContext2D, fill: () => void): void {
  context.save();
  context.shadowColor = "rgba(20, 34, 51, 0.35)";
  context.shadowBlur = 5;
  context.shadowOffsetY = 1.5;
  fill();
  context.restore();
}

/** Place markers on the screen, the most important first; one that would cover another is left out. */
export function arrange(
  markers: readonly Marker[],
  project: Projector,
  measure: (marker: Marker) => { halfWidth: number; halfHeight: number },
  screen: { width: number; height: number },
): Placed[] {
  const placed: Placed[] = [];
  for (const marker of [...markers].sort((a, b) => b.priority - a.priority || a.id.localeCompare(b.id))) {
    const size = measure(marker);
    for (const position of [marker.position, ...(marker.alternatives ?? [])]) {
      const at = project(position);
      if (!at || at.x < -40 || at.y < -40 || at.x > screen.width + 40 || at.y > screen.height + 40) continue;
      const entry: Placed = { marker, ...at, ...size };
      if (!marker.always && placed.some((other) => overlaps(entry, other))) continue;
      placed.push(entry);
      break;
    }
  }
  return placed;
}

function overlaps(a: Placed, b: Placed): boolean {
  return Math.abs(a.x - b.x) < a.halfWidth + b.halfWidth + 2 && Math.abs(a.y - b.y) < a.halfHeight + b.halfHeight + 2;
}
