// A lead takes what a colleague has. It says why, because the log does.

import { useSignal } from "@preact/signals";
import type { FollowUp, TakeoverReason } from "../api_types";
import { takeOver } from "../claims";
import { t } from "../messages";
import { Dialog } from "./dialog";

const REASONS: readonly TakeoverReason[] = [
  "overdue",
  "absent",
  "expertise",
  "severity",
  "customer_asked",
  "other",
];

export function TakeoverDialog(props: { followUp: FollowUp; onClose: () => void }) {
  const { followUp, onClose } = props;
  const reason = useSignal<TakeoverReason>(followUp.overdue ? "overdue" : "absent");
  const busy = useSignal(false);
  const take = async () => {
    busy.value = true;
    await takeOver(followUp.id, followUp.fence, reason.value);
    onClose();
    requestAnimationFrame(() => document.getElementById("follow-up-title")?.focus());
  };
  return (
    <Dialog title={t("take_over_question")} onClose={onClose}>
      <p>{t("take_over_what", { name: followUp.claimed_by_name ?? t("a_colleague") })}</p>
      <fieldset class="choice list-of">
        <legend>{t("take_over_reason")}</legend>
        {REASONS.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="takeover-reason"
              checked={reason.value === one}
              onChange={() => (reason.value = one)}
            />
            <span>{t(`takeover_${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <footer>
        <button type="button" onClick={onClose}>
          {t("cancel")}
        </button>
        <button type="button" class="primary" disabled={busy.value} onClick={() => void take()}>
          {t("take_over")}
        </button>
      </footer>
    </Dialog>
  );
}
