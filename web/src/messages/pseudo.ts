// Two languages that nobody speaks. `long` shows what is cut or not translated; `mirrored` what
// does not turn.

import type { Plural } from "./index";

type Catalogue = Record<string, string | Plural>;

const ACCENTS: Record<string, string> = {
  a: "á", e: "é", i: "í", o: "ó", u: "ú", c: "ç", n: "ñ", s: "š", y: "ý", z: "ž",
  A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú", C: "Ç", N: "Ñ", S: "Š", Y: "Ý", Z: "Ž",
};

function change<C extends Catalogue>(en: C, turn: (text: string) => string): C {
  const all = Object.entries(en).map(([key, message]: [string, string | Plural]) => [
    key,
    typeof message === "string"
      ? turn(message)
      : Object.fromEntries(Object.entries(message).map(([rule, text]) => [rule, turn(text)])),
  ]);
  return Object.fromEntries(all) as C;
}

const lengthen = (text: string): string => {
  const accented = text.replace(/\{\w+\}|[a-zA-Z]/g, (part) => ACCENTS[part] ?? part);
  return `[${accented}${" ~~~".repeat(Math.ceil(text.length / 12))}]`;
};

export const long = <C extends Catalogue>(en: C): C => change(en, lengthen);
export const mirrored = <C extends Catalogue>(en: C): C =>
  change(en, (text) => `\u202e${text}\u202c`);
