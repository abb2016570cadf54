// The one client of the API. Nothing else in the page calls fetch for it.

import type {
  ClosedPage,
  Colleagues,
  Draft,
  DraftBody,
  FollowUpView,
  FollowUpWithStory,
  Later,
  LintResult,
  Me,
  NoteBody,
  Page,
  PreferencesBody,
  Previews,
  Problem,
  ResolutionBody,
  Row,
  Severity,
  TakeoverReason,
} from "./api_types";
import { accessToken, atSignOut, currentToken, SignedOut, SignInUnreachable } from "./sign_in";

const LONGEST_PAGE = 100;
const TIMEOUT_MS = 20_000;

/** A request that did not do what it was for. `status` is 0 where no response came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly requestId: string,
    readonly retryAfterMs: number | null,
  ) {
    super(problem.detail ?? `status ${status}`);
  }

  /** Whether the same request may succeed later. Nobody knows then whether this one did. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

interface Options {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: object;
}

interface CachedResponse {
  etag: string;
  body: unknown;
  /** When the API last said that it is still so. */
  at: number;
}

/** The last response to each GET that had an ETag, for If-None-Match. */
const cache = new Map<string, CachedResponse>();
/** An erasure must reach what nobody looks at any more, too: see docs/privacy.md. */
export const KEPT_MS = 5 * 60_000;

function forgetOld(): void {
  for (const [path, { at }] of cache) if (Date.now() - at >= KEPT_MS) cache.delete(path);
}

setInterval(forgetOld, 30_000);
atSignOut(() => cache.clear());

async function send(
  path: string,
  options: Options,
  known: CachedResponse | undefined,
  renew: boolean,
): Promise<Response> {
  const token = await accessToken({ renew });
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (known) headers["if-none-match"] = known.etag;
  if (options.body) headers["content-type"] = "application/json";
  return fetch(path, {
    method: options.method ?? "GET",
    headers,
    body: options.body ? JSON.stringify(options.body) : null,
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

/** A request for a part of the page that is loaded later. */
export async function call<T>(path: string, options: Options = {}): Promise<T> {
  let response: Response;
  // A tab that sleeps has no timers.
  forgetOld();
  // Held, so that it is there for a 304 that comes after it was forgotten.
  const known = options.method ? undefined : cache.get(path);
  try {
    response = await send(path, options, known, false);
    if (response.status === 401) response = await send(path, options, known, true);
  } catch (error) {
    if (error instanceof SignedOut) throw new ApiError(401, {}, "", null);
    const isNetwork = error instanceof DOMException || error instanceof TypeError;
    if (isNetwork || error instanceof SignInUnreachable) throw new ApiError(0, {}, "", null);
    throw error;
  }
  if (response.status === 304 && known) {
    known.at = Date.now();
    cache.set(path, known);
    return known.body as T;
  }
  if (!response.ok) throw await errorOf(response);
  let body: T;
  try {
    body = (await response.json()) as T;
  } catch {
    // It broke off after its status had come, or took too long.
    throw new ApiError(0, {}, "", null);
  }
  const etag = response.headers.get("etag");
  if (etag && !options.method) {
    if (cache.size > 50) cache.clear();
    cache.set(path, { etag, body, at: Date.now() });
  }
  return body;
}

async function errorOf(response: Response): Promise<ApiError> {
  let problem: Problem = {};
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // API Gateway's own errors have no document.
  }
  const seconds = Number(response.headers.get("retry-after"));
  return new ApiError(
    response.status,
    problem,
    response.headers.get("apigw-requestid") ?? "",
    seconds > 0 ? Math.min(seconds, 300) * 1000 : null,
  );
}

const FOLLOW_UPS = "/api/desk/follow-ups";

function post<T>(path: string, body: object = {}): Promise<T> {
  return call<T>(path, { method: "POST", body });
}

export interface ListQuery {
  business: string;
  after: string | null;
  words: boolean;
  view: FollowUpView | null;
  severity: Severity | "";
  platform: string;
}

export function listFollowUps(query: ListQuery): Promise<Page> {
  const parameters = new URLSearchParams({ limit: String(LONGEST_PAGE) });
  for (const name of ["business", "after", "view", "severity", "platform"] as const)
    if (query[name]) parameters.set(name, query[name]);
  if (query.words) parameters.set("words", "true");
  return call<Page>(`${FOLLOW_UPS}?${parameters}`);
}

export const MOST_PREVIEWS = 50;

export function readPreviews(ids: readonly string[]): Promise<Previews> {
  return call<Previews>(`/api/desk/previews?ids=${ids.join(",")}`);
}

export const CLOSED_PAGE = 50;

export interface ClosedQuery {
  business: string;
  mine: boolean;
  from: string;
  to?: string;
  after: string;
}

export function listClosed({ business, mine, from, to, after }: ClosedQuery): Promise<ClosedPage> {
  const parameters = new URLSearchParams({ business, limit: String(CLOSED_PAGE), from });
  if (to) parameters.set("to", to);
  if (mine) parameters.set("by", "me");
  if (after) parameters.set("after", after);
  return call<ClosedPage>(`/api/desk/closed?${parameters}`);
}

export function readColleagues(business: string): Promise<Colleagues> {
  return call<Colleagues>(`/api/desk/colleagues?${new URLSearchParams({ business })}`);
}

export function readMe(): Promise<Me> {
  return call<Me>("/api/me");
}

export function readPreferences(): Promise<PreferencesBody> {
  return call<PreferencesBody>("/api/me/preferences");
}

export function savePreferences(preferences: PreferencesBody): Promise<unknown> {
  return call("/api/me/preferences", { method: "PUT", body: preferences });
}

/** One follow-up. `after` asks for its next reviews. */
export function readFollowUp(id: string, after?: string): Promise<FollowUpWithStory> {
  const query = after ? `?${new URLSearchParams({ after })}` : "";
  return call<FollowUpWithStory>(`${FOLLOW_UPS}/${id}${query}`);
}

export function claim(id: string): Promise<Row> {
  return post<Row>(`${FOLLOW_UPS}/${id}/claim`);
}

export function release(id: string, fence: number): Promise<Row> {
  return post<Row>(`${FOLLOW_UPS}/${id}/release`, { fence });
}

export function lint(id: string, text: string, ownContacts: boolean): Promise<LintResult> {
  return post<LintResult>(`${FOLLOW_UPS}/${id}/lint`, { text, own_contacts: ownContacts });
}

export function resolve(id: string, body: ResolutionBody): Promise<Row> {
  return post<Row>(`${FOLLOW_UPS}/${id}/resolution`, body);
}

export function approve(id: string, approved: boolean, digest: string): Promise<Row> {
  return post<Row>(`${FOLLOW_UPS}/${id}/approval`, { approved, digest });
}

export function saveDraft(id: string, body: DraftBody): Promise<Draft> {
  return call<Draft>(`${FOLLOW_UPS}/${id}/draft`, { method: "PUT", body });
}

export function deleteDraft(id: string): Promise<unknown> {
  return call(`${FOLLOW_UPS}/${id}/draft`, { method: "DELETE" });
}

export function addNote(id: string, body: NoteBody): Promise<unknown> {
  return post(`${FOLLOW_UPS}/${id}/notes`, body);
}

export function dismissMention(id: string): Promise<unknown> {
  return call(`${FOLLOW_UPS}/${id}/mention`, { method: "DELETE" });
}

export function takeOver(id: string, fence: number, reason: TakeoverReason): Promise<Row> {
  return post<Row>(`${FOLLOW_UPS}/${id}/takeover`, { fence, reason });
}

export function putOff(id: string, until: string): Promise<Later> {
  return call<Later>(`${FOLLOW_UPS}/${id}/later`, { method: "PUT", body: { until } });
}

export function showAgain(id: string): Promise<unknown> {
  return call(`${FOLLOW_UPS}/${id}/later`, { method: "DELETE" });
}

/** Send something while the page closes: the browser finishes it. Nobody reads the response. */
function sendAtTheEnd(path: string, body: object, method = "POST"): void {
  void fetch(path, {
    method,
    headers: { authorization: `Bearer ${currentToken()}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  }).catch(() => undefined);
}

export function resolveAtTheEnd(id: string, body: ResolutionBody): void {
  sendAtTheEnd(`${FOLLOW_UPS}/${id}/resolution`, body);
}

export function releaseAtTheEnd(id: string, fence: number): void {
  sendAtTheEnd(`${FOLLOW_UPS}/${id}/release`, { fence });
}

export function saveDraftAtTheEnd(id: string, body: DraftBody): void {
  sendAtTheEnd(`${FOLLOW_UPS}/${id}/draft`, body, "PUT");
}
