// Text as a search compares it.

/** Small letters without accents, so that `uber` finds `Über`. */
export function searchText(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLocaleLowerCase();
}
