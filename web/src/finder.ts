/** Finds places while one types: at once among what the page knows, then as the server understands it (initial consonants, romanised, typing errors). */
import { asRecord } from "./api";
import { type Element, iconOf, type Place } from "./catalogue";
import type { Context } from "./context";
import { best } from "./i18n";
import { findLevel } from "./levels";
import type { Match } from "./types";

/** One thing that can be chosen. */
export interface Found {
  id: string;
  title: string;
  subtitle: string;
  icon: string;
  place: Place;
}

/** Rest of the keys before the server is asked. */
const AFTER_MS = 120;
const SHOWN = 40;

export class Finder {
  private timer = 0;
  private asking: AbortController | undefined;

  constructor(private readonly context: Context) {}

  /** What matches now; `better` is called with the server's answer, unless something newer is asked before. */
  find(text: string, better: (found: readonly Found[]) => void): readonly Found[] {
    this.stop();
    const { catalogue, store } = this.context;
    const own = catalogue.search(text, store.get().lang).slice(0, SHOWN).map((element) => this.known(element));
    if (text.trim() !== "") this.timer = window.setTimeout(() => void this.ask(text.trim(), own, better), AFTER_MS);
    return own;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  private async ask(text: string, own: readonly Found[], better: (found: readonly Found[]) => void): Promise<void> {
    const asking = (this.asking = new AbortController());
    try {
      const matches = await this.context.api.search(this.context.venue.id, text, asking.signal);
      if (asking.signal.aborted) return;
      const found = matches.flatMap((match) => this.read(match));
      better([...found, ...own.filter((entry) => !found.some((other) => other.id === entry.id))].slice(0, SHOWN));
    } catch {
      // What the page itself found stays.
      if (!asking.signal.aborted) better(own);
    }
  }

  private known(element: Element): Found {
    const { catalogue, store } = this.context;
    const { lang } = store.get();
    return { id: element.id, title: catalogue.title(element, lang), subtitle: catalogue.subtitle(element, lang), icon: iconOf(element), place: catalogue.place(element) };
  }

  private read(match: Match): Found[] {
    const { catalogue, levels } = this.context;
    const element = catalogue.get(match.id);
    if (element) return [this.known(element)];
    if (!match.id) return [];
    const level = match.level;
    const found = findLevel(levels, String(asRecord(level)["id"] ?? level ?? ""));
    const title = best(match.name) || match.id;
    return [
      {
        id: match.id,
        title,
        subtitle: found?.short_name ?? "",
        icon: iconOf({ type: match.kind ?? "", category: match.category ?? "" }),
        place: { id: match.id, waypoint: { ref: match.id }, point: [0, 0, found?.elevation_m ?? 0], level: found?.id ?? "" },
      },
    ];
  }
}
