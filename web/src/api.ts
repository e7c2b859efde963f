/** The one place that talks to the server: typed requests, a time limit, and problems instead of bare failures. */
import type {
  Blocker,
  EvacuationRequest,
  Feature,
  FeatureCollection,
  IsochroneRequest,
  Lang,
  Link,
  Match,
  Profile,
  Report,
  RouteRequest,
  Venue,
  VenueSummary,
} from "./types";

const TIMEOUT_MS = 20_000;

/** Why there is no answer: what the server said (RFC 9457), or what kept us from asking. */
export class ApiProblem extends Error {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly status: number;
  readonly blockedBy: readonly Blocker[];

  constructor(init: { title: string; detail?: string; code: string; status?: number; blockedBy?: readonly Blocker[] }) {
    super(init.title);
    this.name = "ApiProblem";
    this.title = init.title;
    this.detail = init.detail ?? "";
    this.code = init.code;
    this.status = init.status ?? 0;
    this.blockedBy = init.blockedBy ?? [];
  }
}

export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Read a problem document; anything else that came with an error status becomes a problem of its own. */
export function toProblem(body: unknown, status: number): ApiProblem {
  const members = asRecord(body);
  const context = asRecord(members["context"]);
  const blockers = members["blocked_by"] ?? context["blocked_by"];
  return new ApiProblem({
    title: asText(members["title"]) || `HTTP ${status}`,
    detail: [asText(members["detail"]), asText(members["hint"])].filter(Boolean).join(" "),
    code: asText(members["code"]) || "http-error",
    status,
    blockedBy: Array.isArray(blockers) ? (blockers as Blocker[]) : [],
  });
}

export class Api {
  lang: Lang;
  private readonly base: string;

  constructor(lang: Lang, base: string = document.baseURI) {
    this.lang = lang;
    this.base = base;
  }

  async venues(): Promise<VenueSummary[]> {
    return (await this.request<{ venues: VenueSummary[] }>("v1/venues")).venues;
  }

  venue(id: string): Promise<Venue> {
    return this.request<Venue>(`v1/venues/${encodeURIComponent(id)}`);
  }

  plan(venue: string, level: string): Promise<FeatureCollection> {
    return this.request<FeatureCollection>(
      `v1/venues/${encodeURIComponent(venue)}/levels/${encodeURIComponent(level)}/plan.geojson`,
    );
  }

  element(venue: string, id: string): Promise<Feature> {
    return this.request<Feature>(`v1/venues/${encodeURIComponent(venue)}/elements/${encodeURIComponent(id)}`);
  }

  /** A further description of a venue, behind the link of this name; undefined where the server has none. */
  async described(venue: Venue, rel: string): Promise<unknown> {
    const link = venue.links?.find((entry) => entry.rel === rel);
    if (!link) return undefined;
    try {
      return await this.request<unknown>(`v1/venues/${encodeURIComponent(venue.id)}/${rel}`);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) return undefined;
      throw error;
    }
  }

  route(body: RouteRequest): Promise<FeatureCollection> {
    return this.request<FeatureCollection>("v1/routes", { body });
  }

  /** Why a route goes where it goes, or why there is none. */
  explain(body: RouteRequest): Promise<unknown> {
    return this.request<unknown>("v1/routes/explain", { body });
  }

  async profiles(): Promise<Profile[]> {
    return (await this.request<{ profiles: Profile[] }>("v1/profiles")).profiles;
  }

  /** Places that a text may mean, the likeliest first; `signal` gives up on it. */
  async search(venue: string, text: string, signal?: AbortSignal): Promise<Match[]> {
    const query = new URLSearchParams({ q: text, venue, suggest: "true" });
    return (await this.request<{ matches: Match[] }>(`v1/search?${query}`, { signal })).matches;
  }

  nearby(query: Readonly<Record<string, string>>): Promise<FeatureCollection> {
    return this.request<FeatureCollection>(`v1/nearby?${new URLSearchParams(query)}`);
  }

  isochrones(body: IsochroneRequest): Promise<FeatureCollection> {
    return this.request<FeatureCollection>("v1/isochrones", { body });
  }

  closures(venue: string): Promise<unknown> {
    return this.request<unknown>(`v1/closures?${new URLSearchParams({ venue })}`);
  }

  report(report: Report, key: string): Promise<unknown> {
    return this.request<unknown>("v1/closures", { body: report, key });
  }

  /** Take back a report; `tag` names the revision that was seen, so that nothing newer is taken back. */
  reopen(id: string, key: string, tag: string): Promise<unknown> {
    return this.request<unknown>(`v1/closures/${encodeURIComponent(id)}`, { method: "DELETE", key, tag });
  }

  evacuation(body: EvacuationRequest): Promise<FeatureCollection> {
    return this.request<FeatureCollection>("v1/evacuations", { body });
  }

  /** The address behind a link of an answer, by the name under which this page was loaded: the service may know itself by another. */
  address(link: Link): string {
    const { href, pathname, search } = new URL(link.href, this.base);
    const at = pathname.indexOf("/v1/");
    return at < 0 ? href : new URL(pathname.slice(at + 1) + search, this.base).href;
  }

  /** Ask for anything; panels that are loaded later ask by this. */
  async request<T>(path: string, asked: Asked = {}): Promise<T> {
    const response = await this.send(path, asked);
    if (response.status === 204) return undefined as T;
    const type = response.headers.get("Content-Type") ?? "";
    const answer: unknown = type.includes("json") ? await response.json().catch(() => null) : null;
    if (!response.ok) throw toProblem(answer, response.status);
    if (answer === null) throw new ApiProblem({ title: "", code: "not-json", status: response.status });
    return answer as T;
  }

  private async send(path: string, { body, method, key, tag, signal }: Asked): Promise<Response> {
    const headers: Record<string, string> = { "Accept-Language": this.lang };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key) headers["Authorization"] = `Bearer ${key}`;
    if (tag) headers["If-Match"] = tag;
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await fetch(new URL(path, this.base), {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
    } catch (error) {
      if (signal?.aborted) throw new ApiProblem({ title: "", code: "given-up" });
      const timedOut = error instanceof DOMException && error.name === "TimeoutError";
      throw new ApiProblem({ title: "", code: timedOut ? "timeout" : "offline" });
    }
  }
}

interface Asked {
  body?: unknown;
  method?: "DELETE";
  key?: string;
  tag?: string;
  signal?: AbortSignal | undefined;
}
