/** Overview: what the place is, where, which lines, how large, and that its drawing is schematic. */
import { asRecord } from "../api";
import { lineBadge } from "../badges";
import { addressFor } from "../door";
import { h } from "../dom";
import { best, t } from "../i18n";
import { s, worded } from "../i18n/site";
import { cardOf, DISTRICT, kindOf, linesOf, span } from "../landing/model";
import { sortLevels } from "../levels";
import { type Item, rowsOf, textOf, wordOf } from "./read";
import { later, type Source, tongue } from "./source";
import { table } from "./table";

type Rows = readonly [string, Node | string | null][];

export function overview(source: Source): readonly (Node | string | null)[] {
  const { venue } = source.context;
  const all = venue as unknown as Record<string, unknown>;
  const [text, notice] = [best(textOf(all["text"])), best(textOf(all["notice"]))];
  const card = cardOf(venue);
  return [
    h(
      "section",
      { "aria-labelledby": "about-title" },
      h("h2", { id: "about-title" }, s("page.overview")),
      text && h("p", { class: "lead" }, text),
      h("div", { class: "note" }, h("strong", {}, `${s("overview.schematic")}. `), notice || t("badge.schematicHint")),
      details(source),
    ),
    glance(source),
    card.category === DISTRICT && card.members.length > 0 ? members(source, card.members) : null,
    platforms(source),
    exits(source),
  ];
}

function details(source: Source): HTMLElement {
  const { venue } = source.context;
  const all = venue as unknown as Record<string, unknown>;
  const card = cardOf(venue);
  const hours = wordOf(all["hours"]) || best(textOf(all["hours"]));
  const rows: Rows = [
    [s("overview.kind"), worded("kind", kindOf(card), "")],
    [s("overview.address"), best(card.address)],
    [s("overview.hours"), hours],
    [s("overview.lines"), card.lines.length > 0 ? h("ul", { class: "line-badges" }, ...card.lines.map((line) => h("li", { class: "line-name" }, lineBadge(line), h("span", { "aria-hidden": "true" }, best(line.name))))) : null],
    [t("about.licence"), venue.licence ?? ""],
    [s("overview.version"), venue.version.slice(0, 12)],
  ];
  return definitions(rows);
}

export function definitions(rows: Rows): HTMLElement {
  return h("dl", { class: "about-facts" }, ...rows.filter(([, value]) => value).flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
}

function glance(source: Source): HTMLElement {
  const { venue } = source.context;
  const card = cardOf(venue);
  const figure = (label: string, value: Node | string, more = ""): HTMLElement => h("div", {}, h("dt", {}, label), h("dd", {}, value, more && h("small", {}, ` ${more}`)));
  const list = h("dl", { class: "glance" }, figure(s("overview.levels"), String(card.storeys.length), span(card.storeys)), figure(s("overview.exits"), String(card.exits ?? 0)));
  const counted = async (): Promise<(Node | null)[]> => {
    const items = await source.items();
    const lifts = items.filter(({ type, category }) => type === "connector" && category === "lift").length;
    const facilities = items.filter(({ type }) => type === "facility").length;
    list.append(figure(s("overview.lifts"), String(lifts)), figure(s("page.facilities"), String(facilities)));
    return [list];
  };
  return h("section", { "aria-labelledby": "glance-title" }, h("h2", { id: "glance-title" }, s("overview.atGlance")), later(counted));
}

function members(source: Source, ids: readonly string[]): HTMLElement {
  const name = (id: string): string => best(source.context.venues.find((venue) => venue.id === id)?.name) || id;
  return h(
    "section",
    { "aria-labelledby": "members-title" },
    h("h2", { id: "members-title" }, s("overview.members")),
    h("ul", { class: "toc" }, ...ids.map((id) => h("li", {}, h("a", { href: `?venue=${encodeURIComponent(id)}&page=overview` }, name(id))))),
  );
}

function platforms(source: Source): HTMLElement | null {
  const rows = rowsOf((source.context.venue as unknown as Record<string, unknown>)["lines"]).flatMap((row) => {
    const [line] = linesOf([row]);
    return rowsOf(row["platforms"]).map((platform) => {
      const name = best(textOf(platform["name"]));
      const id = wordOf(platform["id"]);
      return [name, line ? h("span", { class: "line-name" }, lineBadge(line), h("span", { "aria-hidden": "true" }, best(line.name))) : "", wordOf(asRecord(platform["level"])["short_name"]), id ? source.showLink(id, name) : ""];
    });
  });
  if (rows.length === 0) return null;
  const columns = [{ title: s("page.name") }, { title: s("overview.lines") }, { title: s("page.level"), isTight: true }, { title: s("page.map"), isTight: true, isScreenOnly: true }];
  return h("section", { "aria-labelledby": "platforms-title" }, h("h2", { id: "platforms-title" }, s("overview.platforms")), table({ caption: s("overview.platforms"), columns, rows, isCaptionHidden: true }));
}

function exits(source: Source): HTMLElement | null {
  const levels = sortLevels(source.context.levels);
  const list = [...(source.context.venue.exits ?? [])].sort((a, b) => Number(!a.number) - Number(!b.number) || (a.number ?? "").localeCompare(b.number ?? "", "en", { numeric: true }) || best(a.name).localeCompare(best(b.name)));
  if (list.length === 0) return null;
  const rows = list.map((exit) => {
    const name = best(exit.name);
    const level = typeof exit.level === "string" ? exit.level : exit.level.id;
    return [name, exit.number || "–", levels.find(({ id }) => id === level)?.short_name ?? "", source.showLink(exit.id, name)];
  });
  const columns = [{ title: s("page.name") }, { title: s("overview.exitNumber"), isTight: true }, { title: s("page.level"), isTight: true }, { title: s("page.map"), isTight: true, isScreenOnly: true }];
  return h("section", { "aria-labelledby": "exits-title" }, h("h2", { id: "exits-title" }, s("overview.exitList")), table({ caption: s("overview.exitsCaption"), columns, rows, isCaptionHidden: true }));
}

/** Cards of places that carry a sentence of their own. */
export function stories(source: Source, items: readonly Item[]): HTMLElement {
  return h(
    "ul",
    { class: "stories" },
    ...items.map((item) => {
      const text = best(item.text);
      return h(
        "li",
        { class: "story" },
        h("h3", {}, source.title(item)),
        h("p", { class: "quiet" }, [best(item.label), source.levelNames(item.levels)].filter(Boolean).join(" · ")),
        text && h("p", tongue(text), text),
        item.hours && h("p", { class: "quiet" }, s("facilities.hours", { hours: item.hours })),
        h("p", {}, h("a", { class: "link screen-only", href: addressFor(location.search, { show: item.id }), "aria-label": s("page.showOf", { name: source.title(item) }) }, s("page.show"))),
      );
    }),
  );
}
