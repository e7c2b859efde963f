/** What is worth knowing about a route: what nobody has said, what lifts do now, and what was avoided. */
import type { Context } from "../context";
import { h, svg } from "../dom";
import { best, isKey, type Key, t } from "../i18n";
import { ageOf } from "../i18n/time";
import { iconPath } from "../icons";
import type { Avoided, EquipmentStatus, RouteAnswer } from "../journey";

export function notesOf(context: Context, route: RouteAnswer): HTMLElement | null {
  const notes = route.notes.map((note) => h("li", {}, svg(iconPath("warning")), h("span", { class: "name" }, best(note.text) || note.code), showButton(context, note.element)));
  const equipment = route.equipment.map((one) => {
    const icon = context.catalogue.get(one.id)?.category ?? "lift";
    return h("li", {}, svg(iconPath(icon)), h("span", { class: "name" }, equipmentText(context, one)), showButton(context, one.id));
  });
  const avoided = route.avoided.map((one) => avoidedItem(context, one));
  if (notes.length + equipment.length + avoided.length === 0) return null;
  return h("section", { class: "notes", "aria-label": t("notes.title") }, h("h3", {}, t("notes.title")), h("ul", {}, ...notes, ...equipment, ...avoided));
}

/** The status of a lift or escalator with its age: an old report is no promise. */
export function equipmentText(context: Context, { id, status, ageS }: EquipmentStatus): string {
  const key = `status.${status}`;
  const said = t((isKey(key) ? key : "status.unknown") as Key);
  const name = context.nameOfId(id);
  return ageS === undefined ? t("notes.status", { name, status: said }) : t("notes.statusAge", { name, status: said, age: ageOf(ageS) });
}

/** What a route went around, by name, and why. */
export function avoidedItem(context: Context, { element, reason, cause }: Avoided): HTMLElement {
  const key = `reason.${reason}`;
  const why = [isKey(key) ? t(key) : reason, best(cause)].filter(Boolean).join(", ");
  return h("li", {}, svg(iconPath("blocked")), h("span", { class: "name" }, t("notes.avoided", { name: context.nameOfId(element), why })), showButton(context, element));
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
