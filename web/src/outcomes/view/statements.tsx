// What was verified of a chain: three statements, each for itself. One tick for all would say more
// than anybody knows.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../../api";
import type { Outcome, StoredEnd } from "../../api_types";
import { Dot, Icon, SeverityIcon } from "../../view/icons";
import { say, type Word } from "../messages";
import { verifyProof } from "../proofs";
import { readKeys, readProof, readVerification } from "../reading";
import { dayInWords } from "../zones";
import type { ChainState } from "./opened";

/** How sure a statement is: it holds, it does not, or nobody can say. */
type State = "holds" | "fails" | "open";

interface Statement {
  state: State;
  text: string;
}

function linksStatement({ links, isPart, outcomes }: ChainState): Statement {
  if (links.brokenAt !== null) {
    const why = say(`why_${links.why ?? "content"}` as Word);
    return { state: "fails", text: say("links_broken", { n: links.brokenAt, why }) };
  }
  if (isPart) return { state: "open", text: say("links_part", { n: outcomes.length }) };
  return { state: "holds", text: say("links_fit", { n: links.verified }) };
}

function endStatement(chain: ChainState, end: StoredEnd | null): Statement {
  if (chain.links.brokenAt !== null || chain.isPart)
    return { state: "open", text: say("end_unknown") };
  if (!end) return { state: "fails", text: say("end_no_state") };
  const count = chain.outcomes.length;
  if (end.sequence !== count)
    return { state: "fails", text: say("end_missing", { n: end.sequence, found: count }) };
  if (end.head !== chain.links.head) return { state: "fails", text: say("end_differs") };
  return { state: "holds", text: say("end_fits", { n: end.sequence }) };
}

const STATE_BY_SIGNATURE = { good: "holds", bad: "fails", unknown: "open" } as const;

async function sealStatement(outcome: Outcome): Promise<Statement> {
  const proof = await readProof(outcome.id);
  if (proof === "not_sealed_yet") return { state: "open", text: say("sealed_not_yet") };
  const day = dayInWords(typeof proof === "string" ? outcome.at.slice(0, 10) : proof.day);
  if (proof === "not_in_seal_yet") return { state: "open", text: say("sealed_without", { day }) };
  const fault: Statement = { state: "fails", text: say("sealed_fault", { day }) };
  if (proof === "not_as_sealed") return fault;
  const report = await verifyProof(outcome, proof, await readKeys(outcome.business));
  if (report.fault) return fault;
  const root = `\u2066${report.root.slice(0, 12)}…\u2069`;
  const where = say("sealed_on", { day, n: proof.index + 1, size: proof.size, root });
  const signature = say(`signature_${report.signature}` as Word);
  return { state: STATE_BY_SIGNATURE[report.signature], text: `${where} ${signature}` };
}

function Line(props: { name: string; statement: Statement | null; children?: ComponentChildren }) {
  const { statement } = props;
  return (
    <li class={statement?.state ?? "open"}>
      {statement?.state === "holds" ? (
        <Icon name="tick" />
      ) : statement?.state === "fails" ? (
        <SeverityIcon severity="critical" />
      ) : (
        <Dot filled={false} />
      )}
      <p>
        <b>{props.name}</b> {statement ? statement.text : say("verifying")}
      </p>
    </li>
  );
}

export function Statements({ chain, outcome }: { chain: ChainState; outcome: Outcome }) {
  const end = useSignal<Statement | null>(null);
  const seal = useSignal<Statement | null>(null);
  const heard = useSignal("");
  const { review } = outcome;
  useEffect(() => {
    const ask = async () => {
      try {
        const { state, why } = await readVerification(review, 0);
        end.value = endStatement(chain, state);
        heard.value = why ?? "";
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        end.value = { state: "open", text: say("end_unread") };
      }
    };
    void ask();
  }, [chain]);
  useEffect(() => {
    let isOver = false;
    seal.value = null;
    const ask = async () => {
      try {
        const own = await sealStatement(outcome);
        if (!isOver) seal.value = own;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!isOver) seal.value = { state: "open", text: say("sealed_unread") };
      }
    };
    void ask();
    return () => {
      isOver = true;
    };
  }, [outcome.id]);
  return (
    <section class="statements" aria-labelledby="statements-title">
      <h3 id="statements-title">{say("verified_here")}</h3>
      <ul>
        <Line name={say("links")} statement={linksStatement(chain)} />
        <Line name={say("end")} statement={end.value} />
        <Line name={say("sealed")} statement={seal.value} />
      </ul>
      {heard.value ? (
        <p class="meta" lang="en">
          {say("compared_by_heard", { why: heard.value })}
        </p>
      ) : null}
    </section>
  );
}
