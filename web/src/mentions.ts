// Whom a text mentions, and the part of a name that is being typed.

import type { Colleague } from "./api_types";
import { searchText } from "./search_text";

export const MOST_MENTIONS = 5;
const PARTIAL_NAME = /(?<![\p{L}\p{N}])@([\p{L}\p{M}\p{N}'’.-]{0,40})$/u;

/** What is between an @ and the cursor; null where no name is being typed. */
export function partialName(textBefore: string): string | null {
  return PARTIAL_NAME.exec(textBefore)?.[1] ?? null;
}

/** The colleagues whose names begin like this. */
export function matching(colleagues: readonly Colleague[], partial: string): Colleague[] {
  return colleagues.filter(({ name }) => searchText(name).startsWith(searchText(partial)));
}

/** A name without what does not tell two people apart to a reader: capitals, and how a browser or a
 * keyboard composes a letter with an accent. */
function sameName(name: string): string {
  return name.normalize("NFC").toLocaleLowerCase();
}

/** The people (ids) whom a text mentions: those of `chosen` whose names are still in it, and those
 * whose names were typed and are nobody else's. */
export function mentionsIn(
  text: string,
  chosen: readonly string[],
  colleagues: readonly Colleague[],
): string[] {
  const names = new Set(colleagues.map(({ name }) => sameName(name)));
  const mentions: string[] = [];
  let rest = sameName(text);
  // The longest first: `@Ann` is not in `@Ann Marie`.
  for (const name of [...names].sort((one, other) => other.length - one.length)) {
    const literal = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])@${literal}(?![\\p{L}\\p{M}\\p{N}])`, "gu");
    const count = rest.match(pattern)?.length ?? 0;
    if (!count) continue;
    rest = rest.replaceAll(pattern, " ");
    const bearers = colleagues
      .filter((each) => sameName(each.name) === name)
      .map((each) => each.subject);
    const picked = chosen.filter((person) => bearers.includes(person));
    if (picked.length) mentions.push(...picked.slice(0, count));
    else if (bearers.length === 1) mentions.push(...bearers);
  }
  return mentions.slice(0, MOST_MENTIONS);
}
