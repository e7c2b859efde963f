/** Places panel: everything that can be looked for, as text. */
import { type Element, type ElementType, iconOf } from "./catalogue";
import type { Context } from "./context";
import { h, keepingFocus, replace, svg } from "./dom";
import { t } from "./i18n";
import { iconPath, markerColour } from "./icons";
import type { State } from "./state";

const GROUPS: readonly [ElementType[], "group.exits" | "group.connectors" | "group.facilities" | "group.spaces"][] = [
  [["exit"], "group.exits"],
  [["connector"], "group.connectors"],
  [["facility"], "group.facilities"],
  [["space", "opening"], "group.spaces"],
];
/** What people look for first, in this order. */
const CHIPS = ["exit", "lift", "restroom", "restroom_accessible", "aed", "escalator", "stairs", "ticket_machine", "information", "nursing_room"] as const;

export function matchesFilter(element: Element, filter: string): boolean {
  return filter === "exit" ? element.type === "exit" : element.category === filter;
}

export class PlacesPanel {
  readonly root = h("div", { class: "panel-body" });
  readonly chips = h("div", { class: "chips", role: "group" });
  private readonly context: Context;
  private readonly list = h("div", { class: "place-list" });
  private readonly count = h("p", { class: "quiet", "aria-live": "polite" });
  private readonly input = h("input", { type: "search", autocomplete: "off", spellcheck: "false", id: "place-search" });

  constructor(context: Context) {
    this.context = context;
    this.input.addEventListener("input", () => context.store.set({ query: this.input.value, filter: "" }));
    context.store.subscribe((state, before) => this.follow(state, before));
  }

  render(): void {
    this.input.placeholder = t("places.hint");
    replace(
      this.root,
      h("h2", { class: "visually-hidden" }, t("tab.places")),
      h("div", { class: "search" }, h("label", { for: "place-search", class: "visually-hidden" }, t("places.search")), svg(iconPath("search")), this.input),
      this.count,
      this.list,
    );
    this.renderChips();
    this.renderList();
  }

  private follow(state: State, before: State): void {
    if (state.lang !== before.lang) this.render();
    else if (state.query !== before.query || state.filter !== before.filter) {
      this.renderChips();
      this.renderList();
    }
  }

  private renderChips(): void {
    const { filter } = this.context.store.get();
    this.chips.setAttribute("aria-label", t("chips.label"));
    const present = CHIPS.filter((chip) => this.context.catalogue.all().some((element) => matchesFilter(element, chip)));
    const make = (chip: (typeof CHIPS)[number]): HTMLElement => {
      const on = filter === chip;
      const button = h(
        "button",
        { class: "chip", type: "button", "aria-pressed": on, onclick: () => this.toggle(chip) },
        svg(iconPath(chip)),
        t(`chip.${chip}`),
      );
      button.style.setProperty("--chip", markerColour(chip));
      return button;
    };
    keepingFocus(this.chips, () => replace(this.chips, ...present.map(make)));
  }

  private toggle(chip: string): void {
    const { store, catalogue, focus } = this.context;
    const on = store.get().filter !== chip;
    this.input.value = "";
    store.set({ filter: on ? chip : "", query: "", tab: "places", picked: undefined, open: on });
    if (!on) return;
    const found = catalogue.all().filter((element) => matchesFilter(element, chip));
    const levels = new Set(found.flatMap((element) => element.levels));
    focus(found.map((element) => element.point), levels.size === 1 ? ([...levels][0] as string) : "all");
  }

  private renderList(): void {
    const { query, filter, lang } = this.context.store.get();
    const found = filter
      ? this.context.catalogue.listed(lang).filter((element) => matchesFilter(element, filter))
      : this.context.catalogue.search(query, lang);
    this.count.textContent = found.length > 0 ? t("places.count", { count: found.length }) : t("places.none");
    const groups = GROUPS.map(([types, title]) => this.group(t(title), found.filter((element) => types.includes(element.type))));
    replace(this.list, ...groups);
  }

  private group(title: string, elements: readonly Element[]): HTMLElement | null {
    if (elements.length === 0) return null;
    return h("section", {}, h("h3", {}, title), h("ul", {}, ...elements.map((element) => this.item(element))));
  }

  private item(element: Element): HTMLElement {
    const { catalogue, store, focus } = this.context;
    const { lang } = store.get();
    const show = (): void => {
      store.set({ picked: catalogue.place(element) });
      focus([element.point], element.levels[0] ?? "all");
    };
    const icon = svg(iconPath(iconOf(element)));
    icon.style.color = markerColour(element.type === "space" ? "" : element.category);
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", onclick: show, "data-id": element.id },
        icon,
        h("span", { class: "name" }, catalogue.title(element, lang)),
        h("span", { class: "quiet" }, catalogue.subtitle(element, lang)),
      ),
    );
  }
}
