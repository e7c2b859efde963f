/** A field that finds a place while one types (WAI-ARIA combobox with a list). */
import type { Place } from "./catalogue";
import type { Context } from "./context";
import { h, replace, svg } from "./dom";
import { Finder, type Found } from "./finder";
import { t } from "./i18n";
import { iconPath } from "./icons";

let made = 0;

export interface Combobox {
  root: HTMLElement;
  /** Show the name of what is chosen. */
  setText(text: string): void;
}

export function combobox(context: Context, label: string, chosen: (place: Place | undefined) => void): Combobox {
  const id = `combobox-${++made}`;
  const list = h("ul", { class: "options", role: "listbox", id: `${id}-list`, "aria-label": label, hidden: true });
  const input = h("input", {
    id,
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: t("places.hint"),
    "aria-label": label,
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
  });
  const clear = h("button", { class: "icon-button small", type: "button", "aria-label": `${label}: ${t("route.clear")}` }, svg(iconPath("close")));
  const root = h("div", { class: "combobox" }, h("label", { for: id }, label), input, clear, list);
  const menu = new Menu(context, input, list, (found) => {
    input.value = found.title;
    chosen(found.place);
  });
  clear.addEventListener("click", () => {
    input.value = "";
    chosen(undefined);
    input.focus();
  });
  menu.listen();
  return { root, setText: (text) => void ((document.activeElement === input && !list.hidden) || (input.value = text)) };
}

class Menu {
  private matches: readonly Found[] = [];
  private active = -1;
  private readonly finder: Finder;

  constructor(
    private readonly context: Context,
    private readonly input: HTMLInputElement,
    private readonly list: HTMLUListElement,
    private readonly choose: (found: Found) => void,
  ) {
    this.finder = new Finder(context);
  }

  listen(): void {
    this.input.addEventListener("input", () => this.open());
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  private open(query = this.input.value): void {
    this.active = -1;
    this.show(this.finder.find(query, (found) => this.better(found)));
  }

  /** The server's answer; what is marked stays marked. */
  private better(found: readonly Found[]): void {
    if (document.activeElement !== this.input) return;
    const marked = this.matches[this.active]?.id;
    this.active = -1;
    this.show(found);
    if (found.length === 0) {
      replace(this.list, h("li", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "quiet" }, t("places.none")));
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
    }
    if (marked !== undefined) this.mark(found.findIndex((entry) => entry.id === marked));
    this.context.announce(t("places.count", { count: found.length }));
  }

  private show(found: readonly Found[]): void {
    this.matches = found;
    replace(this.list, ...found.map((entry, index) => this.option(entry, index)));
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
  }

  private close(): void {
    this.finder.stop();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  private option(found: Found, index: number): HTMLElement {
    const item = h(
      "li",
      { role: "option", id: `${this.input.id}-${index}`, "aria-selected": "false", "data-id": found.id },
      svg(iconPath(found.icon)),
      h("span", { class: "name" }, found.title),
      h("span", { class: "quiet" }, found.subtitle),
    );
    // Before the field loses focus and the list goes.
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => this.take(found));
    return item;
  }

  private take(found: Found): void {
    this.close();
    this.choose(found);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      return;
    }
    const found = this.matches[this.active === -1 ? 0 : this.active];
    if (event.key === "Enter" && found && !this.list.hidden) this.take(found);
    else if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else return;
    event.preventDefault();
  }

  private move(by: number): void {
    if (this.list.hidden) this.open();
    const count = this.matches.length;
    if (count > 0) this.mark((this.active + by + count) % count);
  }

  private mark(index: number): void {
    if (index < 0) return;
    this.active = index;
    [...this.list.children].forEach((child, at) => child.setAttribute("aria-selected", String(at === index)));
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `${this.input.id}-${index}`);
  }
}
