/** Tables with a caption, column heads and row heads; on phones a stacked one reads as a list of cards. */
import { h } from "../dom";

export type Cell = Node | string | null | undefined | false;

export interface Column {
  title: string;
  /** Figures: to the right, in columns. */
  isNumber?: boolean;
  isTight?: boolean;
  /** Links: on paper they lead nowhere. */
  isScreenOnly?: boolean;
}

function classOf(column: Column | undefined): string | null {
  return [column?.isNumber && "number", column?.isTight && "tight", column?.isScreenOnly && "screen-only"].filter(Boolean).join(" ") || null;
}

export interface TableOptions {
  caption: string;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  /** Show every row as a card of its own on phones. */
  isStacked?: boolean;
  /** Where a heading says the same just above, the caption is for screen readers only. */
  isCaptionHidden?: boolean;
  /** Which column names its row. */
  head?: number;
}

/** A table in a box that scrolls sideways by itself, also by keyboard, where it is wider than the screen. */
export function table({ caption, columns, rows, isStacked = true, isCaptionHidden = false, head = 0 }: TableOptions): HTMLElement {
  return tableBox(caption, columns, [h("tbody", {}, ...rows.map((cells) => tableRow(cells, columns, head)))], isStacked, isCaptionHidden);
}

export function tableBox(caption: string, columns: readonly Column[], bodies: readonly HTMLElement[], isStacked: boolean, isCaptionHidden = false): HTMLElement {
  const heads = columns.map((column) => h("th", { scope: "col", class: classOf(column) }, column.title));
  const made = h("table", {}, h("caption", { class: isCaptionHidden ? "visually-hidden" : null }, caption), h("thead", {}, h("tr", {}, ...heads)), ...bodies);
  return h("div", { class: isStacked ? "table-box stacked" : "table-box", role: "region", "aria-label": caption, tabindex: isStacked ? null : 0 }, made);
}

export function tableRow(cells: readonly Cell[], columns: readonly Column[], head = 0): HTMLElement {
  return h(
    "tr",
    {},
    ...cells.map((cell, index) => {
      const column = columns[index];
      if (index === head) return h("th", { scope: "row" }, cell);
      return h("td", { class: classOf(column), "data-label": cell ? (column?.title ?? null) : null }, cell && typeof cell === "string" ? h("span", {}, cell) : cell);
    }),
  );
}
