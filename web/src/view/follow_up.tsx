// An opened follow-up. First the customer's words, then what we said, why a person is needed, what
// to think of, and only then the answer.

import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "../announce";
import type { Complaint, FollowUpWithStory, Reply, Review, Rule } from "../api_types";
import { claim, holderOf, leave, LEASE_MS, release } from "../claims";
import { amountLeft } from "../composing";
import {
  details,
  nextAfter,
  readMoreReviews,
  rowOf,
  shown,
  unreadable,
} from "../desk_state";
import { keepNow, takeKept } from "../draft_keeping";
import { offerAll, offerOfFollowUp } from "../keys";
import { maybe, t } from "../messages";
import { en } from "../messages/en";
import { hasRole } from "../people";
import { platformName } from "../platforms";
import { preload } from "../polling";
import { go, route } from "../route";
import { subject } from "../sign_in";
import {
  amount,
  clockTime,
  dateAndTime,
  dueIn,
  joined,
  languageName,
  named,
  now,
  pausedUntil,
  percent,
  words,
} from "../times";
import { Approval } from "./approval";
import { Composer } from "./composer";
import { Icon, Ring, SeverityIcon } from "./icons";
import { LaterDialog, showAgain } from "./later";
import { claimedUntil, focusList, openFollowUp } from "./list";
import { Notes } from "./notes";
import { History, Timeline } from "./story";
import { TakeoverDialog } from "./takeover";
import { Words } from "./words";

export function backToList(): void {
  go({ followUp: null });
  requestAnimationFrame(focusList);
}

function Lease(props: { followUp: FollowUpWithStory; takeover: Signal<boolean> }) {
  const { followUp } = props;
  const holder = holderOf(followUp);
  if (followUp.status === "awaiting_approval" || followUp.status === "resolving") return null;
  if (holder === "other")
    return (
      <span class="lease">
        <span>{claimedUntil(followUp)}</span>
        {hasRole(followUp.business, "lead") ? (
          <button type="button" onClick={() => (props.takeover.value = true)}>
            {t("take_over")}
          </button>
        ) : null}
      </span>
    );
  if (holder === "nobody")
    return (
      <button type="button" aria-keyshortcuts="c" onClick={() => void claim(followUp.id)}>
        {t("claim")} <kbd>C</kbd>
      </button>
    );
  const expires = Date.parse(followUp.claim_expires_at!);
  return (
    <span class="lease mine">
      <Ring share={Math.max(0, Math.min(1, (expires - now.value) / LEASE_MS))} />
      <span>{t("yours_until", { time: clockTime(expires) })}</span>
      <button type="button" aria-keyshortcuts="c" onClick={() => void release(followUp.id)}>
        {t("release")} <kbd>C</kbd>
      </button>
    </span>
  );
}

/** Only the web: a review may link to anything. */
function safeLink(link: string | null | undefined): string | null {
  try {
    const url = new URL(link ?? "");
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

function EarlierComplaint({ complaint }: { complaint: Complaint }) {
  return (
    <article class="earlier">
      <p class="meta">
        {complaint.severity ? t(`severity_${complaint.severity}`) : null}{" "}
        {complaint.occurred_at ? dateAndTime(complaint.occurred_at) : null}
      </p>
      <Words title={complaint.title} text={complaint.text} />
    </article>
  );
}

function ReviewCard(props: { review: Review; followUp: FollowUpWithStory }) {
  const { review } = props;
  const { platform, stage } = props.followUp;
  // Alone, its author is the title of the whole follow-up already.
  const isOnly = props.followUp.reviews_count === 1;
  const link = safeLink(review.link);
  const place = t(stage === "onstage" ? "in_public" : "in_private");
  const facts = [joined([platformName(platform), place])];
  if (review.rating) facts.push(t("stars_of_five", { n: review.rating }));
  if (review.language) facts.push(languageName(review.language));
  if (review.occurred_at) facts.push(dateAndTime(review.occurred_at));
  return (
    <article class="review">
      <p class="facts">
        {isOnly ? null : (
          <b>
            <bdi>{review.author?.name || t("anonymous")}</bdi>
          </b>
        )}
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
        {link ? (
          <a href={link} target="_blank" rel="noopener noreferrer">
            {t("at_the_platform")} <Icon name="link" />
          </a>
        ) : null}
      </p>
      {review.erased ? <p class="gone">{t("erased_long")}</p> : null}
      {review.damaged ? <p class="gone">{t("damaged")}</p> : null}
      {review.withdrawn ? <p class="flag">{t("withdrawn")}</p> : null}
      {review.unverified ? <p class="flag">{t("unverified")}</p> : null}
      {review.reported_gone_at ? (
        <p class="flag">{t("reported_gone", { time: dateAndTime(review.reported_gone_at) })}</p>
      ) : null}
      {review.erased || (!review.text && (review.damaged || review.withdrawn)) ? null : (
        <Words title={review.title || review.subject} text={review.text} />
      )}
      {review.before_edit ? (
        <details open>
          <summary>{t("before_edit")}</summary>
          <EarlierComplaint complaint={review.before_edit} />
          <p class="meta">{t("before_edit_reply")}</p>
          <blockquote class="our-words" dir="auto">
            {review.before_edit.acknowledgement}
          </blockquote>
          {review.before_edit.replaced_by_next_reply ? (
            <p class="meta">{t("before_edit_replaced")}</p>
          ) : null}
        </details>
      ) : null}
      {review.other_complaints?.length ? (
        <details>
          <summary>{t("other_complaints", { n: review.other_complaints.length })}</summary>
          {review.other_complaints.map((complaint, place) => (
            <EarlierComplaint key={place} complaint={complaint} />
          ))}
        </details>
      ) : null}
    </article>
  );
}

function ReplyCard({ reply }: { reply: Reply }) {
  return (
    <article class="reply">
      <p class="meta">
        <span>{t(reply.purpose === "acknowledgement" ? "automatic_reply" : "our_reply")}</span>
        <span>{t(reply.public ? "in_public" : "in_private")}</span>
        <span>{dateAndTime(reply.at)}</span>
        <span>{maybe(`reply_${reply.state}`) ?? words(reply.state)}</span>
      </p>
      {reply.text ? <p dir="auto">{reply.text}</p> : <p class="gone">{t("damaged")}</p>}
    </article>
  );
}

/** Why a rule asks for a person. The words of a business's own rule are in any language. */
function RuleReason({ rule }: { rule: Rule }) {
  const key = `rule_${rule.id.replaceAll("-", "_")}`;
  const isOurs = (en as Record<string, unknown>)[key] === rule.why;
  return isOurs ? (
    <p>{maybe(key)}</p>
  ) : (
    <p lang="" dir="auto">
      {rule.why}
    </p>
  );
}

/** Where the browser refuses, the text is selected, so that its own keys can copy it. */
async function copy(id: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(id);
    announce(t("copied_said"));
  } catch {
    const text = document.getElementById("own-id");
    if (text) getSelection()?.selectAllChildren(text);
    announce(t("copy_refused"));
  }
}

function Context({ followUp }: { followUp: FollowUpWithStory }) {
  const assessment = followUp.reviews[0]?.assessment;
  const { checklist } = followUp;
  return (
    <aside class="context" aria-label={t("context")}>
      <section>
        <h3>{t("why_a_person")}</h3>
        {followUp.rules
          .filter((rule) => rule.why)
          .map((rule) => (
            <RuleReason key={rule.id} rule={rule} />
          ))}
        {followUp.why === "policy" ? null : (
          <p>{maybe(`why_${followUp.why}`) ?? words(followUp.why)}</p>
        )}
        <p>
          <code>{followUp.rules.map((rule) => rule.id).join(", ")}</code>
        </p>
      </section>
      {assessment ? (
        <section>
          <h3>{t("assessment")}</h3>
          <dl>
            {assessment.topics.length ? (
              <div>
                <dt>{t("topics")}</dt>
                <dd>{joined(assessment.topics.map((topic) => named("topic", topic)))}</dd>
              </div>
            ) : null}
            {assessment.flags.length ? (
              <div>
                <dt>{t("flags")}</dt>
                <dd>{joined(assessment.flags.map((flag) => named("flag", flag)))}</dd>
              </div>
            ) : null}
            <div>
              <dt>{t("confidence")}</dt>
              <dd>{percent(assessment.confidence)}</dd>
            </div>
          </dl>
        </section>
      ) : null}
      {checklist?.steps.length ? (
        <section>
          <h3>{t("before_you_answer")}</h3>
          {checklist.steps.map((step) => (
            <label class="check" key={`${followUp.id} ${step}`}>
              <input type="checkbox" />
              <span>{step}</span>
            </label>
          ))}
        </section>
      ) : null}
      {followUp.remedies.length ? (
        <section>
          <h3>{t("you_may_grant")}</h3>
          <dl>
            {followUp.remedies.map(({ name, currency }) => (
              <div key={name + currency}>
                <dt dir="auto">{named("remedy", name)}</dt>
                <dd>
                  {t("up_to", {
                    amount: amount(Math.max(0, amountLeft(followUp, name, currency)), currency),
                  })}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
      {followUp.contacts.length ? (
        <section>
          <h3>{t("own_contacts")}</h3>
          {followUp.contacts.map((contact) => (
            <p key={contact}>
              <bdi>{contact}</bdi>
            </p>
          ))}
        </section>
      ) : null}
      <Notes followUp={followUp} />
      <Timeline followUp={followUp} />
      <p class="meta own-id">
        <code id="own-id">{followUp.id}</code>
        <button
          type="button"
          class="quiet"
          aria-label={t("copy_id")}
          title={t("copy_id")}
          onClick={() => void copy(followUp.id)}
        >
          <Icon name="copy" />
        </button>
      </p>
    </aside>
  );
}

function Thread({ followUp }: { followUp: FollowUpWithStory }) {
  const failed = useSignal(false);
  const due = dueIn(followUp);
  const paused = pausedUntil(followUp);
  // What waits for a lead stands where the lead decides.
  const isPending = followUp.status === "awaiting_approval";
  const pendingReply = isPending ? followUp.pending_resolution?.reply : null;
  const replies = followUp.replies.filter((reply) => reply.id !== pendingReply);
  const more = async () => {
    failed.value = false;
    try {
      await readMoreReviews(followUp.id);
    } catch {
      failed.value = true;
    }
  };
  return (
    <div class="thread">
      <p class="state">
        <SeverityIcon severity={followUp.severity} />
        <span class={`word ${followUp.severity}`}>{t(`severity_${followUp.severity}`)}</span>
        {followUp.status === "closed" ? null : (
          <time class={due.isOverdue ? "due overdue" : "due"} dateTime={followUp.due_at}>
            {joined([due.text, dateAndTime(followUp.due_at, { weekday: "short" })])}
          </time>
        )}
        {paused && followUp.status !== "closed" ? <span>{paused}</span> : null}
        {followUp.status === "open" ? null : <span>{t(`status_${followUp.status}`)}</span>}
        {followUp.promised_for ? (
          <span>{t("promised_for", { time: dateAndTime(followUp.promised_for) })}</span>
        ) : null}
      </p>
      <History followUp={followUp} />
      {followUp.reviews_count > 1 ? (
        <p class="notice">{t("answer_is_for_all", { n: followUp.reviews_count })}</p>
      ) : null}
      {followUp.reviews.map((review) => (
        <ReviewCard key={review.id} review={review} followUp={followUp} />
      ))}
      {followUp.reviews_next ? (
        <p class="more">
          <button type="button" onClick={more}>
            {t("show_more_reviews", { n: followUp.reviews_count - followUp.reviews.length })}
          </button>
          {failed.value ? <span role="alert">{t("refused_temporary")}</span> : null}
        </p>
      ) : null}
      {replies.length ? (
        <section class="replies" aria-label={t("our_replies")}>
          {replies.map((reply) => (
            <ReplyCard key={reply.id} reply={reply} />
          ))}
        </section>
      ) : null}
    </div>
  );
}

function title(followUp: FollowUpWithStory): string {
  return followUp.reviews[0]?.author?.name || t("anonymous");
}

/** Whether this person can do something here, so that a way to it is worth its place. */
function canDecide(followUp: FollowUpWithStory): boolean {
  const { status, pending_resolution: pending } = followUp;
  if (status === "awaiting_approval") return pending?.agent !== subject.value;
  return status !== "closed" && status !== "resolving" && holderOf(followUp) !== "other";
}

/** In a narrow window the answer is far below what there is to read. */
function goToAnswer(): void {
  const composer = document.querySelector<HTMLElement>(".composer");
  composer?.scrollIntoView({ block: "start" });
  composer?.querySelector<HTMLElement>("input:checked, button")?.focus({ preventScroll: true });
}

export function FollowUpPane({ id }: { id: string }) {
  const read = details.value.get(id);
  const gone = unreadable.value.get(id);
  const next = nextAfter(id);
  const later = useSignal(false);
  const takeover = useSignal(false);
  useEffect(
    () => () => {
      void keepNow(id);
      leave(id);
    },
    [id],
  );
  // What another device kept comes with the follow-up.
  useEffect(() => {
    if (read) takeKept(read);
  }, [read?.my_draft?.at]);
  // The next one is there when this one was sent.
  useEffect(() => {
    if (read && next && !details.value.has(next)) void preload(next);
  }, [Boolean(read), next]);
  useEffect(() => {
    const isFree = () => {
      const row = rowOf(id);
      return row !== null && holderOf(row) !== "other";
    };
    const claimOrRelease = () => {
      const row = rowOf(id);
      if (row) void (holderOf(row) === "me" ? release(id) : claim(id));
    };
    const endBack = offerAll({ name: "back", key: "Escape", run: backToList });
    const endRest = offerOfFollowUp(
      { name: "key_claim", key: "c", run: claimOrRelease, isPossible: isFree },
      { name: "later", key: "h", run: () => void (later.value = true) },
      {
        name: "take_over",
        key: "",
        run: () => void (takeover.value = true),
        isPossible: () => {
          const row = rowOf(id);
          return row !== null && holderOf(row) === "other" && hasRole(row.business, "lead");
        },
      },
    );
    return () => {
      endBack();
      endRest();
    };
  }, [id]);
  // A reader who follows the list keeps reading here while a newer state loads.
  const followUp = read ? { ...read, ...rowOf(id) } : null;
  return (
    <section class="follow-up" aria-labelledby="follow-up-title">
      <header>
        <button class="quiet back" type="button" aria-label={t("back")} onClick={backToList}>
          <Icon name="back" />
        </button>
        <h2 id="follow-up-title" tabIndex={-1}>
          <bdi>{followUp ? title(followUp) : t("follow_up")}</bdi>
        </h2>
        {followUp && canDecide(followUp) ? (
          <button type="button" class="jump" onClick={goToAnswer}>
            {t(followUp.status === "awaiting_approval" ? "action" : "answer")}
          </button>
        ) : null}
        {followUp && followUp.status !== "closed" ? (
          <div class="tools">
            {route.value.view === "later" ? (
              <button type="button" onClick={() => void showAgain(id).then(backToList)}>
                {t("later_back")}
              </button>
            ) : (
              <button
                type="button"
                class="quiet"
                aria-keyshortcuts="h"
                onClick={() => (later.value = true)}
              >
                {t("later")} <kbd>H</kbd>
              </button>
            )}
            <Lease followUp={followUp} takeover={takeover} />
          </div>
        ) : null}
      </header>
      {followUp ? (
        <>
          <Thread followUp={followUp} />
          <Context followUp={followUp} />
          {followUp.pending_resolution && followUp.status === "awaiting_approval" ? (
            // Another resolution is another question: one that is open must not turn into it.
            <Approval
              key={followUp.pending_resolution.digest}
              followUp={followUp}
              pending={followUp.pending_resolution}
            />
          ) : (
            <Composer key={id} followUp={followUp} />
          )}
        </>
      ) : gone ? (
        gone.status === 404 ? (
          <p class="empty">{t("refused_status_404")}</p>
        ) : (
          <p class="empty" lang="en" dir="auto">
            {gone.problem.detail}
          </p>
        )
      ) : (
        <p class="loading" role="status">
          {t("loading")}
        </p>
      )}
      {followUp && later.value ? (
        <LaterDialog
          row={followUp}
          onClose={() => (later.value = false)}
          onDone={() => (next ? openFollowUp(next) : backToList())}
        />
      ) : null}
      {followUp && takeover.value ? (
        <TakeoverDialog followUp={followUp} onClose={() => (takeover.value = false)} />
      ) : null}
    </section>
  );
}

export function NothingOpen() {
  return (
    <section class="follow-up nothing" aria-label={t("follow_up")}>
      <p class="empty">{shown.value.length ? t("choose_one") : ""}</p>
    </section>
  );
}
