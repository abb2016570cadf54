// Small values of this tab. They end with the tab and with signing out.

import { atSignOut } from "./sign_in";

let isOver = false;
// An answer that is on its way then must not put anything back.
atSignOut(() => (isOver = true));

export function readStored<T>(place: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export function store(place: string, value: unknown): void {
  if (isOver) return;
  try {
    if (value === null) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, JSON.stringify(value));
  } catch {
    // Full or switched off: the page works on with what it has in memory.
  }
}
