// What is not there, and should be: an auditor looks for that first (R01, R26).

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../../api";
import type { Gaps, Severity } from "../../api_types";
import { intl, maybe, t } from "../../messages";
import { platformName, shortPlatformName } from "../../platforms";
import { refusalOf } from "../../refusals";
import { joined, words } from "../../times";
import { SeverityIcon } from "../../view/icons";
import { addressOf, following, place } from "../address";
import { fieldName, kindInWords, whoIs } from "../facts";
import { say } from "../messages";
import { readGaps } from "../reading";
import { dayInWords, utcTime } from "../zones";

function ReviewRow(props: {
  review: string;
  sequence?: number;
  severity?: Severity | null;
  platform: string;
  children: ComponentChildren;
}) {
  const target = { page: "log", review: props.review, sequence: props.sequence ?? 0 } as const;
  return (
    <li>
      <a href={addressOf({ ...place.value, ...target })} onClick={following(target)}>
        {props.severity ? (
          <>
            <SeverityIcon severity={props.severity} />
            <span>{t(`severity_${props.severity}`)}</span>
          </>
        ) : null}
        <span>{shortPlatformName(props.platform)}</span>
        {props.children}
        <code dir="ltr">{props.review}</code>
      </a>
    </li>
  );
}

/** One kind of gap: what it is, those that there are, and whether these are all. */
function Section(props: {
  id: string;
  title: string;
  what: string;
  count: number;
  complete: boolean;
  children: ComponentChildren;
}) {
  return (
    <section class="gap" aria-labelledby={props.id}>
      <h2 id={props.id}>
        {props.title} <span class="number">{props.count}</span>
      </h2>
      <p class="meta">{props.what}</p>
      {props.count ? <ul>{props.children}</ul> : <p class="none">{say("none")}</p>}
      {props.complete ? null : <p class="notice">{say("not_all")}</p>}
    </section>
  );
}

function hours(seconds: number): string {
  const unit = { style: "unit", unit: "hour", unitDisplay: "long" } as const;
  return new Intl.NumberFormat(intl.value, unit).format(Math.round(seconds / 3600));
}

function Overdue({ gaps }: { gaps: Gaps }) {
  const { follow_ups: late, complete } = gaps.overdue;
  return (
    <Section
      id="gap-overdue"
      title={say("overdue")}
      what={say("overdue_what")}
      count={late.length}
      complete={complete}
    >
      {late.map((each) => (
        <ReviewRow
          key={each.follow_up}
          review={each.review}
          severity={each.severity}
          platform={each.platform}
        >
          <b>{say("due", { time: utcTime(each.due_at) })}</b>
          <span>
            {joined([
              maybe(`status_${each.status}`) ?? words(each.status),
              each.level ? `${fieldName("level")} ${each.level}` : null,
              each.reviews_count > 1 ? say("reviews_count", { n: each.reviews_count }) : null,
              each.claimed_by ? whoIs(gaps.business, each.claimed_by) : say("nobody_has_it"),
            ])}
          </span>
        </ReviewRow>
      ))}
    </Section>
  );
}

function Silent({ gaps }: { gaps: Gaps }) {
  const { silent, log } = gaps;
  const day = log.first_day ? dayInWords(log.first_day) : "";
  return (
    <Section
      id="gap-silent"
      title={say("silent")}
      what={say("silent_what", { n: log.days, day })}
      count={silent.length}
      complete={log.complete}
    >
      {silent.map((each) => (
        <li key={each.platform} class="plain">
          <b>{platformName(each.platform)}</b>
          <span>
            {each.last_at
              ? say("silent_since", {
                  time: utcTime(each.last_at),
                  hours: hours(each.longest_gap_s ?? 0),
                })
              : say("never_spoke")}
          </span>
        </li>
      ))}
    </Section>
  );
}

function Twice({ gaps }: { gaps: Gaps }) {
  const { closed_twice: pairs, log } = gaps;
  const day = log.first_day ? dayInWords(log.first_day) : "";
  return (
    <Section
      id="gap-twice"
      title={say("twice")}
      what={say("twice_what", { n: log.days, day })}
      count={pairs.length}
      complete={log.complete}
    >
      {pairs.map(({ review, platform, first, second }) => (
        <ReviewRow
          key={`${review}-${second.sequence}`}
          review={review}
          sequence={second.sequence}
          platform={platform}
        >
          <b>
            {say("twice_pair", {
              first: kindInWords(first.kind),
              a: first.sequence,
              second: kindInWords(second.kind),
              b: second.sequence,
            })}
          </b>
        </ReviewRow>
      ))}
    </Section>
  );
}

function All({ gaps }: { gaps: Gaps }) {
  return (
    <>
      <p class="meta">
        {say("gaps_what")} {say("as_of", { time: utcTime(gaps.as_of) })}
      </p>
      <Section
        id="gap-unowned"
        title={say("unowned")}
        what={say("unowned_what")}
        count={gaps.unowned.reviews.length}
        complete={gaps.unowned.complete}
      >
        {gaps.unowned.reviews.map((each) => (
          <ReviewRow
            key={each.review}
            review={each.review}
            severity={each.severity}
            platform={each.platform}
          >
            <b>{say("touched", { time: utcTime(each.touched_at) })}</b>
          </ReviewRow>
        ))}
      </Section>
      <Overdue gaps={gaps} />
      {gaps.log.days ? (
        <>
          <Twice gaps={gaps} />
          <Silent gaps={gaps} />
        </>
      ) : (
        <p class="notice">{say("log_unread")}</p>
      )}
    </>
  );
}

export function GapsPane({ business }: { business: string }) {
  const gaps = useSignal<Gaps | null>(null);
  const problem = useSignal("");
  const read = () => {
    problem.value = "";
    readGaps(business).then(
      (all) => (gaps.value = all),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        problem.value = refusalOf(error).text;
      },
    );
  };
  useEffect(read, [business]);
  return (
    <div class="gaps">
      {gaps.value ? (
        <All gaps={gaps.value} />
      ) : problem.value ? (
        <p class="empty" role="alert">
          {problem.value}{" "}
          <button type="button" onClick={read}>
            {t("try_now")}
          </button>
        </p>
      ) : (
        <p class="loading" role="status">
          {t("loading")}
        </p>
      )}
    </div>
  );
}
