// One outcome with all that it says, its review's chain, and what this browser verified of both.

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { announce } from "../../announce";
import { ApiError } from "../../api";
import type { Outcome } from "../../api_types";
import { t } from "../../messages";
import { platformName } from "../../platforms";
import { refusalOf } from "../../refusals";
import { joined } from "../../times";
import { Icon, SeverityIcon } from "../../view/icons";
import { addressOf, following, place } from "../address";
import { type LinksReport, verifyLinks } from "../chain";
import { fieldName, kindInWords, sentence, valueInWords, whoIs } from "../facts";
import { say } from "../messages";
import { isClosing } from "../query";
import { readChain, readVerification } from "../reading";
import { localTime, utcTime, zoneName, zoneOf } from "../zones";
import { PolicyButton } from "./policy";
import { Statements } from "./statements";

/** How many outcomes of a chain are read at most: as many as the house verifies in one go. */
const MOST_OUTCOMES = 5_000;

export interface ChainState {
  outcomes: readonly Outcome[];
  /** Whether there are more than were read. */
  isPart: boolean;
  links: LinksReport;
}

async function readWholeChain(review: string): Promise<ChainState> {
  const outcomes: Outcome[] = [];
  let after: number | null = 0;
  while (after !== null && outcomes.length < MOST_OUTCOMES) {
    const page = await readChain(review, after);
    outcomes.push(...page.outcomes);
    after = page.next === null ? null : Number(page.next);
  }
  return { outcomes, isPart: after !== null, links: await verifyLinks(review, outcomes) };
}

function CopyButton({ text, name }: { text: string; name: string }) {
  return (
    <button
      type="button"
      class="quiet copy"
      aria-label={`${say("copy")}: ${name}`}
      onClick={() =>
        void navigator.clipboard.writeText(text).then(
          () => announce(say("copied")),
          () => announce(t("copy_refused")),
        )
      }
    >
      <Icon name="copy" />
    </button>
  );
}

function Hash({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="hash">
        <code dir="ltr" title={text}>
          {text.length > 26 ? `${text.slice(0, 12)}…${text.slice(-8)}` : text}
        </code>
        <CopyButton text={text} name={name} />
      </dd>
    </div>
  );
}

const LONG = new Set(["commitment", "inputs", "digest", "native_id", "reply", "follow_up"]);

function Detail({ outcome, name }: { outcome: Outcome; name: string }) {
  const value = outcome.detail[name];
  if (name === "policy" && typeof value === "string")
    return (
      <div>
        <dt>{fieldName(name)}</dt>
        <dd class="hash">
          <PolicyButton business={outcome.business} hash={value} />
        </dd>
      </div>
    );
  if (LONG.has(name) && typeof value === "string") return <Hash name={fieldName(name)} text={value} />;
  const severity = name.includes("severity") && typeof value === "string" ? value : null;
  return (
    <div>
      <dt>{fieldName(name)}</dt>
      <dd>
        {severity ? <SeverityIcon severity={severity as NonNullable<Outcome["severity"]>} /> : null}
        <bdi>{valueInWords(outcome, name) || "–"}</bdi>
      </dd>
    </div>
  );
}

function Facts({ outcome }: { outcome: Outcome }) {
  const zone = zoneOf(outcome.business);
  return (
    <>
      <p class="sentence">{sentence(outcome)}</p>
      {zone === "UTC" ? null : (
        <p class="meta">
          {zoneName(zone)}: <time dateTime={outcome.at}>{localTime(outcome.at, zone)}</time>
        </p>
      )}
      <dl class="fact-fields">
        {Object.keys(outcome.detail).map((name) => (
          <Detail key={name} outcome={outcome} name={name} />
        ))}
      </dl>
      <dl class="fact-fields">
        <Hash name={say("review")} text={outcome.review} />
        {outcome.delivery ? <Hash name={say("delivery")} text={outcome.delivery} /> : null}
        <Hash name={say("hash")} text={outcome.hash} />
        <Hash name={say("previous")} text={outcome.previous} />
      </dl>
      <details>
        <summary>{say("show_json")}</summary>
        <pre class="json" dir="ltr" tabIndex={0}>
          {JSON.stringify(outcome, null, 2)}
        </pre>
        <CopyButton text={JSON.stringify(outcome)} name="JSON" />
      </details>
    </>
  );
}

/** All that happened to the review, with where the chain breaks, and what closed it. */
function Rail({ chain, current }: { chain: ChainState; current: Outcome }) {
  const { brokenAt } = chain.links;
  return (
    <nav class="chain" aria-labelledby="chain-title">
      <h3 id="chain-title">
        {say("chain")} <span class="meta">{say("chain_of", { n: chain.outcomes.length })}</span>
      </h3>
      <ol>
        {chain.outcomes.map((outcome, number) => {
          const isBroken = brokenAt !== null && number + 1 === brokenAt;
          const after = brokenAt !== null && number + 1 > brokenAt;
          const target = { review: outcome.review, sequence: outcome.sequence };
          return (
            <li
              key={outcome.id}
              class={isBroken ? "broken" : after ? "unproven" : isClosing(outcome.kind) ? "closing" : ""}
            >
              <a
                href={addressOf({ ...place.value, ...target })}
                aria-current={outcome === current ? "step" : undefined}
                onClick={following(target)}
              >
                <span class="number">{outcome.sequence}</span>
                <span class="what">
                  <span class="kind">{kindInWords(outcome.kind)}</span>
                  {isBroken ? (
                    <span class="critical">
                      <SeverityIcon severity="critical" />
                      <span class="visually-hidden">
                        {say("links_broken", { n: number + 1, why: "" })}
                      </span>
                    </span>
                  ) : null}
                  <bdi class="meta">{whoIs(outcome.business, outcome.actor)}</bdi>
                  <time class="meta" dateTime={outcome.at}>
                    {utcTime(outcome.at)}
                  </time>
                  {isClosing(outcome.kind) ? <span class="meta">{say("closes")}</span> : null}
                </span>
              </a>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

export function Opened({ review, onClose }: { review: string; onClose: () => void }) {
  const chain = useSignal<ChainState | null>(null);
  const problem = useSignal("");
  useEffect(() => {
    const read = async () => {
      try {
        chain.value = await readWholeChain(review);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        problem.value = await explain(review, error);
      }
    };
    void read();
  }, [review]);

  const state = chain.value;
  const { sequence } = place.value;
  const outcome =
    state?.outcomes.find((each) => each.sequence === sequence) ?? state?.outcomes.at(-1) ?? null;
  // Whoever opens it reads on there; on a phone it is all that is shown.
  useLayoutEffect(() => {
    if (outcome) document.getElementById("opened-title")?.focus();
  }, [outcome?.id]);
  return (
    <section class="opened" aria-labelledby="opened-title">
      <header>
        <button type="button" class="back" aria-label={t("back")} onClick={onClose}>
          <Icon name="back" />
        </button>
        <h2 id="opened-title" tabIndex={-1}>
          {outcome ? (
            <>
              {outcome.severity ? <SeverityIcon severity={outcome.severity} /> : null}{" "}
              <span class="kind">{kindInWords(outcome.kind)}</span>{" "}
              <span class="meta">
                {joined([`${say("number")} ${outcome.sequence}`, platformName(outcome.platform)])}
              </span>
            </>
          ) : (
            say("review")
          )}
        </h2>
        <button type="button" class="quiet" aria-label={t("close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {problem.value ? (
        <p class="refusal" role="alert">
          {problem.value}
        </p>
      ) : null}
      {state && outcome ? (
        <div class="opened-parts">
          <div class="facts-of-one">
            <Facts outcome={outcome} />
          </div>
          <div class="proof-of-one">
            <Statements chain={state} outcome={outcome} />
            <Rail chain={state} current={outcome} />
          </div>
        </div>
      ) : problem.value ? null : (
        <p class="loading" role="status">
          {t("loading")}
        </p>
      )}
    </section>
  );
}

/** Why a chain cannot be shown. Where the log holds what Heard did not write, what Heard says. */
async function explain(review: string, error: ApiError): Promise<string> {
  if (error.status === 404) return say("not_there");
  if (error.problem.code !== "tampered" && error.status !== 500) return refusalOf(error).text;
  try {
    const { broken_at: number, why } = await readVerification(review, 0);
    if (number !== null)
      return `${say("is_tampered")} ${say("links_broken", { n: number, why: why ?? "" })}`;
  } catch (other) {
    if (!(other instanceof ApiError)) throw other;
  }
  return error.problem.detail ?? refusalOf(error).text;
}

