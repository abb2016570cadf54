// In a narrow window a choice of many is one row that moves sideways.

/** Bring what is chosen in a row into sight, without moving anything up or down. */
export function showInRow(row: HTMLElement | null, chosen: string): void {
  const one = row?.querySelector(chosen);
  if (!row || !one || row.scrollWidth <= row.clientWidth) return;
  const middle = (element: Element) => {
    const place = element.getBoundingClientRect();
    return place.x + place.width / 2;
  };
  row.scrollBy({ left: middle(one) - middle(row) });
}
