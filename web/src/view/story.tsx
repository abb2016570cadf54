// What was before: the author's other reviews, and what happened to this one.

import type { EarlierReview, FollowUpWithStory, TimelineEntry } from "../api_types";
import { maybe, t } from "../messages";
import { shortPlatformName } from "../platforms";
import { dateAndTime, joined, named, words } from "../times";
import { SeverityIcon } from "./icons";

function kindInWords(kind: string): string {
  return maybe(`kind_${kind}`) ?? words(kind);
}

function Earlier({ review }: { review: EarlierReview }) {
  return (
    <li>
      <p class="meta">
        {review.severity ? <SeverityIcon severity={review.severity} /> : null}
        <span>{dateAndTime(review.at)}</span>
        <span>{shortPlatformName(review.platform)}</span>
        {review.rating ? <span>{t("stars", { n: review.rating })}</span> : null}
        <b>{review.ended ? kindInWords(review.ended) : t("still_open")}</b>
      </p>
      {review.first_words ? <p dir="auto">{review.first_words}</p> : null}
    </li>
  );
}

export function History({ followUp }: { followUp: FollowUpWithStory }) {
  const history = followUp.history ?? [];
  if (!history.length) return null;
  return (
    <details class="history">
      <summary>{t("history", { n: history.length })}</summary>
      <ul>
        {history.map((review) => (
          <Earlier key={review.id} review={review} />
        ))}
      </ul>
    </details>
  );
}

/** An outcome in a few words: what, who, and the code that says why. */
function Entry({ entry, time }: { entry: TimelineEntry; time: string }) {
  const takeover = entry.kind === "taken_over" ? maybe(`takeover_${entry.reason}`) : null;
  const details = joined([
    takeover ?? (entry.reason && named("reason", entry.reason)),
    entry.root_cause && named("cause", entry.root_cause),
    entry.fix && named("fix", entry.fix),
  ]);
  return (
    <li>
      {time ? <span class="meta">{time}</span> : null}
      <span class="kind">
        {kindInWords(entry.kind)}
        {entry.by_name ? (
          <>
            {t("comma")}
            <bdi>{entry.by_name}</bdi>
          </>
        ) : null}
        {details ? `: ${details}` : null}
      </span>
    </li>
  );
}

export function Timeline({ followUp }: { followUp: FollowUpWithStory }) {
  const timeline = followUp.timeline ?? [];
  if (!timeline.length) return null;
  // What happened in one minute has its time once.
  const times = timeline.map((entry) => dateAndTime(entry.at));
  return (
    <section>
      <h3>{t("timeline")}</h3>
      <ol class="timeline">
        {timeline.map((entry, place) => (
          <Entry
            key={entry.id}
            entry={entry}
            time={times[place] === times[place - 1] ? "" : times[place]!}
          />
        ))}
      </ol>
    </section>
  );
}
