// What stands in the query bar: qualifiers and days, and no free text. The log has no words to find.

import type { Channel, Kind, Severity } from "../api_types";
import { PLATFORM_NAMES } from "../platform_names";
import { SEVERITIES } from "../route";
import { searchText } from "../search_text";

/** All kinds, in the order in which a review meets them; those that close it come last. */
export const KINDS = [
  "accepted",
  "revised",
  "late_revision",
  "duplicate",
  "unverified",
  "reopened",
  "follow_up_opened",
  "follow_up_joined",
  "escalated",
  "taken_over",
  "resolution_given",
  "approval_requested",
  "approval_denied",
  "promised",
  "promise_due",
  "invited_private",
  "reply_sent",
  "reply_rejected",
  "reply_unknown",
  "reply_published",
  "reply_removed",
  "texts_erased",
  "texts_deleted",
  "acknowledged",
  "answered",
  "moved_private_resolved",
  "resolved_without_reply",
  "walked_away",
  "reported",
  "withdrawn",
  "ignored",
  "expired",
] as const satisfies readonly Kind[];

const FIRST_CLOSING = KINDS.indexOf("acknowledged");

export function isClosing(kind: Kind): boolean {
  return KINDS.indexOf(kind) >= FIRST_CLOSING;
}

export const CHANNELS = [
  "review_site",
  "social",
  "forum",
  "app_store",
  "messaging",
  "email",
  "phone",
  "survey",
] as const satisfies readonly Channel[];

export const PLATFORMS = Object.keys(PLATFORM_NAMES);
/** The actor of what no person did. */
export const HEARD = "heard";
export const DEFAULT_DAYS = 7;
const DAY_MS = 86_400_000;

export interface Query {
  kinds: Kind[];
  severity: Severity | "";
  platform: string;
  channel: Channel | "";
  /** As they are written: `heard`, a first name or an id. */
  actors: string[];
  /** The first and the last day, in UTC; null for the last `DEFAULT_DAYS`. */
  days: { first: string; last: string } | null;
}

export const QUALIFIERS = ["kind", "severity", "platform", "channel", "actor"] as const;
export type Qualifier = (typeof QUALIFIERS)[number];

const NOTHING: Query = {
  kinds: [],
  severity: "",
  platform: "",
  channel: "",
  actors: [],
  days: null,
};

/** A day such as 2026-11-30, if there is one. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return (
    /^20\d\d-\d\d-\d\d$/.test(text) && time >= 0 && new Date(time).toISOString().startsWith(text)
  );
}

/** The parts of a query. What stands in quotes is one. */
export function parts(text: string): string[] {
  return text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
}

const isOneOf = <T extends string>(all: readonly T[], value: string): value is T =>
  (all as readonly string[]).includes(value);

/** Put one part into a query. Returns false for what is not understood, or was said before. */
function take(query: Query, part: string): boolean {
  const [, first, last] = /^([\d-]+)(?:\.\.([\d-]+))?$/.exec(part) ?? [];
  if (first) {
    if (query.days || !isDay(first) || !isDay(last ?? first) || first > (last ?? first)) return false;
    query.days = { first, last: last ?? first };
    return true;
  }
  const [, qualifier, quoted = ""] = /^(\w+):(.+)$/.exec(part) ?? [];
  const value = quoted.replaceAll('"', "");
  if (qualifier === "kind" && isOneOf(KINDS, value)) query.kinds.push(value);
  else if (qualifier === "actor" && value) query.actors.push(value);
  else if (qualifier === "severity" && isOneOf(SEVERITIES, value) && !query.severity)
    query.severity = value;
  else if (qualifier === "platform" && isOneOf(PLATFORMS, value) && !query.platform)
    query.platform = value;
  else if (qualifier === "channel" && isOneOf(CHANNELS, value) && !query.channel)
    query.channel = value;
  else return false;
  return true;
}

/** A query, and the parts that are not understood: they must be said, and not be swallowed. */
export function parse(text: string): { query: Query; unknown: string[] } {
  const query: Query = { ...NOTHING, kinds: [], actors: [] };
  const unknown = parts(text).filter((part) => !take(query, part));
  return { query, unknown };
}

/** A value as it stands behind its qualifier. */
export function quoted(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}

export function write(query: Query): string {
  return [
    ...query.kinds.map((kind) => `kind:${kind}`),
    query.severity && `severity:${query.severity}`,
    query.platform && `platform:${query.platform}`,
    query.channel && `channel:${query.channel}`,
    ...query.actors.map((actor) => `actor:${quoted(actor)}`),
    query.days && `${query.days.first}..${query.days.last}`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** The day so many days ago, in UTC. */
export function dayBefore(days: number, now = Date.now()): string {
  return new Date(now - days * DAY_MS).toISOString().slice(0, 10);
}

export function lastDays(count: number, now = Date.now()): { first: string; last: string } {
  return { first: dayBefore(count - 1, now), last: dayBefore(0, now) };
}

/** The days of a query, whether it names them or not. */
export function daysOf(query: Query): { first: string; last: string } {
  return query.days ?? lastDays(DEFAULT_DAYS);
}

/** The instants between which outcomes are asked for: the end is not in it. */
export function periodOf(days: { first: string; last: string }): { from: string; to: string } {
  const end = new Date(Date.parse(`${days.last}T00:00:00Z`) + DAY_MS);
  return { from: `${days.first}T00:00:00Z`, to: `${end.toISOString().slice(0, 10)}T00:00:00Z` };
}

/** The ids of the actors that a query names. Nobody at all is better than the wrong one. */
export function actorIds(actors: readonly string[], people: ReadonlyMap<string, string>): string[] {
  return actors.flatMap((actor) => {
    if (actor === HEARD || people.has(actor)) return [actor];
    const own = [...people].filter(([, name]) => searchText(name) === searchText(actor));
    return own.length ? own.map(([id]) => id) : [actor];
  });
}

export interface Choice {
  /** What stands in the bar when it is chosen. */
  text: string;
  /** What it means, in the person's language. */
  meaning: string;
}

/** What can stand where somebody types. `of` gives the choices for the values of a qualifier. */
export function completions(
  part: string,
  qualifiers: readonly Choice[],
  of: (qualifier: Qualifier) => readonly Choice[],
): readonly Choice[] {
  const [, qualifier, begun = ""] = /^(\w+):(.*)$/.exec(part) ?? [];
  const known = qualifier && isOneOf(QUALIFIERS, qualifier) ? of(qualifier) : null;
  const wanted = searchText(known ? begun.replaceAll('"', "") : part);
  const fits = ({ text, meaning }: Choice) => {
    const own = known ? text.slice(text.indexOf(":") + 1) : text;
    return searchText(`${own} ${meaning}`).split(/[\s_"]+/).some((word) => word.startsWith(wanted))
      || searchText(own).startsWith(wanted);
  };
  return (known ?? qualifiers).filter((choice) => choice.text !== part && fits(choice));
}
