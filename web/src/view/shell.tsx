// The frame around the desk: views, who is signed in, what is under way, and what went wrong.

import { useEffect } from "preact/hooks";
import { announcement } from "../announce";
import {
  asOf,
  businesses,
  countOf,
  forbidden,
  isCut,
  isLoaded,
  isStale,
} from "../desk_state";
import { onKey } from "../keys";
import { t } from "../messages";
import { notSent, outbox, tick } from "../outbox";
import { pollNow } from "../polling";
import { addressOf, go, route, VIEWS, type View } from "../route";
import { goToSignIn, session } from "../sign_in";
import { clockTime } from "../times";
import { takeBack } from "./composer";
import { Dialogs, openDialog } from "./dialogs";
import { FollowUpPane, NothingOpen } from "./follow_up";
import { List, openFollowUp } from "./list";

function ViewLink({ view }: { view: View }) {
  const count = countOf(view);
  return (
    <li>
      <a
        href={addressOf({ ...route.value, view, followUp: null })}
        aria-current={route.value.view === view ? "true" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          go({ view, followUp: null });
        }}
      >
        <span>{t(`view_${view}`)}</span>
        {isLoaded.value ? (
          <span class="number">
            {count}
            {isCut.value ? "+" : ""}
          </span>
        ) : null}
      </a>
    </li>
  );
}

function Navigation() {
  return (
    <nav class="rail" aria-label={t("navigation")}>
      <p class="brand">Heard</p>
      <ul>
        {VIEWS.map((view) => (
          <ViewLink key={view} view={view} />
        ))}
      </ul>
      {businesses.value.length > 1 ? (
        <label class="field">
          <span>{t("business")}</span>
          <select
            value={route.value.business}
            onChange={(event) => go({ business: event.currentTarget.value, followUp: null })}
          >
            <option value="">{t("all_businesses")}</option>
            {businesses.value.map((business) => (
              <option key={business} value={business}>
                {business}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <div class="rail-foot">
        <button
          type="button"
          class="quiet"
          aria-keyshortcuts="?"
          onClick={() => (openDialog.value = "keys")}
        >
          {t("keys")} <kbd>?</kbd>
        </button>
        <button type="button" class="quiet" onClick={() => (openDialog.value = "settings")}>
          {t("settings")}
        </button>
      </div>
    </nav>
  );
}

/** What is true of the whole page and must not be overlooked. */
function Bars() {
  return (
    <>
      {session.value.state === "expired" ? (
        <div class="bar" role="alert">
          <span>{t("session_expired")}</span>
          <button type="button" class="primary" onClick={() => void goToSignIn()}>
            {t("sign_in_again")}
          </button>
        </div>
      ) : null}
      {isStale.value ? (
        <div class="bar" role="status">
          <span>
            {asOf.value ? t("as_of", { time: clockTime(asOf.value) }) : t("trying_again")}
          </span>
          <button type="button" onClick={() => void pollNow()}>
            {t("try_now")}
          </button>
        </div>
      ) : null}
      {notSent.value.map((entry) => (
        <div class="bar" role="alert" key={entry.followUp}>
          <span>{t("not_sent", { author: entry.author || t("anonymous") })}</span>
          <button
            type="button"
            onClick={() => {
              notSent.value = notSent.value.filter((other) => other !== entry);
              openFollowUp(entry.followUp);
            }}
          >
            {t("open")}
          </button>
        </div>
      ))}
    </>
  );
}

function Toast() {
  const entry = outbox.value.findLast((candidate) => candidate.followUp !== route.value.followUp);
  if (!entry) return null;
  const seconds = Math.max(0, Math.ceil((entry.at - tick.value) / 1000));
  const author = entry.author || t("anonymous");
  return (
    <div class="toast">
      {entry.tries === 0 ? (
        <>
          <span>
            <bdi>{author}</bdi>: {t("leaves_in", { n: Math.min(seconds, 8) })}
          </span>
          <button type="button" aria-keyshortcuts="z" onClick={() => takeBack(entry.followUp)}>
            {t("undo")} <kbd>Z</kbd>
          </button>
        </>
      ) : (
        <span>
          <bdi>{author}</bdi>: {t(entry.tries > 1 ? "not_sent_yet" : "sending")}
        </span>
      )}
    </div>
  );
}

function Desk() {
  const { followUp } = route.value;
  const isForbidden = forbidden.value !== null;
  useEffect(() => {
    const ends = [
      onKey("?", () => void (openDialog.value = "keys")),
      onKey("z", () => takeBack()),
    ];
    return () => ends.forEach((end) => end());
  }, []);
  const count = countOf("all");
  document.title = `${isLoaded.value && count ? `(${count}) ` : ""}${t(`view_${route.value.view}`)} · Heard`;
  return (
    <>
      <a class="skip" href={followUp ? "#follow-up-title" : "#list-title"}>
        {t(followUp ? "skip" : "skip_to_list")}
      </a>
      <div class={followUp ? "desk has-open" : "desk"}>
        <Navigation />
        <main>
          <h1 class="visually-hidden">Heard</h1>
          <Bars />
          {isForbidden ? (
            <section class="message">
              <h2>{t("no_role")}</h2>
              <p>{t("no_role_do")}</p>
              {forbidden.value ? (
                <p class="meta" lang="en">
                  {forbidden.value}
                </p>
              ) : null}
              <button type="button" onClick={() => void pollNow()}>
                {t("try_now")}
              </button>
            </section>
          ) : (
            <div class="panes">
              <List />
              {followUp ? <FollowUpPane key={followUp} id={followUp} /> : <NothingOpen />}
            </div>
          )}
        </main>
      </div>
      <Toast />
      <Dialogs />
    </>
  );
}

function Out() {
  const state = session.value;
  const problem = state.state === "out" ? state.problem : "";
  return (
    <main class="message">
      <h1>Heard</h1>
      <p>
        {problem === "refused"
          ? t("sign_in_refused")
          : problem === "unreachable"
            ? t("sign_in_unreachable")
            : t("signed_out")}
      </p>
      <button type="button" class="primary" onClick={() => void goToSignIn()}>
        {t("sign_in")}
      </button>
    </main>
  );
}

export function Shell() {
  const { state } = session.value;
  return (
    <>
      {state === "starting" ? (
        <main class="message">
          <h1>Heard</h1>
          <p class="loading">{t("loading")}</p>
        </main>
      ) : state === "out" ? (
        <Out />
      ) : (
        <Desk />
      )}
      <p class="visually-hidden" role="status">
        {announcement.value}
      </p>
    </>
  );
}
