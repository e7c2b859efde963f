/** Accessibility: what the server worked out for wheelchairs, why not where not, and official times beside ours. */
import { lineBadge } from "../badges";
import { addressFor } from "../door";
import { h } from "../dom";
import { best, duration, metres } from "../i18n";
import { s } from "../i18n/site";
import { byKind } from "./facilities";
import { accessibilityOf, type AccessRow, type ExitWay, type Item, type Lift, type Transfer, type TransferEnd, type Way } from "./read";
import { later, type Source, tongue } from "./source";
import { table, tableBox, tableRow } from "./table";

/** So many ways are told in full; the slower ones follow in one row. */
const MOST_WAYS = 4;
const EQUIPMENT = new Set(["lift", "stair_lift", "ramp", "moving_walk", "restroom_accessible", "restroom_family", "tactile_map", "nursing_room", "refuge"]);

export function accessibility(source: Source): readonly (Node | string | null)[] {
  return [
    h(
      "section",
      { "aria-labelledby": "access-title" },
      h("h2", { id: "access-title" }, s("page.accessibility")),
      later(async () => computed(source, await source.get("accessibility"))),
    ),
    later(async () => transfers(await source.get("accessibility"))),
    h("section", { "aria-labelledby": "equipment-title" }, h("h2", { id: "equipment-title" }, s("access.equipment")), later(async () => [equipment(source, await source.items())])),
  ];
}

export function state(isYes: boolean, yes: string, no: string): HTMLElement {
  return h("span", { class: `state ${isYes ? "yes" : "no"}` }, isYes ? yes : no);
}

function computed(source: Source, answer: unknown): (Node | null)[] {
  if (answer === undefined) return [h("p", {}, s("access.notYet")), h("p", {}, h("a", { class: "button screen-only", href: addressFor(location.search, {}) }, s("access.askMap")))];
  const { rows, summary, kind } = accessibilityOf(answer);
  const { rows: all, stepFree: free, exits, exitsStepFree } = summary;
  return [
    h("p", {}, s(`access.intro.${kind}`)),
    h(
      "p",
      { class: `summary-box ${free === all ? "good" : free === 0 ? "bad" : ""}` },
      h("span", {}, s(`access.summary.${kind}`, { free, all })),
      exits !== undefined && exitsStepFree !== undefined && h("span", {}, s(`access.summaryExits.${kind}`, { free: exitsStepFree, all: exits })),
    ),
    rows.length > 0 ? accessTable(source, rows, kind) : null,
    h("p", { class: "note" }, s("access.limits")),
  ];
}

function accessTable(source: Source, rows: readonly AccessRow[], kind: "station" | "building"): HTMLElement {
  const columns = [{ title: s(`access.exit.${kind}`) }, { title: s("access.stepFree"), isTight: true }, { title: s("access.by") }, { title: s("access.time"), isNumber: true }, { title: s("access.length"), isNumber: true }];
  const bodies = rows.map((row) => {
    const head = h("tr", { class: "group" }, h("th", { scope: "rowgroup", colspan: columns.length }, rowTitle(source, row)));
    return h("tbody", {}, head, ...ways(row, columns), ...blocked(source, row, columns));
  });
  return tableBox(s(`access.caption.${kind}`), columns, bodies, true);
}

function rowTitle(source: Source, row: AccessRow): HTMLElement {
  const name = best(row.name) || row.level;
  return h("span", { class: "line-name" }, row.line && lineBadge(row.line), h("span", {}, [name, name === row.level ? "" : row.level].filter(Boolean).join(" · ")), row.id ? source.showLink(row.id, name) : null);
}

function ways(row: AccessRow, columns: Parameters<typeof tableRow>[1]): HTMLElement[] {
  const open = row.ways.filter(({ reachable }) => reachable);
  const rest = open.slice(MOST_WAYS);
  const rows = open.slice(0, MOST_WAYS).map((way) => tableRow([exitName(way), state(true, s("access.yes"), ""), liftList(way.lifts), time(way), way.lengthM === undefined ? "" : metres(way.lengthM)], columns));
  if (rest.length > 0) {
    const words = rest.map((way) => `${exitName(way)} (${time(way)})`).join(", ");
    rows.push(h("tr", {}, h("th", { scope: "row" }, s("access.also")), h("td", { class: "state-cell" }, state(true, s("access.yes"), "")), h("td", { colspan: columns.length - 2 }, words)));
  }
  return rows;
}

/** The exits without a step-free way in one row, and why there is none at all where that is so. */
function blocked(source: Source, row: AccessRow, columns: Parameters<typeof tableRow>[1]): HTMLElement[] {
  const shut = row.ways.filter(({ reachable }) => !reachable).map((way) => way.number || best(way.name)).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const out: HTMLElement[] = [];
  if (shut.length > 0) out.push(tableRow([s("access.exitsNamed", { list: shut.join(", ") }), state(false, "", s("access.no")), "", "", ""], columns));
  const { problem } = row;
  if (!row.isStepFree && problem) {
    const named = problem.blockedBy.map((entry) => best(entry.name) || source.context.nameOfId(entry.element)).filter(Boolean);
    const words = [problem.detail || problem.title, named.length > 0 ? `${s("access.blockedBy")}: ${[...new Set(named)].join(", ")}` : ""].filter(Boolean).join(" ");
    out.push(h("tr", {}, h("th", { scope: "row" }, s("access.why")), h("td", { colspan: columns.length - 1, ...tongue(words) }, words)));
  }
  return out;
}

function exitName(way: ExitWay): string {
  return best(way.name) || way.number || way.exit;
}

function time({ durationS }: Way): string {
  return durationS === undefined ? "" : duration(durationS);
}

function liftList(lifts: readonly Lift[]): HTMLElement | string {
  if (lifts.length === 0) return "–";
  return h("ol", { class: "lift-list" }, ...lifts.map((lift) => h("li", {}, best(lift.name) || lift.id)));
}

function transfers(answer: unknown): (Node | null)[] {
  const list = answer === undefined ? [] : accessibilityOf(answer).transfers;
  if (list.length === 0) return [];
  const columns = [
    { title: s("access.transfers") },
    { title: s("access.official"), isNumber: true },
    { title: s("access.measured"), isNumber: true },
    { title: s("access.difference"), isNumber: true },
    { title: s("access.wheelchair") },
    { title: s("data.source"), isTight: true },
  ];
  const rows = list.map((transfer) => [transferName(transfer), seconds(transfer.officialS), seconds(transfer.walkS), percent(transfer.difference), wheelchair(transfer.stepFree), transfer.sources.join(", ")]);
  return [
    h(
      "section",
      { "aria-labelledby": "transfers-title" },
      h("h2", { id: "transfers-title" }, s("access.transfers")),
      h("p", {}, s("access.transfersIntro")),
      table({ caption: s("access.transfersCaption"), columns, rows, isCaptionHidden: true }),
    ),
  ];
}

function seconds(value: number | undefined): string {
  return value === undefined ? "–" : duration(value);
}

export function percent(difference: number | undefined): string {
  if (difference === undefined) return "–";
  const rounded = Math.round(difference * 100);
  return `${rounded > 0 ? "+" : rounded < 0 ? "−" : "±"}${Math.abs(rounded)}%`;
}

function wheelchair(way: Way): Node {
  if (!way.reachable) return state(false, "", s("access.wheelchairNone"));
  const lifts = way.lifts.map((lift) => best(lift.name) || lift.id).join(" → ");
  return h("span", {}, time(way), lifts && h("span", { class: "quiet" }, lifts));
}

function transferName({ name, from, to }: Transfer): Node {
  const end = ({ line, name: own, level }: TransferEnd): HTMLElement => h("span", { class: "line-name" }, line && lineBadge(line), h("span", {}, [best(own), level].filter(Boolean).join(" · ")));
  const title = best(name);
  return h("span", {}, title && h("span", {}, title), h("span", { class: "quiet" }, end(from), " → ", end(to)));
}

function equipment(source: Source, items: readonly Item[]): HTMLElement {
  const found = items.filter(({ category, accessible, type }) => (EQUIPMENT.has(category) || (type === "facility" && accessible === true)) && type !== "opening");
  if (found.length === 0) return h("p", {}, s("facilities.none"));
  const groups = byKind(found, (item) => source.levelRank(item.levels), (item) => source.title(item));
  const columns = [{ title: s("page.name") }, { title: s("page.kind") }, { title: s("page.level"), isTight: true }, { title: s("page.map"), isTight: true, isScreenOnly: true }];
  const rows = groups.flatMap(([, group]) => group.map((item) => [source.title(item), best(item.label) || item.category, source.levelNames(item.levels), source.showLink(item.id, source.title(item))]));
  return table({ caption: s("access.equipmentCaption"), columns, rows, isCaptionHidden: true });
}
