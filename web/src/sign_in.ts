// Signing in at the managed login: authorization code with PKCE (RFC 7636).
//
// The access token stays in memory. The refresh token is in sessionStorage, so that a reload does
// not ask again; it belongs to this tab and ends with it. No password ever reaches this page.

import { signal } from "@preact/signals";
import { configuration } from "./config";

export type Session =
  | { state: "starting" }
  | { state: "in"; subject: string; email: string }
  /** `problem` is what the sign-in said, if it refused. */
  | { state: "out"; problem: "" | "refused" | "unreachable" }
  | { state: "expired" };

export const session = signal<Session>({ state: "starting" });
/** Whose drafts these are. It stays known when the session expires. */
export const subject = signal("");

const REFRESH = "heard.refresh";
const PENDING = "heard.sign-in";
const MARGIN_MS = 60_000;

interface TokenAnswer {
  access_token: string;
  id_token?: string;
  refresh_token?: string;
  expires_in: number;
}

interface Pending {
  state: string;
  verifier: string;
  path: string;
}

let access = { token: "", expiresAt: 0 };
let refreshing: Promise<boolean> | null = null;

export class SignedOut extends Error {}
export class SignInUnreachable extends Error {}

function callbackAddress(): string {
  return `${location.origin}/signed-in`;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function claimsOf(token: string): Record<string, unknown> {
  const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

/** Go to the managed login, and come back to this address afterwards. */
export async function goToSignIn(): Promise<void> {
  const path = location.pathname.startsWith("/signed-") ? "/" : location.pathname + location.search;
  const pending: Pending = { state: randomText(), verifier: randomText(), path };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier));
  const query = new URLSearchParams({
    client_id: configuration.client,
    response_type: "code",
    scope: "openid email",
    redirect_uri: callbackAddress(),
    state: pending.state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    lang: document.documentElement.lang,
  });
  location.assign(`${configuration.sign_in}/oauth2/authorize?${query}`);
}

const endings: (() => unknown)[] = [];

/** Have something forgotten when this person signs out. */
export function atSignOut(forget: () => unknown): void {
  endings.push(forget);
}

/** Forget the tokens, have the refresh token revoked, and end the managed login's own session. */
export function signOut(): void {
  const refresh = sessionStorage.getItem(REFRESH);
  // Nothing of this person may stay in the tab for the next one.
  for (const forget of endings) forget();
  sessionStorage.clear();
  access = { token: "", expiresAt: 0 };
  if (refresh)
    void fetch(`${configuration.sign_in}/oauth2/revoke`, {
      method: "POST",
      body: new URLSearchParams({ token: refresh, client_id: configuration.client }),
      keepalive: true,
    }).catch(() => undefined);
  const query = new URLSearchParams({
    client_id: configuration.client,
    logout_uri: `${location.origin}/signed-out`,
  });
  location.assign(`${configuration.sign_in}/logout?${query}`);
}

/** What to do at the start: come back from the sign-in, go on, or sign in. */
export async function start(): Promise<void> {
  const query = new URLSearchParams(location.search);
  if (location.pathname === "/signed-out") {
    session.value = { state: "out", problem: "" };
    return;
  }
  try {
    if (location.pathname === "/signed-in") {
      await comeBack(query);
      return;
    }
    if (!(await refresh())) await goToSignIn();
  } catch {
    session.value = { state: "out", problem: "unreachable" };
  }
}

async function comeBack(query: URLSearchParams): Promise<void> {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null") as Pending | null;
  sessionStorage.removeItem(PENDING);
  const code = query.get("code");
  // A code that this tab did not ask for could sign somebody in as somebody else.
  if (!pending || !code || query.get("state") !== pending.state) {
    history.replaceState(null, "", "/");
    session.value = { state: "out", problem: "refused" };
    return;
  }
  history.replaceState(null, "", pending.path);
  const accepted = await fetchTokens({
    grant_type: "authorization_code",
    code,
    redirect_uri: callbackAddress(),
    code_verifier: pending.verifier,
  });
  if (!accepted) session.value = { state: "out", problem: "refused" };
}

async function fetchTokens(fields: Record<string, string>): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(`${configuration.sign_in}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({ client_id: configuration.client, ...fields }),
      signal: AbortSignal.timeout(15_000),
    });
  } catch (error) {
    throw new SignInUnreachable(String(error));
  }
  if (response.status >= 500 || response.status === 429) throw new SignInUnreachable();
  if (!response.ok) return false;
  let answer: TokenAnswer;
  try {
    answer = (await response.json()) as TokenAnswer;
  } catch (error) {
    throw new SignInUnreachable(String(error));
  }
  access = { token: answer.access_token, expiresAt: Date.now() + answer.expires_in * 1000 };
  if (answer.refresh_token) sessionStorage.setItem(REFRESH, answer.refresh_token);
  const person = String(claimsOf(answer.access_token)["sub"] ?? "");
  const email = answer.id_token ? String(claimsOf(answer.id_token)["email"] ?? "") : "";
  subject.value = person;
  session.value = { state: "in", subject: person, email };
  return true;
}

/** Whether there is a new access token. Raises SignInUnreachable if nobody can tell. */
function refresh(): Promise<boolean> {
  refreshing ??= (async () => {
    const token = sessionStorage.getItem(REFRESH);
    if (!token) return false;
    const accepted = await fetchTokens({ grant_type: "refresh_token", refresh_token: token });
    if (!accepted) sessionStorage.removeItem(REFRESH);
    return accepted;
  })().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** An access token that is valid for a while. Raises SignedOut when the session is over. */
export async function accessToken(options: { renew?: boolean } = {}): Promise<string> {
  if (options.renew || Date.now() > access.expiresAt - MARGIN_MS) {
    if (!(await refresh())) {
      session.value = { state: "expired" };
      throw new SignedOut();
    }
  }
  return access.token;
}

/** The token as it is, for a request that cannot wait because the page closes. */
export function currentToken(): string {
  return access.token;
}
