// From a draft to a resolution: what an action needs, and what happens when somebody sends it.

import * as api from "./api";
import { ApiError } from "./api";
import type { Action, FollowUp, ResolutionBody } from "./api_types";
import { claim } from "./claims";
import { changeDraft, draftOf, type Draft } from "./drafts";
import { t, type Key } from "./messages";
import { hold } from "./outbox";
import { forgetRefusal, refuse, refuseFindings, refuseText } from "./refusals";

export const ACTIONS: readonly Action[] = [
  "reply",
  "invite_private",
  "promise",
  "resolve_without_reply",
  "report_fake",
  "walk_away",
];

type Field = "text" | "fix" | "rootCause" | "promisedFor" | "evidence" | "reason";

const NEEDS: Record<Action, readonly Field[]> = {
  reply: ["text", "rootCause", "fix"],
  invite_private: ["text"],
  promise: ["promisedFor"],
  resolve_without_reply: ["rootCause", "fix"],
  report_fake: ["evidence"],
  walk_away: ["reason"],
};
const TAKES_TEXT = new Set<Action>(["reply", "invite_private", "promise", "walk_away"]);

/** Whether no reply can be sent from here at all, with any action. */
export function isReplyless({ actions, no_reply_why }: FollowUp): boolean {
  return Boolean(no_reply_why) && !actions.includes("reply");
}

/** Whether the customer may read a text with it. */
export function takesText(followUp: FollowUp, action: Action): boolean {
  return TAKES_TEXT.has(action) && !isReplyless(followUp);
}

export function needs(action: Action, field: Field): boolean {
  return NEEDS[action].includes(field);
}

export function missingFields(draft: Draft): Field[] {
  return NEEDS[draft.action].filter((field) =>
    field === "promisedFor" ? !isDate(draft.promisedFor) : !draft[field].trim(),
  );
}

/** Whether it is a day as a date field has it. Chrome takes years of six digits, and a draft that a
 * program kept may have anything. */
function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T17:00`));
}

/** What is sent of a draft, to tell whether somebody wrote on. */
function contentOf(draft: Draft): string {
  const { resolution, seen, keptAt, isNew, ...content } = draft;
  return JSON.stringify(content);
}

/** Whether the policy's limit for a kind of remedy is passed, with what was granted before. */
export function isAboveLimit(followUp: FollowUp, draft: Draft): boolean {
  const remedy = chosenRemedy(followUp, draft);
  if (!remedy) return false;
  return Number(draft.amount || 0) > amountLeft(followUp, remedy.name, remedy.currency);
}

export function amountLeft(followUp: FollowUp, name: string, currency: string): number {
  const isSame = (other: { name: string; currency: string }) =>
    other.name === name && other.currency === currency;
  const limit = Number(followUp.remedies.find(isSame)?.limit ?? 0);
  return followUp.grants.filter(isSame).reduce((left, grant) => left - Number(grant.amount), limit);
}

export function chosenRemedy(followUp: FollowUp, draft: Draft) {
  return followUp.remedies.find((one) => `${one.name} ${one.currency}` === draft.remedy) ?? null;
}

export function needsLead(followUp: FollowUp, draft: Draft): boolean {
  return draft.action === "walk_away" || isAboveLimit(followUp, draft);
}

function bodyOf(followUp: FollowUp, draft: Draft, fence: number): ResolutionBody {
  const { action } = draft;
  const seen = draft.seen || followUp.revision;
  const body: ResolutionBody = { id: draft.resolution, action, fence, seen_revision: seen };
  const text = draft.text.trim();
  if (takesText(followUp, action) && text) {
    body.text = text;
    if (draft.ownContacts) body.own_contacts = true;
  }
  if (needs(action, "fix")) body.fix = draft.fix;
  if (needs(action, "rootCause")) body.root_cause = draft.rootCause;
  if (action === "walk_away") body.reason = draft.reason;
  if (action === "report_fake") body.evidence = draft.evidence.trim();
  // The end of that day, where this person is.
  if (action === "promise")
    body.promised_for = new Date(`${draft.promisedFor}T17:00`).toISOString();
  if (draft.note.trim()) body.note = draft.note.trim();
  const remedy = chosenRemedy(followUp, draft);
  if (remedy && draft.amount && action !== "report_fake")
    body.remedy = { name: remedy.name, amount: draft.amount, currency: remedy.currency };
  return body;
}

/** Check a draft and hold it for sending. Whether it is held now; if not, it is said why. */
export async function send(followUp: FollowUp): Promise<boolean> {
  const { id } = followUp;
  const draft = draftOf(id);
  forgetRefusal(id);
  const [missing] = missingFields(draft);
  if (missing) {
    document.getElementById(`field-${missing}`)?.focus();
    refuseText(id, t("fill_in", { field: t(`field_${missing}` as Key) }));
    return false;
  }
  const fence = await claim(id);
  if (fence === null) return false;
  if (takesText(followUp, draft.action) && draft.text.trim()) {
    try {
      const { blocked, findings } = await api.lint(id, draft.text.trim(), draft.ownContacts);
      if (blocked) {
        refuseFindings(id, findings);
        return false;
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(id, error);
      return false;
    }
  }
  // Whoever wrote on while it was checked goes on writing.
  if (contentOf(draftOf(id)) !== contentOf(draft)) return false;
  if (!draft.resolution) changeDraft(id, { resolution: `page-${crypto.randomUUID()}` });
  hold(id, bodyOf(followUp, draftOf(id), fence));
  return true;
}
