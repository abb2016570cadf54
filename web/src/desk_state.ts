// What the desk knows: the list, the follow-up that is open, and how fresh both are.

import { computed, signal } from "@preact/signals";
import * as api from "./api";
import { ApiError } from "./api";
import type { FollowUp, NewestReview, Row } from "./api_types";
import { route, type View } from "./route";
import { session, subject } from "./sign_in";

export const rows = signal<Row[]>([]);
export const nextPage = signal<string | null>(null);
/** False until the first list has come. */
export const isLoaded = signal(false);
/** Authors and first words, by the id of the follow-up. They are in memory only. */
export const previews = signal<ReadonlyMap<string, NewestReview | null>>(new Map());
export const details = signal<ReadonlyMap<string, FollowUp>>(new Map());
/** Follow-ups that nobody can read, with why. */
export const unreadable = signal<ReadonlyMap<string, ApiError>>(new Map());
/** When the list was last true, and whether it has not been for long enough to say so. */
export const asOf = signal<number | null>(null);
export const isStale = signal(false);
/** Why the whole desk is refused: the person holds no role that may answer. */
export const forbidden = signal<string | null>(null);
/** What was sent and accepted in this tab, and when. It leaves the list at once. */
export const finished = signal<ReadonlyMap<string, number>>(new Map());
/** After this time the list is right, also where a reply failed and the work is open again. */
const FINISHED_MS = 15_000;

/** How many pages of the list are shown. */
let pages = 1;
const DETAILS_KEPT = 20;
/** How old the first words in the list may be, and when they were read. */
const WORDS_MS = 10 * 60_000;
let wordsReadAt = 0;

function isIn(view: View, row: Row): boolean {
  switch (view) {
    case "mine":
      return row.claimed_by === subject.value;
    case "overdue":
      return row.overdue;
    case "lead":
      return row.status === "awaiting_approval";
    case "promised":
      return row.status === "promised";
    case "invited":
      return row.status === "invited";
    case "all":
      return true;
  }
}

/** What waits for a person. What is being carried out needs nobody. */
const waiting = computed(() =>
  rows.value.filter((row) => row.status !== "resolving" && !finished.value.has(row.id)),
);
/** Of the view, and of the severity and the platform that the address asks for. */
function fits(row: Row): boolean {
  const { view, severity, platform } = route.value;
  return (
    isIn(view, row) &&
    (!severity || row.severity === severity) &&
    (!platform || row.platform === platform)
  );
}

export const shown = computed(() => waiting.value.filter(fits));
/** The platforms of what waits, and the one that is asked for. */
export const platforms = computed(() => {
  const { platform } = route.value;
  const seen = waiting.value.map((row) => row.platform);
  return [...new Set(platform ? [...seen, platform] : seen)].sort();
});

export function countOf(view: View): number {
  return waiting.value.filter((row) => isIn(view, row)).length;
}

/** Whether there is more than the list has: a page behind it, or behind that of all businesses. */
export const isCut = computed(
  () =>
    nextPage.value !== null || (!route.value.business && rows.value.length >= api.LONGEST_PAGE),
);

/** The business filter needs no other request: the list names them. */
const seenBusinesses = signal<ReadonlySet<string>>(new Set());
export const businesses = computed(() => [...seenBusinesses.value].sort());

/** Read the list again, as far as it is shown. Raises ApiError. */
export async function readList(): Promise<void> {
  const business = route.value.business || null;
  const askedAt = Date.now();
  const all: Row[] = [];
  let after: string | null = null;
  // Again after a while, so that the words of an author who was erased go from here too.
  const isFirst = Date.now() - wordsReadAt > WORDS_MS;
  let hasNew = false;
  const known = new Map(isFirst ? [] : previews.value);
  for (let page = 0; page < pages; page += 1) {
    let answer = await api.listFollowUps({ business, after, words: isFirst });
    if (isFirst || answer.follow_ups.some((row) => !known.has(previewKey(row)))) {
      // Only what is new to this page costs the reads for its words.
      if (!isFirst) answer = await api.listFollowUps({ business, after, words: true });
      for (const row of answer.follow_ups) known.set(previewKey(row), row.newest_review ?? null);
      hasNew = true;
    }
    all.push(...answer.follow_ups.map((row) => withAnswered(row, askedAt)));
    after = answer.next;
    if (!after) break;
  }
  if ((route.value.business || null) !== business) return;
  if (isFirst) wordsReadAt = Date.now();
  if (hasNew) previews.value = known;
  const seen = new Set([...seenBusinesses.value, ...all.map((row) => row.business)]);
  if (seen.size !== seenBusinesses.value.size) seenBusinesses.value = seen;
  if (JSON.stringify(all) !== JSON.stringify(rows.value)) rows.value = all;
  nextPage.value = after;
  const recent = [...finished.value].filter(([, at]) => at > Date.now() - FINISHED_MS);
  if (recent.length < finished.value.size) finished.value = new Map(recent);
  forbidden.value = null;
  if (!isLoaded.value) {
    isLoaded.value = true;
    performance.mark("usable");
  }
}

/** A review that joined brings other first words. */
export function previewKey(row: Row): string {
  return `${row.id}/${row.reviews_count}`;
}

export async function showMore(): Promise<void> {
  pages += 1;
  try {
    await readList();
  } catch (error) {
    pages -= 1;
    throw error;
  }
}

export function startAgain(): void {
  pages = 1;
  rows.value = [];
  nextPage.value = null;
  isLoaded.value = false;
}

/** Read a follow-up. Its further reviews stay if nothing has joined. Raises ApiError. */
export async function readDetails(id: string): Promise<void> {
  let read: FollowUp;
  try {
    read = await api.readFollowUp(id);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403))
      unreadable.value = new Map(unreadable.value).set(id, error);
    throw error;
  }
  const before = details.value.get(id);
  if (before && before.reviews.length > read.reviews.length && sameReviews(before, read)) {
    read.reviews = [...read.reviews, ...before.reviews.slice(read.reviews.length)];
    read.reviews_next = before.reviews_next;
  }
  keepDetails(read);
}

function sameReviews(before: FollowUp, read: FollowUp): boolean {
  return (
    before.reviews_count === read.reviews_count &&
    read.reviews.every((review, place) => before.reviews[place]?.id === review.id)
  );
}

function keepDetails(read: FollowUp): void {
  const before = details.value.get(read.id);
  if (before && JSON.stringify(before) === JSON.stringify(read)) return;
  const next = new Map(details.value);
  next.delete(read.id);
  next.set(read.id, read);
  for (const id of next.keys()) {
    if (next.size <= DETAILS_KEPT) break;
    if (id !== route.value.followUp) next.delete(id);
  }
  details.value = next;
}

export async function readMoreReviews(id: string): Promise<void> {
  const before = details.value.get(id);
  if (!before?.reviews_next) return;
  const more = await api.readFollowUp(id, before.reviews_next);
  keepDetails({
    ...more,
    reviews: [...before.reviews, ...more.reviews],
    reviews_next: more.reviews_next,
  });
}

/** What actions answered, and when. A list that was asked for before is older than that. */
const answered = new Map<string, { row: Row; at: number }>();
/** The list is read from an index, which may lag behind. */
const LAG_MS = 3_000;

function withAnswered(row: Row, askedAt: number): Row {
  const own = answered.get(row.id);
  if (!own) return row;
  // A higher fence is a later claim, whenever it was read.
  if (own.at > askedAt - LAG_MS && row.fence <= own.row.fence) return { ...row, ...own.row };
  answered.delete(row.id);
  return row;
}

/** Take over what an action answered, before the next poll says the same. */
export function takeRow(row: Row): void {
  answered.set(row.id, { row, at: Date.now() });
  rows.value = rows.value.map((before) => (before.id === row.id ? { ...before, ...row } : before));
  const open = details.value.get(row.id);
  if (open) details.value = new Map(details.value).set(row.id, { ...open, ...row });
}

/** A follow-up as the freshest answer has it. */
export function rowOf(id: string): Row | null {
  return rows.value.find((row) => row.id === id) ?? details.value.get(id) ?? null;
}

export function authorOf(id: string): string | null {
  const read = details.value.get(id)?.reviews[0];
  if (read) return read.author?.name ?? null;
  const row = rows.value.find((candidate) => candidate.id === id);
  return (row && previews.value.get(previewKey(row))?.author?.name) ?? null;
}

/** The one that comes behind another in the list as it is shown; null when there is none. */
export function nextAfter(id: string): string | null {
  const list = shown.value;
  const place = list.findIndex((row) => row.id === id);
  return list[place + 1]?.id ?? null;
}

export const isSignedIn = computed(() => session.value.state === "in");
