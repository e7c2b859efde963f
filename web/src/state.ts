/** What the user has chosen, in one value; whoever shows it subscribes. */
import type { Place } from "./catalogue";
import { ALL, CUT_M } from "./levels";
import type { Closure } from "./live";
import type { Lang, RouteOptions } from "./types";

export type Tab = "places" | "route" | "around" | "evacuation" | "about";

export interface State {
  lang: Lang;
  level: string;
  tab: Tab;
  /** Whether the panel is open; on wide screens it always is. */
  open: boolean;
  /** Whether the panel takes most of a small screen. */
  tall: boolean;
  picked: Place | undefined;
  /** Under the mouse. */
  hovered: string;
  from: Place | undefined;
  to: Place | undefined;
  /** Id of who moves. */
  profile: string;
  options: RouteOptions;
  /** When one sets out, as a field for local time gives it; "" is now. */
  departAt: string;
  /** Which of the routes found is shown. */
  choice: number;
  /** Which of its steps one is at, or -1. */
  step: number;
  /** Whether an operator's key is known. */
  operator: boolean;
  /** Closures that operators reported. */
  live: readonly Closure[];
  /** Treated as closed for the questions of this page only. */
  closed: ReadonlySet<string>;
  /** Whose answer the picture shows: one at a time, so that nothing old stays beside something new. */
  shown: "none" | "route" | "reach" | "evacuation" | "plan";
  /** Elements named by the last problem. */
  blocked: ReadonlySet<string>;
  tints: ReadonlyMap<string, string>;
  /** Category that is looked for, or none. */
  filter: string;
  query: string;
  /** How far storeys are drawn apart, 0 to 1; undefined as it suits the building. */
  apart: number | undefined;
  /** What suits the building, once it is known. */
  usualApart: number;
  /** Height of the section above each floor, metres. */
  cutM: number;
  /** How much of the front is cut off, 0 to 1. */
  front: number;
  /** Whether the controls for this are shown. */
  opening: boolean;
}

export class Store {
  private state: State;
  private readonly listeners: ((state: State, before: State) => void)[] = [];

  constructor(lang: Lang) {
    this.state = {
      lang,
      level: ALL,
      tab: "places",
      open: false,
      tall: false,
      picked: undefined,
      hovered: "",
      from: undefined,
      to: undefined,
      profile: "walk",
      options: {},
      departAt: "",
      choice: 0,
      step: -1,
      operator: false,
      live: [],
      closed: new Set(),
      shown: "none",
      blocked: new Set(),
      tints: new Map(),
      filter: "",
      query: "",
      apart: undefined,
      usualApart: 0.5,
      cutM: CUT_M,
      front: 0,
      opening: false,
    };
  }

  get(): State {
    return this.state;
  }

  set(change: Partial<State>): void {
    const before = this.state;
    this.state = { ...before, ...change };
    for (const listener of this.listeners) listener(this.state, before);
  }

  subscribe(listener: (state: State, before: State) => void): void {
    this.listeners.push(listener);
  }

  toggleClosed(id: string): void {
    const closed = new Set(this.state.closed);
    if (!closed.delete(id)) closed.add(id);
    this.set({ closed });
  }
}
