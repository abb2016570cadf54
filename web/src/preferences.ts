// What a person chose. No secret and no customer's word is here.

import { effect, signal } from "@preact/signals";
import type { SavedView } from "./api_types";

export interface Preferences {
  /** Empty for the browser's. */
  language: string;
  theme: "system" | "light" | "dark";
  density: "comfortable" | "compact";
  /** Whether single letters are commands outside of fields. */
  letters: boolean;
  /** Whether the browser tells of what cannot wait. */
  notifications: boolean;
  /** What somebody named: the query of an address, without what was open. */
  views: readonly SavedView[];
}

export const MOST_VIEWS = 8;

const PLACE = "heard.preferences";
const DEFAULTS: Preferences = {
  language: "",
  theme: "system",
  density: "comfortable",
  letters: true,
  notifications: false,
  views: [],
};

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(PLACE) ?? "{}") as object) };
  } catch {
    return DEFAULTS;
  }
}

export const preferences = signal<Preferences>(read());

export function prefer(change: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...change };
  try {
    localStorage.setItem(PLACE, JSON.stringify(preferences.value));
  } catch {
    // A browser may refuse to store anything. Then the choice lasts until a reload.
  }
}

effect(() => {
  const { theme, density } = preferences.value;
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  root.dataset["density"] = density;
});
