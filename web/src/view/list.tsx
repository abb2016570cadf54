// The list by due time. It never moves under the cursor: rows come and go, and keep their order.

import { computed, signal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Row } from "../api_types";
import { announce } from "../announce";
import { holderOf } from "../claims";
import {
  isLoaded,
  listProblem,
  nextPage,
  platforms,
  previewKey,
  previews,
  rows,
  showMore,
  shown,
} from "../desk_state";
import { offerAll } from "../keys";
import { t, type Key } from "../messages";
import { outbox } from "../outbox";
import { platformName, shortPlatformName } from "../platforms";
import { preferences } from "../preferences";
import { refusalOf } from "../refusals";
import { addressOf, go, queryOf, route, SEVERITIES } from "../route";
import { subject } from "../sign_in";
import { clockTime, dateAndTime, dueIn, pausedUntil } from "../times";
import { openDialog } from "./dialogs";
import { Icon, SeverityIcon } from "./icons";

/** The row that J, K and Tab come back to. */
export const cursor = signal<string | null>(null);
const filter = signal("");

function matches(row: Row): boolean {
  const wanted = filter.value.trim().toLocaleLowerCase();
  if (!wanted) return true;
  const preview = previews.value.get(previewKey(row));
  const platform = platformName(row.platform);
  const parts = [row.id, row.platform, platform, preview?.author?.name, preview?.first_words];
  return parts.some((part) => part?.toLocaleLowerCase().includes(wanted));
}

const visible = computed(() => shown.value.filter(matches));
/** A row whose clock stands still for the same time as that of all others that are not overdue. */
const commonPause = computed(() => {
  const waiting = visible.value.filter((row) => !row.overdue);
  const [first] = waiting;
  const isSame = (row: Row) => row.clock === "paused" && row.resumes_at === first?.resumes_at;
  return first && waiting.length > 1 && waiting.every(isSame) ? first : null;
});
/** The one row that Tab stops at. The one of the cursor may have left the list. */
const stop = computed(() => {
  const list = visible.value;
  return list.some((row) => row.id === cursor.value) ? cursor.value : list[0]?.id;
});

function focusRow(id: string): void {
  cursor.value = id;
  const focus = () => document.getElementById(`row-${id}`)?.focus();
  if (document.getElementById(`row-${id}`)) focus();
  else requestAnimationFrame(focus);
}

function move(step: 1 | -1): boolean {
  const list = visible.value;
  if (!list.length) return false;
  const place = list.findIndex((row) => row.id === (cursor.value ?? route.value.followUp));
  const target = list[place === -1 ? 0 : Math.max(0, Math.min(list.length - 1, place + step))]!;
  focusRow(target.id);
  return true;
}

/** Put the focus back into the list: on the row it was on, else on the first. */
export function focusList(): void {
  const list = visible.value;
  const target = list.find((row) => row.id === cursor.value) ?? list[0];
  if (target) focusRow(target.id);
  else document.getElementById("list-title")?.focus();
}

/** Who has it, and until when. */
export function claimedUntil(row: Row): string {
  const time = clockTime(Date.parse(row.claim_expires_at!));
  return row.claimed_by_name
    ? t("claimed_by_until", { name: row.claimed_by_name, time })
    : t("claimed_until", { time });
}

function Line({ row }: { row: Row }) {
  const preview = previews.value.get(previewKey(row));
  const due = dueIn(row);
  const paused = commonPause.value ? "" : pausedUntil(row);
  // Values of their own, so that moving through 500 rows draws two attributes and not 500 rows.
  const tab = useComputed(() => (stop.value === row.id ? 0 : -1));
  const address = useComputed(() => addressOf({ ...route.value, followUp: row.id }));
  const current = useComputed(() => (route.value.followUp === row.id ? "page" : undefined));
  const sending = useComputed(() => outbox.value.some((entry) => entry.followUp === row.id));
  const isSending = sending.value;
  const holder = holderOf(row);
  const author = preview?.author?.name || t("anonymous");
  const meta = [shortPlatformName(row.platform)];
  if (preview?.rating) meta.push(t("stars", { n: preview.rating }));
  if (row.reviews_count > 1) meta.push(t("reviews", { n: row.reviews_count }));
  if (row.status !== "open") meta.push(t(`status_${row.status}` as Key));
  return (
    <li class={isSending ? "sending" : ""}>
      <a
        id={`row-${row.id}`}
        class="row"
        href={address}
        aria-current={current}
        tabIndex={tab}
        onFocus={() => (cursor.value = row.id)}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
          event.preventDefault();
          openFollowUp(row.id);
        }}
      >
        <SeverityIcon severity={row.severity} />
        <span class="author">
          <bdi>{author}</bdi>
        </span>
        <time
          class={due.isOverdue ? "due overdue" : due.isSoon ? "due soon" : "due"}
          dateTime={row.due_at}
          title={dateAndTime(row.due_at)}
        >
          {due.text}
        </time>
        <bdi class="first-words">
          {preview?.erased ? t("erased") : (preview?.first_words ?? "")}
        </bdi>
        <span class="row-meta">
          <span class={`word ${row.severity}`}>{t(`severity_${row.severity}`)}</span>
          {isSending ? (
            <span>{t("sending")}</span>
          ) : holder === "other" ? (
            <span>{claimedUntil(row)}</span>
          ) : holder === "me" ? (
            <span class="mine">{t("yours")}</span>
          ) : null}
          {row.mentioned.includes(subject.value) ? (
            <span class="mine">{t("mentions_you")}</span>
          ) : null}
          {paused ? <span>{paused}</span> : null}
          {meta.map((part) => (
            <span key={part}>{part}</span>
          ))}
        </span>
      </a>
    </li>
  );
}

export function openFollowUp(id: string): void {
  cursor.value = id;
  go({ followUp: id });
  requestAnimationFrame(() => document.getElementById("follow-up-title")?.focus());
}

/** What the address filters by, so that a link and a saved view have it too. */
function Filters() {
  const { severity, platform } = route.value;
  return (
    <div class="filters" id="filters">
      <select
        aria-label={t("severity")}
        value={severity}
        onChange={(event) => go({ severity: event.currentTarget.value as Row["severity"] | "" })}
      >
        <option value="">{t("any_severity")}</option>
        {SEVERITIES.map((one) => (
          <option key={one} value={one}>
            {t(`severity_${one}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t("platform")}
        value={platform}
        onChange={(event) => go({ platform: event.currentTarget.value })}
      >
        <option value="">{t("any_platform")}</option>
        {platforms.value.map((one) => (
          <option key={one} value={one}>
            {platformName(one)}
          </option>
        ))}
      </select>
      <button type="button" onClick={() => (openDialog.value = "view")}>
        {t("save_view")}
      </button>
    </div>
  );
}

export function List() {
  const failed = useSignal(false);
  const showFilters = useSignal(Boolean(route.value.severity || route.value.platform));
  useEffect(() => {
    return offerAll(
      { name: "key_down", key: "j", repeats: true, run: () => move(1) },
      { name: "key_up", key: "k", repeats: true, run: () => move(-1) },
      { name: "key_filter", key: "/", run: () => document.getElementById("filter")?.focus() },
    );
  }, []);
  // A saved view or the palette may bring filters that are not shown yet.
  if (route.value.severity || route.value.platform) showFilters.value = true;
  const list = visible.value;
  const query = queryOf(route.value);
  const saved = preferences.value.views.find((view) => view.query === query);
  const isFiltered = filter.value || route.value.severity || route.value.platform;
  const more = async () => {
    failed.value = false;
    try {
      await showMore();
      announce(t("follow_ups", { n: rows.value.length }));
    } catch {
      failed.value = true;
    }
  };
  const onArrow = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      move(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    }
  };
  return (
    <section class="list" aria-labelledby="list-title">
      <header>
        <h2 id="list-title" tabIndex={-1}>
          {saved ? <bdi>{saved.name}</bdi> : t(`view_${route.value.view}`)}
        </h2>
        <input
          id="filter"
          type="search"
          value={filter.value}
          placeholder={t("filter")}
          aria-label={t("filter")}
          onInput={(event) => (filter.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === "Escape" || event.key === "Enter") {
              if (event.key === "Escape") filter.value = "";
              focusList();
              event.preventDefault();
              event.stopPropagation();
            }
          }}
        />
        <button
          type="button"
          class="quiet"
          aria-label={t("filters")}
          aria-expanded={showFilters.value}
          aria-controls="filters"
          onClick={() => (showFilters.value = !showFilters.value)}
        >
          <Icon name="filters" />
        </button>
        {showFilters.value ? <Filters /> : null}
      </header>
      {!isLoaded.value ? (
        <p class="loading" role="status">
          {t("loading")}
        </p>
      ) : listProblem.value ? (
        <p class="empty" role="alert">
          {refusalOf(listProblem.value).text}
        </p>
      ) : list.length ? (
        <>
          {commonPause.value ? (
            <p class="meta list-note">{pausedUntil(commonPause.value, "clocks_paused_until")}</p>
          ) : null}
          <ul onKeyDown={onArrow}>
            {list.map((row) => (
              <Line key={row.id} row={row} />
            ))}
          </ul>
        </>
      ) : (
        <p class="empty">{isFiltered ? t("nothing_found") : t("nothing_waits")}</p>
      )}
      {nextPage.value && isLoaded.value ? (
        <p class="more">
          <button type="button" onClick={more}>
            {t("show_more")}
          </button>
          {failed.value ? <span role="alert">{t("refused_temporary")}</span> : null}
        </p>
      ) : null}
    </section>
  );
}
