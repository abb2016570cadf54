// Notes that somebody has begun and not yet saved. Like drafts they outlive a reload and the way to
// another follow-up, and end with the tab.

import { signal } from "@preact/signals";
import { subject } from "./sign_in";
import { readStored, store } from "./stored";

export interface NoteDraft {
  text: string;
  /** Whom somebody has chosen so far, also those whose names are gone from the text. */
  chosen: readonly string[];
  /** The id under which it was sent, if its answer was lost: the same id again is the same note. */
  id: string;
}

const EMPTY: NoteDraft = { text: "", chosen: [], id: "" };

const notes = signal<ReadonlyMap<string, NoteDraft>>(new Map());

function place(followUp: string): string {
  return `heard.note.${subject.value}.${followUp}`;
}

export function noteDraftOf(followUp: string): NoteDraft {
  const known = notes.value.get(followUp);
  return known ?? { ...EMPTY, ...readStored<Partial<NoteDraft>>(place(followUp)) };
}

export function changeNoteDraft(followUp: string, change: Partial<NoteDraft>): void {
  const note = { ...noteDraftOf(followUp), ...change };
  notes.value = new Map(notes.value).set(followUp, note);
  store(place(followUp), note.text ? note : null);
}

export function forgetNoteDraft(followUp: string): void {
  changeNoteDraft(followUp, EMPTY);
}
