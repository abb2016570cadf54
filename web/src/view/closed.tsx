// What was closed: the newest first, with how, by whom, and the codes. It is read when somebody asks
// for it, and not polled.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import * as api from "../api";
import { ApiError } from "../api";
import type { ClosedFollowUp, ClosedPage } from "../api_types";
import { announce } from "../announce";
import { businesses } from "../desk_state";
import { maybe, t } from "../messages";
import { shortPlatformName } from "../platforms";
import { refusalOf } from "../refusals";
import { addressOf, route } from "../route";
import { dateAndTime, dayAndTime, joined, named, words } from "../times";
import { SeverityIcon } from "./icons";
import { openFollowUp } from "./list";

function Line({ one }: { one: ClosedFollowUp }) {
  const codes = [
    one.root_cause && named("cause", one.root_cause),
    one.fix && named("fix", one.fix),
    one.reason && named("reason", one.reason),
  ];
  return (
    <li>
      <a
        class="row"
        href={addressOf({ ...route.value, followUp: one.id })}
        aria-current={route.value.followUp === one.id ? "page" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
          event.preventDefault();
          openFollowUp(one.id);
        }}
      >
        <SeverityIcon severity={one.severity ?? "low"} />
        <span class="author kind">{maybe(`kind_${one.kind}`) ?? words(one.kind)}</span>
        <time class="due" dateTime={one.at} title={dateAndTime(one.at)}>
          {dayAndTime(one.at)}
        </time>
        {codes.length ? <span class="first-words">{joined(codes)}</span> : null}
        <span class="row-meta">
          {one.by_name ? <bdi>{one.by_name}</bdi> : null}
          <span>{shortPlatformName(one.platform)}</span>
        </span>
      </a>
    </li>
  );
}

export function ClosedList() {
  const mine = useSignal(false);
  const closed = useSignal<readonly ClosedFollowUp[] | null>(null);
  const next = useSignal<string | null>(null);
  const problem = useSignal("");
  const isReading = useSignal(false);
  /** The latest reading: an earlier one may answer after it. */
  const round = useRef(0);
  const business = route.value.business || businesses.value[0] || "";

  const read = async (after: string) => {
    const own = ++round.current;
    problem.value = "";
    isReading.value = true;
    try {
      let place: string | null = after;
      let count = 0;
      next.value = null;
      // Days without anything closed end a page of the API, so there may be no more behind it.
      do {
        const page: ClosedPage = await api.listClosed(business, mine.value, place);
        if (own !== round.current) return;
        closed.value = place ? [...(closed.value ?? []), ...page.closed] : page.closed;
        count += page.closed.length;
        place = page.next;
      } while (place && count < api.CLOSED_PAGE);
      next.value = place;
      if (after) announce(t("results", { n: closed.value.length }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (own === round.current) problem.value = refusalOf(error).text;
    } finally {
      if (own === round.current) isReading.value = false;
    }
  };
  useEffect(() => {
    closed.value = null;
    if (business) void read("");
  }, [business, mine.value]);

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
      {closed.value?.length ? (
        <ul>
          {closed.value.map((one) => (
            <Line key={`${one.id} ${one.at}`} one={one} />
          ))}
        </ul>
      ) : closed.value && !isReading.value && !problem.value ? (
        <p class="empty">{t("nothing_closed")}</p>
      ) : problem.value ? null : (
        <p class="loading" role="status">
          {t("loading")}
        </p>
      )}
      {problem.value ? (
        <p class="empty" role="alert">
          {problem.value}{" "}
          <button type="button" onClick={() => void read("")}>
            {t("try_now")}
          </button>
        </p>
      ) : null}
      {next.value ? (
        <p class="more">
          <button type="button" onClick={() => void read(next.value ?? "")}>
            {t("show_more")}
          </button>
        </p>
      ) : null}
    </section>
  );
}
