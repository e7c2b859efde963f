/** Route panel: two ends, a way of moving, the answer in the picture and in words. */
import type { ApiProblem } from "./api";
import { closureList, modeSwitch } from "./closures";
import { combobox } from "./combobox";
import type { Context } from "./context";
import { h, keepingFocus, replace, svg } from "./dom";
import { best, duration, metres, t } from "./i18n";
import { iconPath } from "./icons";
import { readRoute, type RouteAnswer, type Step } from "./journey";
import { ROUTE } from "./palette";
import { asProblem, problemCard } from "./problem";
import type { State } from "./state";

const ICON_OF_MANEUVER: Readonly<Record<string, string>> = {
  lift: "lift", stairs: "stairs", escalator: "escalator", ramp: "ramp", moving_walk: "moving_walk",
  fare_gate: "gate", gate: "gate", exit: "exit", arrive: "pin", depart: "pin", start: "pin",
}; // prettier-ignore

type Outcome = { kind: "none" } | { kind: "busy" } | { kind: "route"; route: RouteAnswer } | { kind: "problem"; problem: ApiProblem };

export class RoutePanel {
  readonly root = h("div", { class: "panel-body" });
  private readonly context: Context;
  private outcome: Outcome = { kind: "none" };
  private asked = 0;

  constructor(context: Context) {
    this.context = context;
    context.store.subscribe((state, before) => this.follow(state, before));
  }

  /** The route that is drawn now, for markers at its ends. */
  get drawn(): RouteAnswer | undefined {
    return this.outcome.kind === "route" ? this.outcome.route : undefined;
  }

  render(): void {
    keepingFocus(this.root, () => this.draw());
  }

  private draw(): void {
    const { context } = this;
    const { from, to } = context.store.get();
    const start = combobox(context, t("route.from"), (element) => context.store.set({ from: element && context.catalogue.place(element) }));
    const goal = combobox(context, t("route.to"), (element) => context.store.set({ to: element && context.catalogue.place(element) }));
    start.setText(from ? context.nameOf(from) : "");
    goal.setText(to ? context.nameOf(to) : "");
    const swap = (): void => context.store.set({ from: to, to: from });
    replace(
      this.root,
      h("h2", { class: "wide-only" }, t("route.title")),
      h(
        "div",
        { class: "ends" },
        h("div", { class: "fields" }, start.root, goal.root),
        h("button", { class: "icon-button", type: "button", "aria-label": t("route.swap"), onclick: swap }, svg(iconPath("swap"))),
      ),
      modeSwitch(context, "route-mode"),
      h("div", { class: "answer", "aria-live": "polite" }, this.answer()),
      closureList(context),
    );
  }

  private follow(state: State, before: State): void {
    const ends = state.from !== before.from || state.to !== before.to;
    const terms = state.mode !== before.mode || state.closed !== before.closed;
    const returned = state.tab === "route" && before.tab !== "route" && this.outcome.kind === "none";
    if (state.shown === "evacuation" && before.shown !== "evacuation") this.finish(++this.asked, { kind: "none" });
    else if (ends || returned || (terms && state.shown !== "evacuation")) void this.ask();
    else if (terms) this.render();
    else if (state.lang !== before.lang) this.translate();
  }

  /** Steps come in both languages; the words of a problem do not. */
  private translate(): void {
    if (this.outcome.kind === "problem") void this.ask();
    else this.render();
  }

  private async ask(): Promise<void> {
    const { from, to, mode, closed, lang } = this.context.store.get();
    const turn = ++this.asked;
    if (!from || !to) {
      this.finish(turn, { kind: "none" });
      return;
    }
    this.context.store.set({ shown: "route", tints: new Map(), blocked: new Set() });
    this.finish(turn, { kind: "busy" });
    try {
      const answer = await this.context.api.route({
        venue: this.context.venue.id,
        waypoints: [from.waypoint, to.waypoint],
        mode,
        closed: [...closed],
        lang,
      });
      this.finish(turn, { kind: "route", route: readRoute(answer, this.context.frame) });
    } catch (error) {
      this.finish(turn, { kind: "problem", problem: asProblem(error) });
    }
  }

  /** Take an outcome unless the user has asked something newer. */
  private finish(turn: number, outcome: Outcome): void {
    if (turn !== this.asked) return;
    this.outcome = outcome;
    const { dataset } = document.documentElement;
    dataset["route"] = { none: "none", busy: "busy", route: "drawn", problem: "problem" }[outcome.kind];
    if (outcome.kind === "route") {
      this.context.setPaths([{ points: outcome.route.points, colour: ROUTE, widthPx: 8 }]);
      this.context.focus(outcome.route.points, this.levelOfRoute(outcome.route));
    } else if (this.context.store.get().shown === "route") this.context.setPaths([]);
    if (outcome.kind === "problem") {
      this.context.store.set({ blocked: new Set(outcome.problem.blockedBy.map((blocker) => blocker.element)) });
    }
    this.render();
  }

  private levelOfRoute(route: RouteAnswer): string {
    const [only, ...more] = new Set(route.levels);
    return only !== undefined && more.length === 0 ? only : "all";
  }

  private answer(): HTMLElement {
    const { outcome } = this;
    if (outcome.kind === "none") return h("p", { class: "hint" }, t("route.hint"));
    if (outcome.kind === "busy") return h("p", { class: "hint busy" }, t("route.computing"));
    if (outcome.kind === "problem") return problemCard(outcome.problem, this.context, () => void this.ask());
    return this.directions(outcome.route);
  }

  private directions(route: RouteAnswer): HTMLElement {
    const summary = t("route.summary", { length: metres(route.lengthM), time: duration(route.durationS) });
    const access = route.stepFree === undefined ? "" : t(route.stepFree ? "route.stepFree" : "route.notStepFree");
    return h(
      "section",
      { class: "directions" },
      h("p", { class: "summary" }, h("strong", {}, summary), access && h("span", { class: route.stepFree ? "tag good" : "tag" }, access)),
      route.closures.length > 0 && h("p", { class: "quiet" }, t("route.applied", { count: route.closures.length })),
      h("p", { class: "quiet" }, t("time.note")),
      h("h3", { class: "visually-hidden" }, t("route.steps")),
      h("ol", { class: "steps" }, ...route.steps.map((step) => this.step(step))),
    );
  }

  private step(step: Step): HTMLElement {
    const changes = step.levelFrom !== step.levelTo;
    const levels = changes
      ? `${this.context.catalogue.shortLevel(step.levelFrom)} → ${this.context.catalogue.shortLevel(step.levelTo)}`
      : this.context.catalogue.shortLevel(step.levelFrom);
    const show = (): void => this.context.focus([step.point], step.levelTo || step.levelFrom);
    const measure = step.lengthM > 0.5 ? metres(step.lengthM) : "";
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", onclick: show },
        svg(iconPath(ICON_OF_MANEUVER[step.maneuver] ?? "walk")),
        h("span", { class: "name" }, best(step.text)),
        h("span", { class: changes ? "tag" : "quiet" }, levels),
        measure && h("span", { class: "quiet" }, measure),
      ),
    );
  }
}
