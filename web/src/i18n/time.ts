/** Words for ages and moments. */
import { language, t } from ".";

/** How long ago, in one unit: just now, 3 min ago, 2 h ago, 4 days ago. */
export function ageOf(seconds: number): string {
  if (seconds < 60) return t("age.now");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("age.minutes", { count: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t("age.hours", { count: hours }) : t("age.days", { count: Math.floor(hours / 24) });
}

/** A moment as people say it here: the time, with the day where it is not today. */
export function momentText(milliseconds: number, now = Date.now()): string {
  const [moment, today] = [new Date(milliseconds), new Date(now)];
  const isToday = moment.toDateString() === today.toDateString();
  const form: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", ...(!isToday && { month: "short", day: "numeric" }) };
  return new Intl.DateTimeFormat(language() === "ko" ? "ko-KR" : "en-GB", form).format(moment);
}

/** What a field for local time holds for a moment. */
export function fieldOf(milliseconds: number): string {
  const at = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
  return at.toISOString().slice(0, 16);
}
