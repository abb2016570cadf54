// What a person has written and not yet sent. It outlives a reload, an expired session and a claim
// that was lost, and is deleted when it was sent. A draft belongs to whoever wrote it.

import { signal } from "@preact/signals";
import type { Action } from "./api_types";
import { subject } from "./sign_in";
import { readStored, store } from "./stored";

export interface Draft {
  action: Action;
  text: string;
  fix: string;
  rootCause: string;
  reason: string;
  evidence: string;
  /** A date as an `<input type=date>` has it. */
  promisedFor: string;
  /** The name and currency of a remedy, with a blank between; empty for none. */
  remedy: string;
  amount: string;
  note: string;
  ownContacts: boolean;
  /** The id of the resolution. The same id again is the same resolution, never a second one. */
  resolution: string;
  /** The revision of the follow-up that was read: what came since is not answered unread. */
  seen: string;
  /** When it was kept for the other devices, by the API's clock; empty if it never was. */
  keptAt: string;
  /** Whether something was written since. */
  isNew: boolean;
}

const EMPTY: Draft = {
  action: "reply",
  text: "",
  fix: "",
  rootCause: "",
  reason: "",
  evidence: "",
  promisedFor: "",
  remedy: "",
  amount: "",
  note: "",
  ownContacts: false,
  resolution: "",
  seen: "",
  keptAt: "",
  isNew: false,
};

const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

function place(followUp: string): string {
  return `heard.draft.${subject.value}.${followUp}`;
}

export function draftOf(followUp: string): Draft {
  const known = drafts.value.get(followUp);
  if (known) return known;
  return { ...EMPTY, ...readStored<Partial<Draft>>(place(followUp)) };
}

export function changeDraft(followUp: string, change: Partial<Draft>): void {
  const draft = { ...draftOf(followUp), ...change };
  drafts.value = new Map(drafts.value).set(followUp, draft);
  store(place(followUp), draft);
}

export function deleteDraft(followUp: string): void {
  const next = new Map(drafts.value);
  next.delete(followUp);
  drafts.value = next;
  store(place(followUp), null);
}

const WRITTEN = [
  "text",
  "note",
  "evidence",
  "fix",
  "rootCause",
  "reason",
  "promisedFor",
  "remedy",
] as const;

export function isEmpty(draft: Draft): boolean {
  return !WRITTEN.some((field) => draft[field]);
}
