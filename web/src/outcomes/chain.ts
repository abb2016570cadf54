// Verifies a review's chain in the browser: SHA-256 over the canonical JSON of each outcome, as the
// house computes it (heard.outcomes). Nothing of the house's own word is believed here.

import type { Outcome } from "../api_types";

/** In the order of code points, as Python sorts. */
function compare(one: string, other: string): number {
  const a = [...one];
  const b = [...other];
  for (let place = 0; place < Math.min(a.length, b.length); place++) {
    const step = a[place]!.codePointAt(0)! - b[place]!.codePointAt(0)!;
    if (step) return step;
  }
  return a.length - b.length;
}

/** JSON with sorted names and no spaces. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).sort(([one], [other]) => compare(one, other));
  return `{${fields.map(([name, own]) => `${JSON.stringify(name)}:${canonical(own)}`).join(",")}}`;
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function hexHash(text: string): Promise<string> {
  return hexOf(await sha256(bytesOf(text)));
}

/** The hash that an outcome's content has, whatever it says itself. */
export function hashOf({ id: _id, hash: _hash, ...content }: Outcome): Promise<string> {
  return hexHash(canonical(content));
}

export function initialHash(review: string): Promise<string> {
  return hexHash(`heard:${review}`);
}

export type Break = "missing" | "other_review" | "not_following" | "content";

export interface LinksReport {
  /** How many outcomes were verified, up to the first that does not fit. */
  verified: number;
  /** The first number that does not fit, and why; null where all do. */
  brokenAt: number | null;
  why: Break | null;
  /** The hash that the chain ends with, as it was computed. */
  head: string;
}

/** Recompute a chain from its first outcome on. */
export async function verifyLinks(
  review: string,
  chain: readonly Outcome[],
): Promise<LinksReport> {
  let head = await initialHash(review);
  let verified = 0;
  for (const outcome of chain) {
    const number = verified + 1;
    const why: Break | null =
      outcome.sequence !== number
        ? "missing"
        : outcome.review !== review
          ? "other_review"
          : outcome.previous !== head
            ? "not_following"
            : outcome.hash !== (await hashOf(outcome))
              ? "content"
              : null;
    if (why) return { verified, brokenAt: number, why, head };
    head = outcome.hash;
    verified = number;
  }
  return { verified, brokenAt: null, why: null, head };
}
