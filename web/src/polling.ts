// Keeps the list and the open follow-up fresh. Each answer is the whole state, so a lost one costs
// nothing. Quick while somebody works here, slow while they only look, and never in a hidden tab.

import { effect, untracked } from "@preact/signals";
import { ApiError } from "./api";
import {
  asOf,
  details,
  forbidden,
  isLoaded,
  isStale,
  listProblem,
  mustAsk,
  readDetails,
  readList,
  rowOf,
  startAgain,
} from "./desk_state";
import { preferences } from "./preferences";
import { route } from "./route";
import { session } from "./sign_in";

const AT_WORK_MS = 5_000;
const LOOKING_MS = 20_000;
const IDLE_AFTER_MS = 60_000;
const LONGEST_WAIT_MS = 60_000;
const DETAILS_MS = 15_000;
const SILENT_FOR_MS = 15_000;

let timer = 0;
let staleTimer = 0;
let running = false;
let again = false;
let failures = 0;
let lastInput = Date.now();
let detailsReadAt = 0;
let detailsRead = "";

/** In a hidden tab only for whoever wants to be told, and seldom. */
const HIDDEN_MS = 60_000;

function restMs(): number {
  if (document.hidden) return HIDDEN_MS;
  const isAtWork = document.hasFocus() && Date.now() - lastInput < IDLE_AFTER_MS;
  const base = isAtWork ? AT_WORK_MS : LOOKING_MS;
  return base * (0.8 + Math.random() * 0.4);
}

/** A short fault is nobody's business. */
function fail(): void {
  staleTimer ||= setTimeout(() => (isStale.value = true), SILENT_FOR_MS);
}

function schedule(ms: number): void {
  clearTimeout(timer);
  const isWanted = !document.hidden || preferences.value.notifications;
  if (session.value.state === "in" && isWanted) timer = setTimeout(pollNow, ms);
}

/** What the open follow-up looked like when its details were read. */
function fingerprint(id: string): string {
  return JSON.stringify(rowOf(id));
}

async function readOpenFollowUp(): Promise<void> {
  const id = route.value.followUp;
  if (!id) return;
  const isOld = Date.now() - detailsReadAt > DETAILS_MS;
  if (details.value.has(id) && !isOld && detailsRead === fingerprint(id)) return;
  try {
    await readDetails(id);
  } catch (error) {
    // What is gone is shown as gone; the list itself is fine.
    if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 403)) throw error;
  }
  detailsReadAt = Date.now();
  detailsRead = fingerprint(id);
}

/** Read everything again now: at the start, on focus, after an own action. */
export async function pollNow(): Promise<void> {
  if (session.value.state !== "in") return;
  if (running) {
    again = true;
    return;
  }
  running = true;
  let waitMs: number | null = null;
  try {
    await readList();
    await readOpenFollowUp();
    failures = 0;
    asOf.value = Date.now();
    clearTimeout(staleTimer);
    staleTimer = 0;
    isStale.value = false;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 403) {
      forbidden.value = error.problem.detail ?? "";
      isLoaded.value = true;
    } else if (error.status === 400 || error.status === 404) {
      // The address asks for a business or a platform that there is not: nothing to wait for.
      listProblem.value = error;
      isLoaded.value = true;
    } else if (error.status !== 401) {
      failures += 1;
      fail();
      waitMs = Math.min(LONGEST_WAIT_MS, 2_000 * 2 ** Math.min(failures, 6));
      waitMs = Math.max(waitMs * (0.8 + Math.random() * 0.4), error.retryAfterMs ?? 0);
    }
  } finally {
    running = false;
  }
  if (again) {
    again = false;
    schedule(0);
  } else schedule(waitMs ?? restMs());
}

/** Read a follow-up that was just opened, without waiting for the list. */
export async function open(id: string): Promise<void> {
  try {
    await readDetails(id);
    detailsReadAt = Date.now();
    detailsRead = fingerprint(id);
  } catch {
    // The next poll tries again and says what is wrong.
  }
}

/** Read a follow-up that may be opened soon. If that fails, it is read when it is opened. */
export async function preload(id: string): Promise<void> {
  try {
    await readDetails(id);
  } catch {
    // Nobody waits for it.
  }
}

export function startPolling(): void {
  for (const kind of ["keydown", "pointerdown"])
    addEventListener(kind, () => (lastInput = Date.now()), { capture: true, passive: true });
  addEventListener("focus", () => void pollNow());
  addEventListener("online", () => void pollNow());
  addEventListener("offline", fail);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) schedule(restMs());
    else void pollNow();
  });
  effect(() => {
    if (session.value.state === "in") untracked(() => void pollNow());
  });
  let before = route.value;
  effect(() => {
    const { business, view, severity, platform } = route.value;
    const isOther = business !== before.business;
    const isChanged =
      view !== before.view || severity !== before.severity || platform !== before.platform;
    const isAsked = isChanged && mustAsk(before.view, view);
    before = route.value;
    if (!isOther && !isAsked) return;
    untracked(() => {
      if (isOther) startAgain();
      void pollNow();
    });
  });
}
