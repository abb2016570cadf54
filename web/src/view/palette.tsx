// Everything that can be done or opened from here, by typing a part of its name. It shows the key
// of each command, so that people learn the keys by using it.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { previewKey, previews, rows } from "../desk_state";
import { MODIFIER, possibleCommands, type Command } from "../keys";
import { t } from "../messages";
import { preferences } from "../preferences";
import { filtersOf, go, VIEWS } from "../route";
import { searchText } from "../search_text";
import { Dialog } from "./dialog";
import { keysTo } from "./view_keys";
import { openFollowUp } from "./list";

const MOST_FOLLOW_UPS = 20;

interface Entry {
  id: string;
  group: "palette_here" | "palette_go" | "palette_open";
  label: string;
  /** What is found besides the label, and not shown. */
  also?: string;
  detail?: string;
  key?: string;
  run: () => void;
}

function isFound(entry: Entry, query: string): boolean {
  const text = searchText(`${entry.label} ${entry.detail ?? ""} ${entry.also ?? ""}`);
  return searchText(query).split(/\s+/).every((part) => text.includes(part));
}

function views(): Entry[] {
  const own = VIEWS.map((view) => ({
    id: `view-${view}`,
    label: t(`view_${view}`),
    key: keysTo(view),
    query: view === "all" ? "" : `view=${view}`,
  }));
  const saved = preferences.value.views.map(({ name, query }, place) => ({
    id: `saved-${place}`,
    label: name,
    key: "",
    query,
  }));
  return [...own, ...saved].map(({ id, label, key, query }) => ({
    id,
    group: "palette_go",
    label,
    key,
    run: () => go({ ...filtersOf(query), followUp: null }),
  }));
}

function followUps(query: string): Entry[] {
  if (!query) return [];
  return rows.value
    .map((row): Entry => {
      const preview = previews.value.get(previewKey(row));
      return {
        id: row.id,
        group: "palette_open",
        label: preview?.author?.name || t("anonymous"),
        detail: preview?.first_words ?? "",
        also: row.id,
        run: () => openFollowUp(row.id),
      };
    })
    .filter((entry) => isFound(entry, query))
    .slice(0, MOST_FOLLOW_UPS);
}

function entriesOf(commands: readonly Command[], query: string): Entry[] {
  // What one does most: answer what is open, and not walk through the list.
  const inOrder = [
    ...commands.filter((command) => command.ofFollowUp),
    ...commands.filter((command) => !command.ofFollowUp),
  ];
  const here = inOrder.map(
    (command): Entry => ({
      id: command.name,
      group: "palette_here",
      label: t(command.name),
      key: command.key === "Escape" ? "Esc" : command.key.toUpperCase(),
      run: () => void command.run(),
    }),
  );
  return [
    ...[...here, ...views()].filter((entry) => isFound(entry, query)),
    ...followUps(query),
  ];
}

/** `commands` are those that were possible before the palette was in front of everything. */
export function Palette({ onClose }: { onClose: () => void }) {
  const commands = useSignal(possibleCommands());
  const query = useSignal("");
  const place = useSignal(0);
  const entries = entriesOf(commands.value, query.value.trim());
  const current = entries[Math.min(place.value, entries.length - 1)];

  useEffect(() => {
    document.getElementById(`entry-${current?.id}`)?.scrollIntoView({ block: "nearest" });
  }, [current?.id]);

  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    // When the dialog is gone and the focus is back where it was.
    requestAnimationFrame(() => requestAnimationFrame(entry.run));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : entries.length - 1;
      place.value = (place.value + step) % Math.max(1, entries.length);
    } else if (event.key === "Enter") run(current);
    else return;
    event.preventDefault();
  };
  const groups = [...new Set(entries.map((entry) => entry.group))];
  return (
    <Dialog title={t("palette")} class="palette" onClose={onClose}>
      <input
        data-first
        type="text"
        role="combobox"
        autoComplete="off"
        spellcheck={false}
        aria-label={t("palette_search")}
        placeholder={t("palette_search")}
        aria-expanded="true"
        aria-controls="palette-entries"
        aria-autocomplete="list"
        aria-activedescendant={current ? `entry-${current.id}` : undefined}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          place.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-entries" role="listbox" aria-label={t("palette")} tabIndex={-1}>
        {groups.map((group) => (
          <div role="group" aria-label={t(group)} key={group}>
            <p class="meta" aria-hidden="true">
              {t(group)}
            </p>
            {entries
              .filter((entry) => entry.group === group)
              .map((entry) => (
                <div
                  key={entry.id}
                  id={`entry-${entry.id}`}
                  role="option"
                  aria-selected={entry === current}
                  onClick={() => run(entry)}
                >
                  <bdi>{entry.label}</bdi>
                  {entry.detail ? <bdi class="first-words">{entry.detail}</bdi> : null}
                  {entry.key ? (
                    <span class="entry-keys">
                      {entry.key.split(" ").map((one) => (
                        <kbd key={one}>{one}</kbd>
                      ))}
                    </span>
                  ) : null}
                </div>
              ))}
          </div>
        ))}
      </div>
      <p class={entries.length ? "visually-hidden" : "meta"} role="status">
        {t("results", { n: entries.length })}
      </p>
    </Dialog>
  );
}

/** The key that opens it, as it is shown. */
export const PALETTE_KEY = `${MODIFIER} K`;
