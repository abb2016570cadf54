// What was closed: the newest first, with how, by whom, and the codes. It is read when somebody
// opens it, and not polled.

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import * as api from "../api";
import { ApiError } from "../api";
import type { ClosedFollowUp, ClosedPage, NewestReview } from "../api_types";
import { announce } from "../announce";
import { businesses, newestReviews, WORDS_MS } from "../desk_state";
import { maybe, t } from "../messages";
import { businessName } from "../people";
import { shortPlatformName } from "../platforms";
import { refusalOf } from "../refusals";
import { addressOf, route } from "../route";
import { dateAndTime, dayAndTime, joined, named, words } from "../times";
import { SeverityIcon } from "./icons";
import { openFollowUp } from "./list";

type Reviews = ReadonlyMap<string, NewestReview | null>;

/** What is asked for first: each day takes four queries, and most look for what was just closed. */
const FIRST_DAYS = 7;
const ALL_DAYS = 30;
const DAY_MS = 86_400_000;

/** The day so many days ago, as the API counts days. Its address is the same all day. */
function dayBefore(days: number): string {
  return `${new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10)}T00:00:00Z`;
}

/** A part of the last 30 days, and a place in it; empty for its beginning. */
interface Place {
  isFirst: boolean;
  after: string;
}

function ClosedRow({ one, reviews }: { one: ClosedFollowUp; reviews: Reviews }) {
  const review = reviews.get(one.id);
  const codes = [
    one.root_cause && named("cause", one.root_cause),
    one.fix && named("fix", one.fix),
    one.reason && named("reason", one.reason),
  ];
  return (
    <li>
      <a
        class="row ended"
        href={addressOf({ ...route.value, followUp: one.id })}
        aria-current={route.value.followUp === one.id ? "page" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
          event.preventDefault();
          openFollowUp(one.id);
        }}
      >
        <SeverityIcon severity={one.severity ?? "low"} />
        <span class="author">
          {reviews.has(one.id) ? <bdi>{review?.author?.name || t("anonymous")}</bdi> : null}
        </span>
        <time class="due" dateTime={one.at} title={dateAndTime(one.at)}>
          {dayAndTime(one.at)}
        </time>
        <bdi class="first-words">{review?.erased ? t("erased") : (review?.first_words ?? "")}</bdi>
        <span class="row-meta">
          <span class="kind">{maybe(`kind_${one.kind}`) ?? words(one.kind)}</span>
          {one.by_name ? <bdi>{one.by_name}</bdi> : null}
          {codes.some(Boolean) ? <span>{joined(codes)}</span> : null}
          <span>{shortPlatformName(one.platform)}</span>
        </span>
      </a>
    </li>
  );
}

export function ClosedList() {
  const mine = useSignal(false);
  const closed = useSignal<readonly ClosedFollowUp[] | null>(null);
  const next = useSignal<Place | null>(null);
  /** Where the first part begins and the other ends. */
  const border = useRef("");
  /** How far back it was read. */
  const days = useSignal(FIRST_DAYS);
  const problem = useSignal("");
  const isReading = useSignal(false);
  const reviews = useSignal<Reviews>(new Map());
  /** The latest reading: an earlier one may answer after it. */
  const round = useRef(0);
  const business = route.value.business || businesses.value[0] || "";

  const onlyMine = mine.value;

  /** Who wrote, and how they begin: of the rows that do not have it, or of all. */
  const readReviews = async (known: Reviews) => {
    const own = round.current;
    const ids = new Set((closed.value ?? []).map((one) => one.id));
    const fresh = [...ids].filter((id) => !known.has(id));
    if (!fresh.length) return;
    try {
      const newest = await newestReviews(fresh);
      if (own !== round.current) return;
      const entries = fresh.map((id) => [id, newest.get(id) ?? null] as const);
      reviews.value = new Map([...known, ...entries]);
    } catch (error) {
      // The rows say how it ended all the same.
      if (!(error instanceof ApiError)) throw error;
    }
  };
  const read = async (from: Place | null) => {
    const own = ++round.current;
    if (!from) border.current = dayBefore(FIRST_DAYS - 1);
    const isFirst = from?.isFirst ?? true;
    const period = isFirst ? { from: border.current } : { from: `${ALL_DAYS}d`, to: border.current };
    problem.value = "";
    isReading.value = true;
    try {
      let after: string | null = from?.after ?? "";
      let rows = from ? (closed.value ?? []) : [];
      const before = rows.length;
      next.value = null;
      // Days without anything closed end a page of the API, so there may be no more behind it.
      do {
        const page: ClosedPage = await api.listClosed({ business, mine: onlyMine, after, ...period });
        if (own !== round.current) return;
        rows = closed.value = [...rows, ...page.closed];
        await readReviews(reviews.value);
        if (own !== round.current) return;
        after = page.next;
      } while (after && rows.length - before < api.CLOSED_PAGE);
      if (after) next.value = { isFirst, after };
      else if (isFirst) next.value = { isFirst: false, after: "" };
      days.value = isFirst ? FIRST_DAYS : ALL_DAYS;
      if (from) announce(t("results", { n: rows.length }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (own === round.current) problem.value = refusalOf(error).text;
    } finally {
      if (own === round.current) isReading.value = false;
    }
  };
  // Before anything is drawn or comes: what was asked for before does not fit any more.
  useLayoutEffect(() => {
    closed.value = null;
    if (business) void read(null);
  }, [business, onlyMine]);
  // Again after a while, so that the words of an author who was erased go from here too.
  useEffect(() => {
    const timer = setInterval(() => void readReviews(new Map()), WORDS_MS);
    return () => clearInterval(timer);
  }, [business, onlyMine]);

  return (
    <section class="list" aria-labelledby="list-title">
      <header>
        <h2 id="list-title" tabIndex={-1}>
          {t("view_closed")}
        </h2>
        <label class="check">
          <input
            type="checkbox"
            checked={mine.value}
            onChange={(event) => (mine.value = event.currentTarget.checked)}
          />
          {t("only_mine")}
        </label>
      </header>
      {businesses.value.length > 1 && business ? (
        <p class="meta list-note">
          <bdi>{businessName(business)}</bdi>
        </p>
      ) : null}
      {closed.value?.length ? (
        <ul>
          {closed.value.map((one) => (
            <ClosedRow key={`${one.id} ${one.at}`} one={one} reviews={reviews.value} />
          ))}
        </ul>
      ) : closed.value && !isReading.value && !problem.value ? (
        <p class="empty">{t("nothing_closed", { n: days.value })}</p>
      ) : problem.value ? null : (
        <p class="loading" role="status">
          {t("loading")}
        </p>
      )}
      {problem.value ? (
        <p class="empty" role="alert">
          {problem.value}{" "}
          <button type="button" onClick={() => void read(null)}>
            {t("try_now")}
          </button>
        </p>
      ) : null}
      {next.value ? (
        <p class="more">
          <button type="button" onClick={() => void read(next.value)}>
            {t("show_more")}
          </button>
        </p>
      ) : null}
    </section>
  );
}
