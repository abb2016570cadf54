// What the desk knows: the list, the follow-up that is open, and how fresh both are.

import { batch, computed, signal } from "@preact/signals";
import * as api from "./api";
import { ApiError } from "./api";
import type { Counts, FollowUpWithStory, NewestReview, Row } from "./api_types";
import { me, rememberClaimants, rememberPeopleOf } from "./people";
import { route, type View } from "./route";
import { subject } from "./sign_in";
import { now } from "./times";

export const rows = signal<Row[]>([]);
export const nextPage = signal<string | null>(null);
/** False until the first list has come. */
export const isLoaded = signal(false);
/** Authors and first words, by `previewKey`; null where there are none. They are in memory only. */
export const previews = signal<ReadonlyMap<string, NewestReview | null>>(new Map());
/** How much there is in each view, also behind what is loaded. */
const counts = signal<Counts | null>(null);
/** Whether the whole list is here. If not, the API looks for what a view shows. */
const isWhole = signal(true);
/** What this person has put off in this tab, and when it is back. The list knows it later. */
export const putOff = signal<ReadonlyMap<string, number>>(new Map());
export const details = signal<ReadonlyMap<string, FollowUpWithStory>>(new Map());
/** Follow-ups that nobody can read, with why. */
export const unreadable = signal<ReadonlyMap<string, ApiError>>(new Map());
/** When the list was last true, and whether it has not been for long enough to say so. */
export const asOf = signal<number | null>(null);
export const isStale = signal(false);
/** Why the whole desk is refused: the person holds no role that may answer. */
export const forbidden = signal<string | null>(null);
/** Why there is no list: the address asks for what is not there, or not for this person. */
export const listProblem = signal<ApiError | null>(null);
/** What was sent and accepted in this tab, and when. It leaves the list at once. */
export const finished = signal<ReadonlyMap<string, number>>(new Map());
/** After this time the list is right, also where a reply failed and the work is open again. */
const FINISHED_MS = 15_000;

/** How many pages of the list are shown. */
let pages = 1;
const DETAILS_KEPT = 20;
/** How old the first words in the list may be, and when they were read. */
export const WORDS_MS = 10 * 60_000;
let wordsReadAt = 0;

function isIn(view: View, row: Row): boolean {
  switch (view) {
    case "mine":
      return row.claimed_by === subject.value;
    case "overdue":
      return row.overdue;
    case "waits_for_lead":
      return row.status === "awaiting_approval";
    case "promised":
      return row.status === "promised";
    case "invited":
      return row.status === "invited";
    case "later":
      return laterIds.value.has(row.id);
    case "all":
      return true;
    case "closed":
      return false;
  }
}

/** What was put off, as the API said when it was asked for. */
const laterIds = signal<ReadonlySet<string>>(new Set());

/** What waits for a person. What is being carried out needs nobody. */
const waiting = computed(() =>
  rows.value.filter(
    (row) =>
      row.status !== "resolving" &&
      !finished.value.has(row.id) &&
      (route.value.view === "later" || (putOff.value.get(row.id) ?? 0) <= now.value),
  ),
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

/** How many there are in a view; null where nobody has counted. */
export function countOf(view: View): number | null {
  if (view === "closed") return null;
  const counted = counts.value;
  // What is whole is counted here, with what was done a moment ago.
  const isHere = isWhole.value && route.value.view !== "later" && view !== "later";
  if (!counted || isHere) return waiting.value.filter((row) => isIn(view, row)).length;
  return counted[view];
}

/** Whether there is even more than was counted. */
export const isCut = computed(() =>
  counts.value ? !counts.value.complete : nextPage.value !== null,
);

/** The businesses of this person, else those that the list names. */
const seenBusinesses = signal<ReadonlySet<string>>(new Set());
export const businesses = computed(() => {
  const own = me.value?.businesses.filter(({ roles }) => roles.some(isAnswering)) ?? [];
  return [...new Set([...own.map(({ business }) => business), ...seenBusinesses.value])].sort();
});

function isAnswering(role: string): boolean {
  return role === "agent" || role === "lead";
}

/** The list as the address asks for it, if not all of it is here. */
function query(): Omit<api.ListQuery, "after" | "words"> {
  const { business, view, severity, platform } = route.value;
  const isAsked = view === "later" || !isWhole.value;
  if (!isAsked || view === "closed") return { business, view: null, severity: "", platform: "" };
  return { business, view: view === "all" ? null : view, severity, platform };
}

/** Read the list again, as far as it is shown. Raises ApiError. */
export async function readList(): Promise<void> {
  const asked = query();
  const askedPages = pages;
  const askedAt = Date.now();
  const all: Row[] = [];
  let after: string | null = null;
  // Again after a while, so that the words of an author who was erased go from here too.
  const isFirst = Date.now() - wordsReadAt > WORDS_MS;
  const known = new Map(isFirst ? [] : previews.value);
  for (let page = 0; page < askedPages; page += 1) {
    const answer = await api.listFollowUps({ ...asked, after, words: isFirst });
    if (page === 0) counts.value = answer.counts ?? null;
    if (isFirst)
      for (const row of answer.follow_ups)
        if (row.newest_review) known.set(previewKey(row), row.newest_review);
    all.push(...answer.follow_ups.map((row) => withActionRow(row, askedAt)));
    after = answer.next;
    if (!after) break;
  }
  await readPreviews(all, known);
  // Somebody went elsewhere meanwhile: what they see now is asked for next.
  if (JSON.stringify(query()) !== JSON.stringify(asked) || pages !== askedPages) return;
  if (isFirst) wordsReadAt = Date.now();
  const seen = new Set([...seenBusinesses.value, ...all.map((row) => row.business)]);
  if (seen.size !== seenBusinesses.value.size) seenBusinesses.value = seen;
  rememberClaimants(all);
  const isFiltered = Boolean(asked.view || asked.severity || asked.platform);
  if (!isLoaded.value) performance.mark("usable");
  batch(() => {
    if (asked.view === "later") laterIds.value = new Set(all.map((row) => row.id));
    if (JSON.stringify(all) !== JSON.stringify(rows.value)) rows.value = all;
    nextPage.value = after;
    if (!isFiltered) isWhole.value = after === null;
    const recent = [...finished.value].filter(([, at]) => at > Date.now() - FINISHED_MS);
    if (recent.length < finished.value.size) finished.value = new Map(recent);
    forbidden.value = null;
    listProblem.value = null;
    isLoaded.value = true;
  });
}

/** Only what is new to this page costs the reads for its words. */
async function readPreviews(all: readonly Row[], known: Map<string, NewestReview | null>) {
  const fresh = all.filter((row) => !known.has(previewKey(row)));
  const read = await newestReviews(fresh.map((row) => row.id));
  for (const row of fresh) known.set(previewKey(row), read.get(row.id) ?? null);
  if (known.size !== previews.value.size || fresh.length) previews.value = known;
}

/** The newest review of each of these follow-ups; those that nobody can read are left out. */
export async function newestReviews(ids: readonly string[]): Promise<Map<string, NewestReview>> {
  const reviews = new Map<string, NewestReview>();
  for (let start = 0; start < ids.length; start += api.MOST_PREVIEWS) {
    const answer = await api.readPreviews(ids.slice(start, start + api.MOST_PREVIEWS));
    for (const { id, newest_review } of answer.previews)
      if (newest_review) reviews.set(id, newest_review);
  }
  return reviews;
}

/** A review that joined brings other first words. */
export function previewKey(row: Row): string {
  return `${row.id}/${row.reviews_count}`;
}

/** Show what was put off in this person's view again, at once. */
export function forgetPutOff(id: string): void {
  const next = new Map(putOff.value);
  next.delete(id);
  putOff.value = next;
  laterIds.value = new Set([...laterIds.value].filter((other) => other !== id));
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
  listProblem.value = null;
  rows.value = [];
  nextPage.value = null;
  isWhole.value = true;
  isLoaded.value = false;
}

/** Whether another view must be asked for, because what is here does not have it. */
export function mustAsk(before: View, after: View): boolean {
  return !isWhole.value || before === "later" || after === "later";
}

let reads = 0;
/** Which reading of each of the details it was, by when it was asked for. */
const readings = new Map<string, number>();

/** Read a follow-up. Its further reviews stay if nothing has joined. Raises ApiError. */
export async function readDetails(id: string): Promise<void> {
  let read: FollowUpWithStory;
  const reading = ++reads;
  try {
    read = await api.readFollowUp(id);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403))
      unreadable.value = new Map(unreadable.value).set(id, error);
    throw error;
  }
  // What was asked for later came first: this is older.
  if (reading < (readings.get(id) ?? 0)) return;
  readings.set(id, reading);
  rememberPeopleOf(read);
  const before = details.value.get(id);
  if (before && before.reviews.length > read.reviews.length && sameReviews(before, read)) {
    read.reviews = [...read.reviews, ...before.reviews.slice(read.reviews.length)];
    read.reviews_next = before.reviews_next;
  }
  keepDetails(read);
}

function sameReviews(before: FollowUpWithStory, read: FollowUpWithStory): boolean {
  return (
    before.reviews_count === read.reviews_count &&
    read.reviews.every((review, place) => before.reviews[place]?.id === review.id)
  );
}

/** When each of the details was read. */
const readTimes = new Map<string, number>();

// The words of what nobody has open go from here, because an erasure would not reach them.
setInterval(() => {
  const isOver = (id: string) =>
    id !== route.value.followUp && Date.now() - (readTimes.get(id) ?? 0) >= api.KEPT_MS;
  const rest = [...details.value].filter(([id]) => !isOver(id));
  if (rest.length < details.value.size) details.value = new Map(rest);
  for (const known of [readTimes, readings])
    for (const id of known.keys()) if (!details.value.has(id)) known.delete(id);
}, 30_000);

function keepDetails(read: FollowUpWithStory): void {
  readTimes.set(read.id, Date.now());
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

/** The rows that actions returned, and when. A list that was asked for before is older. */
const actionRows = new Map<string, { row: Row; at: number }>();
/** The list is read from an index, which may lag behind. */
const LAG_MS = 3_000;

/** How often something was written or edited since the claim. */
function wordsIn(row: Row): number {
  return Number(row.revision.split(".")[1] ?? 0);
}

/** A row of the list with the fields of a newer one. A claim returns reviews and notes too: in the
 * list they would hide those that are read later. */
function withFieldsOf(row: Row, newer: Row): Row {
  const fields = Object.entries(newer).filter(([name]) => name in row);
  return { ...row, ...Object.fromEntries(fields) };
}

function withActionRow(row: Row, askedAt: number): Row {
  const own = actionRows.get(row.id);
  if (!own) return row;
  // A higher fence is a later claim, whenever it was read.
  if (own.at > askedAt - LAG_MS && row.fence <= own.row.fence) {
    const isNewer = row.fence === own.row.fence && wordsIn(row) > wordsIn(own.row);
    return { ...withFieldsOf(row, own.row), revision: (isNewer ? row : own.row).revision };
  }
  actionRows.delete(row.id);
  return row;
}

/** Use the row that an action returned, before the next poll brings the same. */
export function takeRow(row: Row): void {
  actionRows.set(row.id, { row, at: Date.now() });
  rows.value = rows.value.map((before) =>
    before.id === row.id ? withFieldsOf(before, row) : before,
  );
  const open = details.value.get(row.id);
  if (open) details.value = new Map(details.value).set(row.id, { ...open, ...row });
}

/** What was accepted is a draft no more, also where the details were read before. */
export function forgetKeptDraft(id: string): void {
  // A reading that is under way may have it still.
  readings.set(id, ++reads);
  const open = details.value.get(id);
  if (open) details.value = new Map(details.value).set(id, { ...open, my_draft: null });
}

/** The newest row of a follow-up; null where there is none. */
export function rowOf(id: string): Row | null {
  return rows.value.find((row) => row.id === id) ?? details.value.get(id) ?? null;
}

export function authorOf(id: string): string | null {
  const read = details.value.get(id)?.reviews[0];
  if (read) return read.author?.name ?? null;
  const row = rows.value.find((candidate) => candidate.id === id);
  return (row && previews.value.get(previewKey(row))?.author?.name) ?? null;
}

/** The follow-up behind this one in the list as it is shown; null when there is none. */
export function nextAfter(id: string): string | null {
  const list = shown.value;
  const place = list.findIndex((row) => row.id === id);
  return list[place + 1]?.id ?? null;
}
