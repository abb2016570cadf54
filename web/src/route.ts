// The address is the state: which follow-up is open, and through which view.

import { signal } from "@preact/signals";

export const VIEWS = ["all", "mine", "overdue", "lead", "promised", "invited"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  /** Null where only the list is shown. */
  followUp: string | null;
  view: View;
  /** Empty for every business. */
  business: string;
}

function read(): Route {
  const query = new URLSearchParams(location.search);
  const view = query.get("view") as View;
  return {
    followUp: /^\/desk\/(fup_[a-z0-9]{8,40})$/.exec(location.pathname)?.[1] ?? null,
    view: VIEWS.includes(view) ? view : "all",
    business: query.get("business") ?? "",
  };
}

export const route = signal<Route>(read());

export function addressOf(target: Route): string {
  const query = new URLSearchParams();
  if (target.view !== "all") query.set("view", target.view);
  if (target.business) query.set("business", target.business);
  const search = query.size ? `?${query}` : "";
  return `/desk${target.followUp ? `/${target.followUp}` : ""}${search}`;
}

export function go(change: Partial<Route>): void {
  const target = { ...route.value, ...change };
  const address = addressOf(target);
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  route.value = target;
}

/** Read the address again: after the browser's back button, and after signing in. */
export function readAddress(): void {
  route.value = read();
}

addEventListener("popstate", readAddress);
