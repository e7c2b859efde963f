/** A field that finds a place while one types (WAI-ARIA combobox with a list). */
import { type Element, iconOf } from "./catalogue";
import type { Context } from "./context";
import { h, replace, svg } from "./dom";
import { t } from "./i18n";
import { iconPath } from "./icons";

const SHOWN = 40;
let made = 0;

export interface Combobox {
  root: HTMLElement;
  /** Show the name of what is chosen. */
  setText(text: string): void;
}

export function combobox(context: Context, label: string, chosen: (element: Element | undefined) => void): Combobox {
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
  const menu = new Menu(context, input, list, (element) => {
    input.value = context.catalogue.title(element, context.store.get().lang);
    chosen(element);
  });
  clear.addEventListener("click", () => {
    input.value = "";
    chosen(undefined);
    input.focus();
  });
  menu.listen();
  return { root, setText: (text) => void (document.activeElement === input || (input.value = text)) };
}

class Menu {
  private matches: Element[] = [];
  private active = -1;

  constructor(
    private readonly context: Context,
    private readonly input: HTMLInputElement,
    private readonly list: HTMLUListElement,
    private readonly choose: (element: Element) => void,
  ) {}

  listen(): void {
    this.input.addEventListener("input", () => this.open());
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  private open(query = this.input.value): void {
    const { lang } = this.context.store.get();
    this.matches = this.context.catalogue.search(query, lang).slice(0, SHOWN);
    this.active = -1;
    replace(this.list, ...this.matches.map((element, index) => this.option(element, index)));
    if (this.matches.length === 0) replace(this.list, h("li", { class: "quiet", role: "presentation" }, t("places.none")));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  private option(element: Element, index: number): HTMLElement {
    const { lang } = this.context.store.get();
    const item = h(
      "li",
      { role: "option", id: `${this.input.id}-${index}`, "aria-selected": "false" },
      svg(iconPath(iconOf(element))),
      h("span", { class: "name" }, this.context.catalogue.title(element, lang)),
      h("span", { class: "quiet" }, this.context.catalogue.subtitle(element, lang)),
    );
    // Before the field loses focus and the list goes.
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => this.take(element));
    return item;
  }

  private take(element: Element): void {
    this.choose(element);
    this.close();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      return;
    }
    const element = this.matches[this.active === -1 ? 0 : this.active];
    if (event.key === "Enter" && element && !this.list.hidden) this.take(element);
    else if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else return;
    event.preventDefault();
  }

  private move(by: number): void {
    if (this.list.hidden) this.open();
    const count = this.matches.length;
    if (count === 0) return;
    this.active = (this.active + by + count) % count;
    [...this.list.children].forEach((child, index) => child.setAttribute("aria-selected", String(index === this.active)));
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `${this.input.id}-${this.active}`);
  }
}
