import { afterEach, describe, expect, it, vi } from "vitest";
import { best, duration, initialLanguage, isKey, metres, setLanguage, t } from "../src/i18n";
import { en } from "../src/i18n/en";
import { ko } from "../src/i18n/ko";

function page(search: string, browser: string, stored: () => string | null): void {
  vi.stubGlobal("document", { documentElement: { lang: "", dataset: {} } });
  vi.stubGlobal("location", { search });
  vi.stubGlobal("navigator", { language: browser });
  vi.stubGlobal("localStorage", { getItem: stored });
}

afterEach(() => vi.unstubAllGlobals());

describe("texts", () => {
  it("exist in both languages", () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
    for (const text of [...Object.values(ko), ...Object.values(en)]) expect(text.trim()).not.toBe("");
  });

  it("take the same values in both languages", () => {
    const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).sort();
    for (const [key, text] of Object.entries(en)) expect(slots(ko[key as keyof typeof en]), key).toEqual(slots(text));
  });

  it("fill their slots, and leave unknown ones visible", () => {
    expect(t("evac.withoutWay", { count: 3 }, "en")).toContain("3");
    expect(t("evac.withoutWay", {}, "en")).toContain("{count}");
    expect(isKey("reason.closed")).toBe(true);
    expect(isKey("reason.unheard-of")).toBe(false);
  });
});

describe("initialLanguage", () => {
  it("takes the address before the choice before the browser", () => {
    page("?lang=en", "ko-KR", () => "ko");
    expect(initialLanguage()).toBe("en");
    page("", "en-GB", () => "ko");
    expect(initialLanguage()).toBe("ko");
    page("", "ko", () => null);
    expect(initialLanguage()).toBe("ko");
    page("?lang=xx", "fr", () => null);
    expect(initialLanguage()).toBe("en");
  });

  it("works where storage is forbidden", () => {
    page("", "ko-KR", () => {
      throw new Error("denied");
    });
    expect(initialLanguage()).toBe("ko");
  });
});

describe("words for values", () => {
  it("picks a name in the language, else the source's own", () => {
    expect(best({ default: "Halle", ko: "로비", en: "Hall" }, "ko")).toBe("로비");
    expect(best({ default: "Halle" }, "ko")).toBe("Halle");
    expect(best({ ko: "로비" }, "en")).toBe("로비");
    expect(best("plain", "en")).toBe("plain");
    expect(best(undefined, "en")).toBe("");
  });

  it("writes lengths and times", () => {
    page("", "en", () => null);
    setLanguage("en");
    expect([metres(3.25), metres(83.4), duration(45), duration(60), duration(150)]).toEqual(["3.3 m", "83 m", "45 s", "1 min", "2 min 30 s"]);
    setLanguage("ko");
    expect([metres(83.4), duration(150)]).toEqual(["83m", "2분 30초"]);
  });
});
