/** The card of what was picked: its name and facts, and what one may do with it. */
import { asRecord } from "./api";
import { iconOf, type Element } from "./catalogue";
import type { Context } from "./context";
import { h, keepingFocus, replace, svg } from "./dom";
import { best, isKey, metres, t } from "./i18n";
import { iconPath, markerColour } from "./icons";
import { asProblem, problemCard } from "./problem";
import { closedSince, closureOn } from "./live";
import type { State } from "./state";
import type { Feature } from "./types";

const CLOSABLE = new Set(["opening", "connector", "exit", "space"]);

export class Card {
  readonly root = h("section", { class: "card", hidden: true });
  private readonly context: Context;
  private shown = "";

  constructor(context: Context) {
    this.context = context;
    context.store.subscribe((state, before) => this.follow(state, before));
  }

  private follow(state: State, before: State): void {
    if (state.picked !== before.picked || state.lang !== before.lang || state.closed !== before.closed || state.live !== before.live || state.operator !== before.operator) void this.render();
  }

  private async render(): Promise<void> {
    const { picked } = this.context.store.get();
    this.root.hidden = !picked;
    const { dataset } = document.documentElement;
    if (!picked) {
      this.shown = "";
      delete dataset["picked"];
      return;
    }
    const isNew = this.shown !== picked.id;
    this.shown = picked.id;
    this.root.setAttribute("aria-label", t("card.label"));
    if (isNew || this.root.childElementCount === 0) this.draw(undefined);
    try {
      const feature = await this.context.api.element(this.context.venue.id, picked.id);
      if (this.shown !== picked.id) return;
      this.context.catalogue.addFeature(feature);
      this.draw(feature);
    } catch (error) {
      if (this.shown !== picked.id) return;
      this.drawWithout(error);
    }
    dataset["picked"] = picked.id;
  }

  private draw(feature: Feature | undefined): void {
    const { picked, lang } = this.context.store.get();
    if (!picked) return;
    const element = this.context.catalogue.get(picked.id);
    const category = element ? this.context.catalogue.subtitle(element, lang) : best(feature?.properties["category_label"] as string);
    const body = feature ? facts(this.context, feature) : h("p", { class: "hint busy" }, t("card.loading"));
    keepingFocus(this.root, () => replace(this.root, this.heading(this.context.nameOf(picked), category, element), this.actions(element), body));
  }

  /** Walls and slabs are no elements of the plan: that is not an error to show. */
  private drawWithout(error: unknown): void {
    const problem = asProblem(error);
    const { picked } = this.context.store.get();
    if (!picked) return;
    const element = this.context.catalogue.get(picked.id);
    const isPart = problem.status === 404;
    replace(
      this.root,
      this.heading(this.context.nameOf(picked), isPart ? t("card.part") : "", element),
      isPart ? null : problemCard(problem, this.context, () => void this.render()),
    );
  }

  private heading(name: string, category: string, element: Element | undefined): HTMLElement {
    const close = (): void => this.context.store.set({ picked: undefined });
    const badge = h("span", { class: "badge-icon" }, svg(iconPath(element ? iconOf(element) : "space")));
    badge.style.backgroundColor = markerColour(element?.category ?? "");
    return h(
      "header",
      {},
      badge,
      h("div", { class: "titles" }, h("h2", {}, name), category && h("p", { class: "quiet" }, category)),
      h("button", { class: "icon-button", type: "button", "aria-label": t("card.close"), onclick: close }, svg(iconPath("close"))),
    );
  }

  private actions(element: Element | undefined): HTMLElement {
    const { picked, closed, live, operator } = this.context.store.get();
    const from = (): void => this.context.store.set({ from: picked, tab: "route", picked: undefined, open: true });
    const to = (): void => this.context.store.set({ to: picked, tab: "route", picked: undefined, open: true });
    const around = (): void => this.context.store.set({ from: picked, tab: "around", picked: undefined, open: true });
    const id = picked?.id ?? "";
    const reported = closureOn(live, id);
    const canClose = element !== undefined && CLOSABLE.has(element.type);
    const report = (): void => void import("./operator").then(({ reportClosure }) => reportClosure(this.context, id));
    const reopen = (): void => void (reported && import("./operator").then((operators) => operators.reopen(this.context, reported)));
    const toggle = (): void => this.context.store.toggleClosed(id);
    return h(
      "div",
      { class: "actions" },
      h("button", { class: "button primary", type: "button", onclick: to }, svg(iconPath("route")), t("card.to")),
      h("button", { class: "button", type: "button", onclick: from }, t("card.from")),
      h("button", { class: "button", type: "button", onclick: around }, svg(iconPath("around")), t("card.around")),
      reported && h("p", { class: "closed-now" }, svg(iconPath("blocked")), [closedSince(reported), best(reported.cause)].filter(Boolean).join(" · ")),
      operator && canClose && !reported ? h("button", { class: "button warn", type: "button", onclick: report }, svg(iconPath("warning")), t("operator.report")) : null,
      operator && reported ? h("button", { class: "button", type: "button", onclick: reopen }, t("operator.open")) : null,
      canClose
        ? h(
            "button",
            { class: "button warn", type: "button", "aria-pressed": closed.has(id), onclick: toggle },
            svg(iconPath("blocked")),
            t(closed.has(id) ? "card.openElement" : "card.closeElement"),
          )
        : null,
    );
  }
}

/** The attributes people ask for, in words; the rest stays in the API. */
export function facts(context: Context, feature: Feature): HTMLElement {
  const p = feature.properties;
  const rows: [string, string][] = [];
  const add = (label: string, value: string): void => void (value && rows.push([label, value]));
  const number = (key: string): number | undefined => (typeof p[key] === "number" ? p[key] : undefined);
  const level = asRecord(p["level"]);
  const found = context.levels.find((entry) => entry.id === level["id"]);
  if (found) add(t("card.level"), [found.short_name, best(found.name)].filter(Boolean).join(" · "));
  add(t("card.number"), typeof p["number"] === "string" ? p["number"] : "");
  add(t("card.access"), worded("access", p["access"]));
  add(t("card.direction"), worded("direction", p["direction"]));
  const [width, area, floor, ceiling] = [number("clear_width_m"), number("area_m2"), number("floor_m"), number("ceiling_m")];
  if (width !== undefined) add(t("card.width"), t("unit.m", { value: width.toFixed(2) }));
  if (area !== undefined) add(t("card.area"), t("unit.m2", { value: Math.round(area).toLocaleString("en") }));
  if (floor !== undefined && ceiling !== undefined) add(t("card.height"), metres(ceiling - floor));
  if (number("step_count") !== undefined) add(t("card.steps"), String(p["step_count"]));
  if (typeof p["accessible"] === "boolean") add(t("card.stepFree"), t(p["accessible"] ? "value.yes" : "value.no"));
  if (p["walkable"] === false) add(t("card.walkable"), t("value.no"));
  if (p["certain"] === false) add(t("card.certain"), t("card.uncertain"));
  if (Array.isArray(p["spaces"])) add(t("card.joins"), p["spaces"].map((id) => context.nameOfId(String(id))).join(" – "));
  add(t("card.id"), String(feature.id ?? ""));
  return h("dl", { class: "facts" }, ...rows.flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
}

function worded(kind: "access" | "direction", value: unknown): string {
  const key = `${kind}.${String(value ?? "")}`;
  return isKey(key) ? t(key) : "";
}
