/** The map of the landing page as a control: the picture, and a button with the name of every venue over it. */
import { lineBadge } from "../badges";
import { h, replace, svg } from "../dom";
import { best, language } from "../i18n";
import { s } from "../i18n/site";
import { iconPath } from "../icons";
import { type Box, placeLabels } from "./labels";
import { DISTRICT, ordered, type VenueCard } from "./model";
import { pinName, venueName } from "./names";
import type { CityScene, OnScreen } from "./scene";

const SPACE = "http://www.w3.org/2000/svg";
const TURN = 0.4;
/** How near a tap has to be to a stack, pixels. */
const NEAR_PX = 34;

export interface MapEvents {
  choose(id: string): void;
  point(id: string): void;
}

export class CityMap {
  readonly root = h("div", { class: "city-map" });
  isDrawn = false;
  private readonly events: MapEvents;
  private readonly frame = h("div", { class: "city-frame" });
  private readonly pins = h("div", { class: "pins", role: "group" });
  private readonly leaders = document.createElementNS(SPACE, "svg");
  private readonly marks = h("div", { class: "landmarks", "aria-hidden": "true" });
  private readonly callout = h("p", { class: "callout", role: "status" });
  private readonly help = h("p", { class: "visually-hidden", id: "map-help" });
  private readonly note = h("p", { class: "city-note" });
  private readonly tool = h("button", { class: "icon-button city-turn", type: "button", onclick: () => this.scene?.turn(TURN) }, svg(iconPath("turn")));
  private scene: CityScene | undefined;
  private venues: (VenueCard & { center: [number, number] })[] = [];
  private places: readonly OnScreen[] = [];
  private chosen = "";
  private pointed = "";

  constructor(events: MapEvents) {
    this.events = events;
    this.leaders.setAttribute("class", "leaders");
    this.leaders.setAttribute("aria-hidden", "true");
    this.pins.onkeydown = (event) => this.key(event);
    this.root.append(this.frame, this.help, this.note);
    this.frame.append(this.leaders, this.marks, this.pins, this.tool, this.callout);
    this.tool.hidden = true;
    this.listen();
  }

  /** Draw the venues; without WebGL the map says so and leaves it to the list. */
  async show(venues: readonly (VenueCard & { center: [number, number] })[]): Promise<void> {
    // A joined entry lies where its members lie: it is in the list only.
    this.venues = ordered(venues, "ko").filter(({ category }) => category !== DISTRICT) as typeof this.venues;
    if (this.venues.length === 0) {
      this.root.hidden = true;
      return;
    }
    try {
      const { CityScene } = await import("./scene");
      this.scene = new CityScene(this.venues);
    } catch {
      this.root.classList.add("failed");
      this.translate();
      return;
    }
    const { scene } = this;
    this.isDrawn = true;
    this.tool.hidden = false;
    this.frame.prepend(scene.canvas);
    scene.canvas.setAttribute("aria-hidden", "true");
    this.translate();
    const first = new Promise<void>((resolve) => {
      scene.drawn = (places) => {
        this.places = places;
        this.layOut();
        resolve();
      };
    });
    new ResizeObserver(() => this.resize()).observe(this.frame);
    this.resize();
    await first;
  }

  mark(chosen: string, pointed: string): void {
    [this.chosen, this.pointed] = [chosen, pointed];
    this.scene?.mark(chosen, pointed);
    for (const pin of this.pins.children) {
      const id = pin.getAttribute("data-pin") ?? "";
      pin.setAttribute("aria-pressed", String(id === chosen));
      pin.classList.toggle("pointed", id === pointed);
    }
    this.renderCallout();
  }

  /** Write every text anew in the page's language. */
  translate(): void {
    this.help.textContent = s("landing.mapHelp");
    this.note.textContent = s(this.root.classList.contains("failed") ? "landing.mapFailed" : "landing.mapNote");
    this.tool.setAttribute("aria-label", s("landing.turn"));
    this.tool.title = s("landing.turn");
    this.pins.setAttribute("aria-label", s("landing.map"));
    this.pins.setAttribute("aria-describedby", "map-help");
    if (!this.scene) return;
    replace(this.pins, ...this.venues.map((venue, index) => this.pin(venue, index === 0)));
    replace(this.marks, ...this.scene.landmarks.map(({ name }) => h("span", { class: `landmark ${name}` }, s(`landing.${name}`))));
    this.mark(this.chosen, this.pointed);
    this.layOut();
  }

  private pin(venue: VenueCard, isFirst: boolean): HTMLElement {
    const { id } = venue;
    const [short, rest] = pinName(venue);
    return h(
      "button",
      {
        class: "pin",
        type: "button",
        "data-pin": id,
        tabindex: (this.chosen ? this.chosen === id : isFirst) ? 0 : -1,
        "aria-pressed": false,
        onclick: () => this.choose(id),
        ondblclick: () => location.assign(`?venue=${encodeURIComponent(id)}`),
        onpointerenter: () => this.events.point(id),
        onpointerleave: () => this.events.point(""),
        onfocus: () => this.events.point(id),
        onblur: () => this.events.point(""),
      },
      ...venue.lines.map(lineBadge),
      h("span", { class: "pin-name" }, short, rest && h("span", { class: "visually-hidden" }, rest)),
    );
  }

  private choose(id: string): void {
    for (const pin of this.pins.children) (pin as HTMLElement).tabIndex = pin.getAttribute("data-pin") === id ? 0 : -1;
    this.events.choose(id);
  }

  /** Arrow keys go from pin to pin: one stop of the Tab key for the whole map. */
  private key(event: KeyboardEvent): void {
    const pins = [...this.pins.children] as HTMLElement[];
    const index = pins.indexOf(document.activeElement as HTMLElement);
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const goal = event.key === "Home" ? 0 : event.key === "End" ? pins.length - 1 : by === undefined ? undefined : (index + by + pins.length) % pins.length;
    if (index < 0 || goal === undefined) return;
    event.preventDefault();
    pins.forEach((pin, at) => (pin.tabIndex = at === goal ? 0 : -1));
    pins[goal]?.focus();
  }

  private renderCallout(): void {
    const venue = this.venues.find(({ id }) => id === this.chosen);
    this.callout.hidden = !venue;
    if (!venue) return;
    const [name, address] = [venueName(venue), `?venue=${encodeURIComponent(venue.id)}`];
    if (this.callout.dataset["venue"] === `${venue.id}|${language()}`) return;
    this.callout.dataset["venue"] = `${venue.id}|${language()}`;
    replace(
      this.callout,
      h("strong", {}, best(venue.name) ? name : venue.id),
      h("a", { class: "button primary", href: address, "aria-label": s("landing.openMapOf", { name }) }, s("landing.openMap")),
      h("a", { class: "button", href: `${address}&page=overview`, "aria-label": s("landing.aboutOf", { name }) }, s("landing.about")),
    );
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.frame;
    this.leaders.setAttribute("viewBox", `0 0 ${Math.max(1, clientWidth)} ${Math.max(1, clientHeight)}`);
    this.scene?.resize(clientWidth, clientHeight);
  }

  /** Put every name near its stack, with a thin line to it. */
  private layOut(): void {
    const { clientWidth: width, clientHeight: height } = this.frame;
    const pins = [...this.pins.children] as HTMLElement[];
    const ends = this.places.map(({ top }) => top);
    const anchors = ends.map(({ x, y }, index) => ({ x, y, width: pins[index]?.offsetWidth ?? 0, height: pins[index]?.offsetHeight ?? 0 }));
    const drawn = this.places.map(({ top, low, half }): Box => ({ left: top.x - half, top: top.y, width: 2 * half, height: low.y - top.y + half * 0.7 }));
    const marks = this.scene?.landmarks.map(({ at }) => this.scene?.project(at)).map((at): Box => ({ left: (at?.x ?? 0) - 28, top: (at?.y ?? 0) - 9, width: 56, height: 18 })) ?? [];
    const lines = placeLabels(anchors, { width, height: height - 8 }, [...drawn, ...marks], [this.toolBox()]).map(({ left, top }, index) => {
      const [pin, anchor] = [pins[index], anchors[index]];
      if (!pin || !anchor) return undefined;
      pin.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
      const line = document.createElementNS(SPACE, "line");
      const from = top > anchor.y ? top : top + anchor.height > anchor.y ? top + anchor.height / 2 : top + anchor.height;
      const inset = from === top + anchor.height / 2 ? 0 : 14;
      const x = Math.min(left + anchor.width - inset, Math.max(left + inset, anchor.x));
      for (const [key, value] of Object.entries({ x1: x, y1: from, x2: anchor.x, y2: anchor.y })) line.setAttribute(key, String(Math.round(value * 10) / 10));
      return line;
    });
    this.leaders.replaceChildren(...lines.filter((line): line is SVGLineElement => line !== undefined));
    this.scene?.landmarks.forEach(({ at }, index) => {
      const mark = this.marks.children[index] as HTMLElement | undefined;
      const place = this.scene?.project(at);
      if (mark && place) mark.style.transform = `translate(${Math.round(place.x)}px, ${Math.round(place.y)}px) translate(-50%, -50%)`;
    });
  }

  private toolBox(): Box {
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = this.tool;
    return { left, top, width, height };
  }

  /** Dragging sideways turns the map, a tap near a stack chooses it; up and down stays the page's. */
  private listen(): void {
    let [last, moved] = [0, 0];
    const move = (event: PointerEvent): void => {
      moved += Math.abs(event.clientX - last);
      this.scene?.drag((event.clientX - last) * -0.006);
      last = event.clientX;
    };
    this.frame.addEventListener("pointerdown", (event) => {
      if ((event.target as Element).closest("button, a, .callout")) return;
      [last, moved] = [event.clientX, 0];
      this.frame.setPointerCapture(event.pointerId);
      this.frame.addEventListener("pointermove", move);
    });
    const end = (event: PointerEvent): void => {
      this.frame.removeEventListener("pointermove", move);
      if (event.type === "pointerup" && moved < 6 && event.target === this.frame) this.tap(event);
    };
    this.frame.addEventListener("pointerup", end);
    this.frame.addEventListener("pointercancel", end);
  }

  private tap(event: PointerEvent): void {
    const box = this.frame.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const far = ({ top, low }: OnScreen): number => {
      const share = Math.min(1, Math.max(0, (y - top.y) / Math.max(1, low.y - top.y)));
      return Math.hypot(x - (top.x + share * (low.x - top.x)), y - (top.y + share * (low.y - top.y)));
    };
    const [nearest] = [...this.places].sort((a, b) => far(a) - far(b));
    if (nearest && far(nearest) < NEAR_PX) this.choose(nearest.id);
  }
}
