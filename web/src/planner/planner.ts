/** Plans a whole evacuation as a job of the server, and plays it: density by space, people along the ways. Loaded when it is opened. */
import { ApiProblem } from "../api";
import type { Context } from "../context";
import { h, keepingFocus, replace } from "../dom";
import { best, language } from "../i18n";
import { asProblem, problemCard } from "../problem";
import type { Lang, Text } from "../types";
import { Motion, type Plan, SERVICE } from "./motion";
import { p } from "./texts";

interface Scenario {
  id: string;
  name: Text;
  scenario: unknown;
}

interface Job {
  jobID: string;
  status: string;
  message: string;
  progress: number;
  problem: { code: string; title: string; detail: string } | null;
}

interface Section {
  title: string;
  rows: [string, string][];
}

/** What to know first, as the server puts it. */
type Summary = Record<Lang, Section[]>;

type Outcome = { kind: "none" } | { kind: "busy"; job: Job } | { kind: "plan"; summary: Summary; job: Job; motion: Motion } | { kind: "problem"; problem: ApiProblem };

const ASK_MS = 500;
/** Seconds of the incident in one of the viewer's. */
const PACE = 20;

export class Planner {
  private readonly context: Context;
  private readonly root: HTMLElement;
  private scenarios: readonly Scenario[] = [];
  private chosen = 0;
  private outcome: Outcome = { kind: "none" };
  private turn = 0;
  private time = 0;
  private playing = false;
  private painted = "";
  private readonly file = h("input", { type: "file", id: "plan-file", accept: ".toml,.json" });
  private readonly slider = h("input", { type: "range", min: 0, step: 1, id: "plan-time" });
  private readonly clock = h("output", { for: "plan-time" });
  private readonly legend = h("tbody");

  constructor(context: Context, root: HTMLElement) {
    [this.context, this.root] = [context, root];
    this.slider.addEventListener("input", () => this.show(this.slider.valueAsNumber));
    context.store.subscribe((state, before) => {
      if (state.shown !== "plan" && before.shown === "plan") this.end();
      else if (state.lang !== before.lang) this.draw();
      else if (state.level !== before.level && state.shown === "plan") this.show(this.time);
    });
    this.draw();
    void this.list();
  }

  private async list(): Promise<void> {
    try {
      this.scenarios = (await this.context.api.request<{ scenarios: Scenario[] }>(`v1/venues/${encodeURIComponent(this.context.venue.id)}/scenarios`)).scenarios;
      this.draw();
    } catch (error) {
      this.finish(this.turn, { kind: "problem", problem: asProblem(error) });
    }
  }

  private async run(): Promise<void> {
    const turn = ++this.turn;
    const { api, venue } = this.context;
    try {
      const scenario = (await this.file.files?.[0]?.text()) ?? this.scenarios[this.chosen]?.scenario;
      let job = await api.request<Job>("v1/processes/evacuation-plan/execution", { body: { inputs: { venue: venue.id, scenario } } });
      while (turn === this.turn && (job.status === "accepted" || job.status === "running")) {
        this.finish(turn, { kind: "busy", job });
        await new Promise((done) => setTimeout(done, ASK_MS));
        job = await api.request<Job>(`v1/jobs/${job.jobID}`);
      }
      if (turn !== this.turn) return;
      if (job.problem) throw new ApiProblem(job.problem);
      if (job.status !== "successful") return this.finish(turn, { kind: "none" });
      const result = <T>(name: string): Promise<T> => api.request<T>(`v1/jobs/${job.jobID}/results/${name}.json`);
      const [summary, plan] = [await result<Summary>("summary"), await result<Plan>("plan")];
      this.finish(turn, { kind: "plan", summary, job, motion: new Motion(plan, this.context.frame) });
    } catch (error) {
      this.finish(turn, { kind: "problem", problem: asProblem(error) });
    }
  }

  private cancel(job: Job): void {
    this.finish(++this.turn, { kind: "none" });
    void this.context.api.request(`v1/jobs/${job.jobID}`, { method: "DELETE" }).catch(() => undefined);
  }

  /** Take the plan out of the picture. */
  private end(): void {
    this.playing = false;
    this.context.setDots([]);
    if (this.outcome.kind === "plan") this.finish(++this.turn, { kind: "none" });
  }

  private finish(turn: number, outcome: Outcome): void {
    if (turn !== this.turn) return;
    this.outcome = outcome;
    document.documentElement.dataset["plan"] = outcome.kind;
    if (outcome.kind === "plan") {
      const { summary, motion, job } = outcome;
      this.slider.max = String(motion.at.at(-1) ?? 0);
      this.painted = "";
      this.context.setPaths([]);
      this.context.store.set({ shown: "plan", blocked: new Set(), level: "all" });
      this.context.announce([job.message, ...(summary[language()][0]?.rows.map((row) => row.join(" ")) ?? [])].join(". "));
      this.show(0);
    }
    this.draw();
    if (outcome.kind === "plan") this.root.scrollIntoView();
  }

  /** Show where everybody is at a moment. */
  private show(time: number): void {
    if (this.outcome.kind !== "plan") return;
    const { motion } = this.outcome;
    const { store } = this.context;
    const index = motion.index(time);
    this.time = time;
    this.slider.value = String(time);
    this.slider.style.setProperty("--share", `${(100 * time) / (Number(this.slider.max) || 1)}%`);
    const text = clock(time);
    this.clock.textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    const service = motion.service(index);
    const painted = [...service].join();
    if (painted !== this.painted) {
      this.painted = painted;
      store.set({ tints: new Map([...service].map(([space, level]) => [space, SERVICE[level]?.[2] ?? ""])) });
      const low = (level: number): number => SERVICE[level - 1]?.[1] ?? 0;
      const row = ([letter, most, colour]: (typeof SERVICE)[number], level: number): HTMLElement => {
        const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
        swatch.style.backgroundColor = colour;
        const range = most === Infinity ? `≥ ${low(level)}` : `${low(level)} – ${most}`;
        return h("tr", {}, h("th", { scope: "row" }, swatch, letter), h("td", {}, range), h("td", {}, String([...service.values()].filter((one) => one === level).length)));
      };
      replace(this.legend, ...SERVICE.map(row));
    }
    const { level } = store.get();
    this.context.setDots(motion.dots(index, time).filter((dot) => level === "all" || dot.level === level).map((dot) => dot.position));
  }

  private play(): void {
    this.playing = !this.playing;
    const last = Number(this.slider.max);
    if (this.playing && this.time >= last) this.show(0);
    let before = performance.now();
    const step = (now: number): void => {
      if (!this.playing) return;
      this.show(Math.min(last, this.time + (Math.max(0, now - before) / 1000) * PACE));
      before = now;
      if (this.time < last) requestAnimationFrame(step);
      else this.play();
    };
    if (this.playing) requestAnimationFrame(step);
    this.draw();
  }

  private draw(): void {
    keepingFocus(this.root, () => replace(this.root, h("h2", {}, p("title")), this.question(), ...this.answer()));
  }

  private question(): HTMLElement {
    const busy = this.outcome.kind === "busy";
    const options = this.scenarios.map((one, index) => h("option", { value: index, selected: index === this.chosen }, best(one.name)));
    const choose = (): void => {
      this.chosen = select.selectedIndex;
      this.file.value = "";
    };
    const select = h("select", { id: "plan-scenario", onchange: choose }, ...options);
    return h(
      "div",
      {},
      options.length > 0 && h("label", { for: "plan-scenario" }, p("scenario")),
      options.length > 0 && select,
      h("label", { for: "plan-file" }, p("file")),
      this.file,
      h("div", { class: "actions" }, h("button", { class: "button primary", type: "button", disabled: busy, onclick: () => void this.run() }, p("run"))),
    );
  }

  private answer(): HTMLElement[] {
    const { outcome } = this;
    if (outcome.kind === "problem") return [problemCard(outcome.problem, this.context, () => void this.run())];
    if (outcome.kind === "busy") {
      const { job } = outcome;
      return [
        h("p", { role: "status" }, job.message),
        h("progress", { max: 100, value: job.progress, "aria-label": p("title") }),
        h("button", { class: "button", type: "button", onclick: () => this.cancel(job) }, p("cancel")),
      ];
    }
    return outcome.kind === "plan" ? [this.player(), this.summary(outcome.summary, outcome.job)] : [];
  }

  private player(): HTMLElement {
    return h(
      "section",
      {},
      h("div", { class: "slider" }, h("label", { for: "plan-time" }, p("time")), this.clock, this.slider),
      h("button", { class: "button", type: "button", onclick: () => this.play() }, p(this.playing ? "pause" : "play")),
      h("table", {}, h("caption", {}, p("density")), this.legend),
      h("p", { class: "quiet" }, p("source")),
    );
  }

  private summary(summary: Summary, job: Job): HTMLElement {
    const rows = (section: Section): HTMLElement[] => section.rows.map(([what, value]) => h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, value)));
    const report = this.context.api.address({ rel: "", href: `v1/jobs/${job.jobID}/results/report.html` });
    return h(
      "section",
      { class: "evacuation" },
      ...summary[language()].map((section) => h("table", {}, h("caption", {}, section.title), h("tbody", {}, ...rows(section)))),
      h("a", { class: "button", href: report, target: "_blank" }, p("report")),
    );
  }
}

/** Minutes and seconds: 3:05. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
