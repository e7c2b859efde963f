/**
 * The way between a venue's map and the pages about it: the address says which is shown, links and the back button change it.
 *
 * `?venue=…` is the map, `&page=…` a page; `&show=…` (an element) and `&level=…` say what the map should bring into view.
 */
import type { Context } from "./context";
import { findLevel } from "./levels";
import type { Pages } from "./pages";

export interface Address {
  page: string;
  show: string;
  level: string;
}

/** What an address asks for, within one venue. */
export function addressOf(search: string): Address {
  const query = new URLSearchParams(search);
  return { page: query.get("page") ?? "", show: query.get("show") ?? "", level: query.get("level") ?? "" };
}

/** The address of a page or of a place of the map, with what else the address says (the language) kept. */
export function addressFor(search: string, goal: Partial<Address>): string {
  const query = new URLSearchParams(search);
  for (const name of ["page", "show", "level"] as const) {
    query.delete(name);
    if (goal[name]) query.set(name, goal[name]);
  }
  return `?${query}`;
}

export class PageDoor {
  /** Settled when the map is shown for the first time. */
  readonly closed: Promise<void>;
  isOpen = false;
  private readonly root: HTMLElement;
  private readonly context: Context;
  private readonly language: () => void;
  private pages: Promise<Pages> | undefined;
  private mapIsShown: () => void = () => undefined;

  constructor(root: HTMLElement, context: Context, language: () => void) {
    [this.root, this.context, this.language] = [root, context, language];
    this.closed = new Promise((resolve) => (this.mapIsShown = resolve));
    document.addEventListener("click", (event) => this.click(event));
    window.addEventListener("popstate", () => this.follow());
    context.store.subscribe((state, before) => {
      if (state.lang !== before.lang && this.isOpen) this.follow();
    });
    this.follow();
  }

  /** Bring into view what the address asks the map for. */
  showAsked(): void {
    const { show, level } = addressOf(location.search);
    const { catalogue, levels, store } = this.context;
    const element = show ? catalogue.get(show) : undefined;
    const at = level ? findLevel(levels, level) : undefined;
    if (element) {
      this.context.focus([element.point], element.levels[0] ?? "");
      store.set({ picked: catalogue.place(element), open: true });
    } else if (at) store.set({ picked: undefined, level: at.id });
  }

  /** Links within this venue change what is shown without loading the site again. */
  private click(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.hasAttribute("download")) return;
    const goal = new URL(link.href, location.href);
    const isHere = goal.origin === location.origin && goal.pathname === location.pathname;
    if (!isHere || goal.searchParams.get("venue") !== this.context.venue.id || (goal.hash && goal.search === location.search)) return;
    event.preventDefault();
    history.pushState(null, "", goal);
    this.follow();
    window.scrollTo(0, 0);
  }

  private follow(): void {
    const { page } = addressOf(location.search);
    const { dataset } = document.documentElement;
    const wasOpen = this.isOpen;
    this.isOpen = page !== "";
    if (page) {
      dataset["view"] = "page";
      this.pages ??= import("./pages").then(({ Pages }) => new Pages(this.root, this.context, this.language));
      void this.pages.then((pages) => this.isOpen && pages.show(addressOf(location.search).page));
      return;
    }
    delete dataset["view"];
    delete dataset["page"];
    void this.pages?.then((pages) => !this.isOpen && pages.hide());
    this.mapIsShown();
    if (wasOpen && dataset["ready"] === "tiles") this.showAsked();
  }
}
