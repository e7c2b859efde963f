/** The page's language: chosen, remembered, and applied to every text. */
import type { Lang, Text } from "../types";
import { en, type Key } from "./en";
import { ko } from "./ko";

export type { Key } from "./en";

const STORAGE_KEY = "indoor3d.lang";
const TEXTS: Readonly<Record<Lang, Readonly<Record<Key, string>>>> = { ko, en };

let current: Lang = "ko";

export function language(): Lang {
  return current;
}

/** The language asked for in the address, else the one chosen before, else the browser's. */
export function initialLanguage(): Lang {
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered();
  if (asked === "ko" || asked === "en") return asked;
  return navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en";
}

export function setLanguage(lang: Lang): void {
  current = lang;
  document.documentElement.lang = lang;
  document.documentElement.dataset["lang"] = lang;
}

/** Remember the choice where the browser allows it. */
export function rememberLanguage(lang: Lang): void {
  try {
    localStorage.setItem(STORAGE_KEY, lang);
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

export function t(key: Key, values: Readonly<Record<string, string | number>> = {}, lang: Lang = current): string {
  return TEXTS[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Whether a text with this key exists. */
export function isKey(key: string): key is Key {
  return key in en;
}

/** A name of the data in the page's language, else as the source has it, else in the other language. */
export function best(text: Text | string | null | undefined, lang: Lang = current): string {
  if (typeof text === "string") return text;
  return text?.[lang] || text?.default || text?.ko || text?.en || "";
}

export function metres(value: number): string {
  return t("unit.m", { value: value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en") });
}

export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return t("unit.s", { value: whole });
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return rest === 0 ? t("unit.min", { minutes }) : t("unit.minS", { minutes, seconds: rest });
}
