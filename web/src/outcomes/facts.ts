// Outcomes in words: whose doing it was, what matters of it, and each field by its name.

import type { Outcome } from "../api_types";
import { maybe, t } from "../messages";
import { platformName } from "../platforms";
import { amount, joined, languageName, named, words } from "../times";
import { peopleOf } from "./found";
import { maybeSay, say } from "./messages";
import { HEARD } from "./query";
import { utcTime } from "./zones";

export function kindInWords(kind: string): string {
  return maybe(`kind_${kind}`) ?? words(kind);
}

/** A person by first name where it is known, else the id; Heard for itself. */
export function whoIs(business: string, actor: string): string {
  return actor === HEARD ? "Heard" : (peopleOf(business).get(actor) ?? actor);
}

type Detail = Record<string, unknown>;

const PEOPLE = new Set(["by", "approved_by", "claimed_by"]);
const TIMES = new Set(["due_at", "was_due", "promised_for"]);
const SEVERE = new Set(["severity", "follow_up_severity", "severity_before"]);

function list(value: unknown, name: (code: string) => string): string {
  return Array.isArray(value) ? joined((value as unknown[]).map(String).map(name)) : "";
}

function text(name: string, value: string, business: string, kind: string): string {
  if (PEOPLE.has(name)) return whoIs(business, value);
  if (TIMES.has(name)) return utcTime(value);
  if (SEVERE.has(name)) return maybe(`severity_${value}`) ?? words(value);
  switch (name) {
    case "after":
      return kindInWords(value);
    case "action":
      return maybe(`action_${value}`) ?? words(value);
    case "reason":
      return (kind === "taken_over" && maybe(`takeover_${value}`)) || named("reason", value);
    case "root_cause":
      return named("cause", value);
    case "fix":
    case "remedy":
      return named(name, value);
    case "language":
      return languageName(value);
    case "why":
      return maybe(`why_${value}`) ?? value;
    case "route":
    case "agenda":
    case "purpose":
      return words(value);
    default:
      return value;
  }
}

/** A field of an outcome's detail as people read it. */
export function valueInWords(outcome: Outcome, name: string): string {
  const value = outcome.detail[name];
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (name === "topics") return list(value, (code) => named("topic", code));
  if (name === "flags") return list(value, (code) => named("flag", code));
  if (name === "amount")
    return amount(String(value), String(outcome.detail["currency"] ?? ""));
  if (Array.isArray(value)) return list(value, (code) => code);
  if (typeof value === "string") return text(name, value, outcome.business, outcome.kind);
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

export function fieldName(name: string): string {
  return maybeSay(`f_${name}`) ?? name;
}

/** What says most of each outcome, in this order. */
const ESSENCE = [
  "reason",
  "root_cause",
  "fix",
  "remedy",
  "action",
  "level",
  "promised_for",
  "due_at",
  "rating",
  "topics",
  "after",
  "queue",
  "route",
  "variant",
  "purpose",
] as const;
/** Those that say nothing without their name. */
const NAMED = new Set(["level", "due_at", "promised_for", "route", "after", "queue"]);

function essential(outcome: Outcome, name: string): string {
  // Level 0 is where every follow-up begins.
  if (name === "level" && outcome.detail[name] === 0) return "";
  if (name === "rating") return t("stars", { n: Number(outcome.detail[name]) });
  const value = valueInWords(outcome, name);
  return value && NAMED.has(name) ? `${fieldName(name)} ${value}` : value;
}

/** What matters of an outcome, the most important first. */
export function essence(outcome: Outcome): string[] {
  const detail: Detail = outcome.detail;
  return ESSENCE.filter((name) => detail[name] !== undefined && detail[name] !== null)
    .map((name) => essential(outcome, name))
    .filter(Boolean);
}

/** The fact in a sentence. */
export function sentence(outcome: Outcome): string {
  const kind = kindInWords(outcome.kind);
  const what = kind.charAt(0).toLocaleUpperCase() + kind.slice(1);
  const details = essence(outcome);
  return say(details.length ? "fact_with" : "fact", {
    what,
    details: joined(details),
    who: whoIs(outcome.business, outcome.detail["by"] as string | undefined ?? outcome.actor),
    platform: platformName(outcome.platform),
    time: utcTime(outcome.at),
  });
}
