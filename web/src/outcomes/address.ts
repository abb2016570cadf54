// The address of the auditors' page is its state: what is asked for, and what is open.

import { signal } from "@preact/signals";

export interface Place {
  page: "log" | "gaps";
  /** The review whose chain is open; empty for none. */
  review: string;
  /** Which outcome of it; 0 for the last. */
  sequence: number;
  /** Empty for the first one that the person may audit. */
  business: string;
  /** What stands in the query bar. */
  query: string;
}

function read(): Place {
  const parameters = new URLSearchParams(location.search);
  const path = location.pathname;
  return {
    page: /^\/outcomes\/gaps\/?$/.test(path) ? "gaps" : "log",
    review: /^\/outcomes\/(rev_[a-z0-9]{8,40})\/?$/.exec(path)?.[1] ?? "",
    sequence: Math.max(0, Math.trunc(Number(parameters.get("n"))) || 0),
    business: parameters.get("business") ?? "",
    query: parameters.get("q") ?? "",
  };
}

export const place = signal<Place>(read());

export function addressOf(target: Place): string {
  const parameters = new URLSearchParams();
  if (target.business) parameters.set("business", target.business);
  if (target.query) parameters.set("q", target.query);
  if (target.review && target.sequence) parameters.set("n", String(target.sequence));
  const tail = target.page === "gaps" ? "/gaps" : target.review ? `/${target.review}` : "";
  const query = parameters.toString();
  return `/outcomes${tail}${query ? `?${query}` : ""}`;
}

export function go(change: Partial<Place>): void {
  const target = { ...place.value, ...change };
  const address = addressOf(target);
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  place.value = target;
}

addEventListener("popstate", () => (place.value = read()));

/** What a plain click on a link of this page does, so that it is not loaded again. */
export function following(change: Partial<Place>): (event: MouseEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(change);
  };
}
