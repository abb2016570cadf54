// How long a reply is, as its platform counts. The API counts again, exactly; X's weights of
// addresses and emoji are only there.

import type { LengthUnit } from "./api_types";

export function textLength(text: string, unit: LengthUnit): number {
  switch (unit) {
    case "bytes":
      return new TextEncoder().encode(text).length;
    case "utf16":
      return text.length;
    case "graphemes":
      return [...new Intl.Segmenter().segment(text)].length;
    case "characters":
      return [...text].length;
    case "weighted":
      return [...text.normalize("NFC")].reduce((sum, character) => sum + weight(character), 0);
  }
}

function weight(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  const isLight =
    code <= 4351 ||
    (code >= 8192 && code <= 8205) ||
    (code >= 8208 && code <= 8223) ||
    (code >= 8242 && code <= 8247);
  return isLight ? 1 : 2;
}
