// Where an answer is written. It says what will happen, counts the length, and keeps every refusal
// beside the text that it is about.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import * as api from "../api";
import type { Action, FollowUp, FollowUpWithStory, LintResult, Row } from "../api_types";
import { claim, haveRead, holderOf, lost, wrote } from "../claims";
import {
  ACTIONS,
  chosenRemedy,
  isAboveLimit,
  isReplyless,
  needs,
  needsLead,
  send,
  takesText,
} from "../composing";
import { shown } from "../desk_state";
import { changeDraft, draftOf, type Draft } from "../drafts";
import { keepSoon } from "../draft_keeping";
import { MODIFIER, offerOfFollowUp } from "../keys";
import { maybe, t } from "../messages";
import { platformName } from "../platforms";
import { HOLD_MS, outbox, sendingOf, tick, undo } from "../outbox";
import { forgetRefusal, refusals } from "../refusals";
import { route } from "../route";
import { clockTime, dateAndTime, named, words } from "../times";
import { textLength } from "../text_length";
import { Dialog } from "./dialog";
import { backToList } from "./follow_up";
import { centreInRow } from "./horizontal_scroll";
import { Dot, SeverityIcon } from "./icons";
import { openFollowUp } from "./list";
import { Findings, Fine, RefusalBox } from "./refusal";
import { Words } from "./words";

const CHECK_AFTER_MS = 600;

export function Composer({ followUp }: { followUp: FollowUpWithStory }) {
  const { id } = followUp;
  const sending = sendingOf(id);
  const holder = holderOf(followUp);
  const draft = draftOf(id);
  let closed: string | null = null;
  if (followUp.status === "resolving") closed = t("on_its_way");
  else if (followUp.status === "closed") closed = t("refused_already_closed");
  else if (holder === "other") {
    closed = claimedByOther(followUp, lost.value.has(id));
  }
  if (sending) return <Held followUp={followUp} />;
  if (closed)
    return (
      <section class="composer closed" aria-label={t("answer")}>
        <p class={holder === "other" ? "notice" : "gone"}>{closed}</p>
        <RefusalBox id={id} />
        <KeptText text={draft.text} />
      </section>
    );
  return <Editor followUp={followUp} draft={draft} />;
}

/** What cannot be sent any more, and can be copied. */
function KeptText({ text }: { text: string }) {
  if (!text) return null;
  return (
    <>
      <p class="meta" id="kept-label">
        {t("kept_draft")}
      </p>
      <textarea readOnly aria-labelledby="kept-label" dir="auto" rows={4} value={text} />
    </>
  );
}

/** Who has it, and, where it was taken from this person, why. */
function claimedByOther(followUp: FollowUpWithStory, isLost: boolean): string {
  const time = clockTime(Date.parse(followUp.claim_expires_at!));
  const name = followUp.claimed_by_name;
  if (!name) return t(isLost ? "claim_lost" : "claimed_by_other", { time });
  const takeover = followUp.timeline?.findLast((entry) => entry.kind === "taken_over");
  if (isLost && takeover?.by === followUp.claimed_by) {
    const reason = maybe(`takeover_${takeover.reason}`) ?? words(takeover.reason ?? "other");
    return t("taken_over_from_you", { name, reason });
  }
  return t(isLost ? "claim_lost_named" : "claimed_by_named", { name, time });
}

/** The next one that this person can work on, by due time; from the top again after the last. */
function nextWork(id: string): string | null {
  const list = shown.value;
  const place = list.findIndex((row) => row.id === id);
  const inOrder = [...list.slice(place + 1), ...list.slice(0, Math.max(0, place))];
  const isFree = (row: Row) =>
    holderOf(row) !== "other" &&
    !sendingOf(row.id) &&
    (row.status !== "awaiting_approval" || route.value.view === "waits_for_lead");
  return inOrder.find(isFree)?.id ?? null;
}

/** What was sent and can still be undone. */
function Held({ followUp }: { followUp: FollowUp }) {
  const entry = outbox.value.find((candidate) => candidate.followUp === followUp.id)!;
  const seconds = Math.max(0, Math.ceil((entry.at - tick.value) / 1000));
  return (
    <section class="composer closed" aria-label={t("answer")}>
      {entry.tries === 0 ? (
        <p class="notice">{t("leaves_in", { n: Math.min(seconds, HOLD_MS / 1000) })}</p>
      ) : (
        <p class="notice">{t(entry.tries > 1 ? "not_sent_yet" : "sending")}</p>
      )}
      {entry.body.text ? (
        <blockquote class="our-words" dir="auto">
          {entry.body.text}
        </blockquote>
      ) : null}
      {entry.tries === 0 ? (
        <button type="button" onClick={() => takeBack(followUp.id)}>
          {t("undo")} <kbd>Z</kbd>
        </button>
      ) : null}
    </section>
  );
}

/** Undo, and go back to the text. */
export function takeBack(followUp?: string): boolean {
  const id = undo(followUp);
  if (!id) return false;
  openFollowUp(id);
  const focus = () =>
    (document.getElementById("field-text") ?? document.getElementById("follow-up-title"))?.focus();
  requestAnimationFrame(() => requestAnimationFrame(focus));
  return true;
}

function Slots({ followUp }: { followUp: FollowUp }) {
  if (followUp.stage === "offstage") return null;
  const left = followUp.public_replies_left;
  return (
    <span class="slots">
      <Dot filled={left < 2} />
      <Dot filled={left < 1} />
      {left === 0
        ? t("no_public_reply_left")
        : t(left === 1 ? "last_public_reply" : "first_public_reply")}
    </span>
  );
}

const CODE_KINDS = { fix: "fix", rootCause: "cause", reason: "reason" } as const;

function Select(props: {
  field: "fix" | "rootCause" | "reason";
  codes: readonly string[];
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}) {
  const { field, codes, draft } = props;
  // `other` is always taken, also where the policy does not name it.
  const all = codes.includes("other") ? codes : [...codes, "other"];
  return (
    <label class="field">
      <span>{t(`field_${field}`)}</span>
      <select
        id={`field-${field}`}
        required
        value={draft[field]}
        onChange={(event) => props.onChange({ [field]: event.currentTarget.value })}
      >
        <option value="">{t("choose")}</option>
        {all.map((code) => (
          <option key={code} value={code} dir="auto">
            {named(CODE_KINDS[field], code)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Remedy(props: {
  followUp: FollowUp;
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}) {
  const { followUp, draft } = props;
  if (!followUp.remedies.length) return null;
  return (
    <>
      <label class="field">
        <span>{t("field_remedy")}</span>
        <select
          value={draft.remedy}
          onChange={(event) => props.onChange({ remedy: event.currentTarget.value })}
        >
          <option value="">{t("no_remedy")}</option>
          {followUp.remedies.map(({ name, currency }) => (
            <option key={name + currency} value={`${name} ${currency}`}>
              {named("remedy", name)} ({currency})
            </option>
          ))}
        </select>
      </label>
      {chosenRemedy(followUp, draft) ? (
        <label class="field amount">
          <span>{t("field_amount")}</span>
          <input
            inputMode="decimal"
            dir="ltr"
            autoComplete="off"
            value={draft.amount}
            onInput={(event) =>
              props.onChange({ amount: event.currentTarget.value.replace(",", ".").trim() })
            }
          />
        </label>
      ) : null}
    </>
  );
}

/** Why nobody can reply from here, in the person's language. A later release may have other codes. */
function NoReply({ followUp }: { followUp: FollowUp }) {
  const { no_reply_code: code, no_reply_why: why, platform } = followUp;
  if (!why) return null;
  const plain = maybe(`no_reply_${code}`, { platform: platformName(platform) });
  return (
    <p class="notice" lang={plain ? undefined : "en"} dir={plain ? undefined : "auto"}>
      {plain ?? why}
    </p>
  );
}

function Editor({ followUp, draft }: { followUp: FollowUp; draft: Draft }) {
  const { id } = followUp;
  const textBox = useRef<HTMLTextAreaElement>(null);
  const actionsBox = useRef<HTMLFieldSetElement>(null);
  const linted = useSignal<{ text: string; result: LintResult } | null>(null);
  const stranger = useSignal(false);
  const busy = useSignal(false);
  const showNote = useSignal(Boolean(draft.note));
  const actions = ACTIONS.filter((action) => followUp.actions.includes(action));
  // Where nothing can be replied, what is left to do in most cases goes first.
  const usual = isReplyless(followUp) ? "resolve_without_reply" : draft.action;
  const fitting = [draft.action, usual].find((one) => actions.includes(one));
  const action = fitting ?? actions[0] ?? draft.action;
  const hasText = takesText(followUp, action);
  const isPublic = followUp.stage === "onstage";

  const change = (part: Partial<Draft>) => {
    changeDraft(id, { action, ...part });
    forgetRefusal(id);
    wrote(id);
    keepSoon(id);
  };
  const choose = (chosen: Action) => {
    changeDraft(id, { action: chosen });
    forgetRefusal(id);
  };

  const submit = async (stay: boolean) => {
    if (busy.value) return;
    busy.value = true;
    try {
      changeDraft(id, { action });
      const next = nextWork(id);
      if (!(await send({ ...followUp }))) return;
      // Whoever has gone elsewhere while it was checked stays there.
      if (route.value.followUp !== id) return;
      if (stay) document.getElementById("follow-up-title")?.focus();
      else if (next) openFollowUp(next);
      else backToList();
    } finally {
      busy.value = false;
    }
  };

  const write = async () => {
    if ((await claim(id)) !== null) requestAnimationFrame(() => textBox.current?.focus());
  };

  const addNote = () => {
    showNote.value = true;
    requestAnimationFrame(() => document.getElementById("field-note")?.focus());
  };

  useEffect(() => {
    return offerOfFollowUp(
      { name: "key_reply", key: "r", run: () => void write() },
      { name: "add_note", key: "", run: addNote },
      {
        name: "key_stranger",
        key: "v",
        run: () => void (stranger.value = true),
        isPossible: () => hasText && Boolean(draftOf(id).text.trim()),
      },
      ...ACTIONS.map((one, place) => ({
        name: `action_${one}` as const,
        key: String(place + 1),
        run: () => choose(one),
        isPossible: () => actions.includes(one),
      })),
    );
  }, [id, action, hasText, actions.join()]);

  useEffect(() => centreInRow(actionsBox.current, "input:checked"), [action]);

  // Checked when the writing pauses. Nothing is written anywhere, and no claim is needed.
  useEffect(() => {
    const text = draft.text.trim();
    if (!text || !hasText) {
      linted.value = null;
      return;
    }
    const timer = setTimeout(() => {
      void api.lint(id, text, draft.ownContacts).then(
        (result) => (linted.value = { text: draft.text, result }),
        // It is checked again before it is sent.
        () => undefined,
      );
    }, CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [id, draft.text, draft.ownContacts, hasText]);

  const lint = linted.value?.text === draft.text ? linted.value.result : null;
  const findings = lint?.findings ?? [];
  const posted = lint?.text ?? draft.text;
  const { limit, unit } = followUp.platform_limits;
  const used = textLength(posted, unit);
  // X weighs addresses in a way of its own. There, the lint alone says what is too long.
  const isTooLong = used > limit && unit !== "weighted";
  const isContact = findings.some((finding) =>
    ["telephone_number", "email_address", "street_address"].includes(finding.code),
  );
  // A later claim covers what came before it; within one, nothing new goes out unread.
  const isChanged =
    holderOf(followUp) === "me" && draft.seen !== "" && draft.seen !== followUp.revision;
  const asksLead = needsLead(followUp, { ...draft, action });
  // The accent is for what comes next: as long as something is to be written or mended, not this.
  const isBlocked = hasText && findings.some((finding) => finding.severity === "block");
  const isReady = !isBlocked && (!needs(action, "text") || Boolean(draft.text.trim()));

  const onKeyDown = (event: KeyboardEvent) => {
    // An input method and a dialog have their own Esc.
    if (event.isComposing) return;
    if (event.target instanceof Element && event.target.closest("dialog")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void submit(event.shiftKey);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      document.getElementById("follow-up-title")?.focus();
    }
  };

  return (
    <section class="composer" aria-label={t("answer")} onKeyDown={onKeyDown}>
      <NoReply followUp={followUp} />
      <fieldset class="actions" ref={actionsBox}>
        <legend class="visually-hidden">{t("action")}</legend>
        {actions.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="action"
              checked={one === action}
              onChange={() => choose(one)}
            />
            <span>{t(`action_${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <p class="meta">{t(`then_${action}`)}</p>
      <div class="fields">
        {action === "promise" ? (
          <label class="field">
            <span>{t("field_promisedFor")}</span>
            <input
              id="field-promisedFor"
              type="date"
              required
              value={draft.promisedFor}
              onInput={(event) => change({ promisedFor: event.currentTarget.value })}
            />
          </label>
        ) : null}
        {needs(action, "rootCause") ? (
          <>
            <Select field="rootCause" codes={followUp.causes} draft={draft} onChange={change} />
            <Select field="fix" codes={followUp.fixes} draft={draft} onChange={change} />
          </>
        ) : null}
        {action === "walk_away" ? (
          <Select field="reason" codes={followUp.reasons} draft={draft} onChange={change} />
        ) : null}
        {action === "report_fake" ? null : (
          <Remedy followUp={followUp} draft={draft} onChange={change} />
        )}
      </div>
      {action === "report_fake" ? (
        <label class="field wide">
          <span>{t("field_evidence")}</span>
          <textarea
            id="field-evidence"
            rows={3}
            required
            dir="auto"
            value={draft.evidence}
            onInput={(event) => change({ evidence: event.currentTarget.value })}
          />
        </label>
      ) : null}
      {hasText ? (
        <label class="field wide">
          <span>
            {action === "invite_private"
              ? t("text_invitation")
              : action === "walk_away"
                ? t("text_last_word")
                : t(isPublic ? "text_public" : "text_private")}
            {needs(action, "text") ? "" : ` (${t("optional")})`}
          </span>
          <textarea
            ref={textBox}
            id="field-text"
            class="text"
            rows={4}
            dir="auto"
            required={needs(action, "text")}
            aria-describedby="composer-state"
            value={draft.text}
            onInput={(event) => change({ text: event.currentTarget.value })}
          />
        </label>
      ) : null}
      {isReplyless(followUp) ? <KeptText text={draft.text} /> : null}
      {showNote.value ? (
        <label class="field wide note-field">
          <span>{t("field_note")}</span>
          <textarea
            id="field-note"
            rows={2}
            dir="auto"
            value={draft.note}
            onInput={(event) => change({ note: event.currentTarget.value })}
          />
        </label>
      ) : null}
      <RefusalBox id={id} />
      {isChanged ? (
        <div class="notice" role="alert">
          <p>{t("changed_meanwhile")}</p>
          <button type="button" onClick={() => void haveRead(id)}>
            {t("have_read_it")}
          </button>
        </div>
      ) : null}
      {hasText && draft.text.trim() ? (
        <div aria-live="polite">
          {/* A refusal has them already. */}
          {refusals.value.get(id)?.findings.length ? null : <Findings findings={findings} />}
          {lint && !findings.length ? <Fine text={t("lint_fine")} /> : null}
          {isContact || draft.ownContacts ? (
            <label class="check">
              <input
                type="checkbox"
                checked={draft.ownContacts}
                onChange={(event) => change({ ownContacts: event.currentTarget.checked })}
              />
              {t("contacts_are_own")}
            </label>
          ) : null}
        </div>
      ) : null}
      {isAboveLimit(followUp, draft) ? (
        <p class="notice">
          <SeverityIcon severity="medium" /> {t("above_limit")}
        </p>
      ) : null}
      <p class="composer-state" id="composer-state">
        {hasText && isPublic ? <Slots followUp={followUp} /> : null}
        {hasText ? (
          <span class={isTooLong ? "count over" : "count"}>
            {t("length_of", { used, limit })}
          </span>
        ) : null}
        {draft.keptAt && !draft.isNew ? (
          <span class="count">
            {t("draft_kept", { time: clockTime(Date.parse(draft.keptAt)) })}
          </span>
        ) : null}
      </p>
      <div class="buttons">
        {showNote.value ? null : (
          <button type="button" class="quiet" onClick={addNote}>
            {t("add_note")}
          </button>
        )}
        {hasText ? (
          <button
            type="button"
            disabled={!draft.text.trim()}
            onClick={() => (stranger.value = true)}
          >
            {t("as_stranger")} <kbd>V</kbd>
          </button>
        ) : null}
        <button
          type="button"
          class={isReady ? "primary" : undefined}
          aria-keyshortcuts="Control+Enter"
          disabled={busy.value || (hasText && isTooLong)}
          onClick={() => void submit(false)}
        >
          {t(asksLead ? "ask_lead" : "send_and_next")} <kbd>{MODIFIER} ↵</kbd>
        </button>
      </div>
      {stranger.value ? (
        <Stranger
          followUp={followUp}
          text={posted}
          isFinal={Boolean(lint)}
          onClose={() => (stranger.value = false)}
        />
      ) : null}
    </section>
  );
}

/** Nothing but what somebody sees who knows neither side. */
function Stranger(props: {
  followUp: FollowUp;
  text: string;
  isFinal: boolean;
  onClose: () => void;
}) {
  const { followUp } = props;
  const review = followUp.reviews[0];
  const earlier = followUp.replies.filter(
    (reply) => reply.public === (followUp.stage === "onstage") && reply.state === "sent",
  );
  const replaces = followUp.platform_limits.replaces_reply && earlier.length > 0;
  return (
    <Dialog title={t("as_stranger")} onClose={props.onClose}>
      <div class="stranger">
        <p class="facts">
          <b>
            <bdi>{review?.author?.name || t("anonymous")}</bdi>
          </b>
          {review?.rating ? <span>{t("stars_of_five", { n: review.rating })}</span> : null}
          {review?.occurred_at ? <span>{dateAndTime(review.occurred_at)}</span> : null}
        </p>
        <Words title={review?.title} text={review?.text} />
        {replaces ? (
          <p class="meta">{t("replaces_first")}</p>
        ) : (
          earlier.map((reply) => (
            <blockquote class="our-words" key={reply.id} dir="auto">
              {reply.text}
            </blockquote>
          ))
        )}
        <blockquote class="our-words" dir="auto">
          {props.text}
        </blockquote>
        {props.isFinal ? null : <p class="meta">{t("signature_follows")}</p>}
      </div>
    </Dialog>
  );
}
