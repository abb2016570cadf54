// Preferences on the API, so that they are the same on every device. Notifications are not: each
// browser asks for itself.

import { effect, untracked } from "@preact/signals";
import * as api from "./api";
import { ApiError } from "./api";
import type { PreferencesBody as Kept } from "./api_types";
import { loadLanguage } from "./messages";
import { prefer, preferences } from "./preferences";

const KEEP_AFTER_MS = 1_000;

function keptOf(): Kept {
  const { language, theme, density, letters, views } = preferences.value;
  const kept: Kept = { theme, density, keys: letters, views: views.map((view) => ({ ...view })) };
  if (language) kept.language = language;
  return kept;
}

function take(kept: Kept): void {
  const before = preferences.value;
  prefer({
    language: kept.language ?? "",
    theme: kept.theme ?? before.theme,
    density: kept.density ?? before.density,
    letters: kept.keys ?? before.letters,
    views: kept.views ?? before.views,
  });
  if (preferences.value.language !== before.language) void loadLanguage();
}

/** Read what is kept, and keep from then on what somebody changes here. */
export async function startKeepingPreferences(): Promise<void> {
  let kept: Kept;
  try {
    kept = await api.readPreferences();
  } catch (error) {
    // Without them the page is as this browser has it.
    if (!(error instanceof ApiError)) throw error;
    return;
  }
  if (kept.theme) take(kept);
  let last = JSON.stringify(keptOf());
  let timer = 0;
  effect(() => {
    const now = JSON.stringify(keptOf());
    if (now === last) return;
    clearTimeout(timer);
    timer = setTimeout(() => untracked(() => void save(now)), KEEP_AFTER_MS);
  });
  const save = async (now: string) => {
    try {
      await api.savePreferences(keptOf());
      last = now;
    } catch (error) {
      // It is in this browser, and is kept with the next change.
      if (!(error instanceof ApiError)) throw error;
    }
  };
}
