// What colleagues write for each other. The customer never sees it, and it looks different from
// what is sent.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "../api";
import { ApiError } from "../api";
import type { FollowUp, Note } from "../api_types";
import { announce } from "../announce";
import { noteDraftOf, changeNoteDraft, forgetNoteDraft } from "../note_drafts";
import { offerOfFollowUp } from "../keys";
import { t, type Key } from "../messages";
import { mentionsIn } from "../mentions";
import { colleaguesOf, forgetColleagues, nameOf, readColleagues } from "../people";
import { open, pollNow } from "../polling";
import { refuse, forgetRefusal } from "../refusals";
import { subject } from "../sign_in";
import { dateAndTime } from "../times";
import { MentionField } from "./mention_field";

/** An answer without a note leaves an entry here that has nothing to read. */
function hasWords(note: Note): boolean {
  return Boolean(note.note || note.evidence || note.damaged);
}

function NoteCard({ note, business }: { note: Note; business: string }) {
  const name = (person: string) => nameOf(business, person) ?? t("a_colleague");
  return (
    <div class="note">
      <p class="meta">
        <bdi>{name(note.agent)}</bdi>
        {note.at ? `${t("comma")}${dateAndTime(note.at)}` : null}
        {note.action ? `${t("comma")}${t(`action_${note.action}` as Key)}` : null}
      </p>
      {note.damaged ? <p class="gone">{t("damaged")}</p> : null}
      {note.note ? (
        <p dir="auto" class="note-text">
          {note.note}
        </p>
      ) : null}
      {note.evidence ? <p dir="auto">{note.evidence}</p> : null}
      {note.mentions?.length ? (
        <p class="meta">
          {note.mentions.map((person) => (
            <bdi key={person}>@{name(person)} </bdi>
          ))}
        </p>
      ) : null}
    </div>
  );
}

export function Notes({ followUp }: { followUp: FollowUp }) {
  const { id, business } = followUp;
  const draft = noteDraftOf(id);
  const isWriting = useSignal(Boolean(draft.text));
  const busy = useSignal(false);
  const isOpen = followUp.status !== "closed";

  const write = () => {
    isWriting.value = true;
    requestAnimationFrame(() => document.getElementById("note-text")?.focus());
  };
  useEffect(() => {
    if (!isOpen) return;
    return offerOfFollowUp({ name: "note_write", key: "n", run: write });
  }, [id, isOpen]);

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const words = draft.text.trim();
    if (busy.value || !words) return;
    busy.value = true;
    forgetRefusal(id);
    const ownId = draft.id || `note-${crypto.randomUUID()}`;
    changeNoteDraft(id, { id: ownId });
    try {
      if (words.includes("@")) await readColleagues(business);
      const mentions = mentionsIn(words, draft.chosen, colleaguesOf(business));
      await api.addNote(id, { id: ownId, text: words, mentions });
      // Whoever wrote on while it was kept goes on writing.
      if (noteDraftOf(id).text === draft.text) {
        forgetNoteDraft(id);
        isWriting.value = false;
      }
      announce(t("note_saved_said"));
      // A note without a mention changes no row, so no poll would read it soon.
      void open(id);
      void pollNow();
      document.getElementById("follow-up-title")?.focus();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.isTemporary) changeNoteDraft(id, { id: "" });
      if (error.problem.reason === "cannot_mention") forgetColleagues(business);
      refuse(id, error);
    } finally {
      busy.value = false;
    }
  };
  const dismiss = async () => {
    try {
      await api.dismissMention(id);
      void pollNow();
      document.getElementById("follow-up-title")?.focus();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(id, error);
    }
  };
  return (
    <section>
      <h3>{t("notes")}</h3>
      {followUp.mentioned.includes(subject.value) ? (
        <button type="button" onClick={() => void dismiss()}>
          {t("mention_read")}
        </button>
      ) : null}
      {followUp.notes.filter(hasWords).map((note, place) => (
        <NoteCard key={note.id ?? place} note={note} business={business} />
      ))}
      {!isOpen ? null : isWriting.value ? (
        <form class="note-field" onSubmit={(event) => void save(event)}>
          <MentionField
            business={business}
            text={draft.text}
            chosen={draft.chosen}
            onChange={(text, chosen) => changeNoteDraft(id, { text, chosen, id: "" })}
          />
          <div class="buttons">
            <button type="button" onClick={() => (isWriting.value = false)}>
              {t("cancel")}
            </button>
            <button type="submit" disabled={busy.value || !draft.text.trim()}>
              {t("note_save")}
            </button>
          </div>
        </form>
      ) : (
        <button type="button" aria-keyshortcuts="n" onClick={write}>
          {t("note_write")} <kbd>N</kbd>
        </button>
      )}
    </section>
  );
}
