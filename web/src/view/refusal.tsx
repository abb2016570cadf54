import type { Finding } from "../api_types";
import { maybe, t } from "../messages";
import { refusals } from "../refusals";
import { words } from "../times";
import { SeverityIcon, Icon } from "./icons";

/** `isRefused` where it is said above already that the text cannot be sent. */
export function Findings(props: { findings: readonly Finding[]; isRefused?: boolean }) {
  const { findings, isRefused = false } = props;
  if (!findings.length) return null;
  return (
    <ul class="findings">
      {findings.map((finding) => {
        const isBlock = finding.severity === "block";
        const isKnown = isRefused && isBlock;
        return (
          <li key={finding.code + finding.explanation} class={finding.severity}>
            {isKnown ? null : <SeverityIcon severity={isBlock ? "critical" : "medium"} />}
            <span>
              {isKnown ? null : <b>{t(isBlock ? "lint_blocks" : "lint_warns")} </b>}
              <Explanation finding={finding} />
            </span>
            <span class="meta rule">{finding.rule}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** How to mend it, in the person's language. A code that this page is too old for is in English. */
function Explanation({ finding }: { finding: Finding }) {
  const plain = maybe(`found_${finding.code}`);
  if (plain) return <span>{plain}</span>;
  return (
    <>
      {words(finding.code)}. <span lang="en" dir="auto">{finding.explanation}</span>
    </>
  );
}

/** Why it was not done, where it was to be done. What was written is safe. */
export function RefusalBox({ id }: { id: string }) {
  const refusal = refusals.value.get(id);
  if (!refusal) return null;
  return (
    <div class="refusal" role="alert">
      <p>
        <SeverityIcon severity="critical" /> <b>{refusal.text}</b>
      </p>
      {refusal.detail ? <p lang="en" dir="auto">{refusal.detail}</p> : null}
      <Findings findings={refusal.findings} isRefused />
      {refusal.requestId ? (
        <p class="meta">
          {t("request_id")} <code>{refusal.requestId}</code>
        </p>
      ) : null}
    </div>
  );
}

export function Fine({ text }: { text: string }) {
  return (
    <p class="fine">
      <Icon name="tick" /> {text}
    </p>
  );
}
