// What the auditors' page says. Like the rest of the page: English comes with the code, and another
// language is loaded when somebody has it.

import { effect, signal } from "@preact/signals";
import { filled, language, type Plural } from "../../messages";
import { en } from "./en";

export type Word = keyof typeof en;
export type Catalogue = { [K in Word]: (typeof en)[K] extends string ? string : Plural };

const LOADERS: Record<string, () => Promise<Catalogue>> = {
  en: async () => en,
  de: async () => (await import("./de")).de,
  es: async () => (await import("./es")).es,
  fr: async () => (await import("./fr")).fr,
  pt: async () => (await import("./pt")).pt,
  nl: async () => (await import("./nl")).nl,
  af: async () => (await import("./af")).af,
  ar: async () => (await import("./ar")).ar,
  "en-XA": async () => (await import("../../messages/pseudo")).long(en),
  "ar-XB": async () => (await import("../../messages/pseudo")).mirrored(en),
};

const catalogue = signal<Catalogue>(en);

/** Follow the language of the page. Returns the end of it. */
export function startSpeaking(): () => void {
  return effect(() => {
    const code = language.value;
    LOADERS[code]?.().then(
      (words) => {
        if (code === language.value) catalogue.value = words;
      },
      // A page that is older than the deployment may not find its files: English is here.
      () => (catalogue.value = en),
    );
  });
}

/** A value in its own direction, so that names and times keep theirs in a text that turns. */
function isolated(value: string | number): string | number {
  const isTurned = document.documentElement.dir === "rtl" && typeof value === "string";
  return isTurned ? `\u2068${value}\u2069` : value;
}

export function say(word: Word, values: Record<string, string | number> = {}): string {
  const own = Object.entries(values).map(([name, value]) => [name, isolated(value)]);
  return filled(catalogue.value[word] ?? en[word], Object.fromEntries(own));
}

/** A message by a key that was put together, or null where there is none. */
export function maybeSay(key: string): string | null {
  return key in en ? say(key as Word) : null;
}
