// Putting a follow-up off: it leaves one's own view until a time, and its own time goes on.

import { useSignal } from "@preact/signals";
import * as api from "../api";
import { ApiError } from "../api";
import type { Row } from "../api_types";
import { announce } from "../announce";
import { forgetPutOff, putOff } from "../desk_state";
import { t } from "../messages";
import { pollNow } from "../polling";
import { refuse } from "../refusals";
import { dateAndTime } from "../times";
import { Dialog } from "./dialog";
import { RefusalBox } from "./refusal";

const HOUR = 3_600_000;

/** Nine in the morning, so many days from today, where this person is. */
function morning(days: number): Date {
  const date = new Date();
  date.setDate(date.getDate() + days);
  date.setHours(9, 0, 0, 0);
  return date;
}

/** A time as `<input type=datetime-local>` has it. */
function localTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Show it in this person's view again. */
export async function showAgain(id: string): Promise<void> {
  try {
    await api.showAgain(id);
    forgetPutOff(id);
    announce(t("later_back_said"));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuse(id, error);
  }
  void pollNow();
}

export function LaterDialog(props: { row: Row; onClose: () => void; onDone: () => void }) {
  const { row, onClose } = props;
  const busy = useSignal(false);
  const own = useSignal(localTime(morning(1)));
  // On a Sunday tomorrow is the next Monday, so the one after it is meant.
  const untilMonday = ((7 - new Date().getDay()) % 7) + 1;
  const monday = morning(untilMonday === 1 ? 8 : untilMonday);
  const choose = async (until: Date) => {
    if (busy.value || Number.isNaN(until.getTime())) return;
    busy.value = true;
    try {
      const { back_at } = await api.putOff(row.id, until.toISOString());
      const back = back_at ?? until.toISOString();
      putOff.value = new Map(putOff.value).set(row.id, Date.parse(back));
      announce(t("later_said", { time: dateAndTime(back) }));
      onClose();
      props.onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(row.id, error);
    } finally {
      busy.value = false;
    }
  };
  const choices: [string, Date][] = [
    [t("later_hour"), new Date(Date.now() + HOUR)],
    [t("later_tomorrow"), morning(1)],
    [t("later_week"), monday],
  ];
  return (
    <Dialog title={t("later_question")} onClose={onClose}>
      <p class="meta">{t("later_what")}</p>
      <div class="choices">
        {choices.map(([name, time], place) => (
          <button
            key={name}
            type="button"
            data-first={place ? undefined : true}
            onClick={() => void choose(time)}
          >
            {name} <span class="meta">{dateAndTime(time.toISOString(), { weekday: "short" })}</span>
          </button>
        ))}
      </div>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void choose(new Date(own.value));
        }}
      >
        <label class="field">
          <span>{t("later_at")}</span>
          <input
            type="datetime-local"
            required
            value={own.value}
            onInput={(event) => (own.value = event.currentTarget.value)}
          />
        </label>
        <button type="submit">{t("later")}</button>
      </form>
      <RefusalBox id={row.id} />
    </Dialog>
  );
}
