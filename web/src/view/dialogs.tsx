// The dialogs of the whole page: the keys, and what a person chooses for this browser.

import { signal } from "@preact/signals";
import { resolveAtTheEnd } from "../api";
import { MODIFIER } from "../keys";
import { LANGUAGES, loadLanguage, t, type Key } from "../messages";
import { outbox } from "../outbox";
import { prefer, preferences, type Preferences } from "../preferences";
import { session, signOut } from "../sign_in";
import { Dialog } from "./dialog";

export const openDialog = signal<"" | "keys" | "settings">("");

const close = () => (openDialog.value = "");

const KEYS: readonly [string, Key][] = [
  ["J K", "key_move"],
  ["Enter", "key_open"],
  ["Esc", "key_back"],
  ["C", "key_claim"],
  ["R", "key_reply"],
  ["1 – 6", "key_action"],
  ["N", "key_note"],
  ["V", "key_stranger"],
  ["Z", "key_undo"],
  ["/", "key_filter"],
  ["A D", "key_approve"],
  ["?", "key_help"],
];
const WRITING_KEYS: readonly [string, Key][] = [
  [`${MODIFIER} Enter`, "key_send"],
  [`${MODIFIER} ⇧ Enter`, "key_send_stay"],
  ["Esc", "key_leave"],
];

function KeyList({ keys }: { keys: readonly [string, Key][] }) {
  return (
    <dl class="keys">
      {keys.map(([key, meaning]) => (
        <div key={meaning}>
          <dt>
            {key.split(" ").map((part) => (part === "–" ? " – " : <kbd key={part}>{part}</kbd>))}
          </dt>
          <dd>{t(meaning)}</dd>
        </div>
      ))}
    </dl>
  );
}

function LettersSwitch() {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={preferences.value.letters}
        onChange={(event) => prefer({ letters: event.currentTarget.checked })}
      />
      {t("letters")}
    </label>
  );
}

function KeysDialog() {
  return (
    <Dialog title={t("keys")} onClose={close}>
      <KeyList keys={KEYS} />
      <h3>{t("keys_writing")}</h3>
      <KeyList keys={WRITING_KEYS} />
      <LettersSwitch />
    </Dialog>
  );
}

function Choice<K extends "theme" | "density">(props: { name: K; values: readonly Preferences[K][] }) {
  return (
    <fieldset class="choice">
      <legend>{t(props.name)}</legend>
      {props.values.map((value) => (
        <label key={value}>
          <input
            type="radio"
            name={props.name}
            checked={preferences.value[props.name] === value}
            onChange={() => prefer({ [props.name]: value })}
          />
          <span>{t(`${props.name}_${value}` as Key)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** What is still held goes out now: signing out forgets everything in this tab. */
function leave(): void {
  for (const { followUp, body } of outbox.value) resolveAtTheEnd(followUp, body);
  signOut();
}

function SettingsDialog() {
  const person = session.value;
  return (
    <Dialog title={t("settings")} onClose={close}>
      {person.state === "in" && person.email ? (
        <p class="meta">
          {t("signed_in_as")} <bdi>{person.email}</bdi>
        </p>
      ) : null}
      <label class="field">
        <span>{t("language")}</span>
        <select
          value={preferences.value.language}
          onChange={(event) => {
            prefer({ language: event.currentTarget.value });
            void loadLanguage();
          }}
        >
          <option value="">{t("language_browser")}</option>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Choice name="theme" values={["system", "light", "dark"]} />
      <Choice name="density" values={["comfortable", "compact"]} />
      <LettersSwitch />
      <footer>
        <button type="button" onClick={() => (openDialog.value = "keys")}>
          {t("keys")}
        </button>
        <button type="button" onClick={leave}>
          {t("sign_out")}
        </button>
      </footer>
    </Dialog>
  );
}

export function Dialogs() {
  if (openDialog.value === "keys") return <KeysDialog />;
  if (openDialog.value === "settings") return <SettingsDialog />;
  return null;
}
