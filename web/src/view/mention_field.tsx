// The text of a note. An @ offers the colleagues of the business, and the list stays in the flow of
// the page, so that nothing cuts it off.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Colleague } from "../api_types";
import { matching, mentionsIn, MOST_MENTIONS, partialName } from "../mentions";
import { t } from "../messages";
import { colleaguesOf, nameOf, readColleagues } from "../people";
import { joined } from "../times";

const LIST = "note-colleagues";

function rolesOf(colleague: Colleague): string {
  return t(colleague.roles.includes("lead") ? "role_lead" : "role_agent");
}

export function MentionField(props: {
  business: string;
  text: string;
  /** Whom somebody has chosen so far, also those whose names are gone from the text. */
  chosen: readonly string[];
  onChange: (text: string, chosen: readonly string[]) => void;
}) {
  const { business, text, chosen } = props;
  const box = useRef<HTMLTextAreaElement>(null);
  /** The part of a name that was typed; null without one, or when somebody closed the list. */
  const partial = useSignal<string | null>(null);
  const place = useSignal(0);
  const all = colleaguesOf(business);
  const mentions = mentionsIn(text, chosen, all);
  const isFull = mentions.length >= MOST_MENTIONS;
  const options = partial.value === null || isFull ? [] : matching(all, partial.value);
  const current = options[Math.min(place.value, options.length - 1)];

  // What was begun before a reload may mention somebody.
  useEffect(() => {
    if (text.includes("@")) void readColleagues(business);
  }, [business]);
  useEffect(() => {
    const option = current && document.getElementById(`mention-${current.subject}`);
    option?.scrollIntoView({ block: "nearest" });
  }, [current?.subject]);

  const readPartial = () => {
    const { value, selectionStart, selectionEnd } = box.current!;
    const hasSelection = selectionStart !== selectionEnd;
    const next = hasSelection ? null : partialName(value.slice(0, selectionStart));
    if (next !== null) void readColleagues(business);
    if (next !== partial.value) place.value = 0;
    partial.value = next;
  };
  const choose = (colleague: Colleague) => {
    const { value, selectionStart } = box.current!;
    const start = selectionStart - (partial.value ?? "").length;
    const before = `${value.slice(0, start)}${colleague.name} `;
    partial.value = null;
    props.onChange(
      before + value.slice(selectionStart).replace(/^ /, ""),
      [...chosen.filter((person) => person !== colleague.subject), colleague.subject],
    );
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(before.length, before.length);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || !current || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : options.length - 1;
      place.value = (Math.min(place.value, options.length - 1) + step) % options.length;
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) choose(current);
    else if (event.key === "Escape") partial.value = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="mention-field">
      <label class="field wide">
        <span>{t("note_text")}</span>
        <textarea
          ref={box}
          id="note-text"
          rows={3}
          required
          maxLength={5000}
          dir="auto"
          aria-describedby="note-hint"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={options.length ? LIST : undefined}
          aria-activedescendant={current ? `mention-${current.subject}` : undefined}
          value={text}
          onInput={(event) => {
            props.onChange(event.currentTarget.value, chosen);
            readPartial();
          }}
          onClick={readPartial}
          onKeyUp={(event) => {
            if (/^(Arrow(Left|Right)|Home|End)$/.test(event.key)) readPartial();
          }}
          onKeyDown={onKeyDown}
          onBlur={() => (partial.value = null)}
        />
      </label>
      {options.length ? (
        <div id={LIST} class="colleagues" role="listbox" aria-label={t("colleagues")}>
          {options.map((colleague) => (
            <div
              key={colleague.subject}
              id={`mention-${colleague.subject}`}
              role="option"
              aria-selected={colleague === current}
              // The text keeps the focus, and on a phone its keyboard.
              onPointerDown={(event) => event.preventDefault()}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(colleague)}
            >
              <bdi>{colleague.name}</bdi>
              <span class="meta">{rolesOf(colleague)}</span>
            </div>
          ))}
        </div>
      ) : null}
      <p class="visually-hidden" role="status">
        {options.length ? t("results", { n: options.length }) : ""}
      </p>
      <p class="meta" id="note-hint">
        {mentions.length ? (
          <>
            {t("note_mention")}:{" "}
            <bdi>{joined(mentions.map((person) => nameOf(business, person)))}</bdi>
          </>
        ) : (
          t("note_hint")
        )}
      </p>
    </div>
  );
}
