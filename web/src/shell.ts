/** The page around the picture: title, levels, buttons, tabs and the panel they open. */
import { LOWEST_CUT_M } from "./address";
import { h, keepingFocus, replace, svg } from "./dom";
import { best, metres, t } from "./i18n";
import { iconPath } from "./icons";
import { ALL, CUT_M, FULL_CUT_M, sortLevels } from "./levels";
import type { State, Store, Tab } from "./state";
import type { Level, Venue } from "./types";

const TABS: readonly [Tab, string][] = [
  ["places", "search"],
  ["route", "route"],
  ["around", "around"],
  ["evacuation", "emergency_exit"],
  ["about", "info"],
];

export interface ShellEvents {
  zoom(factor: number): void;
  turn(): void;
  fit(): void;
  plan(plan: boolean): void;
  language(): void;
}

interface Slider {
  label: string;
  low: number;
  high: number;
  step: number;
  value: number;
  text: string;
  set(value: number): void;
}

export class Shell {
  readonly stage = h("div", { class: "stage", id: "stage" });
  readonly panel = h("aside", { class: "panel", id: "panel" });
  readonly content = h("div", { class: "content" });
  readonly chips = h("div", { class: "chips-slot" });
  private readonly bar = h("header", { class: "bar" });
  private readonly levels = h("nav", { class: "levels" });
  private readonly tools = h("div", { class: "tools", role: "group" });
  private readonly opening = h("div", { class: "opening", id: "opening", role: "group" });
  private readonly tabs = h("div", { class: "tabs", role: "tablist" });
  private readonly handle = h("button", { class: "handle", type: "button", onclick: () => this.store.set({ tall: !this.store.get().tall }) });
  private readonly notice = h("div", { class: "notice", role: "status", hidden: true });
  private readonly heard = h("p", { class: "visually-hidden", role: "status" });
  private readonly credit = h("p", { class: "credit" });
  private readonly store: Store;
  private readonly events: ShellEvents;
  private venue: Venue | undefined;
  private plan = false;

  constructor(root: HTMLElement, store: Store, events: ShellEvents) {
    this.store = store;
    this.events = events;
    this.panel.append(this.handle, this.content, this.tabs);
    root.replaceChildren(
      h("a", { class: "skip", href: "#panel" }, t("app.skip")),
      h("main", { class: "view" }, this.stage, this.chips, this.levels, this.tools, this.opening, this.notice, this.credit, this.heard),
      this.bar,
      this.panel,
    );
    this.panel.tabIndex = -1;
    store.subscribe((state, before) => this.follow(state, before));
    document.addEventListener("keydown", (event) => this.key(event));
    this.render();
  }

  setVenue(venue: Venue): void {
    this.venue = venue;
    this.render();
  }

  say(message: string, action?: { label: string; run: () => void }): void {
    this.notice.hidden = message === "";
    replace(this.notice, message, action && h("button", { class: "link", type: "button", onclick: action.run }, action.label));
  }

  /** For people who hear the page: what has just changed. The same words twice are said twice. */
  announce(text: string): void {
    this.heard.textContent = this.heard.textContent === text ? `${text}\u00a0` : text;
  }

  render(): void {
    this.renderBar();
    this.renderLevels();
    this.renderTools();
    this.renderOpening();
    this.renderTabs();
  }

  private follow(state: State, before: State): void {
    if (state.lang !== before.lang) this.render();
    if (state.level !== before.level) this.renderLevels();
    if (state.opening !== before.opening) this.renderTools();
    const isTaken = state.apart !== before.apart || state.cutM !== before.cutM || state.front !== before.front;
    if (isTaken || state.opening !== before.opening || state.usualApart !== before.usualApart) this.renderOpening();
    if (state.tab !== before.tab || state.open !== before.open || state.tall !== before.tall || state.picked !== before.picked) this.renderTabs();
  }

  private renderBar(): void {
    const title = this.venue ? best(this.venue.name) : t("app.title");
    document.title = `${title} · indoor3d`;
    document.querySelector(".skip")?.replaceChildren(t("app.skip"));
    replace(
      this.bar,
      h("a", { class: "icon-button home", href: "./", "aria-label": t("about.allVenues"), title: t("about.allVenues") }, svg(iconPath("back"))),
      h("h1", {}, title),
      this.venue?.schematic === true && h("span", { class: "badge", title: t("badge.schematicHint") }, t("badge.schematic")),
      h(
        "button",
        { class: "button language", type: "button", lang: this.store.get().lang === "ko" ? "en" : "ko", "aria-label": t("app.languageLabel"), onclick: () => this.events.language() },
        t("app.language"),
      ),
    );
    const credit = this.venue ? [this.venue.licence, best(this.venue.attribution)].filter(Boolean).join(" · ") : "";
    this.credit.textContent = credit;
    this.credit.hidden = credit === "";
  }

  private renderLevels(): void {
    const { level: chosen } = this.store.get();
    this.levels.setAttribute("aria-label", t("levels.label"));
    const list: readonly Level[] = this.venue ? sortLevels(this.venue.levels).reverse() : [];
    const button = (id: string, short: string, name: string): HTMLElement =>
      h(
        "button",
        {
          type: "button",
          class: "level",
          "aria-pressed": chosen === id,
          "aria-label": [short, name].filter(Boolean).join(" "),
          "data-level": id,
          onclick: () => this.store.set({ level: id }),
        },
        h("b", {}, short),
        // Read as it is seen: two words.
        " ",
        h("span", {}, name),
      );
    const named = list.map((level) => button(level.id, level.short_name, best(level.name) === level.short_name ? "" : best(level.name)));
    const scrolled = this.levels.scrollTop;
    const before = document.activeElement instanceof HTMLElement && this.levels.contains(document.activeElement) ? document.activeElement.dataset["level"] : undefined;
    replace(this.levels, ...(list.length > 1 ? [button(ALL, t("levels.all"), "")] : []), ...named);
    if (before !== undefined) this.levels.querySelector<HTMLElement>(`[data-level="${CSS.escape(before)}"]`)?.focus();
    this.levels.scrollTop = scrolled;
    this.levels.querySelector('[aria-pressed="true"]')?.scrollIntoView?.({ block: "nearest" });
  }

  private renderTools(): void {
    this.tools.setAttribute("aria-label", t("view.label"));
    const tool = (icon: string, label: string, run: () => void): HTMLElement =>
      h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, onclick: run }, svg(iconPath(icon)));
    const plan = h(
      "button",
      { class: "icon-button text", type: "button", "aria-label": `${this.plan ? "3D" : "2D"}: ${t(this.plan ? "view.tilt" : "view.plan")}`, title: t(this.plan ? "view.tilt" : "view.plan"), onclick: () => this.togglePlan() },
      this.plan ? "3D" : "2D",
    );
    const { opening } = this.store.get();
    const takeApart = h(
      "button",
      {
        class: "icon-button take-apart",
        type: "button",
        "aria-label": t("view.opening"),
        title: t("view.opening"),
        "aria-expanded": opening,
        "aria-controls": "opening",
        onclick: () => this.store.set({ opening: !opening }),
      },
      svg(iconPath("opening")),
    );
    const rest = [
      tool("plus", t("view.in"), () => this.events.zoom(0.7)),
      tool("minus", t("view.out"), () => this.events.zoom(1 / 0.7)),
      tool("turn", t("view.turn"), () => this.events.turn()),
      plan,
      tool("fit", t("view.fit"), () => this.events.fit()),
    ];
    keepingFocus(this.tools, () => replace(this.tools, takeApart, ...rest));
  }

  /** Sliders that take the building apart: between levels, above the floors, and from the front. */
  private renderOpening(): void {
    const { opening, apart, usualApart, cutM, front } = this.store.get();
    this.opening.dataset["open"] = String(opening);
    this.opening.setAttribute("aria-label", t("view.opening"));
    const share = apart ?? usualApart;
    const percent = (value: number): string => t("view.apartValue", { value: Math.round(value * 100) });
    const { store } = this;
    const sliders: [string, Slider][] = [
      [
        "apart",
        {
          label: t("view.apart"), low: 0, high: 100, step: 2, value: share * 100,
          text: share < 0.005 ? t("view.together") : percent(share),
          set: (value) => store.set({ apart: value / 100 }),
        },
      ],
      [
        "cut",
        {
          label: t("view.cut"), low: LOWEST_CUT_M, high: FULL_CUT_M, step: 0.1, value: cutM,
          text: cutM >= FULL_CUT_M ? t("view.cutFull") : metres(cutM),
          set: (value) => store.set({ cutM: Math.round(value * 10) / 10 }),
        },
      ],
      [
        "front",
        {
          label: t("view.front"), low: 0, high: 100, step: 2, value: front * 100,
          text: front <= 0 ? t("view.closed") : percent(front),
          set: (value) => store.set({ front: value / 100 }),
        },
      ],
    ]; // prettier-ignore
    // A slider that is being dragged must stay the same element.
    if (this.opening.childElementCount === 0) {
      const reset = (): void => this.store.set({ apart: undefined, cutM: CUT_M, front: 0 });
      const rows = sliders.map(([name, slider]) => this.slider(name, slider));
      this.opening.append(...rows, h("button", { class: "button reset", type: "button", onclick: reset }));
    }
    for (const [name, slider] of sliders) this.showSlider(name, slider);
    const button = this.opening.querySelector<HTMLButtonElement>(".reset");
    if (button) {
      button.textContent = t("view.reset");
      button.disabled = apart === undefined && cutM === CUT_M && front === 0;
    }
  }

  private slider(name: string, { low, high, step, set }: Slider): HTMLElement {
    const input = h("input", { type: "range", min: low, max: high, step, id: `opening-${name}`, name });
    input.addEventListener("input", () => set(input.valueAsNumber));
    return h("div", { class: "slider" }, h("label", { for: `opening-${name}` }), h("output", { for: `opening-${name}` }), input);
  }

  private showSlider(name: string, { label, low, high, value, text }: Slider): void {
    const input = this.opening.querySelector<HTMLInputElement>(`#opening-${name}`);
    const row = input?.parentElement;
    if (!input || !row) return;
    if (document.activeElement !== input || Math.abs(input.valueAsNumber - value) > 1e-6) input.value = String(value);
    input.setAttribute("aria-valuetext", text);
    input.style.setProperty("--share", `${(100 * (value - low)) / (high - low)}%`);
    row.querySelector("label")?.replaceChildren(label);
    row.querySelector("output")?.replaceChildren(text);
  }

  private togglePlan(): void {
    this.plan = !this.plan;
    this.events.plan(this.plan);
    this.renderTools();
    this.tools.querySelector<HTMLElement>(".text")?.focus();
  }

  private renderTabs(): void {
    const { tab, open, tall, picked } = this.store.get();
    const isOpen = open || picked !== undefined;
    this.panel.dataset["open"] = String(isOpen);
    this.panel.dataset["tall"] = String(tall);
    this.handle.setAttribute("aria-label", t(tall ? "panel.lower" : "panel.raise"));
    this.handle.setAttribute("aria-expanded", String(tall));
    this.tabs.setAttribute("aria-label", t("tab.label"));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.id : "";
    const button = ([id, icon]: readonly [Tab, string]): HTMLElement =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${id}`,
          "aria-selected": tab === id,
          "aria-controls": "panel",
          tabindex: tab === id ? 0 : -1,
          onclick: () => this.store.set({ tab: id, picked: undefined, open: !(open && tab === id && !picked) }),
        },
        svg(iconPath(icon)),
        h("span", {}, t(`tab.${id}`)),
      );
    const buttons = TABS.map(button);
    this.tabs.onkeydown = (event) => this.moveTab(event, tab);
    replace(this.tabs, ...buttons);
    if (focused.startsWith("tab-")) document.getElementById(`tab-${tab}`)?.focus();
  }

  private moveTab(event: KeyboardEvent, tab: Tab): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const index = TABS.findIndex(([id]) => id === tab);
    const next = TABS[(index + by + TABS.length) % TABS.length];
    if (next) this.store.set({ tab: next[0], picked: undefined, open: true });
  }

  private key(event: KeyboardEvent): void {
    // A dialog closes itself.
    if (document.querySelector("dialog[open]")) return;
    const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === "Escape") this.store.set(this.store.get().picked ? { picked: undefined } : { open: false });
    else if (inField) return;
    else if (event.key === "+" || event.key === "=") this.events.zoom(0.8);
    else if (event.key === "-") this.events.zoom(1.25);
  }
}
