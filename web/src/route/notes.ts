/** What is worth knowing about a route: what nobody has said, what lifts do now, and what was avoided. */
import type { Context } from "../context";
import { h, svg } from "../dom";
import { best, isKey, type Key, t } from "../i18n";
import { ageOf } from "../i18n/time";
import { iconPath } from "../icons";
import type { LiftStatus, RouteAnswer } from "../journey";

export function notesOf(context: Context, route: RouteAnswer): HTMLElement | null {
  const notes = route.notes.map((note) => h("li", {}, svg(iconPath("warning")), h("span", { class: "name" }, best(note.text) || note.code), showButton(context, note.element)));
  const lifts = route.lifts.map((lift) => h("li", {}, svg(iconPath("lift")), h("span", { class: "name" }, liftText(context, lift)), showButton(context, lift.id)));
  const avoided = route.avoided.flatMap((id) => avoidedItem(context, id));
  if (notes.length + lifts.length + avoided.length === 0) return null;
  return h("section", { class: "notes", "aria-label": t("notes.title") }, h("h3", {}, t("notes.title")), h("ul", {}, ...notes, ...lifts, ...avoided));
}

/** A lift's status with its age: an old report is no promise. */
export function liftText(context: Context, { id, status, ageS }: LiftStatus): string {
  const key = `status.${status}`;
  const said = t((isKey(key) ? key : "status.unknown") as Key);
  const name = context.nameOfId(id);
  return ageS === undefined ? t("notes.lift", { name, status: said }) : t("notes.liftAge", { name, status: said, age: ageOf(ageS) });
}

/** What was avoided, by the element's name, whether the answer names it or the report about it. */
function avoidedItem(context: Context, id: string): HTMLElement[] {
  const report = context.store.get().live.find((closure) => closure.id === id);
  const elements = report?.elements ?? [id];
  return elements.map((element) => h("li", {}, svg(iconPath("blocked")), h("span", { class: "name" }, t("notes.avoided", { name: context.nameOfId(element) })), showButton(context, element)));
}

/** Brings an element into view, where it is known. */
export function showButton(context: Context, id: string): HTMLElement | null {
  const element = context.catalogue.get(id);
  if (!element) return null;
  const name = context.catalogue.title(element, context.store.get().lang);
  const show = (): void => {
    context.store.set({ hovered: id });
    context.focus([element.point], element.levels[0] ?? "all");
  };
  return h("button", { class: "link", type: "button", onclick: show, "aria-label": t("show.onMapOf", { name }) }, t("show.onMap"));
}
