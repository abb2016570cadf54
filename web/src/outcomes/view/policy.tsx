// The rules of then: the version of the policy that an outcome names by its hash.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError } from "../../api";
import type { Policy } from "../../api_types";
import { t } from "../../messages";
import { refusalOf } from "../../refusals";
import { Dialog } from "../../view/dialog";
import { whoIs } from "../facts";
import { say } from "../messages";
import { readPolicy } from "../reading";
import { utcTime } from "../zones";

function Version({ policy }: { policy: Policy }) {
  return (
    <>
      <p>
        {policy.number === null
          ? say("policy_unpublished")
          : say("policy_version", {
              n: policy.number,
              time: policy.at ? utcTime(policy.at) : "",
              who: whoIs(policy.business, policy.published_by ?? ""),
            })}
      </p>
      {policy.note ? <p class="meta">{policy.note}</p> : null}
      <pre class="json" dir="ltr" tabIndex={0}>
        {policy.source || JSON.stringify(policy.document, null, 2)}
      </pre>
    </>
  );
}

function PolicyDialog(props: { business: string; hash: string; onClose: () => void }) {
  const policy = useSignal<Policy | null>(null);
  const problem = useSignal("");
  useEffect(() => {
    readPolicy(props.business, props.hash).then(
      (found) => (policy.value = found),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        problem.value = error.status === 404 ? say("policy_missing") : refusalOf(error).text;
      },
    );
  }, []);
  return (
    <Dialog title={say("policy")} class="wide" onClose={props.onClose}>
      <code dir="ltr">{props.hash}</code>
      {policy.value ? (
        <Version policy={policy.value} />
      ) : problem.value ? (
        <p role="alert">{problem.value}</p>
      ) : (
        <p class="loading" role="status">
          {t("loading")}
        </p>
      )}
    </Dialog>
  );
}

export function PolicyButton({ business, hash }: { business: string; hash: string }) {
  const isOpen = useSignal(false);
  return (
    <>
      <button type="button" class="quiet policy" onClick={() => (isOpen.value = true)}>
        <code dir="ltr">{`${hash.slice(0, 12)}…`}</code>
      </button>
      {isOpen.value ? (
        <PolicyDialog business={business} hash={hash} onClose={() => (isOpen.value = false)} />
      ) : null}
    </>
  );
}
