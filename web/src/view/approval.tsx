// A resolution that takes two people: what the lead decides about, in full, and the decision.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "../api";
import { ApiError } from "../api";
import type { FollowUp, PendingResolution } from "../api_types";
import { announce } from "../announce";
import { takeRow } from "../desk_state";
import { offerOfFollowUp } from "../keys";
import { t } from "../messages";
import { nameOf } from "../people";
import { pollNow } from "../polling";
import { forgetRefusal, refuse } from "../refusals";
import { subject } from "../sign_in";
import { amount, dateAndTime, named } from "../times";
import { Dialog } from "./dialog";
import { RefusalBox } from "./refusal";

export function Approval(props: { followUp: FollowUp; pending: PendingResolution }) {
  const { followUp, pending } = props;
  const asking = useSignal<"" | "approve" | "deny">("");
  const busy = useSignal(false);
  const isOwn = pending.agent === subject.value;
  const agent = nameOf(followUp.business, pending.agent);
  const reply = followUp.replies.find((candidate) => candidate.id === pending.reply);

  useEffect(() => {
    if (isOwn) return;
    return offerOfFollowUp(
      { name: "approve", key: "a", run: () => void (asking.value = "approve") },
      { name: "deny", key: "d", run: () => void (asking.value = "deny") },
    );
  }, [isOwn]);

  const decide = async () => {
    const approved = asking.value === "approve";
    busy.value = true;
    forgetRefusal(followUp.id);
    try {
      takeRow(await api.approve(followUp.id, approved, pending.digest));
      announce(t(approved ? "approved_said" : "denied_said"));
      asking.value = "";
      requestAnimationFrame(() => document.getElementById("follow-up-title")?.focus());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      asking.value = "";
      refuse(followUp.id, error);
    } finally {
      busy.value = false;
      void pollNow();
    }
  };

  const what = (
    <dl class="pending">
      <div>
        <dt>{t("asked_for")}</dt>
        <dd>{t(`action_${pending.action}`)}</dd>
      </div>
      {pending.reason ? (
        <div>
          <dt>{t("field_reason")}</dt>
          <dd>{named("reason", pending.reason)}</dd>
        </div>
      ) : null}
      {pending.remedy ? (
        <div>
          <dt>{named("remedy", pending.remedy.name)}</dt>
          <dd>{amount(pending.remedy.amount, pending.remedy.currency)}</dd>
        </div>
      ) : null}
      <div>
        <dt>{t("asked_at")}</dt>
        <dd>
          {dateAndTime(pending.at)}
          {agent ? (
            <>
              {t("comma")}
              <bdi>{agent}</bdi>
            </>
          ) : null}
        </dd>
      </div>
    </dl>
  );
  const text = reply?.text ? (
    <blockquote class="our-words" dir="auto">
      {reply.text}
    </blockquote>
  ) : (
    <p class="meta">{t("customer_reads_nothing")}</p>
  );

  return (
    <section class="composer" aria-labelledby="approval-title">
      <h3 id="approval-title">{t("waits_for_lead")}</h3>
      {what}
      {text}
      <RefusalBox id={followUp.id} />
      {isOwn ? <p class="notice">{t("own_request")}</p> : null}
      <div class="buttons">
        <button type="button" disabled={isOwn} onClick={() => (asking.value = "deny")}>
          {t("deny")} <kbd>D</kbd>
        </button>
        <button
          type="button"
          class="primary"
          disabled={isOwn}
          onClick={() => (asking.value = "approve")}
        >
          {t("approve")} <kbd>A</kbd>
        </button>
      </div>
      {asking.value ? (
        <Dialog
          title={t(asking.value === "approve" ? "approve_question" : "deny_question")}
          onClose={() => (asking.value = "")}
        >
          {what}
          {text}
          <footer>
            <button type="button" onClick={() => (asking.value = "")}>
              {t("cancel")}
            </button>
            <button type="button" class="primary" disabled={busy.value} onClick={decide}>
              {t(asking.value === "approve" ? "approve" : "deny")}
            </button>
          </footer>
        </Dialog>
      ) : null}
    </section>
  );
}
