// What the auditors' page asks the API for.

import { ApiError, call } from "../api";
import type {
  Chain,
  Gaps,
  Outcomes,
  People,
  Policy,
  SealKeys,
  SealProof,
  Verification,
} from "../api_types";
import { actorIds, periodOf, type Query } from "./query";

const AUDIT = "/api/audit";

export interface PageQuery {
  business: string;
  query: Query;
  days: { first: string; last: string };
  people: ReadonlyMap<string, string>;
  limit: number;
  after: string;
}

export function listOutcomes(wanted: PageQuery): Promise<Outcomes> {
  const { query, after } = wanted;
  const parameters = new URLSearchParams({
    business: wanted.business,
    ...periodOf(wanted.days),
    order: "newest",
    limit: String(wanted.limit),
  });
  for (const kind of query.kinds) parameters.append("kind", kind);
  for (const actor of actorIds(query.actors, wanted.people)) parameters.append("actor", actor);
  for (const name of ["severity", "platform", "channel"] as const)
    if (query[name]) parameters.set(name, query[name]);
  if (after) parameters.set("after", after);
  return call<Outcomes>(`${AUDIT}/outcomes?${parameters}`);
}

export function readChain(review: string, after: number): Promise<Chain> {
  return call<Chain>(`${AUDIT}/reviews/${review}?after=${after}`);
}

export function readVerification(review: string, after: number): Promise<Verification> {
  return call<Verification>(`${AUDIT}/reviews/${review}/verification?after=${after}`);
}

const ofBusiness = (business: string) => new URLSearchParams({ business });

export function readPeople(business: string): Promise<People> {
  return call<People>(`${AUDIT}/people?${ofBusiness(business)}`);
}

export function readGaps(business: string): Promise<Gaps> {
  return call<Gaps>(`${AUDIT}/gaps?${ofBusiness(business)}`);
}

export function readPolicy(business: string, hash: string): Promise<Policy> {
  return call<Policy>(`${AUDIT}/policies/${hash}?${ofBusiness(business)}`);
}

/** What the request gives; null where the API does not have it, or not yet. */
async function ifThere<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

const NO_PROOF = ["not_sealed_yet", "not_in_seal_yet", "not_as_sealed"] as const;

/** Why there is no proof: the day has no seal, or one without the outcome and the next day none, or
 * both have one and neither has the outcome. */
export type NoProof = (typeof NO_PROOF)[number];

/** The proof that an outcome was sealed, or why there is none. */
export async function readProof(outcome: string): Promise<SealProof | NoProof> {
  try {
    return await call<SealProof>(`${AUDIT}/outcomes/${outcome}/proof`);
  } catch (error) {
    const why = error instanceof ApiError ? error.problem.reason : null;
    const known = NO_PROOF.find((each) => each === why);
    if (known) return known;
    throw error;
  }
}

/** The public keys with which the house signs or signed, as texts. */
export async function readKeys(business: string): Promise<string[]> {
  const { keys } = await call<SealKeys>(`${AUDIT}/keys?${ofBusiness(business)}`);
  return keys.map(({ key }) => key);
}

/** A pack that is being made, or is there: then it has a link. */
export interface Pack {
  id: string;
  url?: string;
}

/** Have a pack made; null where this installation makes none. */
export function makePack(business: string, first: string, last: string): Promise<Pack | null> {
  const body = { business, from: first, to: last };
  return ifThere(call<Pack>(`${AUDIT}/packs`, { method: "POST", body }));
}

export function readPack(id: string): Promise<Pack | null> {
  return ifThere(call<Pack>(`${AUDIT}/packs/${id}`));
}
