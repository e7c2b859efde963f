/** Route panel: two ends, who moves, the answer in the picture, in words, and aloud. */
import type { ApiProblem } from "../api";
import { closureList, liveList } from "../closures";
import { type Combobox, combobox } from "../combobox";
import type { Context } from "../context";
import { h, keepingFocus, replace, svg } from "../dom";
import { duration, metres, t } from "../i18n";
import { iconPath } from "../icons";
import { readRoutes, type RouteAnswer } from "../journey";
import { ALL } from "../levels";
import { asProblem, problemCard, problemTitle } from "../problem";
import type { State } from "../state";
import type { RouteRequest } from "../types";
import { alternatives } from "./alternatives";
import { asksAnew, questionOf } from "./ask";
import { pathsOf } from "./draw";
import { notesOf } from "./notes";
import { Preferences } from "./preferences";
import { ProfileChoice } from "./profiles";
import { StepList } from "./steps";

/** From this width on, answers stand beside the picture. */
const WIDE = "(min-width: 800px)";

type Outcome = { kind: "none" } | { kind: "busy" } | { kind: "route"; routes: RouteAnswer[] } | { kind: "problem"; problem: ApiProblem };

export class RoutePanel {
  readonly root = h("div", { class: "panel-body" });
  private readonly context: Context;
  private readonly ends = h("div", { class: "ends" });
  private readonly profiles: ProfileChoice;
  private readonly preferences: Preferences;
  private readonly answer = h("div", { class: "answer" });
  private readonly closures = h("div", { class: "closures-slot" });
  private readonly steps: StepList;
  private start: Combobox | undefined;
  private goal: Combobox | undefined;
  private outcome: Outcome = { kind: "none" };
  private question: RouteRequest | undefined;
  private asked = 0;

  constructor(context: Context) {
    this.context = context;
    this.profiles = new ProfileChoice(context, "route-profile");
    this.preferences = new Preferences(context);
    this.steps = new StepList(context);
    context.store.subscribe((state, before) => this.follow(state, before));
  }

  /** The route that is drawn now, for markers along it. */
  get drawn(): RouteAnswer | undefined {
    return this.outcome.kind === "route" ? this.outcome.routes[this.context.store.get().choice] : undefined;
  }

  render(): void {
    keepingFocus(this.root, () => {
      this.renderEnds();
      replace(this.root, h("h2", { class: "wide-only" }, t("route.title")), this.ends, this.profiles.root, this.preferences.root, this.answer, this.closures);
      this.renderAnswer();
      this.renderClosures();
    });
  }

  private renderEnds(): void {
    const { context } = this;
    this.start = combobox(context, t("route.from"), (place) => context.store.set({ from: place }));
    this.goal = combobox(context, t("route.to"), (place) => context.store.set({ to: place }));
    const swap = (): void => context.store.set({ from: context.store.get().to, to: context.store.get().from });
    const button = h("button", { class: "icon-button", type: "button", "aria-label": t("route.swap"), title: t("route.swap"), onclick: swap }, svg(iconPath("swap")));
    replace(this.ends, h("div", { class: "fields" }, this.start.root, this.goal.root), button);
    this.nameEnds();
  }

  private nameEnds(): void {
    const { from, to } = this.context.store.get();
    this.start?.setText(from ? this.context.nameOf(from) : "");
    this.goal?.setText(to ? this.context.nameOf(to) : "");
  }

  private renderClosures(): void {
    keepingFocus(this.closures, () => replace(this.closures, liveList(this.context), closureList(this.context)));
  }

  private follow(state: State, before: State): void {
    const returned = state.tab === "route" && before.tab !== "route" && this.outcome.kind === "none";
    const terms = asksAnew(state, before);
    const ends = state.from !== before.from || state.to !== before.to;
    const isOurs = state.shown === "route" || state.shown === "none";
    // A report that comes or goes is a new question at once.
    const reported = reportsOf(state) !== reportsOf(before) && this.outcome.kind !== "none";
    if (ends) this.nameEnds();
    if (state.shown !== "route" && before.shown === "route") this.finish(++this.asked, { kind: "none" });
    else if ((ends && state.tab !== "around") || returned || ((terms || reported) && isOurs)) void this.ask();
    if (state.lang !== before.lang) this.translate();
    else if (state.closed !== before.closed || state.live !== before.live || state.operator !== before.operator) this.renderClosures();
    if (state.choice !== before.choice) this.choose();
    else if (state.level !== before.level || state.step !== before.step) this.draw();
  }

  /** Steps come in both languages; the words of a problem do not. */
  private translate(): void {
    this.render();
    if (this.outcome.kind === "problem") void this.ask();
  }

  private async ask(): Promise<void> {
    const { store, api, venue, frame } = this.context;
    const question = questionOf(store.get(), venue.id);
    const turn = ++this.asked;
    this.question = question;
    if (!question) {
      this.finish(turn, { kind: "none" });
      return;
    }
    store.set({ shown: "route", tints: new Map(), blocked: new Set(), choice: 0, step: -1 });
    this.finish(turn, { kind: "busy" });
    try {
      this.finish(turn, { kind: "route", routes: readRoutes(await api.route(question), frame) });
    } catch (error) {
      this.finish(turn, { kind: "problem", problem: asProblem(error) });
    }
  }

  /** Take an outcome unless the user has asked something newer. */
  private finish(turn: number, outcome: Outcome): void {
    if (turn !== this.asked) return;
    this.outcome = outcome;
    const { context } = this;
    document.documentElement.dataset["route"] = { none: "none", busy: "busy", route: "drawn", problem: "problem" }[outcome.kind];
    if (outcome.kind === "busy") {
      this.answer.setAttribute("aria-busy", "true");
      if (!this.answer.querySelector(".directions")) this.renderAnswer();
      return;
    }
    if (outcome.kind === "problem") context.store.set({ blocked: new Set(outcome.problem.blockedBy.map((blocker) => blocker.element)) });
    if (outcome.kind === "route") this.choose();
    else {
      this.renderAnswer();
      if (context.store.get().shown === "route") context.setPaths([]);
    }
    if (outcome.kind === "problem") context.announce(problemTitle(outcome.problem));
    // On a small screen the answer would lie below what was asked.
    if (outcome.kind !== "none" && context.store.get().tab === "route" && !window.matchMedia(WIDE).matches) this.answer.scrollIntoView?.({ block: "start" });
  }

  /** Show the route that is chosen among those found. */
  private choose(): void {
    const route = this.drawn;
    if (!route) return;
    this.draw();
    const [only, ...more] = new Set(route.levels);
    this.context.focus(route.points, only !== undefined && more.length === 0 ? only : ALL);
    this.renderAnswer();
    this.context.announce([this.summary(route), this.access(route), t("guide.count", { count: route.steps.length })].filter(Boolean).join(". "));
  }

  private draw(): void {
    const route = this.drawn;
    if (route && this.context.store.get().shown === "route") this.context.setPaths(pathsOf(route, this.context.levels, this.context.store.get()));
  }

  private renderAnswer(): void {
    this.answer.setAttribute("aria-busy", String(this.outcome.kind === "busy"));
    keepingFocus(this.answer, () => replace(this.answer, ...this.contents()));
  }

  private contents(): (HTMLElement | null)[] {
    const { outcome } = this;
    const route = this.drawn;
    if (!route) this.steps.show(undefined);
    if (outcome.kind === "none") return [h("p", { class: "hint" }, t("route.hint"))];
    if (outcome.kind === "busy") return [h("p", { class: "hint busy" }, t("route.computing"))];
    if (outcome.kind === "problem") {
      const isRefused = outcome.problem.status === 422;
      return [problemCard(outcome.problem, this.context, () => void this.ask()), isRefused ? this.why(true) : null];
    }
    return route ? [this.directions(route, outcome.routes)] : [];
  }

  private directions(route: RouteAnswer, routes: readonly RouteAnswer[]): HTMLElement {
    const access = this.access(route);
    this.steps.show(route);
    return h(
      "section",
      { class: "directions", "aria-label": t("route.steps") },
      h("p", { class: "summary" }, h("strong", {}, this.summary(route)), access && h("span", { class: route.stepFree ? "tag good" : "tag" }, access)),
      alternatives(this.context, routes),
      notesOf(this.context, route),
      route.closures.length > 0 && h("p", { class: "quiet" }, t("route.applied", { count: route.closures.length })),
      h("h3", {}, t("route.steps")),
      this.steps.root,
      h("p", { class: "quiet" }, t("time.note")),
      this.why(false),
    );
  }

  private summary(route: RouteAnswer): string {
    return t("route.summary", { length: metres(route.lengthM), time: duration(route.durationS) });
  }

  private access(route: RouteAnswer): string {
    return route.stepFree === undefined ? "" : t(route.stepFree ? "route.stepFree" : "route.notStepFree");
  }

  /** A way to ask for reasons; asked at once where there is no route. */
  private why(isRefused: boolean): HTMLElement {
    const { question } = this;
    const slot = h("div", { class: "why-slot" });
    const open = async (moveFocus: boolean): Promise<void> => {
      if (!question) return;
      const { explain } = await import("./explain");
      slot.replaceChildren(await explain(this.context, question, isRefused));
      if (moveFocus) slot.querySelector<HTMLElement>("h3")?.focus();
    };
    if (isRefused) void open(false);
    else slot.append(h("button", { class: "button", type: "button", onclick: () => void open(true) }, svg(iconPath("info")), t("why.ask")));
    return slot;
  }
}

/** Which reports hold, whatever their age. */
function reportsOf({ live }: State): string {
  return live.map((closure) => `${closure.id} ${closure.tag}`).sort().join();
}

