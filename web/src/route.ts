// The address is the state: which follow-up is open, and through which view.

import { signal } from "@preact/signals";
import type { Severity } from "./api_types";

export const VIEWS = [
  "all",
  "mine",
  "overdue",
  "waits_for_lead",
  "promised",
  "invited",
  "later",
  "closed",
] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  /** Null where only the list is shown. */
  followUp: string | null;
  view: View;
  /** Empty for every business. */
  business: string;
  /** Empty for every severity. */
  severity: Severity | "";
  /** Empty for every platform. */
  platform: string;
}

/** A route without what is open: what a saved view keeps. */
export type Filters = Omit<Route, "followUp">;

export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low", "praise"];

/** The filters that a query of an address names. What it does not know, it leaves out. */
export function filtersOf(search: string): Filters {
  const query = new URLSearchParams(search);
  const view = query.get("view") as View;
  const severity = query.get("severity") as Severity;
  return {
    view: VIEWS.includes(view) ? view : "all",
    business: query.get("business") ?? "",
    severity: SEVERITIES.includes(severity) ? severity : "",
    platform: query.get("platform") ?? "",
  };
}

/** Whether the address is one of the auditors' page, which is loaded when somebody opens it. */
const readArea = () => /^\/outcomes(?=\/|$)/.test(location.pathname);
export const isOutcomes = signal(readArea());

function read(): Route {
  return {
    followUp: /^\/desk\/(fup_[a-z0-9]{8,40})$/.exec(location.pathname)?.[1] ?? null,
    ...filtersOf(location.search),
  };
}

export const route = signal<Route>(read());

/** The query of filters, always in the same order; empty for the whole list. */
export function queryOf(filters: Filters): string {
  const query = new URLSearchParams();
  if (filters.view !== "all") query.set("view", filters.view);
  for (const name of ["business", "severity", "platform"] as const)
    if (filters[name]) query.set(name, filters[name]);
  return query.toString();
}

export function addressOf(target: Route): string {
  const query = queryOf(target);
  return `/desk${target.followUp ? `/${target.followUp}` : ""}${query ? `?${query}` : ""}`;
}

export function go(change: Partial<Route>): void {
  const target = { ...route.value, ...change };
  const address = addressOf(target);
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  route.value = target;
}

/** Read the address again: after the browser's back button, and after signing in. */
export function readAddress(): void {
  isOutcomes.value = readArea();
  route.value = read();
}

addEventListener("popstate", readAddress);
