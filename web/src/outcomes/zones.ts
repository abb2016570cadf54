// Times as auditors need them: in UTC, as the log and the seals have them, and where the business
// is. Never "two hours ago".

import { intl } from "../messages";
import { me } from "../people";

function format(iso: string, timeZone: string, more: Intl.DateTimeFormatOptions): string {
  const options = { timeZone, hourCycle: "h23", ...more } as const;
  return new Intl.DateTimeFormat(intl.value, options).format(new Date(iso));
}

const DAY = { day: "numeric", month: "short" } as const;
const MINUTE = { hour: "2-digit", minute: "2-digit" } as const;
const SECOND = { ...MINUTE, second: "2-digit" } as const;

/** A time of the log, to the second. */
export function utcTime(iso: string): string {
  return `${format(iso, "UTC", { ...DAY, year: "numeric", ...SECOND })} UTC`;
}

/** The same in a row, where its head says UTC. */
export function rowTime(iso: string): string {
  return format(iso, "UTC", { ...DAY, ...SECOND });
}

export function zoneOf(business: string): string {
  return me.value?.businesses.find((own) => own.business === business)?.time_zone ?? "UTC";
}

/** How a zone is called for short: the place that it is named for. */
export function zoneName(zone: string): string {
  return zone.split("/").at(-1)!.replaceAll("_", " ");
}

/** A time where the business is; with its day, as that may be another one. */
export function localTime(iso: string, zone: string): string {
  return format(iso, zone, { ...DAY, ...MINUTE });
}

/** A whole day, such as the first of a search. */
export function dayInWords(day: string): string {
  return format(`${day}T00:00:00Z`, "UTC", { ...DAY, year: "numeric" });
}
