// What a screen reader says without moving the focus, and what stands at the foot of the page.

import { signal } from "@preact/signals";

export const announcement = signal("");

export function announce(text: string): void {
  // The same words twice are said twice only if they change in between.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}
