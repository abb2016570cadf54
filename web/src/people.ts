// Who is signed in, and the first names that the page has read: they never leave memory.

import { signal } from "@preact/signals";
import * as api from "./api";
import { ApiError } from "./api";
import type { Colleague, Colleagues, FollowUpWithStory, Me, Role, Row } from "./api_types";
import { atSignOut, subject } from "./sign_in";

export const me = signal<Me | null>(null);

/** The first names that the page has read, by business and person. */
const firstNames = signal<ReadonlyMap<string, ReadonlyMap<string, string>>>(new Map());

/** The people of each business, as the API listed them. */
const lists = signal<ReadonlyMap<string, Colleagues>>(new Map());
/** When each list was asked for. Somebody may come or go while a page is open all day. */
const askedAt = new Map<string, number>();
const reading = new Map<string, Promise<void>>();
const LIST_MS = 10 * 60_000;

atSignOut(() => {
  lists.value = new Map();
  askedAt.clear();
});

/** Read who is in a business, unless that is known. If it fails, those whom the page has seen at
 * work are offered. */
export async function readColleagues(business: string): Promise<void> {
  // Who waits for an answer waits for the one that is under way.
  if (Date.now() - (askedAt.get(business) ?? 0) < LIST_MS) return reading.get(business);
  askedAt.set(business, Date.now());
  const answer = ask(business).finally(() => reading.delete(business));
  reading.set(business, answer);
  return answer;
}

async function ask(business: string): Promise<void> {
  try {
    const colleagues = await api.readColleagues(business);
    lists.value = new Map(lists.value).set(business, colleagues);
  } catch (error) {
    askedAt.delete(business);
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Ask again at the next mention: what is known was wrong. */
export function forgetColleagues(business: string): void {
  askedAt.delete(business);
}

/** Read who this is. Without it the page works on, and only shows ids of businesses. */
export async function readMe(): Promise<void> {
  try {
    me.value = await api.readMe();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

export function hasRole(business: string, role: Role): boolean {
  const roles = me.value?.businesses.find((own) => own.business === business)?.roles;
  return roles?.includes(role) ?? false;
}

/** The businesses whose outcomes this person may read. */
export function auditedBusinesses(): string[] {
  const own = me.value?.businesses ?? [];
  return own
    .filter(({ roles }) => roles.some((role) => role !== "agent"))
    .map(({ business }) => business);
}

export function businessName(business: string): string {
  return me.value?.businesses.find((own) => own.business === business)?.name || business;
}

/** A person's id and first name, where they are known. */
type PersonName = readonly [string | null, string | null];

function rememberNames(business: string, names: readonly PersonName[]): void {
  const before = firstNames.value.get(business) ?? new Map<string, string>();
  const isNew = ([id, name]: PersonName) => id && name && before.get(id) !== name;
  const fresh = names.filter(isNew) as [string, string][];
  if (!fresh.length) return;
  firstNames.value = new Map(firstNames.value).set(business, new Map([...before, ...fresh]));
}

export function rememberClaimants(rows: readonly Row[]): void {
  for (const row of rows)
    if (row.claimed_by) rememberNames(row.business, [[row.claimed_by, row.claimed_by_name]]);
}

export function rememberPeopleOf(followUp: FollowUpWithStory): void {
  rememberNames(
    followUp.business,
    (followUp.timeline ?? []).map(({ by, by_name }) => [by, by_name] as const),
  );
}

export function nameOf(business: string, person: string): string | null {
  if (person === subject.value && me.value) return me.value.name;
  const known = lists.value.get(business)?.colleagues.find((each) => each.subject === person);
  return known?.name ?? firstNames.value.get(business)?.get(person) ?? null;
}

/** Whom a note can mention: those who answer in the business. Where the list is not complete, also
 * those whom the page has seen at work; the API refuses whoever has left. */
export function colleaguesOf(business: string): Colleague[] {
  const list = lists.value.get(business);
  const known = new Map(list?.colleagues.map((each) => [each.subject, each]));
  if (!list?.complete)
    for (const [id, name] of firstNames.value.get(business) ?? [])
      if (!known.has(id)) known.set(id, { subject: id, name, roles: ["agent"] });
  return [...known.values()]
    .filter((each) => each.subject !== subject.value)
    .filter(({ roles }) => roles.includes("agent") || roles.includes("lead"))
    .sort((one, other) => one.name.localeCompare(other.name));
}
