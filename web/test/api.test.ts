import { afterEach, describe, expect, it, vi } from "vitest";
import { Api, ApiProblem, toProblem } from "../src/api";

function answering(response: () => Promise<Response>): ReturnType<typeof vi.fn> {
  const fetching = vi.fn((_url: URL, _init: RequestInit) => response());
  vi.stubGlobal("fetch", fetching);
  return fetching;
}

const json = (body: unknown, status = 200, type = "application/json"): Promise<Response> =>
  Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } }));

afterEach(() => vi.unstubAllGlobals());

describe("Api", () => {
  it("asks below the page's own address, in the page's language", async () => {
    const fetching = answering(() => json({ venues: [] }));
    await new Api("ko", "http://host/maps/").venues();
    const [url, init] = fetching.mock.calls[0] as [URL, RequestInit];
    expect(url.href).toBe("http://host/maps/v1/venues");
    expect(init.headers).toMatchObject({ "Accept-Language": "ko" });
  });

  it("escapes ids", async () => {
    const fetching = answering(() => json({}));
    await new Api("en", "http://host/").element("v", "a/b$?c");
    expect((fetching.mock.calls[0] as [URL])[0].pathname).toBe("/v1/venues/v/elements/a%2Fb%24%3Fc");
  });

  it("turns a problem document into a problem that keeps what blocks", async () => {
    const body = { title: "No route", detail: "Nothing leads there.", code: "no-route", blocked_by: [{ element: "lift-1", reason: "closed" }] };
    answering(() => json(body, 422, "application/problem+json"));
    const problem = await new Api("en", "http://host/").venue("v").catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({ title: "No route", code: "no-route", status: 422, blockedBy: [{ element: "lift-1", reason: "closed" }] });
  });

  it("says when the server is away, slow, or talks nonsense", async () => {
    const failing = async (response: () => Promise<Response>): Promise<unknown> => {
      answering(response);
      return new Api("en", "http://host/").venues().catch((error: unknown) => (error as ApiProblem).code);
    };
    expect(await failing(() => Promise.reject(new TypeError("failed")))).toBe("offline");
    expect(await failing(() => Promise.reject(new DOMException("", "TimeoutError")))).toBe("timeout");
    expect(await failing(() => Promise.resolve(new Response("<html>", { headers: { "Content-Type": "text/html" } })))).toBe("not-json");
    expect(await failing(() => Promise.resolve(new Response("<html>", { status: 502 })))).toBe("http-error");
  });

  it("resolves links against the page", () => {
    const api = new Api("en", "http://host/maps/");
    expect(api.address({ rel: "3d-tiles", href: "/v1/t.json" })).toBe("http://host/maps/v1/t.json");
    expect(api.address({ rel: "3d-tiles", href: "http://host/x" })).toBe("http://host/x");
    const proxied = new Api("en", "http://localhost:8000/maps/");
    expect(proxied.address({ rel: "3d-tiles", href: "http://127.0.0.1:8000/v1/t.json?a=1" })).toBe("http://localhost:8000/maps/v1/t.json?a=1");
    expect(proxied.address({ rel: "3d-tiles", href: "http://127.0.0.1:8000/maps/v1/t.json" })).toBe("http://localhost:8000/maps/v1/t.json");
    expect(proxied.address({ rel: "about", href: "https://elsewhere.example/x" })).toBe("https://elsewhere.example/x");
  });
});

it("a problem's context and hint are read as well", () => {
  const problem = toProblem({ title: "T", detail: "D", hint: "H", context: { blocked_by: [{ element: "x" }] } }, 422);
  expect([problem.detail, problem.blockedBy.length]).toEqual(["D H", 1]);
});
