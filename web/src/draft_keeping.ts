// Drafts on the API, so that what somebody began to write is on their other device too. It is kept
// five seconds after the last key. Only its writer sees it; it is gone when an answer is accepted.

import * as api from "./api";
import { ApiError } from "./api";
import { announce } from "./announce";
import type { Action, DraftBody, FollowUp } from "./api_types";
import { changeDraft, draftOf, isEmpty, type Draft } from "./drafts";
import { t } from "./messages";
import { sendingOf } from "./outbox";

const KEEP_AFTER_MS = 5_000;

const timers = new Map<string, number>();
const running = new Map<string, Promise<void>>();
const attempted = new Set<string>();

function bodyOf(draft: Draft): DraftBody {
  const [name = "", currency = ""] = draft.remedy.split(" ");
  const fields = {
    fix: draft.fix,
    root_cause: draft.rootCause,
    reason: draft.reason,
    note: draft.note,
    evidence: draft.evidence,
    promised_for: draft.promisedFor,
    remedy: draft.remedy ? { name, currency, amount: draft.amount } : null,
    own_contacts: draft.ownContacts || null,
  };
  const filled = Object.entries(fields).filter(([, value]) => value);
  return { text: draft.text, action: draft.action, fields: Object.fromEntries(filled) };
}

/** Something was written: keep it when the writing pauses. */
export function keepSoon(id: string): void {
  clearTimeout(timers.get(id));
  changeDraft(id, { isNew: true });
  timers.set(id, setTimeout(() => void keepNow(id), KEEP_AFTER_MS));
}

/** Keep what is not kept yet, one request after the other. A draft that was emptied is deleted. */
export function keepNow(id: string): Promise<void> {
  clearTimeout(timers.get(id));
  const kept = (running.get(id) ?? Promise.resolve()).then(() => keep(id));
  running.set(id, kept);
  return kept;
}

async function keep(id: string): Promise<void> {
  const draft = draftOf(id);
  if (!draft.isNew || sendingOf(id)) return;
  try {
    let at = "";
    if (!isEmpty(draft)) {
      // Also where the answer is lost, it may be there.
      attempted.add(id);
      at = (await api.saveDraft(id, bodyOf(draft))).at;
    } else if (draft.keptAt || attempted.has(id)) await api.deleteDraft(id);
    // What was written meanwhile is kept after its own pause.
    const isSame = JSON.stringify(bodyOf(draftOf(id))) === JSON.stringify(bodyOf(draft));
    changeDraft(id, { keptAt: at, isNew: !isSame });
  } catch (error) {
    // It is in this tab, and is kept with the next change.
    if (!(error instanceof ApiError)) throw error;
  }
}

export function keepAtTheEnd(id: string): void {
  const draft = draftOf(id);
  if (draft.isNew && !isEmpty(draft) && !sendingOf(id)) api.saveDraftAtTheEnd(id, bodyOf(draft));
}

/** Go on with what another device kept, unless something newer was written here. */
export function takeKept(followUp: FollowUp): void {
  const { id, my_draft: kept } = followUp;
  const draft = draftOf(id);
  if (!kept || draft.isNew || sendingOf(id) || kept.at <= draft.keptAt) return;
  const text = (name: string) => String(kept.fields[name] ?? "");
  const remedy = kept.fields["remedy"] as { name: string; amount: string; currency: string } | null;
  const before = bodyOf(draft);
  changeDraft(id, {
    action: (kept.action ?? draft.action) as Action,
    text: kept.text,
    fix: text("fix"),
    rootCause: text("root_cause"),
    reason: text("reason"),
    note: text("note"),
    evidence: text("evidence"),
    // A program may have kept a time, or anything.
    promisedFor: /^\d{4}-\d{2}-\d{2}/.exec(text("promised_for"))?.[0] ?? "",
    remedy: remedy ? `${remedy.name} ${remedy.currency}` : "",
    amount: remedy?.amount ?? "",
    ownContacts: kept.fields["own_contacts"] === true,
    keptAt: kept.at,
    isNew: false,
  });
  if (JSON.stringify(before) !== JSON.stringify(bodyOf(draftOf(id))))
    announce(t("draft_from_elsewhere"));
}
