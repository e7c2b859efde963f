/** Small helpers for building the page without a framework. Text is always set as text, never as markup. */

type Child = Node | string | false | null | undefined;
type Value = string | number | boolean | null | undefined | ((event: Event) => void);

/** Create an element; `on…` properties become listeners, `true` an empty attribute, `false` and null none (ARIA states are spelt out). */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name.startsWith("aria-") && value !== null && value !== undefined) element.setAttribute(name, String(value));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== false && child !== null && child !== undefined));
  return element;
}

/** An icon drawn from the path of a 24×24 box, hidden from assistive technology: the text beside it says it. */
export function svg(path: string, className = "icon"): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const image = document.createElementNS(space, "svg");
  image.setAttribute("viewBox", "0 0 24 24");
  image.setAttribute("class", className);
  image.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", path);
  image.append(shape);
  return image;
}

export function replace(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...children.filter((child): child is Node | string => child !== false && child !== null && child !== undefined));
}

/** Draw a part of the page anew without taking the keyboard's place away. */
export function keepingFocus(root: Element, draw: () => void): void {
  const active = document.activeElement;
  const key = active && root.contains(active) ? focusKey(active) : "";
  draw();
  if (!key) return;
  const same = [...root.querySelectorAll<HTMLElement>("button, input, select, a")].find((element) => focusKey(element) === key);
  same?.focus({ preventScroll: true });
}

/** What stays the same about a control when it is drawn anew. */
function focusKey(element: Element): string {
  const own = element instanceof HTMLInputElement ? [element.type, element.name, element.type === "radio" ? element.value : ""] : [];
  return [element.tagName, ...own, element.getAttribute("aria-label") ?? element.textContent].join("|");
}
