// The outcomes that were found: read page by page, up to a number that one can look through.

import { effect, signal, untracked } from "@preact/signals";
import { announce } from "../announce";
import { ApiError } from "../api";
import type { Outcome } from "../api_types";
import { auditedBusinesses } from "../people";
import { refusalOf } from "../refusals";
import { session } from "../sign_in";
import { place } from "./address";
import { hashOf } from "./chain";
import { say } from "./messages";
import { daysOf, parse } from "./query";
import { listOutcomes, readPeople } from "./reading";

/** How many are shown before somebody has to say that they want more. */
export const MOST_SHOWN = 500;
const FIRST_PAGE = 100;
const LARGE_PAGE = 400;
/** How many requests look for matches before somebody is asked whether to go on. */
const MOST_REQUESTS = 12;

export const found = signal<readonly Outcome[]>([]);
/** Where the next page begins; null when everything was read. */
export const next = signal<string | null>(null);
/** At first too: nothing was found only when somebody has looked. */
export const isReading = signal(true);
export const problem = signal("");
/** The days that were asked for. */
export const shownDays = signal<{ first: string; last: string }>({ first: "", last: "" });
/** Ids of outcomes whose content does not fit their own hash. */
export const unfit = signal<ReadonlySet<string>>(new Set());
/** First names by id, of each business. */
const people = signal<ReadonlyMap<string, ReadonlyMap<string, string>>>(new Map());

let round = 0;
/** How many rows the current go ends at. */
let goal = MOST_SHOWN;

export function businessShown(): string {
  const own = auditedBusinesses();
  const wanted = place.value.business;
  return own.includes(wanted) ? wanted : (own[0] ?? "");
}

const NOBODY: ReadonlyMap<string, string> = new Map();

export function peopleOf(business: string): ReadonlyMap<string, string> {
  return people.value.get(business) ?? NOBODY;
}

/** Read who the people of a business are. Without them the page shows their ids. */
async function knowPeople(business: string): Promise<void> {
  if (people.value.has(business)) return;
  try {
    const { people: all } = await readPeople(business);
    const names = new Map(all.map(({ subject, name }) => [subject, name]));
    people.value = new Map(people.value).set(business, names);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

async function checkOwnHashes(outcomes: readonly Outcome[]): Promise<void> {
  const wrong: string[] = [];
  for (const outcome of outcomes) if ((await hashOf(outcome)) !== outcome.hash) wrong.push(outcome.id);
  if (wrong.length) unfit.value = new Set([...unfit.value, ...wrong]);
}

async function readOn(): Promise<void> {
  const own = ++round;
  const business = businessShown();
  problem.value = "";
  isReading.value = true;
  try {
    // A first name in the query stands for ids.
    await knowPeople(business);
    let requests = 0;
    do {
      const rest = goal - found.value.length;
      const page = await listOutcomes({
        business,
        query: parse(place.value.query).query,
        days: shownDays.value,
        people: peopleOf(business),
        limit: Math.min(found.value.length ? LARGE_PAGE : FIRST_PAGE, rest),
        after: next.value ?? "",
      });
      if (own !== round) return;
      found.value = [...found.value, ...page.outcomes];
      next.value = page.next;
      requests += 1;
      void checkOwnHashes(page.outcomes);
    } while (next.value && found.value.length < goal && requests < MOST_REQUESTS);
    announce(say("shown", { n: found.value.length }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (own !== round) return;
    const refusal = refusalOf(error);
    problem.value = error.problem.detail && error.status === 500 ? error.problem.detail : refusal.text;
  } finally {
    if (own === round) isReading.value = false;
  }
}

/** Look for the query of the address again, from the newest on. */
export function search(): void {
  goal = MOST_SHOWN;
  found.value = [];
  next.value = null;
  unfit.value = new Set();
  shownDays.value = daysOf(parse(place.value.query).query);
  void readOn();
}

export function goOn(): void {
  goal = found.value.length >= goal ? goal + MOST_SHOWN : goal;
  void readOn();
}

/** Search whenever the address asks for something else. Returns the end of it. */
export function startSearching(): () => void {
  let last = "";
  return effect(() => {
    const business = businessShown();
    const wanted = JSON.stringify([business, place.value.query]);
    if (!business || session.value.state !== "in" || place.value.page === "gaps" || wanted === last)
      return;
    last = wanted;
    untracked(search);
  });
}
