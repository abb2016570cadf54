// The query bar, with what can stand in it, and the same as menus.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Channel, Kind, Severity } from "../../api_types";
import { t } from "../../messages";
import { platformName } from "../../platforms";
import { SEVERITIES } from "../../route";
import { joined } from "../../times";
import { go, place } from "../address";
import { businessShown, peopleOf, search } from "../found";
import { kindInWords } from "../facts";
import { maybeSay, say } from "../messages";
import {
  CHANNELS,
  type Choice,
  completions,
  daysOf,
  DEFAULT_DAYS,
  HEARD,
  KINDS,
  lastDays,
  parse,
  parts,
  PLATFORMS,
  type Qualifier,
  QUALIFIERS,
  type Query,
  quoted,
  write,
} from "../query";
import { dayInWords } from "../zones";
import { PackButton } from "./pack";

const CHOICES = "outcomes-choices";
const SPANS = [1, DEFAULT_DAYS, 30, 90] as const;
const MOST_CHOICES = 40;

function channelInWords(channel: Channel): string {
  return maybeSay(`channel_${channel}`) ?? channel;
}

function byName<T>(all: readonly T[], name: (one: T) => string): [T, string][] {
  return all
    .map((one): [T, string] => [one, name(one)])
    .sort(([, one], [, other]) => one.localeCompare(other));
}

function valuesOf(qualifier: Qualifier): Choice[] {
  const all: [string, string][] =
    qualifier === "kind"
      ? KINDS.map((kind) => [kind, kindInWords(kind)])
      : qualifier === "severity"
        ? SEVERITIES.map((severity) => [severity, t(`severity_${severity}`)])
        : qualifier === "platform"
          ? byName(PLATFORMS, platformName)
          : qualifier === "channel"
            ? CHANNELS.map((channel) => [channel, channelInWords(channel)])
            : actorChoices().map(({ value, name }) => [value, name]);
  return all.map(([value, meaning]) => ({ text: `${qualifier}:${quoted(value)}`, meaning }));
}

/** Heard, and the people: by first name where that is only theirs. */
function actorChoices(): { value: string; name: string }[] {
  const people = [...peopleOf(businessShown())];
  const own = people.map(([id, name]) => {
    const isShared = people.some(([other, same]) => other !== id && same === name);
    return { value: isShared ? id : name, name };
  });
  return [{ value: HEARD, name: "Heard" }, ...own];
}

function firstChoices(): Choice[] {
  const meanings: Record<Qualifier, string> = {
    kind: say("kind"),
    severity: t("severity"),
    platform: t("platform"),
    channel: say("channel"),
    actor: say("who"),
  };
  return [
    ...QUALIFIERS.map((name) => ({ text: `${name}:`, meaning: meanings[name] })),
    ...SPANS.map((days) => {
      const { first, last } = lastDays(days);
      return { text: `${first}..${last}`, meaning: say("last_days", { n: days }) };
    }),
  ];
}

function Bar() {
  const box = useRef<HTMLInputElement>(null);
  const text = useSignal(place.value.query);
  const isOpen = useSignal(false);
  const chosen = useSignal(-1);
  /** Where the part that is being typed begins and ends. */
  const span = useSignal<[number, number]>([0, 0]);
  const part = text.value.slice(...span.value);
  const choices = isOpen.value
    ? completions(part, firstChoices(), valuesOf).slice(0, MOST_CHOICES)
    : [];
  const current = choices[chosen.value];

  useEffect(() => {
    document.getElementById(`${CHOICES}-${chosen.value}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen.value]);

  const look = () => {
    const { value, selectionStart } = box.current!;
    const caret = selectionStart ?? value.length;
    const before = parts(value.slice(0, caret)).at(-1) ?? "";
    const isTyping = before && value.slice(0, caret).endsWith(before);
    const begin = isTyping ? caret - before.length : caret;
    const after = isTyping ? (/^[^\s]*/.exec(value.slice(caret))?.[0].length ?? 0) : 0;
    span.value = [begin, caret + after];
    text.value = value;
    isOpen.value = true;
    chosen.value = -1;
  };
  const submit = () => {
    isOpen.value = false;
    const query = text.value.trim().replace(/\s+/g, " ");
    // The same again asks for what is new.
    if (query === place.value.query) search();
    go({ query, review: "", sequence: 0 });
  };
  const choose = ({ text: choice }: Choice) => {
    const [begin, end] = span.value;
    const isWhole = !choice.endsWith(":");
    const before = text.value.slice(0, begin) + choice + (isWhole ? " " : "");
    text.value = before + text.value.slice(end).trimStart();
    box.current!.value = text.value;
    box.current!.focus();
    box.current!.setSelectionRange(before.length, before.length);
    look();
    isOpen.value = !isWhole;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen.value) look();
      const count = choices.length;
      if (count) {
        const from = chosen.value < 0 && event.key === "ArrowUp" ? 0 : chosen.value;
        chosen.value = (from + (event.key === "ArrowDown" ? 1 : count - 1) + count) % count;
      }
    } else if (event.key === "Enter" && current) choose(current);
    else if (event.key === "Escape" && isOpen.value && choices.length) isOpen.value = false;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isShown = choices.length > 0;
  return (
    <form
      class="query"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="query-field">
        <input
          ref={box}
          id="outcomes-query"
          type="text"
          role="combobox"
          dir="ltr"
          autoComplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={1000}
          aria-label={say("qualifiers")}
          aria-describedby="outcomes-hint"
          aria-expanded={isShown}
          aria-controls={isShown ? CHOICES : undefined}
          aria-autocomplete="list"
          aria-activedescendant={current ? `${CHOICES}-${chosen.value}` : undefined}
          value={text.value}
          onInput={look}
          onClick={look}
          onKeyDown={onKeyDown}
          onBlur={() => (isOpen.value = false)}
        />
        {isShown ? (
          <div id={CHOICES} class="choices-list" role="listbox" aria-label={say("choices")}>
            {choices.map((choice, number) => (
              <div
                key={choice.text}
                id={`${CHOICES}-${number}`}
                role="option"
                aria-selected={choice === current}
                // The bar keeps the focus.
                onPointerDown={(event) => event.preventDefault()}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(choice)}
              >
                <code dir="ltr">{choice.text}</code>
                <bdi>{choice.meaning}</bdi>
              </div>
            ))}
          </div>
        ) : null}
        <p class="visually-hidden" role="status">
          {isShown ? t("results", { n: choices.length }) : ""}
        </p>
      </div>
      <button type="submit">{say("search")}</button>
    </form>
  );
}

/** One choice of several; `several` where the bar names more than a menu can. */
function Menu(props: {
  label: string;
  any: string;
  chosen: readonly string[];
  choices: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  const { chosen } = props;
  const only = chosen.length === 1 ? chosen[0]! : chosen.length ? "several" : "";
  const isKnown = !only || props.choices.some(([value]) => value === only);
  return (
    <label class="field">
      <span>{props.label}</span>
      <select value={only} onChange={(event) => props.onChange(event.currentTarget.value)}>
        <option value="">{props.any}</option>
        {isKnown ? null : (
          <option value={only}>{only === "several" ? say("several") : only}</option>
        )}
        {props.choices.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Menus({ query }: { query: Query }) {
  const change = (part: Partial<Query>) =>
    go({ query: write({ ...query, ...part }), review: "", sequence: 0 });
  const span = query.days && SPANS.find((days) => {
    const { first, last } = lastDays(days);
    return query.days!.first === first && query.days!.last === last;
  });
  const days = query.days ? (span ? String(span) : "own") : String(DEFAULT_DAYS);
  const own = daysOf(query);
  return (
    <div class="menus" role="group" aria-label={say("menus")}>
      <Menu
        label={say("kind")}
        any={say("any_kind")}
        chosen={query.kinds}
        choices={KINDS.map((kind) => [kind, kindInWords(kind)] as const)}
        onChange={(kind) => change({ kinds: kind ? [kind as Kind] : [] })}
      />
      <Menu
        label={t("severity")}
        any={t("any_severity")}
        chosen={query.severity ? [query.severity] : []}
        choices={SEVERITIES.map((each) => [each, t(`severity_${each}`)] as const)}
        onChange={(severity) => change({ severity: severity as Severity | "" })}
      />
      <Menu
        label={t("platform")}
        any={t("any_platform")}
        chosen={query.platform ? [query.platform] : []}
        choices={byName(PLATFORMS, platformName)}
        onChange={(platform) => change({ platform })}
      />
      <Menu
        label={say("channel")}
        any={say("any_channel")}
        chosen={query.channel ? [query.channel] : []}
        choices={CHANNELS.map((channel) => [channel, channelInWords(channel)] as const)}
        onChange={(channel) => change({ channel: channel as Channel | "" })}
      />
      <Menu
        label={say("who")}
        any={say("anybody")}
        chosen={query.actors}
        choices={actorChoices().map(({ value, name }) => [value, name] as const)}
        onChange={(actor) => change({ actors: actor ? [actor] : [] })}
      />
      <label class="field">
        <span>{say("days")}</span>
        <select
          value={days}
          onChange={(event) => {
            const count = Number(event.currentTarget.value);
            change({ days: count === DEFAULT_DAYS ? null : lastDays(count) });
          }}
        >
          {SPANS.map((count) => (
            <option key={count} value={String(count)}>
              {say("last_days", { n: count })}
            </option>
          ))}
          {days === "own" ? (
            <option value="own">
              {say("own_days", { first: dayInWords(own.first), last: dayInWords(own.last) })}
            </option>
          ) : null}
        </select>
      </label>
    </div>
  );
}

export function Search() {
  const { query, unknown } = parse(place.value.query);
  const { first, last } = lastDays(DEFAULT_DAYS);
  const days = daysOf(query);
  return (
    <search class="search">
      <Bar />
      <p class="meta" id="outcomes-hint">
        {say("hint", { days: `\u2066${first}..${last}\u2069` })}
      </p>
      {unknown.length ? (
        <p class="notice" role="alert">
          {say("not_understood", { words: joined(unknown) })}
        </p>
      ) : null}
      <details class="menus-fold" open={matchMedia("(min-width: 861px)").matches}>
        <summary>{t("filters")}</summary>
        <Menus query={query} />
        <PackButton first={days.first} last={days.last} />
      </details>
    </search>
  );
}
