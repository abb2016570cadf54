// What can be done on this screen, each with its key. Single letters are commands only outside of
// fields and dialogs, and off by one switch (WCAG 2.1.4). No Alt: it types letters in Polish, and
// opens menus. The palette offers the same commands by their names.

import type { Key } from "./messages";
import { preferences } from "./preferences";

/** How the key is called that goes with Enter. */
export const MODIFIER = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";

export interface Command {
  /** What it is called in the palette. */
  name: Key;
  /** Empty where no key does it. */
  key: string;
  /** Returns false when there was nothing to do, so that the key does what it does elsewhere. */
  run: () => boolean | void;
  /** Whether a key that is held down does it again and again. */
  repeats?: boolean;
  /** Whether there is something to do now; always where it is left out. */
  isPossible?: () => boolean;
  /** Whether it is about the open follow-up: the palette lists those first. */
  ofFollowUp?: boolean;
}

const commands = new Map<Key, Command>();
let openPalette: () => void = () => undefined;
let takeNext: ((key: string) => void) | null = null;

/** Give the next key to `take` alone, whatever it does elsewhere; null takes that back. */
export function takeNextKey(take: ((key: string) => void) | null): void {
  takeNext = take;
}

/** Offer a command until the returned function is called. The later one of a name goes first. */
export function offer(command: Command): () => void {
  commands.set(command.name, command);
  return () => {
    if (commands.get(command.name) === command) commands.delete(command.name);
  };
}

/** Offer several, for an effect of a component. */
export function offerAll(...all: Command[]): () => void {
  const ends = all.map(offer);
  return () => ends.forEach((end) => end());
}

/** Offer what can be done with the open follow-up. */
export function offerOfFollowUp(...all: Command[]): () => void {
  return offerAll(...all.map((command) => ({ ...command, ofFollowUp: true })));
}

/** What can be done now. */
export function possibleCommands(): Command[] {
  return [...commands.values()].filter(({ isPossible }) => isPossible?.() ?? true);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isPaletteKey(event: KeyboardEvent): boolean {
  const hasModifier = MODIFIER === "⌘" ? event.metaKey : event.ctrlKey;
  return hasModifier && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (takeNext && !/^(Shift|Control|Alt|Meta|CapsLock)$/.test(event.key)) {
    const take = takeNext;
    takeNext = null;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !isField(event.target);
    const isTaken = isPlain && (event.key.length === 1 || event.key === "Escape");
    take(isTaken ? event.key.toLowerCase() : "");
    if (isTaken) {
      event.preventDefault();
      return;
    }
  }
  if (isPaletteKey(event)) {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isCharacter = event.key.length === 1;
  if (isField(event.target) && (isCharacter || event.key !== "Escape")) return;
  if (isCharacter && !preferences.value.letters) return;
  const key = isCharacter ? event.key.toLowerCase() : event.key;
  const command = possibleCommands().findLast((candidate) => candidate.key === key);
  // Whoever leans on a key means it once, but for walking through the list.
  if (event.repeat && !command?.repeats) return;
  if (command && command.run() !== false) event.preventDefault();
}

export function startKeys(onPalette: () => void): void {
  openPalette = onPalette;
  addEventListener("keydown", onKeyDown);
}
