// A pack for an auditor: the outcomes of some days, with all that it takes to verify them elsewhere.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../../api";
import { t } from "../../messages";
import { refusalOf } from "../../refusals";
import { Dialog } from "../../view/dialog";
import { businessShown } from "../found";
import { say } from "../messages";
import { makePack, type Pack, readPack } from "../reading";

const ASK_AGAIN_MS = 2_000;
const MOST_ASKS = 60;

type State = "idle" | "making" | "unavailable" | { url: string } | { problem: string };

const linkOf = (pack: Pack): string | null =>
  pack.url && /^https?:\/\//.test(pack.url) ? pack.url : null;

function PackDialog(props: { first: string; last: string; onClose: () => void }) {
  const first = useSignal(props.first);
  const last = useSignal(props.last);
  const state = useSignal<State>("idle");
  const isClosed = useRef(false);
  useEffect(() => () => void (isClosed.current = true), []);

  const make = async () => {
    state.value = "making";
    try {
      let pack = await makePack(businessShown(), first.value, last.value);
      for (let asks = 0; pack && !linkOf(pack) && asks < MOST_ASKS; asks++) {
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        if (isClosed.current) return;
        pack = (await readPack(pack.id)) ?? pack;
      }
      const url = pack && linkOf(pack);
      state.value = url
        ? { url }
        : pack
          ? { problem: t("refused_temporary") }
          : "unavailable";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { text, detail } = refusalOf(error);
      state.value = { problem: detail || text };
    }
  };
  const now = state.value;
  return (
    <Dialog title={say("pack")} onClose={props.onClose}>
      <p>{say("pack_what")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <div class="fields">
          <label class="field">
            <span>{say("pack_first")}</span>
            <input
              type="date"
              required
              max={last.value}
              value={first.value}
              onInput={(event) => (first.value = event.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span>{say("pack_last")}</span>
            <input
              type="date"
              required
              min={first.value}
              value={last.value}
              onInput={(event) => (last.value = event.currentTarget.value)}
            />
          </label>
        </div>
        <p role="status">
          {now === "making" ? say("pack_making") : null}
          {now === "unavailable" ? say("pack_unavailable") : null}
          {typeof now === "object" && "problem" in now ? now.problem : null}
        </p>
        <footer>
          {typeof now === "object" && "url" in now ? (
            <a class="download" href={now.url} rel="noopener noreferrer" download>
              {say("pack_link")}
            </a>
          ) : (
            <button
              type="submit"
              class="primary"
              disabled={now === "making" || now === "unavailable"}
            >
              {say("pack_make")}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

export function PackButton({ first, last }: { first: string; last: string }) {
  const isOpen = useSignal(false);
  return (
    <>
      <button type="button" class="pack" onClick={() => (isOpen.value = true)}>
        {say("pack")}
      </button>
      {isOpen.value ? (
        <PackDialog first={first} last={last} onClose={() => (isOpen.value = false)} />
      ) : null}
    </>
  );
}
