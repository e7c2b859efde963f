/** Badges of public transport lines in their own colours, with text that can be read on them. */
import { h } from "./dom";
import { best } from "./i18n";
import type { LineMark } from "./landing/model";
import { hex } from "./palette";

const INK = "#000000";
const WHITE = "#ffffff";

/** Relative luminance of a colour (WCAG 2.2). */
export function luminance(colour: string): number {
  const [r, g, b] = hex(colour).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** White where it can be read on `colour`, else ink. */
export function textOn(colour: string): string {
  return contrast(colour, WHITE) >= 4.5 ? WHITE : INK;
}

/** What stands on the badge of a line: its number, or the first letters of its name. */
export function badgeText(line: LineMark): string {
  return /^\d{1,2}$/.test(line.id) ? line.id : (best(line.name) || line.id).slice(0, 6);
}

/** One badge; the full name is its text alternative. */
export function lineBadge(line: LineMark): HTMLElement {
  const name = best(line.name) || line.id;
  const badge = h("span", { class: "line-badge", title: name }, h("span", { "aria-hidden": "true" }, badgeText(line)), h("span", { class: "visually-hidden" }, name));
  badge.style.backgroundColor = line.colour;
  badge.style.color = textOn(line.colour);
  return badge;
}

export function lineBadges(lines: readonly LineMark[], label: string): HTMLElement | null {
  if (lines.length === 0) return null;
  return h("ul", { class: "line-badges", "aria-label": label }, ...lines.map((line) => h("li", {}, lineBadge(line))));
}
