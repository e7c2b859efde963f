/** What pages ask for, each thing once: answers in one language are asked again in the other. */
import type { Context } from "../context";
import { h } from "../dom";
import { best, language } from "../i18n";
import { s } from "../i18n/site";
import { addressFor } from "../door";
import { asProblem, problemCard } from "../problem";
import { itemOf, type Item } from "./read";

export class Source {
  readonly context: Context;
  private readonly answers = new Map<string, Promise<unknown>>();
  private elements: Promise<Item[]> | undefined;

  constructor(context: Context) {
    this.context = context;
  }

  /** The answer behind a link of the venue; undefined where the server has none. */
  get(rel: string): Promise<unknown> {
    const key = `${rel}|${language()}`;
    const known = this.answers.get(key) ?? this.context.api.described(this.context.venue, rel);
    this.answers.set(key, known);
    known.catch(() => this.answers.delete(key));
    return known;
  }

  /** Every element of the venue once, from the plans of all levels. */
  items(): Promise<Item[]> {
    const { api, venue, levels, frame } = this.context;
    this.elements ??= Promise.all(levels.map(async ({ id }) => (await api.plan(venue.id, id)).features.map((feature) => itemOf(feature, id, frame)))).then((plans) => {
      const byId = new Map<string, Item>();
      for (const item of plans.flat()) {
        const known = byId.get(item.id);
        if (known) known.levels = [...new Set([...known.levels, ...item.levels])];
        else byId.set(item.id, item);
      }
      return [...byId.values()];
    });
    this.elements.catch(() => (this.elements = undefined));
    return this.elements;
  }

  /** Short names of levels, lowest first. */
  levelNames(ids: readonly string[]): string {
    return this.context.levels.filter(({ id }) => ids.includes(id)).map(({ short_name }) => short_name).join(" – ");
  }

  /** Place of a level counted from the top, for sorting. */
  levelRank(ids: readonly string[]): number {
    return -Math.max(-1, ...ids.map((id) => this.context.levels.findIndex((level) => level.id === id)));
  }

  title(item: Item): string {
    return best(item.name) || [best(item.label) || item.category, item.number].filter(Boolean).join(" ");
  }

  /** A link that shows an element on the map. */
  showLink(id: string, name: string): HTMLElement {
    return h("a", { class: "link screen-only", href: addressFor(location.search, { show: id }), "aria-label": s("page.showOf", { name }) }, s("page.show"));
  }
}

/** Data that has one language only says which, where it is not the page's. */
export function tongue(text: string): { lang?: string } {
  const lang = /[가-힣]/.test(text) ? "ko" : /[a-z]{3}/i.test(text) ? "en" : language();
  return lang === language() ? {} : { lang };
}

/** A part of a page that comes when its answer does; a failure takes no other part with it. */
export function later(make: () => Promise<Node | readonly (Node | string | null)[]>): HTMLElement {
  const slot = h("div", { class: "page-slot" }, h("p", { class: "hint busy", role: "status" }, s("page.loading")));
  const fill = (): void => {
    make().then(
      (made) => {
        const nodes = (Array.isArray(made) ? made : [made]) as (Node | string | null)[];
        slot.replaceWith(...nodes.filter((node): node is Node | string => node !== null));
      },
      (error: unknown) => slot.replaceChildren(problemCard(asProblem(error), undefined, fill)),
    );
  };
  fill();
  return slot;
}
