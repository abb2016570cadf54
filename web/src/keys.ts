// Single letters as commands: only outside of fields and dialogs, and off by one switch (WCAG
// 2.1.4). No Alt: it types letters in Polish, and opens menus.

import { preferences } from "./preferences";

/** How the key is called that goes with Enter. */
export const MODIFIER = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";

/** What each key does. A command returns false when it had nothing to do. */
const commands = new Map<string, () => boolean | void>();

export function onKey(key: string, command: () => boolean | void): () => void {
  commands.set(key, command);
  return () => {
    if (commands.get(key) === command) commands.delete(key);
  };
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function startKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey)
      return;
    if (document.querySelector("dialog[open]")) return;
    const isCharacter = event.key.length === 1;
    if (isField(event.target) && (isCharacter || event.key !== "Escape")) return;
    if (isCharacter && !preferences.value.letters) return;
    const command = commands.get(isCharacter ? event.key.toLowerCase() : event.key);
    if (command && command() !== false) event.preventDefault();
  });
}
