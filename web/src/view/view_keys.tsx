// G and then the letter of a view go there from anywhere. The letters are shown after G, so that
// nobody has to know them.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "../announce";
import { takeNextKey } from "../keys";
import { t } from "../messages";
import { go, VIEWS, type View } from "../route";
import { auditedBusinesses } from "../people";
import { joined } from "../times";
import { focusList } from "./list";

/** O is the outcomes. H, C, P and T are left to pages that do not exist yet. */
const LETTERS: Record<View, string> = {
  all: "D",
  mine: "M",
  overdue: "U",
  waits_for_lead: "A",
  promised: "R",
  invited: "I",
  later: "L",
  closed: "S",
};

/** Whether G was pressed, and its letter was not yet. */
const isWaiting = signal(false);

/** The keys that go to a view, as they are shown. */
export function keysTo(view: View): string {
  return `G ${LETTERS[view]}`;
}

function stop(): void {
  takeNextKey(null);
  isWaiting.value = false;
}

/** Wait for the letter of a view. Any other key, or the mouse, ends it. */
export function waitForViewKey(): void {
  isWaiting.value = true;
  const choices = VIEWS.map((view) => `${LETTERS[view]} ${t(`view_${view}`)}`);
  announce(`${t("palette_go")}: ${joined(choices)}`);
  takeNextKey((key) => {
    isWaiting.value = false;
    if (key === "o" && auditedBusinesses().length) location.assign("/outcomes");
    const view = VIEWS.find((candidate) => LETTERS[candidate].toLowerCase() === key);
    if (!view) return;
    go({ view, followUp: null });
    requestAnimationFrame(focusList);
  });
}

export function ViewKeys() {
  useEffect(() => {
    if (!isWaiting.value) return;
    addEventListener("pointerdown", stop);
    addEventListener("blur", stop);
    return () => {
      removeEventListener("pointerdown", stop);
      removeEventListener("blur", stop);
    };
  }, [isWaiting.value]);
  if (!isWaiting.value) return null;
  return (
    <section class="view-keys" aria-label={t("palette_go")}>
      <h2 class="meta">{t("palette_go")}</h2>
      <dl class="keys">
        {VIEWS.map((view) => (
          <div key={view}>
            <dt>
              <kbd>{LETTERS[view]}</kbd>
            </dt>
            <dd>{t(`view_${view}`)}</dd>
          </div>
        ))}
        {auditedBusinesses().length ? (
          <div>
            <dt>
              <kbd>O</kbd>
            </dt>
            <dd>{t("outcomes")}</dd>
          </div>
        ) : null}
      </dl>
    </section>
  );
}
