// Verifies in the browser that an outcome is among those that were sealed: its hash, and the path
// from it to the root in the signed note (RFC 9162, 2.1.3; c2sp.org/signed-note).

import type { Outcome, SealProof } from "../api_types";
import { bytesOf, canonical, hexOf, sha256 } from "./chain";

type Bytes = Uint8Array<ArrayBuffer>;

export type ProofFault = "leaf" | "path" | "note";

/** Whether the note is signed with a key that the house publishes. */
export type SignatureState = "good" | "bad" | "unknown";

export interface ProofReport {
  fault: ProofFault | null;
  signature: SignatureState;
  root: string;
}

const fromBase64 = (text: string): Bytes =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function toBase64(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes));
}

function hashWith(mark: number, ...contents: Bytes[]): Promise<Bytes> {
  const all = new Uint8Array(1 + contents.reduce((sum, each) => sum + each.length, 0));
  all[0] = mark;
  let at = 1;
  for (const content of contents) {
    all.set(content, at);
    at += content.length;
  }
  return sha256(all);
}

/** The root that a leaf and its path lead to; null where the path does not fit the places. */
export async function rootFrom(
  leaf: Bytes,
  index: number,
  size: number,
  path: readonly Bytes[],
): Promise<Bytes | null> {
  if (index < 0 || index >= size) return null;
  let place = index;
  let last = size - 1;
  let root = leaf;
  for (const other of path) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      root = await hashWith(1, other, root);
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else root = await hashWith(1, root, other);
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? root : null;
}

interface Note {
  text: string;
  origin: string;
  size: number;
  root: string;
  signatures: { name: string; bytes: Bytes }[];
}

function parseNote(text: string): Note | null {
  const [, body = "", origin = "", size = "", root = "", tail = ""] =
    /^(([^\n]+)\n(\d+)\n([^\n]+)\n)\n((?:— [^\n]+\n)+)$/.exec(text) ?? [];
  if (!origin) return null;
  const signatures = [...tail.matchAll(/— (\S+) (\S+)\n/g)].map(([, name = "", bytes = ""]) => ({
    name,
    bytes: fromBase64(bytes),
  }));
  return { text: body, origin, size: Number(size), root, signatures };
}

/** Whether one of these keys (`name+id+base64`) has signed the note. */
async function signatureState(note: Note, keys: readonly string[]): Promise<SignatureState> {
  let state: SignatureState = "unknown";
  for (const key of keys) {
    const [, name, id, encoded = ""] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(key) ?? [];
    for (const { name: own, bytes } of note.signatures) {
      const content = fromBase64(encoded);
      const named = new Uint8Array([...bytesOf(`${name}\n`), ...content]);
      const isOwn = own === name && hexOf(bytes.slice(0, 4)) === id;
      // A key is named by its own hash, or it is none.
      if (!isOwn || hexOf((await sha256(named)).slice(0, 4)) !== id) continue;
      try {
        const raw = content.slice(1);
        const imported = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
        const signature = bytes.slice(4);
        if (await crypto.subtle.verify("Ed25519", imported, signature, bytesOf(note.text)))
          return "good";
        state = "bad";
      } catch {
        // This browser does not know Ed25519. The path to the root fits all the same.
      }
    }
  }
  return state;
}

/** Verify a proof about an outcome as it was read. */
export async function verifyProof(
  outcome: Outcome,
  proof: SealProof,
  keys: readonly string[],
): Promise<ProofReport> {
  const report = (fault: ProofFault | null, signature: SignatureState = "unknown", root = "") => ({
    fault,
    signature,
    root,
  });
  try {
    const leaf = await hashWith(0, bytesOf(canonical(outcome)));
    if (proof.outcome !== outcome.id || toBase64(leaf) !== proof.leaf) return report("leaf");
    const note = parseNote(proof.note);
    if (!note || note.size !== proof.size) return report("note");
    const root = await rootFrom(leaf, proof.index, proof.size, proof.path.map(fromBase64));
    if (!root || toBase64(root) !== note.root) return report("path");
    return report(null, await signatureState(note, keys), note.root);
  } catch {
    // What is no base64 is no proof.
    return report("note");
  }
}
