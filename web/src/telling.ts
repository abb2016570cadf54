// Telling of what cannot wait: in the title, in the icon of the tab, aloud to a screen reader, and,
// for whoever wants it, by the browser. A notification may stand on a locked screen, so it has no
// name and no word of a customer.

import { effect, signal, untracked } from "@preact/signals";
import { announce } from "./announce";
import type { Row } from "./api_types";
import { holderOf } from "./claims";
import { countOf, isLoaded, rows } from "./desk_state";
import { t, type Key } from "./messages";
import { platformName } from "./platforms";
import { prefer, preferences } from "./preferences";
import { route } from "./route";
import { session } from "./sign_in";
import { dueIn, now } from "./times";
import { openFollowUp } from "./view/list";

const SOON_MS = 30 * 60_000;

/** Whether the browser refuses notifications from this address. */
export const isBlocked = signal(false);

export function canNotify(): boolean {
  return "Notification" in window;
}

/** Turn notifications on or off. On asks the browser, which asks the person. */
export async function wantNotifications(wanted: boolean): Promise<void> {
  if (!wanted) {
    prefer({ notifications: false });
    return;
  }
  const permission = await Notification.requestPermission();
  isBlocked.value = permission !== "granted";
  prefer({ notifications: permission === "granted" });
}

/** What was known of each follow-up: how far it had escalated, and whether it was told as due. */
const known = new Map<string, { level: number; dueAt: string; isTold: boolean }>();
let isFirst = true;

function notify(row: Row, key: Key): void {
  const text = t(key, { platform: platformName(row.platform), time: dueIn(row).text });
  announce(text);
  if (!preferences.value.notifications || !canNotify() || document.hasFocus()) return;
  if (Notification.permission !== "granted") return;
  try {
    // The same follow-up again takes the place of the earlier one.
    const notification = new Notification("Heard", {
      body: text,
      tag: row.id,
      lang: document.documentElement.lang,
      dir: document.documentElement.dir as NotificationDirection,
    });
    notification.onclick = () => {
      window.focus();
      openFollowUp(row.id);
      notification.close();
    };
  } catch {
    // Browsers of phones want a service worker for this. The title and the icon still tell.
  }
}

function tell(row: Row): void {
  const before = known.get(row.id);
  const left = Date.parse(row.due_at) - Date.now();
  const isDueSoon = holderOf(row) === "me" && left > 0 && left < SOON_MS;
  const wasTold = before?.isTold === true && before.dueAt === row.due_at;
  known.set(row.id, { level: row.level, dueAt: row.due_at, isTold: wasTold || isDueSoon });
  // What was there when the page was opened is news to nobody.
  if (isFirst) return;
  if (!before && row.severity === "critical") notify(row, "tell_critical");
  else if (before && row.level > before.level) notify(row, "tell_escalated");
  else if (isDueSoon && !wasTold) notify(row, "tell_due_soon");
}

/** The mark of the page, with how much waits. */
function iconOf(count: number): string {
  const number = count > 9 ? "9+" : String(count);
  const badge = count
    ? `<circle cx="11" cy="5" r="5" fill="#b7191c"/><text x="11" y="7.6" ` +
      `font-family="sans-serif" font-size="7" font-weight="700" text-anchor="middle" ` +
      `fill="#fff">${number}</text>`
    : "";
  const mark =
    `<path fill="#3a58c3" d="M3 2h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H8l-4 3v-3H3a2 2 0 0 1-2-2V4` +
    `a2 2 0 0 1 2-2z"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${mark}${badge}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export function startTelling(): void {
  effect(() => {
    const isIn = session.value.state !== "starting" && session.value.state !== "out";
    const count = isIn && isLoaded.value ? (countOf("all") ?? 0) : 0;
    const view = t(`view_${route.value.view}`);
    document.title = isIn ? `${count ? `(${count}) ` : ""}${view} · Heard` : "Heard";
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const icon = iconOf(count);
    if (link && link.href !== icon) link.href = icon;
  });
  effect(() => {
    const list = rows.value;
    void now.value;
    if (!isLoaded.value) return;
    untracked(() => {
      for (const row of list) tell(row);
      isFirst = false;
    });
  });
  // The page of another business starts again: what it shows is not new.
  effect(() => {
    if (!isLoaded.value) isFirst = true;
  });
}
