// In a narrow window a choice of many is one row that scrolls sideways.

/** Scroll a row so that what `selector` finds in it is in the middle. Nothing moves up or down. */
export function centreInRow(row: HTMLElement | null, selector: string): void {
  const target = row?.querySelector(selector);
  if (!row || !target || row.scrollWidth <= row.clientWidth) return;
  const middle = (element: Element) => {
    const place = element.getBoundingClientRect();
    return place.x + place.width / 2;
  };
  row.scrollBy({ left: middle(target) - middle(row) });
}
