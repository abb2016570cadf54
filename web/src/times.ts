// Times and amounts as people read them, by the browser's own rules for their language.

import { signal } from "@preact/signals";
import type { Row } from "./api_types";
import { intl, maybe, t } from "./messages";

/** The time, twice a minute: what depends on it is drawn again. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 30_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A time in its largest fitting unit. Working time is in hours: its days have no known length. */
function span(ms: number): string {
  const [value, unit] =
    ms < 90 * MINUTE
      ? [Math.max(1, Math.round(ms / MINUTE)), "minute"]
      : ms < 99 * HOUR
        ? [Math.round(ms / HOUR), "hour"]
        : [Math.round(ms / (24 * HOUR)), "day"];
  const style = { style: "unit", unit, unitDisplay: unit === "day" ? "long" : "short" } as const;
  return new Intl.NumberFormat(intl.value, style).format(Number(value));
}

/** How much working time there is until something is due, or is overdue, in words. */
export function dueIn(row: Row): { text: string; isOverdue: boolean; isSoon: boolean } {
  const left = Date.parse(row.due_at) - now.value;
  // What became due since the list was read is overdue, whatever the list said.
  const ms = left < 0 === row.overdue ? row.working_minutes_left * MINUTE : left;
  if (left < 0) {
    const text = t("overdue_by", { time: span(Math.abs(ms)) });
    return { text, isOverdue: true, isSoon: true };
  }
  const isSoon = row.clock === "running" && ms < 2 * HOUR;
  return { text: t("time_left", { time: span(ms) }), isOverdue: false, isSoon };
}

/** A date and a time. This year's is said without its year, and a weekday where it helps. */
export function dateAndTime(iso: string, more: { weekday?: "short" } = {}): string {
  const time = new Date(iso);
  const format = { ...more, day: "numeric", month: "short" } as const;
  const isOther = time.getFullYear() !== new Date(now.value).getFullYear();
  const withYear = isOther ? ({ ...format, year: "numeric" } as const) : format;
  const date = new Intl.DateTimeFormat(intl.value, withYear).format(time);
  return joined([date, clockTime(time.getTime())]);
}

/** When a paused clock runs on; empty while it runs. `key` is of a message with this time. */
export function pausedUntil(
  row: Row,
  key: "paused_until" | "clocks_paused_until" = "paused_until",
): string {
  if (row.clock !== "paused" || !row.resumes_at || row.overdue) return "";
  const at = Date.parse(row.resumes_at);
  const isToday = new Date(at).toDateString() === new Date(now.value).toDateString();
  const format = { timeStyle: "short" } as const;
  const withDay = { weekday: "short", hour: "numeric", minute: "2-digit" } as const;
  const time = new Intl.DateTimeFormat(intl.value, isToday ? format : withDay).format(at);
  return t(key, { time });
}

/** A time of the last weeks, without its year. */
export function dayAndTime(iso: string): string {
  const format = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(intl.value, format).format(new Date(iso));
}

export function clockTime(ms: number): string {
  return new Intl.DateTimeFormat(intl.value, { timeStyle: "short" }).format(new Date(ms));
}

export function amount(value: string | number, currency: string): string {
  try {
    return new Intl.NumberFormat(intl.value, { style: "currency", currency }).format(Number(value));
  } catch {
    return `${value} ${currency}`;
  }
}

export function percent(share: number): string {
  return new Intl.NumberFormat(intl.value, { style: "percent" }).format(share);
}

export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(intl.value, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** What a code is about: its message is this, `_`, and the code. */
export type CodeKind = "cause" | "fix" | "flag" | "reason" | "remedy" | "topic";

/** A code such as `late-delivery` in words, translated where it is one of Heard's own. */
export function named(kind: CodeKind, code: string): string {
  return maybe(`${kind}_${code.replaceAll("-", "_")}`) ?? words(code);
}

/** Parts of a line, with the comma of the language. */
export function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter(Boolean).join(t("comma"));
}

/** A code that no catalogue has: that of a business, of a platform, or of a later release. */
export function words(code: string): string {
  const text = code.replaceAll(/[-_]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
