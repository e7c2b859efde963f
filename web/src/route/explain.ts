/** Why a route goes where it goes, or why there is none: what is in the way, by name, and what would help. */
import { asRecord } from "../api";
import type { Context } from "../context";
import { h, svg } from "../dom";
import { best, duration, isKey, metres, t } from "../i18n";
import { iconPath } from "../icons";
import { type Avoided, readAvoided } from "../journey";
import { positionsOf, type Vec3 } from "../geo";
import { asProblem, problemCard } from "../problem";
import type { RouteRequest, Text } from "../types";
import { impossible } from "./draw";
import { avoidedItem, showButton } from "./notes";

interface Cause {
  element: string;
  name: string;
  why: string;
}

export interface Explanation {
  text: Text;
  blockedBy: Cause[];
  wouldHelp: Cause[];
  /** What was gone around, where there is a way. */
  avoided: Avoided[];
  relaxed: Relaxed | undefined;
}

/** The way there would be if limits were lifted. */
interface Relaxed {
  /** Which limits, in words. */
  text: Text;
  lengthM: number;
  durationS: number;
  /** Where it would go; empty where the server does not say. */
  points: Vec3[];
}

/** Ask, and give what is to be shown; `isRefused` is when there was no route. */
export async function explain(context: Context, question: RouteRequest, isRefused: boolean): Promise<HTMLElement> {
  try {
    return section(context, readExplanation(await context.api.explain(question), context), isRefused);
  } catch (error) {
    return problemCard(asProblem(error), context);
  }
}

export function readExplanation(answer: unknown, context: Pick<Context, "frame" | "nameOfId">): Explanation {
  const body = asRecord(answer);
  const text = body["text"];
  return {
    text: typeof text === "string" ? { default: text } : (asRecord(text) as Text),
    blockedBy: causes(body["blocked_by"], context),
    wouldHelp: causes(body["would_help"], context),
    avoided: readAvoided(body["avoided"]),
    relaxed: body["relaxed"] ? relaxedOf(asRecord(body["relaxed"]), context) : undefined,
  };
}

function relaxedOf(relaxed: Record<string, unknown>, { frame }: Pick<Context, "frame">): Relaxed {
  const line = positionsOf(asRecord(relaxed["geometry"])["coordinates"]).map((position) => frame.toSite(position));
  return { text: asRecord(relaxed["text"]) as Text, lengthM: Number(relaxed["length_m"] ?? 0), durationS: Number(relaxed["duration_s"] ?? 0), points: line };
}

function causes(value: unknown, context: Pick<Context, "nameOfId">): Cause[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry) => {
    const cause = typeof entry === "string" ? { element: entry } : asRecord(entry);
    const element = String(cause["element"] ?? cause["id"] ?? "");
    const reasons = [cause["text"] ?? cause["reason"] ?? cause["reasons"]].flat();
    const known = element ? context.nameOfId(element) : "";
    return {
      element,
      name: (known === element ? "" : known) || best(cause["name"] as Text | string | undefined) || element,
      why: reasons.map((reason) => reasonText(reason as Text | string | undefined)).filter(Boolean).join(", "),
    };
  });
}

/** Reasons that are codes are put into words; reasons that are words stay as they are. */
function reasonText(reason: Text | string | undefined): string {
  const text = best(reason);
  const key = `reason.${text}`;
  return isKey(key) ? t(key) : text;
}

function section(context: Context, { text, blockedBy, wouldHelp, avoided, relaxed }: Explanation, isRefused: boolean): HTMLElement {
  const item = ({ element, name, why }: Cause): HTMLElement =>
    h("li", {}, svg(iconPath("blocked")), h("span", { class: "name" }, name, why && h("span", { class: "quiet" }, ` · ${why}`)), showButton(context, element));
  const listOf = (title: string, list: readonly Cause[]): HTMLElement[] => (list.length > 0 ? [h("h4", {}, title), h("ul", {}, ...list.map(item))] : []);
  const said = best(text);
  const isEmpty = !said && blockedBy.length + wouldHelp.length + avoided.length === 0;
  return h(
    "section",
    { class: "why notes" },
    h("h3", { tabindex: "-1" }, t(isRefused ? "why.none" : "why.this")),
    said && h("p", {}, said),
    isEmpty && h("p", {}, t(isRefused ? "why.unknown" : "why.free")),
    ...listOf(t("problem.blockedBy"), blockedBy),
    avoided.length > 0 && h("ul", {}, ...avoided.map((one) => avoidedItem(context, one))),
    ...listOf(t("why.help"), wouldHelp),
    relaxed && isRefused && relaxedWay(context, relaxed),
  );
}

/** The way there would be; shown as one that cannot be gone now. */
function relaxedWay(context: Context, { text, lengthM, durationS, points }: Relaxed): HTMLElement {
  const show = (): void => {
    context.setPaths(impossible(points));
    context.focus(points, "all");
  };
  return h(
    "div",
    { class: "relaxed" },
    h("p", {}, t("why.relaxed", { when: best(text), length: metres(lengthM), time: duration(durationS) })),
    points.length > 1 && h("button", { class: "button", type: "button", onclick: show }, t("why.showRelaxed")),
  );
}
