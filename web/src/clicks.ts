// The second click of a double click is meant for what the first one was on. Whatever has taken its
// place meanwhile, such as "Release" that of "Claim", is not clicked.

let last: Element | null = null;

function onClick(event: MouseEvent): void {
  const button = event.target instanceof Element ? event.target.closest("button, a") : null;
  // The keyboard's clicks have no count.
  const isSecond = event.detail > 1;
  if (isSecond && button && button !== last) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  last = button;
}

export function startClicks(): void {
  addEventListener("click", onClick, { capture: true });
}
