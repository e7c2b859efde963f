/** Evacuation panel: every way out, by exit; spaces without one come first. */
import type { ApiProblem } from "./api";
import { closureList } from "./closures";
import type { Context } from "./context";
import { h, keepingFocus, replace, svg } from "./dom";
import { duration, metres, t } from "./i18n";
import { iconPath } from "./icons";
import { byExit, type EscapeProblem, type EvacuationAnswer, readEvacuation } from "./journey";
import { exitColour } from "./palette";
import { asProblem, problemCard, problemTitle } from "./problem";
import { ProfileChoice } from "./route/profiles";
import type { State } from "./state";

type Outcome = { kind: "none" } | { kind: "busy" } | { kind: "answer"; answer: EvacuationAnswer } | { kind: "problem"; problem: ApiProblem };

const NO_WAY_COLOUR = "#d7263d";

export class EvacuationPanel {
  readonly root = h("div", { class: "panel-body" });
  /** Where the planner of whole evacuations goes once it is loaded. */
  readonly planner = h("div", { class: "planner" });
  private readonly context: Context;
  private outcome: Outcome = { kind: "none" };
  private readonly profiles: ProfileChoice;
  private asked = 0;

  constructor(context: Context) {
    this.context = context;
    this.profiles = new ProfileChoice(context, "evacuation-profile");
    context.store.subscribe((state, before) => this.follow(state, before));
  }

  render(): void {
    keepingFocus(this.root, () => this.draw());
  }

  private draw(): void {
    const { context } = this;
    replace(
      this.root,
      h("h2", { class: "wide-only" }, t("evac.title")),
      h("p", { class: "quiet" }, t("evac.intro")),
      this.profiles.root,
      this.actions(),
      h("div", { class: "answer" }, this.answer()),
      closureList(context),
      this.planner,
    );
  }

  private clear(): void {
    this.finish(++this.asked, { kind: "none" });
  }

  private actions(): HTMLElement {
    const done = this.outcome.kind === "answer";
    return h(
      "div",
      { class: "actions" },
      h(
        "button",
        { class: "button primary", type: "button", onclick: () => void this.ask(), disabled: this.outcome.kind === "busy" },
        svg(iconPath("emergency_exit")),
        t(done ? "evac.again" : "evac.run"),
      ),
      done && h("button", { class: "button", type: "button", onclick: () => this.clear() }, t("evac.clear")),
    );
  }

  private follow(state: State, before: State): void {
    const asksAnew = state.profile !== before.profile || state.closed !== before.closed;
    const isAnswered = this.outcome.kind !== "none";
    if (state.shown !== "evacuation" && before.shown === "evacuation" && isAnswered) this.finish(++this.asked, { kind: "none" });
    // Reasons come in the language of the question.
    else if (isAnswered && (asksAnew || state.lang !== before.lang)) void this.ask();
    else if (asksAnew || state.lang !== before.lang) this.render();
  }

  private async ask(): Promise<void> {
    const { profile: mode, closed } = this.context.store.get();
    const turn = ++this.asked;
    this.context.store.set({ shown: "evacuation", blocked: new Set() });
    this.finish(turn, { kind: "busy" });
    try {
      const answer = await this.context.api.evacuation({ venue: this.context.venue.id, mode, closed: [...closed] });
      this.finish(turn, { kind: "answer", answer: readEvacuation(answer, this.context.frame) });
    } catch (error) {
      this.finish(turn, { kind: "problem", problem: asProblem(error) });
    }
  }

  private finish(turn: number, outcome: Outcome): void {
    if (turn !== this.asked) return;
    this.outcome = outcome;
    document.documentElement.dataset["evacuation"] = { none: "none", busy: "busy", answer: "drawn", problem: "problem" }[outcome.kind];
    if (outcome.kind === "answer") {
      const { without, complete } = outcome.answer;
      this.context.announce(without.length > 0 ? t("evac.withoutWay", { count: without.length }) : t(complete ? "evac.allOut" : "evac.incomplete"));
      this.drawAnswer(outcome.answer);
    }
    else if (this.context.store.get().shown === "evacuation") {
      this.context.setPaths([]);
      this.context.store.set({ tints: new Map() });
    }
    this.render();
  }

  private drawAnswer(answer: EvacuationAnswer): void {
    const colours = this.colours(answer);
    const tints = new Map(answer.ways.map((way) => [way.space, colours.get(way.exit) ?? exitColour(0)]));
    for (const entry of answer.without) tints.set(entry.space, NO_WAY_COLOUR);
    this.context.store.set({ tints, level: "all" });
    this.context.setPaths(answer.ways.map((way) => ({ points: way.points, colour: colours.get(way.exit) ?? exitColour(0), widthPx: 3 })));
  }

  /** A colour for every exit, the same whatever is closed: by the exit's number. */
  private colours(answer: EvacuationAnswer): Map<string, string> {
    const known = this.context.catalogue.all().filter((element) => element.type === "exit");
    const ids = new Set([...known.map((element) => element.id), ...answer.ways.map((way) => way.exit)]);
    const order = [...ids].sort((a, b) => this.exitName(a).localeCompare(this.exitName(b), "en", { numeric: true }) || a.localeCompare(b));
    return new Map(order.map((id, index) => [id, exitColour(index)]));
  }

  private exitName(id: string): string {
    return this.context.catalogue.get(id)?.number || this.context.nameOfId(id);
  }

  private answer(): HTMLElement {
    const { outcome } = this;
    if (outcome.kind === "none") return h("p", { class: "hint" }, t("evac.note"));
    if (outcome.kind === "busy") return h("p", { class: "hint busy" }, t("evac.computing"));
    if (outcome.kind === "problem") return problemCard(outcome.problem, this.context, () => void this.ask());
    return this.report(outcome.answer);
  }

  private report(answer: EvacuationAnswer): HTMLElement {
    const longest = answer.ways.reduce<EvacuationAnswer["ways"][number] | undefined>((a, b) => (a && a.durationS >= b.durationS ? a : b), undefined);
    return h(
      "section",
      { class: "evacuation" },
      this.verdict(answer),
      longest &&
        h(
          "p",
          {},
          t("evac.longestFrom", {
            place: this.context.nameOfId(longest.space),
            time: duration(longest.durationS),
            length: metres(longest.lengthM),
          }),
        ),
      this.table(answer),
      h("p", { class: "note" }, t("evac.note")),
      this.context.venue.schematic === true && h("p", { class: "note" }, t("evac.schematicNote")),
    );
  }

  /** "Everybody" only when the server says so as well. */
  private verdict(answer: EvacuationAnswer): HTMLElement {
    if (answer.without.length > 0) return this.without(answer.without);
    if (answer.complete) return h("p", { class: "tag good" }, t("evac.allOut"));
    return h("p", { class: "problem", role: "alert" }, t("evac.incomplete"));
  }

  private without(entries: readonly EscapeProblem[]): HTMLElement {
    const items = entries.map((entry) => {
      const name = this.context.nameOfId(entry.space);
      const element = this.context.catalogue.get(entry.space);
      const point = entry.point ?? element?.point;
      const show = (): void => {
        if (point) this.context.focus([point], element?.levels[0] ?? "all");
      };
      const reason = entry.problem.detail || problemTitle(entry.problem);
      return h(
        "li",
        {},
        h("button", { class: "link", type: "button", onclick: show }, name),
        element && h("span", { class: "quiet" }, ` · ${this.context.catalogue.shortLevel(element.levels[0] ?? "")}`),
        h("p", { class: "quiet" }, reason),
      );
    });
    return h(
      "section",
      { class: "problem", role: "alert" },
      h("h3", {}, svg(iconPath("blocked")), t("evac.withoutWay", { count: entries.length })),
      h("ul", { class: "blockers" }, ...items),
    );
  }

  private table(answer: EvacuationAnswer): HTMLElement {
    const colours = this.colours(answer);
    const rows = byExit(answer.ways).map((row) => {
      const element = this.context.catalogue.get(row.exit);
      const show = (): void => {
        if (element) this.context.focus([element.point], element.levels[0] ?? "all");
      };
      return h(
        "tr",
        {},
        h(
          "th",
          { scope: "row" },
          swatch(colours.get(row.exit) ?? exitColour(0)),
          h("button", { class: "link", type: "button", onclick: show }, this.context.nameOfId(row.exit)),
        ),
        h("td", {}, String(row.spaces)),
        h("td", {}, duration(row.longestS)),
      );
    });
    const head = (key: "evac.exit" | "evac.spaces" | "evac.longest"): HTMLElement => h("th", { scope: "col" }, t(key));
    return h(
      "table",
      {},
      h("caption", {}, t("evac.byExit")),
      h("thead", {}, h("tr", {}, head("evac.exit"), head("evac.spaces"), head("evac.longest"))),
      h("tbody", {}, ...rows),
    );
  }
}

function swatch(colour: string): HTMLElement {
  const mark = h("span", { class: "swatch", "aria-hidden": "true" });
  mark.style.backgroundColor = colour;
  return mark;
}
