// Who is signed in, and whom the page has read of: names are first names, and never leave memory.

import { signal } from "@preact/signals";
import * as api from "./api";
import { ApiError } from "./api";
import type { FollowUpWithStory, Me, Role, Row } from "./api_types";
import { subject } from "./sign_in";

export const me = signal<Me | null>(null);

/** First names by person, of each business where they were seen. */
const seen = signal<ReadonlyMap<string, ReadonlyMap<string, string>>>(new Map());

/** Read who this is. Without it the page works on, and only shows ids of businesses. */
export async function readMe(): Promise<void> {
  try {
    me.value = await api.readMe();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

export function hasRole(business: string, role: Role): boolean {
  return me.value?.businesses.find((own) => own.business === business)?.roles.includes(role) ?? false;
}

export function businessName(business: string): string {
  return me.value?.businesses.find((own) => own.business === business)?.name || business;
}

function note(business: string, found: readonly (readonly [string | null, string | null])[]): void {
  const before = seen.value.get(business) ?? new Map<string, string>();
  const isNew = ([id, name]: readonly [string | null, string | null]) =>
    id && name && before.get(id) !== name;
  const fresh = found.filter(isNew) as [string, string][];
  if (!fresh.length) return;
  seen.value = new Map(seen.value).set(business, new Map([...before, ...fresh]));
}

export function noteClaimants(rows: readonly Row[]): void {
  for (const row of rows)
    if (row.claimed_by) note(row.business, [[row.claimed_by, row.claimed_by_name]]);
}

export function notePeopleOf(followUp: FollowUpWithStory): void {
  note(
    followUp.business,
    (followUp.timeline ?? []).map(({ by, by_name }) => [by, by_name] as const),
  );
}

export function nameOf(business: string, person: string): string | null {
  if (person === subject.value && me.value) return me.value.name;
  return seen.value.get(business)?.get(person) ?? null;
}

/** Whom a note can mention: those who were seen at work in the business. */
export function colleaguesOf(business: string): [string, string][] {
  const others = [...(seen.value.get(business) ?? [])].filter(([id]) => id !== subject.value);
  return others.sort(([, one], [, other]) => one.localeCompare(other));
}
