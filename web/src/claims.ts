// Claiming: by starting to write, or by hand. Whoever only reads blocks nobody.

import { signal } from "@preact/signals";
import * as api from "./api";
import { ApiError } from "./api";
import type { Row, TakeoverReason } from "./api_types";
import { announce } from "./announce";
import { rowOf, takeRow } from "./desk_state";
import { changeDraft, draftOf, isEmpty } from "./drafts";
import { t } from "./messages";
import { sendingOf } from "./outbox";
import { pollNow } from "./polling";
import { forgetRefusal, refuse } from "./refusals";
import { subject } from "./sign_in";

export const LEASE_MS = 15 * 60_000;
const RENEW_AFTER_MS = 5 * 60_000;

/** Claims that are on their way, so that two keys make one request. */
const pending = new Map<string, Promise<number | null>>();
/** Whose claim this tab took: only that is given back when somebody leaves. */
const taken = new Set<string>();
/** Drafts that lost their claim to somebody else. */
export const lost = signal<ReadonlySet<string>>(new Set());

/** Whoever leads takes a claim from a colleague, who is told and keeps the text. */
export async function takeOver(
  id: string,
  fence: number,
  reason: TakeoverReason,
): Promise<boolean> {
  try {
    const row = await api.takeOver(id, fence, reason);
    takeRow(row);
    taken.add(id);
    changeDraft(id, { seen: row.revision });
    announce(t("taken_over_said"));
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuse(id, error);
    return false;
  } finally {
    void pollNow();
  }
}

export type Holder = "nobody" | "me" | "other";

export function holderOf(row: Row): Holder {
  if (!row.claimed_by || Date.parse(row.claim_expires_at ?? "") <= Date.now()) return "nobody";
  return row.claimed_by === subject.value ? "me" : "other";
}

/** The fence of a claim of one's own, claiming first where there is none. Null if refused. */
export function claim(id: string): Promise<number | null> {
  const row = rowOf(id);
  if (row && holderOf(row) === "me" && row.fence) return Promise.resolve(row.fence);
  return renew(id);
}

/** Claim again, also what came since: somebody says that they have read it. */
export async function haveRead(id: string): Promise<void> {
  await renew(id);
  const row = rowOf(id);
  if (row && holderOf(row) === "me") changeDraft(id, { seen: row.revision });
}

function renew(id: string): Promise<number | null> {
  const running = pending.get(id);
  if (running) return running;
  forgetRefusal(id);
  const request = (async () => {
    try {
      const before = rowOf(id)?.fence;
      const row = await api.claim(id);
      takeRow(row);
      // A new claim came with all that there is to read.
      if (row.fence !== before || !draftOf(id).seen) changeDraft(id, { seen: row.revision });
      taken.add(id);
      const next = new Set(lost.value);
      if (next.delete(id)) lost.value = next;
      return row.fence;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(id, error);
      // Who has it now closes the composer at once.
      void pollNow();
      return null;
    } finally {
      pending.delete(id);
    }
  })();
  pending.set(id, request);
  return request;
}

/** Each change of a draft: claim at the first one, and renew while the writing goes on. */
export function wrote(id: string): void {
  const row = rowOf(id);
  if (!row) return;
  const holder = holderOf(row);
  if (holder === "nobody") void claim(id);
  const left = Date.parse(row.claim_expires_at ?? "") - Date.now();
  if (holder === "me" && left < LEASE_MS - RENEW_AFTER_MS) void renew(id);
}

/** Give a claim back. Null if it is done, or if there is none. */
async function giveBack(id: string): Promise<ApiError | null> {
  const row = rowOf(id);
  taken.delete(id);
  if (!row || holderOf(row) !== "me") return null;
  try {
    takeRow(await api.release(id, row.fence));
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error;
  }
}

/** Somebody gives it back, and sees if that fails. */
export async function release(id: string): Promise<void> {
  forgetRefusal(id);
  const error = await giveBack(id);
  if (!error) return;
  refuse(id, error);
  void pollNow();
}

/** Somebody turns to another follow-up: a claim without a draft helps nobody. */
export function leave(id: string): void {
  // If it fails, it is over at the latest when the lease is.
  if (isIdle(id)) void giveBack(id);
}

/** Whether a claim that this tab took is for nothing. What is on its way needs its claim. */
function isIdle(id: string): boolean {
  return taken.has(id) && isEmpty(draftOf(id)) && !sendingOf(id);
}

export function leaveAtTheEnd(id: string): void {
  const row = rowOf(id);
  if (row && isIdle(id) && holderOf(row) === "me") api.releaseAtTheEnd(id, row.fence);
}

/** After each poll: say so when somebody else has what this tab was writing to. */
export function watchClaim(id: string): void {
  const row = rowOf(id);
  if (!row || !taken.has(id) || holderOf(row) !== "other") return;
  taken.delete(id);
  lost.value = new Set(lost.value).add(id);
  announce(t("claim_lost_said"));
}
