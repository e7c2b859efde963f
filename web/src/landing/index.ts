/**
 * The landing page: what this is, one 3D map of Seoul with every venue, and the same venues as a list.
 *
 * The list is the page; the map is a picture of it that comes when it can. `document.documentElement.dataset` tells tests
 * what has happened: `ready` is `landing`, `lists` is `ready`, `map` is `ready` or `none`, `chosen` is a venue.
 */
import "../site.css";
import type { Api } from "../api";
import { lineBadges } from "../badges";
import { h, replace, svg } from "../dom";
import { best, language, t } from "../i18n";
import { s, worded } from "../i18n/site";
import { asProblem, problemCard } from "../problem";
import type { Text } from "../types";
import { storeyGlyph } from "./glyph";
import { isOnMap } from "./ground";
import { CityMap } from "./map";
import { cardOf, DISTRICT, kindOf, ordered, otherLanguage, span, type VenueCard } from "./model";
import { venueName } from "./names";

/** Descriptions are asked for only while that is a handful of requests. */
const MOST_DESCRIBED = 24;

export async function openLanding(root: HTMLElement, api: Api, switchLanguage: () => void): Promise<void> {
  const page = new Landing(root, api, switchLanguage);
  await page.load();
}

class Landing {
  private readonly root: HTMLElement;
  private readonly api: Api;
  private readonly switchLanguage: () => void;
  private readonly list = h("ul", { class: "venue-cards" });
  private readonly count = h("p", { class: "quiet" });
  private readonly map = new CityMap({ choose: (id) => this.choose(id, true), point: (id) => this.point(id) });
  private cards: VenueCard[] = [];
  private chosen = "";

  constructor(root: HTMLElement, api: Api, switchLanguage: () => void) {
    this.root = root;
    this.api = api;
    this.switchLanguage = switchLanguage;
    document.documentElement.dataset["view"] = "page";
    this.render();
  }

  async load(): Promise<void> {
    const { dataset } = document.documentElement;
    try {
      const summaries = await this.api.venues();
      this.cards = summaries.map((summary) => cardOf(summary));
      this.renderCards();
      dataset["ready"] = "landing";
      await this.describe(summaries);
    } catch (error) {
      replace(this.list, h("li", {}, problemCard(asProblem(error), undefined, () => location.reload())));
      dataset["ready"] = "problem";
    }
    dataset["lists"] = "ready";
    await this.map.show(this.cards.filter(isOnMap));
    dataset["map"] = this.map.isDrawn ? "ready" : "none";
  }

  /** Levels come with the description; a card without them says less, and stays. */
  private async describe(summaries: readonly unknown[]): Promise<void> {
    if (this.cards.length === 0 || this.cards.length > MOST_DESCRIBED) return;
    const described = this.cards.map(async ({ id }, index) => {
      const detail = await this.api.venue(id).catch(() => undefined);
      this.cards[index] = cardOf(summaries[index], detail);
    });
    await Promise.all(described);
    this.renderCards();
  }

  private render(): void {
    const lang = language();
    document.title = `${s("landing.documentTitle")} · indoor3d`;
    const toggle = (): void => {
      this.switchLanguage();
      this.render();
      this.renderCards();
      this.root.querySelector<HTMLElement>(".language")?.focus();
    };
    replace(
      this.root,
      h("a", { class: "skip", href: "#places" }, s("landing.skip")),
      h(
        "div",
        { class: "landing" },
        h(
          "header",
          { class: "landing-head" },
          h("p", { class: "wordmark" }, h("span", { class: "mark", "aria-hidden": "true" }, glyphMark()), "indoor3d"),
          h("button", { class: "button language", type: "button", lang: otherLanguage(lang), "aria-label": t("app.languageLabel"), onclick: toggle }, t("app.language")),
        ),
        h(
          "main",
          { class: "landing-main" },
          h("div", { class: "landing-intro" }, h("h1", {}, s("landing.title")), h("p", { class: "lead" }, s("landing.lead")), h("p", { class: "note" }, s("landing.notice"))),
          h("section", { class: "city", "aria-label": s("landing.map") }, this.map.root),
          h(
            "section",
            { class: "landing-places", id: "places", tabindex: -1, "aria-labelledby": "places-title" },
            h("div", { class: "places-head" }, h("h2", { id: "places-title" }, s("landing.places")), this.count),
            this.list,
          ),
        ),
        footer(),
      ),
    );
    this.map.translate();
  }

  private renderCards(): void {
    const cards = ordered(this.cards, language());
    this.count.textContent = cards.length > 0 ? s("landing.count", { count: cards.length }) : "";
    replace(this.list, ...(cards.length > 0 ? cards.map((card) => this.card(card)) : document.documentElement.dataset["ready"] ? [h("li", { class: "hint" }, s("landing.none"))] : []));
    this.mark();
  }

  private card(card: VenueCard): HTMLElement {
    const lang = language();
    const name = venueName(card);
    const other = card.category === DISTRICT ? s("kind.districtName", {}, otherLanguage(lang)) : card.name[otherLanguage(lang)];
    const kind = worded("kind", kindOf(card), "");
    const facts = [
      span(card.storeys) && s("landing.levels", { span: span(card.storeys), count: card.storeys.length }),
      card.exits !== undefined && card.exits > 0 && s("landing.exits", { count: card.exits }),
    ].filter((fact): fact is string => Boolean(fact));
    const address = `?venue=${encodeURIComponent(card.id)}`;
    const point = (id: string) => (): void => this.point(id);
    return h(
      "li",
      { class: "venue-card", "data-venue": card.id, onpointerenter: point(card.id), onpointerleave: point(""), onfocusin: point(card.id), onfocusout: point("") },
      storeyGlyph(card),
      h(
        "div",
        { class: "venue-body" },
        h(
          "div",
          { class: "venue-title" },
          h("h3", {}, h("a", { class: "cover", href: address }, name)),
          other && other !== name ? h("p", { class: "quiet", lang: otherLanguage(lang) }, other) : null,
        ),
        h(
          "div",
          { class: "venue-kind" },
          lineBadges(card.lines, s("landing.lines")),
          kind && h("span", {}, kind),
          card.schematic && h("span", { class: "badge", title: t("badge.schematicHint") }, t("badge.schematic")),
        ),
        facts.length > 0 && h("p", { class: "venue-facts" }, facts.join(" · ")),
        card.category === DISTRICT ? h("p", { class: "venue-facts" }, s("landing.joined")) : addressLine(card.address),
        h("p", { class: "venue-links" }, h("a", { href: `${address}&page=overview`, "aria-label": s("landing.aboutOf", { name }) }, s("landing.about"))),
      ),
      h("span", { class: "chevron", "aria-hidden": "true" }, svg("M9 5l7 7-7 7-1.600-1.600L12.800 12 7.400 6.600z")),
    );
  }

  /** Choose a venue: its card comes into view and says where to go on. */
  private choose(id: string, scroll: boolean): void {
    this.chosen = id;
    document.documentElement.dataset["chosen"] = id;
    this.mark();
    const card = this.list.querySelector(`[data-venue="${CSS.escape(id)}"]`);
    if (scroll) card?.scrollIntoView({ block: "nearest", behavior: "auto" });
  }

  private point(id: string): void {
    this.map.mark(this.chosen, id);
    for (const card of this.list.children) card.classList.toggle("pointed", id !== "" && card.getAttribute("data-venue") === id);
  }

  private mark(): void {
    this.map.mark(this.chosen, "");
    for (const card of this.list.children) card.classList.toggle("chosen", this.chosen !== "" && card.getAttribute("data-venue") === this.chosen);
  }
}

function addressLine(address: Text): HTMLElement | null {
  const words = best(address);
  return words ? h("p", { class: "venue-facts quiet" }, words) : null;
}

function glyphMark(): SVGSVGElement {
  return svg("M12 2l10 5-10 5L2 7zM4.200 10.400L12 14.300l7.800-3.900L22 11.500 12 16.500 2 11.500zM4.200 14.900L12 18.800l7.800-3.900L22 16 12 21 2 16z");
}

function footer(): HTMLElement {
  return h(
    "footer",
    { class: "landing-foot" },
    h("h2", {}, s("landing.developers")),
    h("p", { class: "links" }, h("a", { href: "v1/" }, s("landing.api")), h("a", { href: "v1/docs" }, s("landing.reference"))),
    h("p", { class: "quiet" }, s("landing.openSource")),
    h("p", { class: "quiet" }, s("landing.sources")),
    h("p", { class: "quiet" }, t("about.software")),
  );
}

