/** A venue's storeys as a small picture: plates above and below the street, in proportion. */
import type { VenueCard } from "./model";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [44, 64];
const LEAST_GAP = 3.2;

function part(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** Heights in the box of the glyph for elevations in metres, and the street's; the lowest is at the bottom. */
export function plateHeights(elevations: readonly number[], height = HEIGHT, margin = 7): { plates: number[]; street: number } {
  const [low, high] = [Math.min(0, ...elevations), Math.max(0, ...elevations)];
  const scale = Math.min(1.9, (height - 2 * margin) / Math.max(1, high - low));
  const middle = (low + high) / 2;
  const y = (elevation: number): number => height / 2 - (elevation - middle) * scale;
  return { plates: elevations.map(y), street: y(0) };
}

export function storeyGlyph(card: VenueCard): SVGSVGElement {
  const image = part("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "storey-glyph", "aria-hidden": "true" }) as SVGSVGElement;
  const { plates, street } = plateHeights(card.storeys.map(({ elevationM }) => elevationM));
  const colours = card.lines.length > 0 ? card.lines.map(({ colour }) => colour) : ["#5b7697"];
  const [low, high] = [Math.max(street, ...plates), Math.min(street, ...plates)];
  colours.forEach((colour, index) => {
    const x = WIDTH / 2 - 2 + (index - (colours.length - 1) / 2) * 6;
    image.append(part("rect", { x, y: high, width: 4, height: Math.max(0.1, low - high), fill: colour, rx: 1 }));
  });
  image.append(part("line", { x1: 1, x2: WIDTH - 1, y1: street, y2: street, stroke: "#8ea3b8", "stroke-dasharray": "2 2" }));
  let last = Infinity;
  // Plates that would touch are left out: a tower of thirteen stays a tower.
  plates.forEach((y, index) => {
    if (last - y < LEAST_GAP) return;
    last = y;
    const isUnder = (card.storeys[index]?.elevationM ?? 0) < -1.5;
    image.append(part("path", { d: `M7 ${y}l6-3.500h18l6 3.500-6 3.500h-18z`, fill: isUnder ? "#7ea2cf" : "#ffffff", stroke: "#3d5878", "stroke-width": 0.9, "stroke-linejoin": "round" }));
  });
  return image;
}
