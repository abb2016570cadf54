// The auditors' page: what was done, whether anybody changed it since, and what is missing.

import { useEffect, useRef } from "preact/hooks";
import type { Role } from "../api_types";
import { offerAll } from "../keys";
import { t } from "../messages";
import { auditedBusinesses, businessName, me } from "../people";
import { Dialogs, openDialog } from "../view/dialogs";
import { Bars } from "../view/shell";
import { addressOf, following, go, place } from "./address";
import { businessShown, found, startSearching } from "./found";
import { say, startSpeaking } from "./messages";
import style from "./outcomes.css";
import { GapsPane } from "./view/gaps";
import { Opened } from "./view/opened";
import { Found, rowId } from "./view/rows";
import { Search } from "./view/search";

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

const ANSWERING: readonly Role[] = ["agent", "lead"];

function Rail() {
  const { page, business } = place.value;
  const own = auditedBusinesses();
  const answers = me.value?.businesses.some(({ roles }) =>
    roles.some((role) => ANSWERING.includes(role)),
  );
  const link = (wanted: "log" | "gaps", name: string) => (
    <li>
      <a
        href={addressOf({ ...place.value, page: wanted, review: "", sequence: 0 })}
        aria-current={page === wanted ? "page" : undefined}
        onClick={following({ page: wanted, review: "", sequence: 0 })}
      >
        {name}
      </a>
    </li>
  );
  return (
    <nav class="rail" aria-label={t("navigation")}>
      <p class="brand">Heard</p>
      <ul>
        {link("log", say("outcomes"))}
        {link("gaps", say("gaps"))}
      </ul>
      {answers ? (
        <ul>
          <li>
            <a href="/desk">{say("desk")}</a>
          </li>
        </ul>
      ) : null}
      {own.length > 1 ? (
        <label class="field">
          <span>{t("business")}</span>
          <select
            value={businessShown()}
            onChange={(event) =>
              go({ business: event.currentTarget.value, review: "", sequence: 0 })
            }
          >
            {own.map((each) => (
              <option key={each} value={each}>
                {businessName(each)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <div class="rail-foot">
        <button type="button" class="quiet" onClick={() => (openDialog.value = "settings")}>
          {t("settings")}
        </button>
      </div>
      {business && !own.includes(business) ? <p class="meta">{say("not_there")}</p> : null}
    </nav>
  );
}

/** The row that has the focus; else that of what is open, and else none. */
function currentRow(): number {
  const rows = found.value;
  const focused = rows.findIndex((row) => rowId(row) === document.activeElement?.id);
  if (focused >= 0) return focused;
  const { review, sequence } = place.value;
  return rows.findIndex((row) => row.review === review && row.sequence === sequence);
}

function move(step: number): boolean {
  const rows = found.value;
  const target = rows[Math.max(0, Math.min(rows.length - 1, currentRow() + step))];
  const element = target && document.getElementById(rowId(target));
  if (!element) return false;
  element.focus();
  element.scrollIntoView({ block: "nearest" });
  return true;
}

/** Close what is open, and go back to its row. */
function close(): boolean {
  const { review } = place.value;
  if (!review) return false;
  const row = found.value[currentRow()] ?? found.value.find((each) => each.review === review);
  go({ review: "", sequence: 0 });
  requestAnimationFrame(() => {
    const element = row && document.getElementById(rowId(row));
    (element ?? document.getElementById("outcomes-query"))?.focus();
  });
  return true;
}

function NothingToAudit() {
  return (
    <section class="message">
      <h2>{say("no_role")}</h2>
      <p>{say("no_role_do")}</p>
    </section>
  );
}

function Main() {
  const { page, review } = place.value;
  const list = useRef<HTMLDivElement>(null);
  if (!auditedBusinesses().length) return <NothingToAudit />;
  if (page === "gaps") return <GapsPane key={businessShown()} business={businessShown()} />;
  return (
    <div class="log" ref={list}>
      <Search key={place.value.query} />
      <div class={review ? "found-and-opened" : "found-alone"}>
        <Found />
        {review ? <Opened key={review} review={review} onClose={close} /> : null}
      </div>
    </div>
  );
}

export function OutcomesPage() {
  useEffect(() => startSpeaking(), []);
  useEffect(() => startSearching(), []);
  useEffect(
    () =>
      offerAll(
        { name: "key_down", key: "j", run: () => move(1), repeats: true },
        { name: "key_up", key: "k", run: () => move(-1), repeats: true },
        { name: "key_back", key: "Escape", run: close },
        {
          name: "key_filter",
          key: "/",
          run: () => document.getElementById("outcomes-query")?.focus(),
        },
      ),
    [],
  );
  const title = say(place.value.page === "gaps" ? "gaps" : "outcomes");
  useEffect(() => {
    document.title = `${title} · Heard`;
  }, [title]);
  return (
    <>
      <a class="skip" href="#outcomes-main">
        {t("skip_to_list")}
      </a>
      <div class={place.value.review ? "desk outcomes has-open" : "desk outcomes"}>
        <Rail />
        <main id="outcomes-main" tabIndex={-1}>
          <h1 class="visually-hidden">{title}</h1>
          <Bars />
          {me.value ? <Main /> : <p class="loading">{t("loading")}</p>}
        </main>
      </div>
      <Dialogs />
    </>
  );
}
