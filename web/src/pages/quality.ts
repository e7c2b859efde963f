/** Data quality: how many findings of which weight, then each with what to do about it. */
import { h } from "../dom";
import { s } from "../i18n/site";
import { qualityOf, type FindingGroup, type Quality } from "./read";
import { later, type Source, tongue } from "./source";
import { table } from "./table";

const SEVERITIES = ["error", "warning", "info"] as const;
const MARKS = { error: "no", warning: "doubt", info: "plain" } as const;
/** So many of one kind are written out; the rest is in the full report. */
const MOST_SHOWN = 50;

export function quality(source: Source): readonly (Node | string | null)[] {
  const answer = async (): Promise<Quality> => qualityOf((await source.get("quality")) ?? (await source.get("report")));
  return [
    h(
      "section",
      { "aria-labelledby": "quality-title" },
      h("h2", { id: "quality-title" }, s("page.quality")),
      h("p", {}, s("quality.intro")),
      later(async () => summary(await answer())),
    ),
    later(async () => lists(source, await answer())),
    later(async () => [model(source, await answer())]),
  ];
}

function summary({ ok, counts }: Quality): Node[] {
  const total = counts.error + counts.warning + counts.info;
  const columns = [{ title: s("quality.severity") }, { title: s("quality.count"), isNumber: true }, { title: s("data.meaning") }];
  const rows = SEVERITIES.map((severity) => [h("span", { class: `state ${MARKS[severity]}` }, s(`quality.${severity}`)), String(counts[severity]), s(`quality.${severity}Hint`)]);
  return [
    h("p", { class: `summary-box ${ok ? "good" : "bad"}` }, s(ok ? "quality.usable" : "quality.unusable"), total === 0 && h("span", {}, s("quality.good"))),
    table({ caption: s("quality.countsCaption"), columns, rows }),
  ];
}

function lists(source: Source, { groups }: Quality): Node[] {
  return SEVERITIES.flatMap((severity) => {
    const own = groups.filter((group) => group.severity === severity);
    if (own.length === 0) return [];
    return [h("section", { "aria-labelledby": `list-${severity}` }, h("h2", { id: `list-${severity}` }, s(`quality.${severity}`)), ...own.flatMap((group) => list(source, group)))];
  });
}

function list(source: Source, group: FindingGroup): (Node | string)[] {
  const columns = [{ title: s("quality.element") }, { title: s("page.level"), isTight: true }, { title: s("quality.finding") }, { title: s("quality.remedy") }];
  const rows = group.findings.slice(0, MOST_SHOWN).map(({ element, name, level, message, hint }) => {
    const known = element ? source.context.nameOfId(element) : "";
    const title = name || known || element || "–";
    const isKnown = source.context.catalogue.get(element) !== undefined;
    return [h("span", {}, title, isKnown && h("span", { class: "quiet" }, source.showLink(element, title))), source.levelNames([level]), h("span", tongue(message), message), h("span", tongue(hint), hint)];
  });
  const rest = group.findings.length - rows.length;
  return [table({ caption: `${group.code}: ${group.findings.length}`, columns, rows }), ...(rest > 0 ? [h("p", { class: "quiet" }, s("quality.more", { count: rest }))] : [])];
}

function model(source: Source, { facts }: Quality): HTMLElement {
  const { api, venue } = source.context;
  const report = venue.links?.find(({ rel }) => rel === "report");
  const columns = [{ title: s("quality.fact") }, { title: s("quality.value") }];
  return h(
    "section",
    { "aria-labelledby": "model-title" },
    h("h2", { id: "model-title" }, s("quality.facts")),
    facts.length > 0 && table({ caption: s("quality.factsCaption"), columns, rows: facts.map(([key, value]) => [h("code", {}, key), value]) }),
    report && h("p", { class: "screen-only" }, h("a", { href: api.address(report) }, s("quality.full"))),
  );
}
