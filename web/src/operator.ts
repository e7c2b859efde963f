/** What operators do here: report that something is closed, and open it again; loaded when one does. */
import type { ApiProblem } from "./api";
import type { Context } from "./context";
import { h, replace, svg } from "./dom";
import { type Key, t } from "./i18n";
import { fieldOf } from "./i18n/time";
import { iconPath } from "./icons";
import { keepKey, operatorKey } from "./key";
import type { Closure } from "./live";
import { asProblem, problemTitle } from "./problem";
import type { Report, Text } from "./types";

const CAUSES = ["maintenance", "breakdown", "construction", "incident", "crowd", "other"] as const;
type Cause = (typeof CAUSES)[number];
const UNTIL = ["1h", "4h", "today", "at", "open"] as const;
type Until = (typeof UNTIL)[number];
const HOUR_MS = 3_600_000;

/** What the server is told. */
export function reportOf(venue: string, element: string, cause: Text, until: number | undefined): Report {
  return { venue, elements: [element], effect: "closed", cause, ...(until !== undefined && { end: new Date(until).toISOString() }) };
}

/** When a closure ends, milliseconds since 1970; undefined until somebody opens it. NaN where the moment given is none. */
export function endOf(until: Until, at: string, now = Date.now()): number | undefined {
  if (until === "open") return undefined;
  if (until === "at") return Date.parse(at);
  if (until === "today") return new Date(now).setHours(23, 59, 0, 0);
  return now + (until === "1h" ? 1 : 4) * HOUR_MS;
}

/** A cause in both languages where it is one of ours, else as it was typed. */
export function causeOf(cause: Cause, typed: string): Text {
  return cause === "other" ? { ko: typed, en: typed } : { ko: t(`cause.${cause}`, {}, "ko"), en: t(`cause.${cause}`, {}, "en") };
}

/** Ask for the key once; it is told to the server with the first report, and forgotten where it is refused. */
export function askKey(context: Context): void {
  const field = h("input", { type: "password", name: "key", autocomplete: "off", required: true });
  form(t("operator.enter"), [h("p", { class: "quiet" }, t("operator.keyHint")), h("label", { class: "field" }, t("operator.key"), field)], t("operator.keep"), () => {
    if (!keepKey(field.value.trim())) return Promise.reject(new Error(t("operator.noStorage")));
    context.store.set({ operator: true });
    context.announce(t("operator.ready"));
    return Promise.resolve();
  });
}

export function forget(context: Context): void {
  keepKey("");
  context.store.set({ operator: false });
  context.announce(t("operator.left"));
}

export function reportClosure(context: Context, element: string): void {
  const cause = h("select", { name: "cause" }, ...CAUSES.map((value) => h("option", { value }, t(`cause.${value}` as Key))));
  const typed = h("input", { type: "text", name: "cause-text", maxlength: 200, "aria-label": t("operator.causeText"), hidden: true });
  const until = h("select", { name: "until" }, ...UNTIL.map((value) => h("option", { value }, t(`until.${value}` as Key))));
  const at = h("input", { type: "datetime-local", name: "until-at", "aria-label": t("until.at"), hidden: true, value: fieldOf(Date.now() + HOUR_MS) });
  cause.addEventListener("change", () => (typed.hidden = !(typed.required = cause.value === "other")));
  until.addEventListener("change", () => (at.hidden = !(at.required = until.value === "at")));
  const fields = [
    h("p", {}, h("b", {}, context.nameOfId(element))),
    h("label", { class: "field" }, t("operator.cause"), cause),
    typed,
    h("label", { class: "field" }, t("operator.until"), until),
    at,
    h("p", { class: "note" }, t("operator.everybody")),
  ];
  form(t("operator.report"), fields, t("operator.send"), async () => {
    const end = endOf(until.value as Until, at.value);
    if (end !== undefined && !(end > Date.now())) throw new Error(t("operator.past"));
    await asOperator(context, (key) => context.api.report(reportOf(context.venue.id, element, causeOf(cause.value as Cause, typed.value.trim()), end), key));
    context.announce(t("operator.sent", { name: context.nameOfId(element) }));
    await context.live.refresh();
  });
}

export async function reopen(context: Context, closure: Closure): Promise<void> {
  const names = closure.elements.map((id) => context.nameOfId(id)).join(", ");
  try {
    await asOperator(context, (key) => context.api.reopen(closure.id, key, closure.tag));
    context.announce(t("operator.opened", { name: names }));
  } catch (error) {
    say(t("operator.open"), failureText(asProblem(error)));
  }
  await context.live.refresh();
}

/** A key that the server refuses is forgotten: another can be typed. */
async function asOperator(context: Context, act: (key: string) => Promise<unknown>): Promise<void> {
  try {
    await act(operatorKey());
  } catch (error) {
    if (asProblem(error).status === 401) {
      keepKey("");
      context.store.set({ operator: false });
    }
    throw error;
  }
}

function failureText(problem: ApiProblem): string {
  if (problem.status === 401) return t("operator.refused");
  return [problemTitle(problem), problem.detail].filter(Boolean).join(". ");
}

function say(title: string, text: string): void {
  form(title, [h("p", {}, text)], "", () => Promise.resolve());
}

/** A modal dialog with a form: the browser keeps the keyboard in it, and gives it back afterwards. */
function form(title: string, fields: readonly HTMLElement[], submit: string, act: () => Promise<void>): void {
  const failure = h("p", { class: "problem", role: "alert", hidden: true });
  const close = (): void => dialog.close();
  const send = h("button", { class: "button primary", type: "submit", hidden: submit === "" }, submit);
  const body = h(
    "form",
    {},
    h("header", {}, h("h2", { id: "dialog-title" }, title), h("button", { class: "icon-button", type: "button", "aria-label": t("card.close"), onclick: close }, svg(iconPath("close")))),
    ...fields,
    failure,
    h("div", { class: "actions" }, send, h("button", { class: "button", type: "button", onclick: close }, t("operator.cancel"))),
  );
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, body);
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    // Not `disabled`: that would take the keyboard's place away.
    if (send.getAttribute("aria-busy") === "true") return;
    send.setAttribute("aria-busy", "true");
    act().then(close, (error: unknown) => {
      send.setAttribute("aria-busy", "false");
      failure.hidden = false;
      replace(failure, failureText(asProblem(error)));
    });
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
