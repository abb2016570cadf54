// What the page says, in the language of the person. English comes with the page, because it is
// also the fallback; every other language is loaded when it is chosen.

import { computed, signal } from "@preact/signals";
import { preferences } from "../preferences";
import { en } from "./en";

/** A message that depends on a number, by the plural categories of Intl.PluralRules. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Key = keyof typeof en;
export type Messages = { [K in Key]: (typeof en)[K] extends string ? string : Plural };

export const LANGUAGES: Record<string, string> = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  pt: "Português",
  nl: "Nederlands",
  af: "Afrikaans",
  ar: "العربية",
};

const LOADERS: Record<string, () => Promise<Messages>> = {
  en: async () => en,
  de: async () => (await import("./de")).de,
  es: async () => (await import("./es")).es,
  fr: async () => (await import("./fr")).fr,
  pt: async () => (await import("./pt")).pt,
  nl: async () => (await import("./nl")).nl,
  af: async () => (await import("./af")).af,
  ar: async () => (await import("./ar")).ar,
  // For tests: longer than any language, and mirrored.
  "en-XA": async () => (await import("./pseudo")).long(en),
  "ar-XB": async () => (await import("./pseudo")).mirrored(en),
};
const RIGHT_TO_LEFT = new Set(["ar", "ar-XB"]);

const loaded = signal<{ language: string; messages: Messages }>({ language: "en", messages: en });
/** The language for dates, numbers and plurals. A pseudo-locale has those of its base. */
export const language = computed(() => loaded.value.language);
const locale = computed(() => {
  const base = language.value.replace(/-X[AB]$/, "");
  // The browser knows the country, which decides about dates and clocks.
  return navigator.languages.find((choice) => choice.split("-")[0] === base) ?? base;
});
export const intl = computed(() => locale.value);
const plurals = computed(() => new Intl.PluralRules(locale.value));

function wanted(): string {
  const choices = [preferences.value.language, ...navigator.languages];
  for (const choice of choices) {
    if (LOADERS[choice]) return choice;
    const base = choice.split("-")[0] ?? "";
    if (LOADERS[base]) return base;
  }
  return "en";
}

/** Load the language of the preferences, else the browser's. The old one stays until then. */
export async function loadLanguage(): Promise<void> {
  const code = wanted();
  try {
    const messages = await LOADERS[code]!();
    if (code !== wanted()) return;
    loaded.value = { language: code, messages };
  } catch {
    // A page that is older than the deployment may not find its files: English is here.
    loaded.value = { language: "en", messages: en };
  }
  document.documentElement.lang = locale.value;
  document.documentElement.dir = RIGHT_TO_LEFT.has(loaded.value.language) ? "rtl" : "ltr";
}

/** A message. `{name}` stands for a value; `n` also chooses the plural. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return filled(loaded.value.messages[key] ?? en[key], values);
}

/** A message with its values in their places, and in the plural that they choose. */
export function filled(
  message: string | Plural,
  values: Record<string, string | number> = {},
): string {
  const text =
    typeof message === "string"
      ? message
      : (message[plurals.value.select(Number(values["n"] ?? 0))] ?? message.other);
  return text.replace(/\{(\w+)\}/g, (mark, name: string) => {
    const value = values[name];
    if (value === undefined) return mark;
    return typeof value === "number" ? new Intl.NumberFormat(locale.value).format(value) : value;
  });
}

/** A message by a key that was put together, or null where there is none. */
export function maybe(key: string, values: Record<string, string | number> = {}): string | null {
  return key in en ? t(key as Key, values) : null;
}
