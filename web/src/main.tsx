import { effect, untracked } from "@preact/signals";
import { render } from "preact";
import { leaveAtTheEnd, watchClaim } from "./claims";
import { startClicks } from "./clicks";
import { forbidden, isLoaded, rows } from "./desk_state";
import { keepAtTheEnd } from "./draft_keeping";
import { startKeys } from "./keys";
import { loadLanguage } from "./messages";
import { startOutbox } from "./outbox";
import { open, startPolling } from "./polling";
import { isOutcomes, readAddress, route } from "./route";
import { session, start } from "./sign_in";
import { readMe } from "./people";
import { startKeepingPreferences } from "./preferences_keeping";
import { startTelling } from "./telling";
import { openDialog } from "./view/dialogs";
import { Shell } from "./view/shell";

let isStarted = false;
let isCompleted = false;

/** What needs a person: their drafts, what they sent, and the list. */
effect(() => {
  if (session.value.state !== "in" || isStarted) return;
  isStarted = true;
  untracked(() => {
    readAddress();
    startOutbox();
    if (isOutcomes.value) readPerson();
    else {
      startTelling();
      startPolling();
    }
  });
});

function readPerson(): void {
  isCompleted = true;
  void readMe();
  void startKeepingPreferences();
}

/** What can wait until the list is there. */
effect(() => {
  if (!isLoaded.value || isCompleted) return;
  untracked(readPerson);
});

// Whoever may not answer may do something else. A role can go at any time, so it is read again.
effect(() => {
  if (forbidden.value !== null) untracked(() => void readMe());
});

// Opened by a link, or by the browser's back button.
effect(() => {
  const id = route.value.followUp;
  if (id && session.value.state === "in") untracked(() => void open(id));
});

effect(() => {
  const id = route.value.followUp;
  if (rows.value.length && id) untracked(() => watchClaim(id));
});

addEventListener("pagehide", () => {
  const id = route.value.followUp;
  if (!id) return;
  keepAtTheEnd(id);
  leaveAtTheEnd(id);
});

startClicks();
startKeys(() => {
  if (isOutcomes.value) document.getElementById("outcomes-query")?.focus();
  else openDialog.value = "palette";
});
const started = start();
await loadLanguage();
render(<Shell />, document.getElementById("page")!);
await started;
