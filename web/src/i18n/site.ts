/** Texts of the landing page and the pages about a venue: loaded with them, so that the map itself stays light. */
import type { Lang } from "../types";
import { language } from ".";
import { siteEn, type SiteKey } from "./site.en";
import { siteKo } from "./site.ko";

export type { SiteKey } from "./site.en";

const TEXTS: Readonly<Record<Lang, Readonly<Record<SiteKey, string>>>> = { ko: siteKo, en: siteEn };

export function s(key: SiteKey, values: Readonly<Record<string, string | number>> = {}, lang: Lang = language()): string {
  return TEXTS[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of `prefix.code`, or `fallback` where there is none: codes of the data may be newer than this page. */
export function worded(prefix: string, code: string, fallback = code): string {
  const key = `${prefix}.${code}`;
  return key in siteEn ? s(key as SiteKey) : fallback;
}
