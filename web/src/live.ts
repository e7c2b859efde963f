/** Closures that operators reported: read again and again, so that what is shown is what holds now. */
import { type Api, ApiProblem, asRecord } from "./api";
import { ageOf } from "./i18n/time";
import { best, t } from "./i18n";
import type { Store } from "./state";
import type { Text } from "./types";

/** One reported closure, of one or more elements. */
export interface Closure {
  id: string;
  elements: readonly string[];
  effect: string;
  effectLabel: Text;
  /** Whether nobody can pass: closed, or equipment out of order. */
  closes: boolean;
  cause: Text;
  /** Milliseconds since 1970. */
  reportedAt: number | undefined;
  until: number | undefined;
  /** What the server wants to hear when it is changed. */
  tag: string;
}

const EVERY_MS = 60_000;

/** Read the server's list; entries that name no element are left out: they say nothing that could be shown. */
export function readClosures(answer: unknown): Closure[] {
  const body = asRecord(answer);
  const list = [body["closures"], body["conditions"], body["features"], answer].find(Array.isArray) as unknown[] | undefined;
  // What is announced for later does not hold now.
  const holding = (list ?? []).map(asRecord).filter((entry) => entry["in_force"] !== false && entry["ended"] !== true);
  return holding.map(closureOf).filter((closure) => closure.id !== "" && closure.elements.length > 0);
}

function closureOf(entry: Record<string, unknown>): Closure {
  const members = { ...entry, ...asRecord(entry["properties"]) };
  const elements = Array.isArray(members["elements"]) ? members["elements"] : [members["element"]];
  const text = members["cause"];
  const effect = String(members["effect"] ?? "closed");
  return {
    id: String(entry["id"] ?? members["id"] ?? ""),
    elements: elements.map((element) => (typeof element === "string" ? element : String(asRecord(element)["id"] ?? ""))).filter(Boolean),
    effect,
    effectLabel: asRecord(members["effect_label"]) as Text,
    closes: effect === "closed" || (effect === "status" && members["status"] === "not_available"),
    cause: typeof text === "string" ? { default: text } : (asRecord(text) as Text),
    reportedAt: momentOf(members["reported_at"] ?? members["start"]),
    until: momentOf(members["end"]),
    tag: typeof members["revision"] === "number" ? `"${members["revision"]}"` : "",
  };
}

function momentOf(value: unknown): number | undefined {
  const moment = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isFinite(moment) ? moment : undefined;
}

/** The closure that holds for an element, if any. */
export function closureOn(live: readonly Closure[], element: string): Closure | undefined {
  return live.find((closure) => closure.closes && closure.elements.includes(element));
}

/** "Closed, 12 min ago", or what else is the case: never the word alone, since an old report may be no longer true. */
export function closedSince(closure: Closure, now = Date.now()): string {
  const what = (closure.closes ? "" : best(closure.effectLabel)) || t("live.closed");
  return closure.reportedAt === undefined ? what : t("live.since", { what, age: ageOf((now - closure.reportedAt) / 1000) });
}

export class Live {
  private readonly api: Api;
  private readonly store: Store;
  private readonly venue: string;
  private timer = 0;

  constructor(api: Api, store: Store, venue: string) {
    [this.api, this.store, this.venue] = [api, store, venue];
    document.addEventListener("visibilitychange", () => void (document.hidden || this.refresh()));
  }

  /** Ask now, and from now on every minute while the page is looked at. */
  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const live = readClosures(await this.api.closures(this.venue));
      // Anew each time: ages grow.
      this.store.set({ live });
      document.documentElement.dataset["live"] = "known";
    } catch (error) {
      // What was known grows old beside its age; a server without closures has none.
      document.documentElement.dataset["live"] = error instanceof ApiProblem && error.status === 404 ? "none" : "unknown";
    }
    this.timer = window.setTimeout(() => void (document.hidden || this.refresh()), EVERY_MS);
  }
}
