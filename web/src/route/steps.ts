/** The steps of a route: a list to read, to walk through one by one, and to hear. */
import type { Context } from "../context";
import { h, keepingFocus, svg } from "../dom";
import { best, metres, t } from "../i18n";
import { iconPath } from "../icons";
import type { RouteAnswer, Step } from "../journey";
import { stretch } from "./pieces";
import type { Reader, Silence } from "./speech";

const ICON_OF_KIND: Readonly<Record<string, string>> = {
  lift: "lift", stairs: "stairs", escalator: "escalator", ramp: "ramp", moving_walk: "moving_walk", travelator: "moving_walk", wheelchair_lift: "wheelchair",
  fare_gate: "gate", exit_gate: "gate", gate: "gate", door: "door", exit: "exit", pass: "exit", arrive: "pin", depart: "pin", start: "pin", wait: "clock",
}; // prettier-ignore

export class StepList {
  readonly root = h("div", { class: "guide" });
  private readonly context: Context;
  private readonly bar = h("div", { class: "guide-bar", role: "group" });
  private readonly list = h("ol", { class: "steps" });
  private readonly hush = h("p", { class: "note", role: "status", hidden: true });
  private route: RouteAnswer | undefined;
  private reader: Reader | undefined;
  private isReading = false;

  constructor(context: Context) {
    this.context = context;
    this.root.append(this.bar, this.hush, this.list);
    context.store.subscribe((state, before) => {
      if (!this.route) return;
      if (state.step !== before.step) this.follow();
      if (state.lang !== before.lang || state.tab !== before.tab || state.from !== before.from || state.to !== before.to) this.stop();
    });
  }

  /** Show the steps of a route; undefined shows none, and stops reading. */
  show(route: RouteAnswer | undefined): void {
    this.stop();
    this.hush.hidden = true;
    this.route = route;
    this.list.replaceChildren(...(route?.steps ?? []).map((step, index) => this.item(step, index)));
    this.drawBar();
  }

  private get steps(): readonly Step[] {
    return this.route?.steps ?? [];
  }

  private drawBar(): void {
    const { step } = this.context.store.get();
    const count = this.steps.length;
    this.bar.setAttribute("aria-label", t("guide.label"));
    const button = (icon: string, label: string, run: () => void, disabled = false): HTMLElement =>
      h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, disabled, onclick: run }, svg(iconPath(icon)));
    const where = step < 0 ? t("guide.count", { count }) : t("guide.at", { index: step + 1, count });
    keepingFocus(this.bar, () =>
      this.bar.replaceChildren(
        button("back", t("guide.back"), () => this.go(step - 1), step <= 0),
        h("span", { class: "where" }, where),
        button("next", t("guide.next"), () => this.go(step + 1), step >= count - 1),
        h(
          "button",
          { class: "button read", type: "button", "aria-pressed": this.isReading, onclick: () => (this.isReading ? this.stop() : void this.read()) },
          svg(iconPath(this.isReading ? "stop" : "speak")),
          t(this.isReading ? "guide.stop" : "guide.read"),
        ),
      ),
    );
  }

  /** Step on, and say where to: the list itself says nothing of its own. */
  private go(index: number): void {
    const step = this.steps[index];
    if (!step) return;
    this.context.store.set({ step: index });
    if (this.isReading) void this.read(index);
    else this.context.announce(t("guide.say", { index: index + 1, text: best(step.text) }));
  }

  /** Mark the step one is at, and let the picture follow. */
  private follow(): void {
    const { store, focus } = this.context;
    const { step: index } = store.get();
    this.list.querySelectorAll("button").forEach((button, at) => (at === index ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current")));
    this.drawBar();
    const step = this.steps[index];
    if (!step || !this.route) return;
    this.list.children[index]?.scrollIntoView?.({ block: "nearest" });
    focus(stretch(this.route.points, this.steps, index), step.levelTo || step.levelFrom);
  }

  private async read(from = Math.max(0, this.context.store.get().step)): Promise<void> {
    const { store } = this.context;
    const { lang } = store.get();
    this.isReading = true;
    this.hush.hidden = true;
    this.drawBar();
    const { Reader } = await import("./speech");
    if (!this.isReading) return;
    this.reader ??= new Reader();
    await this.reader.read(
      this.steps.map((step) => best(step.spoken, lang)),
      { lang, from },
      {
        reading: (index) => store.set({ step: index }),
        done: () => this.stop(),
        silent: (why) => this.silent(why),
      },
    );
  }

  private silent(why: Silence): void {
    this.stop();
    this.hush.hidden = false;
    this.hush.textContent = t(`speech.${why}`);
  }

  private stop(): void {
    this.reader?.stop();
    if (!this.isReading) return;
    this.isReading = false;
    this.drawBar();
  }

  private item(step: Step, index: number): HTMLElement {
    const { catalogue, store } = this.context;
    const changes = step.levelFrom !== step.levelTo;
    const [from, to] = [catalogue.shortLevel(step.levelFrom), catalogue.shortLevel(step.levelTo)];
    const levels = changes ? h("span", { class: "tag" }, from, h("span", { "aria-hidden": "true" }, " → "), h("span", { class: "visually-hidden" }, t("guide.toLevel")), to) : h("span", { class: "quiet" }, from);
    const measure = step.lengthM > 0.5 ? metres(step.lengthM) : "";
    const current = store.get().step === index;
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", "aria-current": current ? "step" : null, onclick: () => store.set({ step: index }) },
        svg(iconPath(ICON_OF_KIND[step.kind] ?? "walk")),
        h("span", { class: "name" }, best(step.text)),
        levels,
        measure && h("span", { class: "quiet" }, measure),
      ),
    );
  }
}
