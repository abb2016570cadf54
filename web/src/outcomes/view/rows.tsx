// The outcomes that were found, one in a row, with what can be said of each at a glance.

import type { Outcome } from "../../api_types";
import { t } from "../../messages";
import { shortPlatformName } from "../../platforms";
import { joined } from "../../times";
import { SeverityIcon } from "../../view/icons";
import { addressOf, following, place } from "../address";
import { essence, kindInWords, whoIs } from "../facts";
import {
  businessShown,
  found,
  goOn,
  isReading,
  MOST_SHOWN,
  next,
  problem,
  search,
  shownDays,
  unfit,
} from "../found";
import { say } from "../messages";
import { isClosing } from "../query";
import { dayInWords, localTime, rowTime, utcTime, zoneName, zoneOf } from "../zones";

export function rowId(outcome: Outcome): string {
  return `row-${outcome.id}`;
}

function OwnHash({ outcome }: { outcome: Outcome }) {
  if (unfit.value.has(outcome.id))
    return (
      <span class="mark critical" title={say("own_hash_unfit")}>
        <SeverityIcon severity="critical" />
        <span class="visually-hidden">{say("own_hash_unfit")}</span>
      </span>
    );
  return (
    <span class="mark" title={say("own_hash_fits")}>
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path
          d="M7 5H4.5a3 3 0 0 0 0 6H7m2-6h2.5a3 3 0 0 1 0 6H9M5.5 8h5"
          fill="none"
          stroke="currentColor"
          stroke-width="1.4"
        />
      </svg>
      <span class="visually-hidden">{say("own_hash_fits")}</span>
    </span>
  );
}

function Row({ outcome, zone }: { outcome: Outcome; zone: string }) {
  const { review, sequence } = place.value;
  const isOpen = outcome.review === review && outcome.sequence === sequence;
  const target = { review: outcome.review, sequence: outcome.sequence };
  return (
    <li>
      <a
        id={rowId(outcome)}
        class="outcome"
        href={addressOf({ ...place.value, ...target })}
        aria-current={isOpen ? "page" : undefined}
        onClick={following(target)}
      >
        <span class="number">{outcome.sequence}</span>
        <span class={isClosing(outcome.kind) ? "kind closing" : "kind"}>
          {kindInWords(outcome.kind)}
        </span>
        <span class="severity">
          {outcome.severity ? (
            <>
              <SeverityIcon severity={outcome.severity} /> {t(`severity_${outcome.severity}`)}
            </>
          ) : null}
        </span>
        <span class="platform">{shortPlatformName(outcome.platform)}</span>
        <OwnHash outcome={outcome} />
        <span class="second">
          <time dateTime={outcome.at} title={utcTime(outcome.at)}>
            {rowTime(outcome.at)}
          </time>
          {zone === "UTC" ? null : <span class="local">{localTime(outcome.at, zone)}</span>}
          <bdi class="actor">{whoIs(outcome.business, outcome.actor)}</bdi>
          <span class="essence">{joined(essence(outcome).slice(0, 2))}</span>
        </span>
      </a>
    </li>
  );
}

function Head({ zone }: { zone: string }) {
  return (
    <div class="outcome head" aria-hidden="true">
      <span class="time">UTC</span>
      {zone === "UTC" ? null : <span class="local">{zoneName(zone)}</span>}
      <span class="number">{say("number")}</span>
      <span class="kind">{say("what")}</span>
      <span class="severity">{t("severity")}</span>
      <span class="platform">{t("platform")}</span>
      <span class="actor">{say("who")}</span>
      <span class="essence">{say("details")}</span>
    </div>
  );
}

/** How much was found, of which days, and whether that is all. */
function Extent() {
  const { first, last } = shownDays.value;
  const count = found.value.length;
  const isMany = next.value !== null && count >= MOST_SHOWN;
  return (
    <p class="extent">
      {count || !isReading.value ? (
        <b>{isMany ? say("more_than", { n: count }) : say("shown", { n: count })}</b>
      ) : null}{" "}
      {first ? (
        <span>{say("window", { first: dayInWords(first), last: dayInWords(last) })}</span>
      ) : null}
    </p>
  );
}

/** What is behind the last row. */
function Rest() {
  if (isReading.value)
    return (
      <p class="loading" role="status">
        {t("loading")}
      </p>
    );
  if (problem.value)
    return (
      <p class="empty" role="alert">
        {problem.value}{" "}
        <button type="button" onClick={search}>
          {t("try_now")}
        </button>
      </p>
    );
  if (next.value === null) return found.value.length ? null : <p class="empty">{say("nothing")}</p>;
  const isMany = found.value.length >= MOST_SHOWN;
  return (
    <p class="more">
      <span>
        {isMany
          ? say("more_than_do")
          : say("searched_back", { day: dayInWords(next.value.slice(0, 10)) })}
      </span>
      <button type="button" onClick={goOn}>
        {say("go_on")}
      </button>
    </p>
  );
}

export function Found() {
  const zone = zoneOf(businessShown());
  return (
    <section class="found" aria-labelledby="found-title">
      <h2 class="visually-hidden" id="found-title" tabIndex={-1}>
        {say("outcomes")}
      </h2>
      <Extent />
      {found.value.length ? (
        <>
          <Head zone={zone} />
          <ul class={zone === "UTC" ? "rows" : "rows with-zone"}>
            {found.value.map((outcome) => (
              <Row key={outcome.id} outcome={outcome} zone={zone} />
            ))}
          </ul>
        </>
      ) : null}
      <Rest />
    </section>
  );
}
