/**
 * The pages about a venue, instead of its map: what it is, its levels and facilities, who can get where, how good the data is.
 *
 * `document.documentElement.dataset.page` names the page that is shown completely.
 */
import "../site.css";
import { lineBadge } from "../badges";
import type { Context } from "../context";
import { addressFor } from "../door";
import { h, replace, svg } from "../dom";
import { best, language, t } from "../i18n";
import { s, worded } from "../i18n/site";
import { iconPath } from "../icons";
import { cardOf, kindOf, otherLanguage } from "../landing/model";
import { accessibility } from "./accessibility";
import { data } from "./data";
import { facilities } from "./facilities";
import { levels } from "./levels";
import { overview } from "./overview";
import { quality } from "./quality";
import { Source } from "./source";

export const PAGES = ["overview", "levels", "facilities", "accessibility", "quality", "data"] as const;
export type PageName = (typeof PAGES)[number];

const MAKERS: Readonly<Record<PageName, (source: Source) => readonly (Node | string | null)[]>> = { overview, levels, facilities, accessibility, quality, data };

/** The page an address names; an unknown one is the first. */
export function pageOf(name: string): PageName {
  return PAGES.find((page) => page === name) ?? PAGES[0];
}

export class Pages {
  private readonly root = h("div", { class: "pages" });
  private readonly parent: HTMLElement;
  private readonly context: Context;
  private readonly source: Source;
  private readonly language: () => void;
  private shown: PageName | undefined;

  constructor(parent: HTMLElement, context: Context, language: () => void) {
    [this.parent, this.context, this.language] = [parent, context, language];
    this.source = new Source(context);
  }

  /** Show a page; the focus goes to its heading when the visitor came from another page. */
  show(name: string): void {
    const page = pageOf(name);
    const isMove = this.shown !== undefined && this.shown !== page;
    const hadFocus = document.activeElement?.closest(".pages .language") !== null && document.activeElement !== null;
    this.shown = page;
    this.render(page);
    if (!this.root.isConnected) this.parent.append(this.root);
    if (isMove) this.root.querySelector<HTMLElement>(".page")?.focus({ preventScroll: true });
    else if (hadFocus) this.root.querySelector<HTMLElement>(".language")?.focus({ preventScroll: true });
  }

  hide(): void {
    this.shown = undefined;
    this.root.remove();
    document.title = `${best(this.context.venue.name)} · indoor3d`;
  }

  private render(page: PageName): void {
    const { venue } = this.context;
    const title = s(`page.${page}`);
    document.title = `${title} · ${best(venue.name)} · indoor3d`;
    const body = h("div", { class: "page", id: "page", tabindex: -1, role: "group", "aria-label": title }, ...MAKERS[page](this.source).filter((part): part is Node | string => part !== null));
    replace(this.root, this.head(), h("main", { class: "pages-layout" }, this.title(), this.nav(page), body, this.printed()));
    this.tellWhenDone(page, body);
  }

  private skip(event: Event): void {
    event.preventDefault();
    this.root.querySelector<HTMLElement>(".page")?.focus();
  }

  private head(): HTMLElement {
    const lang = language();
    return h(
      "header",
      { class: "pages-head" },
      h("a", { class: "skip", href: "#page", onclick: (event) => this.skip(event) }, s("page.skip")),
      h(
        "div",
        { class: "pages-bar" },
        h("a", { class: "button primary back", href: addressFor(location.search, {}), "aria-label": s("page.backLabel") }, svg(iconPath("back")), s("page.back")),
        h("a", { class: "button", href: "./" }, s("page.all")),
        h("span", { class: "spring" }),
        h("button", { class: "button print", type: "button", onclick: () => window.print() }, s("page.print")),
        h("button", { class: "button language", type: "button", lang: otherLanguage(lang), "aria-label": t("app.languageLabel"), onclick: () => this.language() }, t("app.language")),
      ),
    );
  }

  private title(): HTMLElement {
    const card = cardOf(this.context.venue);
    const [name, other] = [best(card.name), card.name[otherLanguage(language())]];
    const kind = worded("kind", kindOf(card), "");
    return h(
      "div",
      { class: "pages-title" },
      h("h1", {}, name, other && other !== name ? h("span", { class: "other", lang: otherLanguage(language()) }, other) : null),
      h(
        "div",
        { class: "meta" },
        kind && h("span", {}, kind),
        ...card.lines.map((line) => h("span", { class: "line-name" }, lineBadge(line))),
        card.schematic && h("span", { class: "badge", title: t("badge.schematicHint") }, t("badge.schematic")),
      ),
    );
  }

  private nav(page: PageName): HTMLElement {
    const links = PAGES.map((name) => h("a", { href: addressFor(location.search, { page: name }), "aria-current": name === page ? "page" : null }, s(`page.${name}`)));
    const nav = h("nav", { class: "pages-nav", "aria-label": s("page.nav") }, ...links);
    // On phones the row is wider than the screen: what is shown has to be seen.
    requestAnimationFrame(() => {
      const current = nav.querySelector<HTMLElement>("[aria-current]");
      if (current) nav.scrollLeft = current.offsetLeft - 40;
    });
    return nav;
  }

  private printed(): HTMLElement {
    const { venue } = this.context;
    return h("p", { class: "pages-print" }, s("page.printed", { address: location.href, version: venue.version.slice(0, 12) }), venue.schematic === true && ` · ${t("badge.schematicHint")}`);
  }

  /** Say that the page is complete once nothing of it is being loaded. */
  private tellWhenDone(page: PageName, body: HTMLElement): void {
    const { dataset } = document.documentElement;
    delete dataset["page"];
    const check = (): void => {
      if (this.shown !== page || !body.isConnected) return;
      if (body.querySelector(".page-slot .busy")) return;
      observer.disconnect();
      dataset["page"] = page;
      dataset["ready"] ??= "page";
      dataset["lists"] ??= "ready";
    };
    const observer = new MutationObserver(check);
    observer.observe(body, { childList: true, subtree: true });
    queueMicrotask(check);
    setTimeout(check, 0);
  }
}
