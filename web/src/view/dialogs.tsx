// The dialogs of the whole page: the keys, and what a person chooses for this browser.

import { signal } from "@preact/signals";
import { announce } from "../announce";
import { resolveAtTheEnd } from "../api";
import { MODIFIER } from "../keys";
import { LANGUAGES, loadLanguage, t, type Key } from "../messages";
import { outbox } from "../outbox";
import { MOST_VIEWS, prefer, preferences, type Preferences } from "../preferences";
import { session, signOut } from "../sign_in";
import { queryOf, route } from "../route";
import { canNotify, isBlocked, wantNotifications } from "../telling";
import { Dialog } from "./dialog";
import { Palette, PALETTE_KEY } from "./palette";

export const openDialog = signal<"" | "keys" | "settings" | "palette" | "view">("");

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
  ["H", "key_later"],
  ["Z", "key_undo"],
  ["/", "key_filter"],
  ["G", "key_go"],
  ["A D", "key_approve"],
  ["?", "key_help"],
  [PALETTE_KEY, "key_palette"],
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

function Choice<K extends "theme" | "density">(props: {
  name: K;
  values: readonly Preferences[K][];
}) {
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

function Notifications() {
  if (!canNotify()) return null;
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          aria-describedby="notifications-what"
          checked={preferences.value.notifications}
          onChange={(event) => {
            const box = event.currentTarget;
            // A refusal leaves it as it was.
            void wantNotifications(box.checked).finally(
              () => (box.checked = preferences.value.notifications),
            );
          }}
        />
        {t("notifications")}
      </label>
      <p class="meta" id="notifications-what">
        {t("notifications_what")}
      </p>
      {isBlocked.value ? <p role="alert">{t("notifications_blocked")}</p> : null}
    </div>
  );
}

/** Keep the filters of the address under a name. The same name again is changed. */
function ViewDialog() {
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const name = String(form.get("name")).trim();
    if (!name) return;
    const others = preferences.value.views.filter((view) => view.name !== name);
    prefer({ views: [...others, { name, query: queryOf(route.value) }].slice(-MOST_VIEWS) });
    close();
    announce(t("view_saved_said"));
  };
  return (
    <Dialog title={t("save_view")} onClose={close}>
      <form onSubmit={save}>
        <label class="field wide">
          <span>{t("view_name")}</span>
          <input data-first name="name" maxLength={40} required autoComplete="off" dir="auto" />
        </label>
        <footer>
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="primary">
            {t("save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
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
      <Notifications />
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
  if (openDialog.value === "palette") return <Palette onClose={close} />;
  if (openDialog.value === "view") return <ViewDialog />;
  return null;
}
