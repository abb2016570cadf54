// Times and amounts as people read them, by the browser's own rules for their language.

import { signal } from "@preact/signals";
import { intl, t } from "./messages";

/** The time, twice a minute: what depends on it is drawn again. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 30_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function span(ms: number): string {
  const [value, unit] =
    ms < 90 * MINUTE
      ? [Math.max(1, Math.round(ms / MINUTE)), "minute"]
      : ms < 36 * HOUR
        ? [Math.round(ms / HOUR), "hour"]
        : [Math.round(ms / (24 * HOUR)), "day"];
  const style = { style: "unit", unit, unitDisplay: unit === "day" ? "long" : "short" } as const;
  return new Intl.NumberFormat(intl.value, style).format(Number(value));
}

/** How long until something is due, or how long it is overdue, in words. */
export function dueIn(iso: string): { text: string; isOverdue: boolean; isSoon: boolean } {
  const ms = Date.parse(iso) - now.value;
  if (ms < 0) return { text: t("overdue_by", { time: span(-ms) }), isOverdue: true, isSoon: true };
  return { text: t("time_left", { time: span(ms) }), isOverdue: false, isSoon: ms < 2 * HOUR };
}

export function dateAndTime(iso: string): string {
  const format = { dateStyle: "medium", timeStyle: "short" } as const;
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

export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(intl.value, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** A code such as `late-delivery` in words. Codes are the business's own, so nobody translates them. */
export function words(code: string): string {
  const text = code.replaceAll(/[-_]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
