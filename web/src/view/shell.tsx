// The frame around the desk: views, who is signed in, what is under way, and what went wrong.

import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { announcement } from "../announce";
import type { Role } from "../api_types";
import {
  asOf,
  businesses,
  countOf,
  forbidden,
  isCut,
  isLoaded,
  isStale,
} from "../desk_state";
import { offerAll } from "../keys";
import { t } from "../messages";
import { canUndo, notSent, outbox, tick } from "../outbox";
import { pollNow } from "../polling";
import { auditedBusinesses, businessName, me } from "../people";
import { prefer, preferences } from "../preferences";
import {
  addressOf,
  filtersOf,
  go,
  isOutcomes,
  queryOf,
  route,
  VIEWS,
  type View,
} from "../route";
import { goToSignIn, session } from "../sign_in";
import { clockTime, joined } from "../times";
import { ClosedList } from "./closed";
import { takeBack } from "./composer";
import { Dialogs, openDialog } from "./dialogs";
import { FollowUpPane, NothingOpen } from "./follow_up";
import { centreInRow } from "./horizontal_scroll";
import { Icon } from "./icons";
import { List, openFollowUp } from "./list";
import { PALETTE_KEY } from "./palette";
import { ViewKeys, waitForViewKey } from "./view_keys";

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
        {isLoaded.value && count ? (
          <span class="number">
            {count}
            {isCut.value ? "+" : ""}
          </span>
        ) : null}
      </a>
    </li>
  );
}

function SavedViews() {
  const { views } = preferences.value;
  if (!views.length) return null;
  const current = queryOf(route.value);
  return (
    <section aria-labelledby="saved-views">
      <h2 class="meta" id="saved-views">
        {t("saved_views")}
      </h2>
      <ul>
        {views.map((view) => (
          <li key={view.name} class="saved">
            <a
              href={`/desk?${view.query}`}
              aria-current={current === view.query ? "true" : undefined}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                go({ ...filtersOf(view.query), followUp: null });
              }}
            >
              <bdi>{view.name}</bdi>
            </a>
            <button
              type="button"
              class="quiet"
              aria-label={t("delete_view", { name: view.name })}
              onClick={() => {
                prefer({ views: views.filter((other) => other !== view) });
                document.getElementById("list-title")?.focus();
              }}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Navigation() {
  const isForbidden = forbidden.value !== null;
  const rail = useRef<HTMLElement>(null);
  const { followUp } = route.value;
  const query = queryOf(route.value);
  useEffect(() => centreInRow(rail.current, "[aria-current]"), [query, followUp]);
  return (
    <nav class="rail" aria-label={t("navigation")} ref={rail}>
      <p class="brand">Heard</p>
      {isForbidden ? null : (
        <>
          <ul>
            {VIEWS.map((view) => (
              <ViewLink key={view} view={view} />
            ))}
          </ul>
          <SavedViews />
        </>
      )}
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
                {businessName(business)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {auditedBusinesses().length ? (
        <ul>
          <li>
            <a href="/outcomes">{t("outcomes")}</a>
          </li>
        </ul>
      ) : null}
      <div class="rail-foot">
        {isForbidden ? null : (
          <>
            <button type="button" class="quiet" onClick={() => (openDialog.value = "palette")}>
              {t("palette")} <kbd>{PALETTE_KEY}</kbd>
            </button>
            <button
              type="button"
              class="quiet"
              aria-keyshortcuts="?"
              onClick={() => (openDialog.value = "keys")}
            >
              {t("keys")} <kbd>?</kbd>
            </button>
          </>
        )}
        <button type="button" class="quiet" onClick={() => (openDialog.value = "settings")}>
          {t("settings")}
        </button>
      </div>
    </nav>
  );
}

/** What is true of the whole page and must not be overlooked. */
export function Bars() {
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

/** What somebody may do who answers no reviews, and where. */
function NothingToAnswer() {
  const own = me.value?.businesses ?? [];
  const of = (role: Role) =>
    own.filter(({ roles }) => roles.includes(role)).map(({ business }) => business);
  const asAuditor = of("auditor");
  const asAdmin = of("admin");
  const hasWork = asAuditor.length > 0 || asAdmin.length > 0;
  const names = (all: readonly string[]) => joined(all.map(businessName));
  return (
    <section class="message">
      <h2>{t(hasWork ? "no_answering_role" : "no_role")}</h2>
      {asAuditor.length ? (
        <>
          <p>{t("auditor_do", { businesses: names(asAuditor) })}</p>
          <p>
            <a href="/outcomes">{t("open_outcomes")}</a>
          </p>
        </>
      ) : null}
      {asAdmin.length ? (
        <>
          <p>{t("admin_do", { businesses: names(asAdmin) })}</p>
          <ul class="addresses">
            {["connect", "policy", "people", "doctor"].map((word) => (
              <li key={word}>
                <code>{`heard ${word} --help`}</code>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <p class={hasWork ? "meta" : undefined}>{t(hasWork ? "ask_for_role" : "no_role_do")}</p>
      {forbidden.value && !hasWork ? (
        <p class="meta" lang="en">
          {forbidden.value}
        </p>
      ) : null}
      <button type="button" onClick={() => void pollNow()}>
        {t("try_now")}
      </button>
    </section>
  );
}

function Desk() {
  const { followUp } = route.value;
  const isForbidden = forbidden.value !== null;
  useEffect(() => {
    return offerAll(
      { name: "key_undo", key: "z", run: () => takeBack(), isPossible: canUndo },
      { name: "key_go", key: "g", run: waitForViewKey, isPossible: () => forbidden.value === null },
      { name: "settings", key: "", run: () => void (openDialog.value = "settings") },
      { name: "key_help", key: "?", run: () => void (openDialog.value = "keys") },
    );
  }, []);
  return (
    <>
      {isForbidden ? null : (
        <a class="skip" href={followUp ? "#follow-up-title" : "#list-title"}>
          {t(followUp ? "skip" : "skip_to_list")}
        </a>
      )}
      <div class={followUp ? "desk has-open" : "desk"}>
        <Navigation />
        <main>
          <h1 class="visually-hidden">Heard</h1>
          <Bars />
          {isForbidden ? (
            <NothingToAnswer />
          ) : (
            <div class="panes">
              {route.value.view === "closed" ? <ClosedList /> : <List />}
              {followUp ? <FollowUpPane key={followUp} id={followUp} /> : <NothingOpen />}
            </div>
          )}
        </main>
      </div>
      <Toast />
      <ViewKeys />
      <Dialogs />
    </>
  );
}

type Page = { OutcomesPage: FunctionComponent };
const laterPage = signal<Page | "failed" | null>(null);

/** The auditors' page. The desk does without its code. */
function Outcomes() {
  useEffect(() => {
    import("../outcomes/page").then(
      (page) => (laterPage.value = page),
      // A page that is older than the deployment may not find its files.
      () => (laterPage.value = "failed"),
    );
  }, []);
  const page = laterPage.value;
  if (page && page !== "failed") return <page.OutcomesPage />;
  return (
    <main class="message">
      <h1>{t("outcomes")}</h1>
      {page ? (
        <>
          <p>{t("refused_temporary")}</p>
          <button type="button" onClick={() => location.reload()}>
            {t("try_now")}
          </button>
        </>
      ) : (
        <p class="loading">{t("loading")}</p>
      )}
    </main>
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
      ) : isOutcomes.value ? (
        <Outcomes />
      ) : (
        <Desk />
      )}
      <p class="visually-hidden announcement" role="status">
        {announcement.value}
      </p>
    </>
  );
}
