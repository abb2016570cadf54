// What was sent and can still be undone. The page holds it for eight seconds, because no platform
// can take a reply back. Closing the tab sends it, a reload goes on with it, and its own id makes a
// second sending the same resolution.

import { signal } from "@preact/signals";
import * as api from "./api";
import { ApiError } from "./api";
import type { ResolutionBody } from "./api_types";
import { announce } from "./announce";
import { authorOf, finished, forgetKeptDraft, takeRow } from "./desk_state";
import { changeDraft, deleteDraft } from "./drafts";
import { t } from "./messages";
import { pollNow } from "./polling";
import { refuse } from "./refusals";
import { session, subject } from "./sign_in";
import { readStored, store } from "./stored";

export const HOLD_MS = 8_000;
const LONGEST_WAIT_MS = 60_000;

export interface Sending {
  followUp: string;
  author: string;
  body: ResolutionBody;
  /** When it leaves, in milliseconds. */
  at: number;
  /** How often it was tried. After the first time nobody can undo it any more. */
  tries: number;
}

/** `now` of the countdown, twice a second while something is held. */
export const tick = signal(Date.now());
export const outbox = signal<readonly Sending[]>([]);
/** What was refused after its hold, while somebody was already elsewhere. */
export const notSent = signal<readonly { followUp: string; author: string }[]>([]);

function place(): string {
  return `heard.outbox.${subject.value}`;
}

function change(entries: readonly Sending[]): void {
  outbox.value = entries;
  store(place(), entries.length ? entries : null);
}

export function sendingOf(followUp: string): Sending | null {
  return outbox.value.find((entry) => entry.followUp === followUp) ?? null;
}

export function hold(followUp: string, body: ResolutionBody): void {
  const author = authorOf(followUp) ?? "";
  const entry: Sending = { followUp, author, body, at: Date.now() + HOLD_MS, tries: 0 };
  change([...outbox.value.filter((other) => other.followUp !== followUp), entry]);
  announce(t("held_said", { seconds: HOLD_MS / 1000 }));
}

export function canUndo(): boolean {
  return outbox.value.some((entry) => entry.tries === 0);
}

/** Take back the one that was sent last. Returns its follow-up, or null if it is too late. */
export function undo(followUp?: string): string | null {
  const entry = outbox.value
    .filter((candidate) => candidate.tries === 0)
    .findLast((candidate) => !followUp || candidate.followUp === followUp);
  if (!entry) return null;
  change(outbox.value.filter((candidate) => candidate !== entry));
  tellOtherTabs(entry);
  announce(t("undone_said"));
  return entry.followUp;
}

const UNDONE = "heard.undone";

/** A tab that was duplicated holds the same: what is undone here must not leave there. */
function tellOtherTabs({ body }: Sending): void {
  try {
    localStorage.setItem(UNDONE, body.id);
    localStorage.removeItem(UNDONE);
  } catch {
    // A browser may refuse to store anything. Then each tab is on its own.
  }
}

function undoneElsewhere(event: StorageEvent): void {
  if (event.key !== UNDONE || !event.newValue) return;
  const rest = outbox.value.filter(({ body, tries }) => tries > 0 || body.id !== event.newValue);
  if (rest.length < outbox.value.length) change(rest);
}

async function send(entry: Sending): Promise<void> {
  const waiting = { ...entry, tries: entry.tries + 1, at: Number.MAX_SAFE_INTEGER };
  replace(entry, waiting);
  try {
    const row = await api.resolve(entry.followUp, entry.body);
    change(outbox.value.filter((candidate) => candidate !== waiting));
    deleteDraft(entry.followUp);
    forgetKeptDraft(entry.followUp);
    takeRow(row);
    finish(entry, row.status);
    announce(t("sent_said"));
    void pollNow();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.isTemporary || error.status === 401) {
      const wait = Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** Math.min(waiting.tries, 6));
      replace(waiting, { ...waiting, at: Date.now() + Math.max(wait, error.retryAfterMs ?? 0) });
      return;
    }
    change(outbox.value.filter((candidate) => candidate !== waiting));
    // Nothing has changed, so what comes next is another resolution.
    changeDraft(entry.followUp, { resolution: "" });
    notSent.value = [
      ...notSent.value.filter((other) => other.followUp !== entry.followUp),
      { followUp: entry.followUp, author: entry.author },
    ];
    refuse(entry.followUp, error);
    void pollNow();
  }
}

/** What is promised or waits for a lead stays in the list; the rest is on its way. */
function finish(entry: Sending, status: string): void {
  if (status === "resolving" || status === "closed")
    finished.value = new Map(finished.value).set(entry.followUp, Date.now());
}

function replace(before: Sending, after: Sending): void {
  change(outbox.value.map((entry) => (entry === before ? after : entry)));
}

function work(): void {
  if (!outbox.value.length) return;
  tick.value = Date.now();
  if (session.value.state !== "in") return;
  for (const entry of outbox.value) if (entry.at <= Date.now()) void send(entry);
}

export function startOutbox(): void {
  const kept = readStored<Sending[]>(place()) ?? [];
  // What was under way when the page closed is sent again, with the same id.
  const again = (entry: Sending) => ({ ...entry, at: Math.min(entry.at, Date.now() + HOLD_MS) });
  change(kept.map(again));
  setInterval(work, 500);
  addEventListener("storage", undoneElsewhere);
  addEventListener("pagehide", () => {
    for (const { followUp, body } of outbox.value) api.resolveAtTheEnd(followUp, body);
    // It is on its way: a page that comes back must not offer to undo it.
    change(outbox.value.map((entry) => ({ ...entry, tries: entry.tries || 1, at: Date.now() })));
  });
  addEventListener("online", () => {
    for (const entry of outbox.value)
      if (entry.tries && entry.at < Number.MAX_SAFE_INTEGER)
        replace(entry, { ...entry, at: Date.now() });
  });
}
