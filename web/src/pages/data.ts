/** Data and sources: what can be downloaded, under which licence, and every fact with how sure it is. */
import { h } from "../dom";
import { best, language, t } from "../i18n";
import { s } from "../i18n/site";
import { definitions } from "./overview";
import { bytes, downloadsOf, factsOf, grouped, type Certainty, type Download, type Fact, type Facts } from "./read";
import { later, type Source, tongue } from "./source";
import { type Cell, table, tableBox, tableRow } from "./table";

const CERTAINTIES = ["seen", "derived", "general", "assumed"] as const;
const MARKS: Readonly<Record<Certainty, string>> = { seen: "yes", derived: "plain", general: "doubt", assumed: "no" };

export function data(source: Source): readonly (Node | string | null)[] {
  const { venue } = source.context;
  return [
    h(
      "section",
      { "aria-labelledby": "licence-title" },
      h("h2", { id: "licence-title" }, s("data.licence")),
      definitions([
        [t("about.licence"), venue.licence || t("about.noLicence")],
        [s("data.attribution"), best(venue.attribution)],
        [s("overview.version"), venue.version],
      ]),
    ),
    h(
      "section",
      { "aria-labelledby": "downloads-title", class: "screen-only" },
      h("h2", { id: "downloads-title" }, s("data.downloads")),
      h("p", {}, s("data.downloadsIntro")),
      later(async () => [downloads(await offered(source))]),
      h("p", { class: "links" }, h("a", { href: "v1/docs" }, s("landing.reference")), h("a", { href: "v1/" }, s("data.api"))),
    ),
    later(async () => known(await source.get("facts"))),
  ];
}

/** What the server offers, or what follows from the venue's own links. */
async function offered(source: Source): Promise<Download[]> {
  const answer = await source.get("downloads");
  if (answer !== undefined) return downloadsOf(answer);
  const { api, venue, levels } = source.context;
  const names: Readonly<Record<string, string>> = { "3d-tiles": s("download.tileset"), "3d-tiles-plain": s("download.tilesetPlain"), report: s("download.report"), self: s("download.venue") };
  const linked = (venue.links ?? []).flatMap((link): Download[] => {
    const name = names[link.rel];
    return name ? [{ kind: link.rel, name: { default: name }, profile: "", href: api.address(link), type: link.type ?? "", size: undefined, level: "" }] : [];
  });
  const plans = levels.map((level): Download => {
    const href = api.address({ rel: "plan", href: `v1/venues/${encodeURIComponent(venue.id)}/levels/${encodeURIComponent(level.id)}/plan.geojson` });
    return { kind: "plan", name: { default: s("download.plan", { level: level.short_name }) }, profile: "", href, type: "application/geo+json", size: undefined, level: "" };
  });
  return [...linked, ...plans];
}

function downloads(list: readonly Download[]): HTMLElement {
  const columns = [{ title: s("data.file") }, { title: s("data.format") }, { title: s("data.size"), isNumber: true }];
  const rows = list.map(({ name, kind, profile, level, href, type, size }) => {
    const title = [best(name) || kind, profile && !best(name).includes(profile) ? profile : "", level && !best(name).includes(level) ? level : ""].filter(Boolean).join(" · ");
    return [h("a", { href }, title), type, size === undefined ? "" : bytes(size)];
  });
  return table({ caption: s("data.downloadsCaption"), columns, rows, isCaptionHidden: true });
}

function known(answer: unknown): Node[] {
  const facts = factsOf(answer);
  if (facts.facts.length + facts.sources.length === 0) return [h("section", { "aria-labelledby": "facts-title" }, h("h2", { id: "facts-title" }, s("data.facts")), h("p", {}, s("data.noFacts")))];
  return [certain(facts), ...(facts.sources.length > 0 ? [sources(facts)] : [])];
}

export function certainty(value: Certainty): HTMLElement {
  return h("span", { class: `state ${MARKS[value]}` }, s(`certainty.${value}`));
}

function certain({ facts, sources: list }: Facts): HTMLElement {
  const titles = new Map(list.map(({ id, title }) => [id, title]));
  const count = (value: Certainty): number => facts.filter((fact) => fact.certainty === value).length;
  const legend = table({
    caption: s("data.certaintyCaption"),
    columns: [{ title: s("data.certainty") }, { title: s("quality.count"), isNumber: true }, { title: s("data.meaning") }],
    rows: CERTAINTIES.map((value) => [certainty(value), String(count(value)), s(`meaning.${value}`)]),
  });
  return h(
    "section",
    { "aria-labelledby": "facts-title" },
    h("h2", { id: "facts-title" }, s("data.facts")),
    h("p", {}, s("data.factsIntro")),
    legend,
    facts.length > 0 && factTable(facts, titles),
  );
}

/** One table for all facts, in groups: columns stay under one another. */
function factTable(facts: readonly Fact[], titles: ReadonlyMap<string, string>): HTMLElement {
  const columns = [{ title: s("data.fact") }, { title: s("data.value") }, { title: s("data.certainty"), isTight: true }, { title: s("data.source"), isTight: true }, { title: s("data.note") }];
  const bodies = grouped(facts).map(([name, own]) => {
    const head = h("tr", { class: "group" }, h("th", { scope: "rowgroup", colspan: columns.length }, groupName(name)));
    return h("tbody", {}, head, ...own.map((fact) => tableRow(factCells(fact, name, titles), columns)));
  });
  return tableBox(s("data.factsCaption", { count: facts.length }), columns, bodies, true);
}

function factCells(fact: Fact, group: string, titles: ReadonlyMap<string, string>): Cell[] {
  const linked = fact.sources.flatMap((id, index) => [index > 0 ? ", " : "", h("a", { href: `#source-${id}`, title: titles.get(id) ?? "" }, id)]);
  const isNoted = fact.isConflict || fact.note !== "";
  return [
    h("span", { lang: "en" }, factName(fact.key, group)),
    h("span", tongue(`${fact.value} ${fact.unit}`), fact.value, " ", h("span", { class: "unit" }, fact.unit)),
    certainty(fact.certainty),
    linked.length > 0 && h("span", {}, ...linked),
    isNoted && h("span", tongue(fact.note), fact.isConflict && h("span", { class: "state doubt", lang: language() }, s("data.conflict")), fact.isConflict && " ", fact.note),
  ];
}

/** What a fact is about, from its dotted key: within its group without the group's name. */
export function factName(key: string, group: string): string {
  const rest = key.startsWith(`${group}.`) ? key.slice(group.length + 1) : key;
  return rest.replace(/[._]+/g, " · ").replace(/-/g, " ");
}

export function groupName(name: string): string {
  const line = /^line[-_]?(\w+)$/.exec(name)?.[1];
  if (line) return s("data.ofLine", { line });
  return name.charAt(0).toUpperCase() + name.slice(1).replace(/[-_]/g, " ");
}

function sources({ sources: list }: Facts): HTMLElement {
  const columns = [{ title: s("data.source") }, { title: s("page.about") }, { title: s("data.licence") }];
  const made = table({
    caption: s("data.sourcesCaption"),
    columns,
    rows: list.map(({ id, title, licence }) => [id, h("span", tongue(title), title), h("span", tongue(licence), licence || t("about.noLicence"))]),
  });
  made.querySelectorAll("tbody tr").forEach((row, index) => (row.id = `source-${list[index]?.id ?? index}`));
  return h("section", { "aria-labelledby": "sources-title" }, h("h2", { id: "sources-title" }, s("data.sources")), h("p", {}, s("data.sourcesIntro")), made);
}
