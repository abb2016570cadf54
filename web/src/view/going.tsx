// G, and then a letter: from anywhere to a view. The letters are shown while one waits for the second
// key, so that nobody has to know them before.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "../announce";
import { takeNextKey } from "../keys";
import { t } from "../messages";
import { go, VIEWS, type View } from "../route";
import { joined } from "../times";
import { focusList } from "./list";

/** H, O, C, P and T are left to pages that do not exist yet. */
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

const isGoing = signal(false);

/** The keys that go to a view, as they are shown. */
export function keysTo(view: View): string {
  return `G ${LETTERS[view]}`;
}

function stop(): void {
  takeNextKey(null);
  isGoing.value = false;
}

/** Wait for the letter of a view. Any other key, or the mouse, ends it. */
export function startGoing(): void {
  isGoing.value = true;
  const choices = VIEWS.map((view) => `${LETTERS[view]} ${t(`view_${view}`)}`);
  announce(`${t("palette_go")}: ${joined(choices)}`);
  takeNextKey((key) => {
    isGoing.value = false;
    const view = VIEWS.find((one) => LETTERS[one].toLowerCase() === key);
    if (!view) return;
    go({ view, followUp: null });
    requestAnimationFrame(focusList);
  });
}

export function Going() {
  useEffect(() => {
    if (!isGoing.value) return;
    addEventListener("pointerdown", stop);
    addEventListener("blur", stop);
    return () => {
      removeEventListener("pointerdown", stop);
      removeEventListener("blur", stop);
    };
  }, [isGoing.value]);
  if (!isGoing.value) return null;
  return (
    <section class="going" aria-label={t("palette_go")}>
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
      </dl>
    </section>
  );
}
