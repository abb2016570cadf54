// Why something was not done. It stays beside the composer until somebody changes something.

import { signal } from "@preact/signals";
import type { ApiError } from "./api";
import type { Finding } from "./api_types";
import { announce } from "./announce";
import { maybe, t } from "./messages";

export interface Refusal {
  /** What was refused and why, in the person's language where there are words for it. */
  text: string;
  /** What the API adds, such as until when or which codes; in English. */
  detail: string;
  findings: Finding[];
  requestId: string;
}

export const refusals = signal<ReadonlyMap<string, Refusal>>(new Map());

/** Reasons whose detail names dates, codes or limits that the plain words cannot. */
const WITH_DETAIL = new Set([
  "claimed_by_other",
  "already_closed",
  "date_too_late",
  "remedy_unknown",
  "code_unknown",
]);

export function refusalOf(error: ApiError): Refusal {
  const { reason, detail = "", findings = [] } = error.problem;
  const plain = reason ? maybe(`refused_${reason}`) : maybe(`refused_status_${error.status}`);
  const text = plain ?? (error.isTemporary ? t("refused_temporary") : detail || t("refused_other"));
  const adds = !plain || !reason || WITH_DETAIL.has(reason);
  return {
    text,
    detail: adds && detail !== text && reason !== "lint" ? detail : "",
    findings,
    requestId: error.requestId,
  };
}

function put(id: string, refusal: Refusal): void {
  refusals.value = new Map(refusals.value).set(id, refusal);
  announce(refusal.text);
}

export function refuse(id: string, error: ApiError): void {
  put(id, refusalOf(error));
}

export function refuseFindings(id: string, findings: Finding[]): void {
  put(id, { text: t("refused_lint"), detail: "", findings, requestId: "" });
}

/** Refuse what the page itself sees to be incomplete. */
export function refuseText(id: string, text: string): void {
  put(id, { text, detail: "", findings: [], requestId: "" });
}

export function forgetRefusal(id: string): void {
  if (!refusals.value.has(id)) return;
  const next = new Map(refusals.value);
  next.delete(id);
  refusals.value = next;
}
