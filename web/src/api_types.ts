// The shapes of the API. Made by `make docs` from docs/openapi.json: do not edit.

/** What an agent can do with a follow-up. */
export type Action = "reply" | "invite_private" | "resolve_without_reply" | "promise" | "walk_away" | "report_fake";

/**
 * A lead's decision about a resolution that takes two people.
 *
 * `digest` is that of the `pending_resolution` that the lead has read.
 */
export interface ApprovalBody {
  approved: boolean;
  digest: string;
}

/** What we concluded about a review. */
export interface Assessment {
  severity: Severity;
  agenda: string;
  sentiment: number;
  language: string | null;
  topics: string[];
  flags: string[];
  reasons: Reason[];
  model: string;
  needs_person: boolean;
  confidence: number;
  scores: Record<string, number>;
  kind_words: boolean;
  praised_topics: string[];
}

/** Who wrote, as the platform names them. */
export interface Author {
  id: string;
  name?: string | null;
}

/** What the author said when we acknowledged it, and the acknowledgement. */
export interface BeforeEdit {
  title: string | null;
  text: string | null;
  rating: number | null;
  severity: Severity | null;
  occurred_at: string | null;
  acknowledgement: string;
  replaced_by_next_reply: boolean;
}

/** A part of a review's chain. `next` is the `after` of the next one. */
export interface Chain {
  review: string;
  outcomes: Outcome[];
  next: string | null;
}

/** The kind of place where the customer spoke. */
export type Channel = "review_site" | "social" | "forum" | "app_store" | "messaging" | "email" | "phone" | "survey";

/** What to think of (R25). */
export interface Checklist {
  name: string;
  steps: string[];
}

/** A closed follow-up: how it ended, when, by whom, and with which codes. */
export interface ClosedFollowUp {
  id: string;
  review: string;
  platform: string;
  severity: Severity | null;
  kind: Kind;
  at: string;
  by: string | null;
  by_name: string | null;
  approved_by_name: string | null;
  root_cause: string | null;
  fix: string | null;
  reason: string | null;
  waited_s: number | null;
}

/** Closed follow-ups, the newest first. There may be a next page though this one is empty. */
export interface ClosedPage {
  closed: ClosedFollowUp[];
  next: string | null;
}

/** A review that was closed twice, and not opened again between. */
export interface ClosedTwice {
  review: string;
  platform: string;
  first: Closing;
  second: Closing;
}

/** An outcome that closed a review. */
export interface Closing {
  sequence: number;
  kind: Kind;
  at: string;
}

/** A code of resolutions, and how often it closed a follow-up in the last 90 days. */
export interface Code {
  code: string;
  name: string;
  used: number;
  in_policy: boolean;
}

/** The codes of a business. `counted_from` is the time since when their use was counted. */
export interface Codes {
  causes: Code[];
  fixes: Code[];
  reasons: Code[];
  counted_from: string;
}

/** A person of a business, and the roles that they hold there. */
export interface Colleague {
  subject: string;
  name: string;
  roles: Role[];
}

/** The people of a business by first name. `complete` is false where somebody may be missing. */
export interface Colleagues {
  colleagues: Colleague[];
  complete: boolean;
}

/** Other words that came under the id of a review. */
export interface Complaint {
  title: string | null;
  text: string | null;
  rating: number | null;
  severity: Severity | null;
  occurred_at: string | null;
}

/** How many follow-ups each view shows. `complete` is false where there are even more. */
export interface Counts {
  all: number;
  mine: number;
  overdue: number;
  waits_for_lead: number;
  promised: number;
  invited: number;
  later: number;
  complete: boolean;
}

/** What the caller has begun to write. `at` is when it was saved. */
export interface Draft {
  text: string;
  at: string;
  action: Action | null;
  fields: Record<string, unknown>;
}

/** What an agent has begun to write. */
export interface DraftBody {
  text: string;
  action?: Action | null;
  fields?: DraftFields;
}

/** What of a resolution is filled in beside its text. Nothing of it is checked yet. */
export interface DraftFields {
  fix?: string | null;
  root_cause?: string | null;
  reason?: string | null;
  note?: string | null;
  evidence?: string | null;
  promised_for?: string | null;
  remedy?: DraftRemedy | null;
  own_contacts?: boolean | null;
}

/** The caller has no draft here. */
export interface DraftGone {
  my_draft: null;
}

/** A remedy that is half filled in. */
export interface DraftRemedy {
  name?: string;
  amount?: string;
  currency?: string;
}

/** Another review of the same author. `ended` is None while it is open. */
export interface EarlierReview {
  id: string;
  platform: string;
  rating: number | null;
  severity: Severity | null;
  at: string;
  ended: Kind | null;
  withdrawn: boolean;
  first_words: string | null;
}

/** The file of a day's outcomes in the lake. */
export interface FactsFile {
  key: string;
  sha256: string;
  bytes: number;
  lines: number;
}

/** Something that the lint found in a text. */
export interface Finding {
  code: string;
  rule: string;
  severity: "block" | "warn";
  explanation: string;
}

/** A follow-up with all that an agent must understand before answering (R22). */
export interface FollowUp {
  id: string;
  business: string;
  platform: string;
  channel: Channel;
  stage: Stage;
  severity: Severity;
  queue: string;
  priority: number;
  status: Status;
  why: string;
  level: number;
  opened_at: string;
  due_at: string;
  overdue: boolean;
  promised_for: string | null;
  claimed_by: string | null;
  claimed_by_name: string | null;
  claim_expires_at: string | null;
  fence: number;
  revision: string;
  mentioned: string[];
  reviews_count: number;
  working_minutes_left: number;
  clock: "running" | "paused";
  resumes_at: string | null;
  newest_review?: NewestReview | null;
  reviews: Review[];
  reviews_next: string | null;
  replies: Reply[];
  public_replies_left: number;
  platform_limits: PlatformLimits;
  notes: Note[];
  rules: Rule[];
  checklist: Checklist | null;
  remedies: Remedy[];
  causes: string[];
  fixes: string[];
  reasons: string[];
  contacts: string[];
  grants: Grant[];
  pending_resolution: PendingResolution | null;
  actions: Action[];
  no_reply_code: string | null;
  no_reply_why: string | null;
  my_draft: Draft | null;
}

/** A part of the list. What is being carried out already is in none of them. */
export type FollowUpView = "mine" | "overdue" | "waits_for_lead" | "promised" | "invited" | "later";

/** A follow-up with its timeline, and with how the author's other reviews ended. */
export interface FollowUpWithStory {
  id: string;
  business: string;
  platform: string;
  channel: Channel;
  stage: Stage;
  severity: Severity;
  queue: string;
  priority: number;
  status: Status;
  why: string;
  level: number;
  opened_at: string;
  due_at: string;
  overdue: boolean;
  promised_for: string | null;
  claimed_by: string | null;
  claimed_by_name: string | null;
  claim_expires_at: string | null;
  fence: number;
  revision: string;
  mentioned: string[];
  reviews_count: number;
  working_minutes_left: number;
  clock: "running" | "paused";
  resumes_at: string | null;
  newest_review?: NewestReview | null;
  reviews: Review[];
  reviews_next: string | null;
  replies: Reply[];
  public_replies_left: number;
  platform_limits: PlatformLimits;
  notes: Note[];
  rules: Rule[];
  checklist: Checklist | null;
  remedies: Remedy[];
  causes: string[];
  fixes: string[];
  reasons: string[];
  contacts: string[];
  grants: Grant[];
  pending_resolution: PendingResolution | null;
  actions: Action[];
  no_reply_code: string | null;
  no_reply_why: string | null;
  my_draft: Draft | null;
  history: EarlierReview[];
  timeline: TimelineEntry[];
}

/** What is not there. `closed_twice` and `silent` are of the days in `log`. */
export interface Gaps {
  business: string;
  as_of: string;
  unowned: Unowned;
  overdue: Overdue;
  log: LogDays;
  closed_twice: ClosedTwice[];
  silent: SilentPlatform[];
}

/** A remedy that was granted. */
export interface Grant {
  name: string;
  amount: string;
  currency: string;
}

/** What can happen to a review: a closed set. The `CLOSING_KINDS` end it (R01). */
export type Kind = "accepted" | "revised" | "late_revision" | "duplicate" | "unverified" | "reopened" | "follow_up_opened" | "follow_up_joined" | "escalated" | "resolution_given" | "approval_requested" | "approval_denied" | "taken_over" | "promised" | "promise_due" | "invited_private" | "reply_sent" | "reply_rejected" | "reply_unknown" | "reply_published" | "reply_removed" | "texts_erased" | "texts_deleted" | "acknowledged" | "answered" | "moved_private_resolved" | "walked_away" | "reported" | "resolved_without_reply" | "withdrawn" | "ignored" | "expired";

/** A follow-up whose time is over, with its first review. */
export interface LateFollowUp {
  follow_up: string;
  review: string;
  reviews_count: number;
  platform: string;
  severity: Severity;
  status: Status;
  due_at: string;
  level: number;
  claimed_by: string | null;
}

/** Until when a follow-up is put off, and when it comes back: earlier, if it is due then. */
export interface Later {
  until: string | null;
  back_at: string | null;
}

/** Until when a follow-up is hidden from the caller's own view. */
export interface LaterBody {
  until: string;
}

/** A follow-up that the caller put off. */
export interface LaterMark {
  follow_up: string;
  until: string;
}

/** What the caller put off, and has not come back by itself. */
export interface LaterMarks {
  later: LaterMark[];
}

export type LengthUnit = "characters" | "bytes" | "graphemes" | "utf16" | "weighted";

/** A text that an agent wants to send. */
export interface LintBody {
  text: string;
  own_contacts?: boolean;
}

/** A text as it would be posted, and what the lint finds in it. */
export interface LintResult {
  text: string;
  blocked: boolean;
  findings: Finding[];
}

/** How many days of the log were looked at, all of each. `complete` if none was left out. */
export interface LogDays {
  complete: boolean;
  days: number;
  first_day: string | null;
}

/** The person who is signed in. */
export interface Me {
  subject: string;
  name: string;
  businesses: OwnBusiness[];
}

/** Who is still mentioned in a follow-up (ids). */
export interface Mentioned {
  mentioned: string[];
}

/** The newest review of a follow-up: who wrote it, and how it begins. */
export interface NewestReview {
  id: string;
  author: Author | null;
  rating: number | null;
  language: string | null;
  first_words: string | null;
  erased: boolean;
  damaged: boolean;
}

/** What an agent wrote for the others. One without an answer has an `id`. */
export interface Note {
  id?: string | null;
  agent: string;
  at?: string | null;
  mentions?: string[] | null;
  resolution?: string | null;
  action?: Action | null;
  note?: string | null;
  evidence?: string | null;
  own_contacts?: boolean;
  damaged?: boolean;
}

/** A note without an answer. `id` is the client's own: sending it twice is writing one note. */
export interface NoteBody {
  id: string;
  text: string;
  mentions?: string[];
}

/** Which outcomes of a business come first. */
export type Order = "oldest" | "newest";

/** One fact of the log. `hash` covers all of it but `id` and `hash`, and so `previous` too. */
export interface Outcome {
  id: string;
  review: string;
  sequence: number;
  kind: Kind;
  at: string;
  business: string;
  platform: string;
  channel: string;
  severity: Severity | null;
  actor: string;
  delivery: string | null;
  detail: Record<string, unknown>;
  previous: string;
  hash: string;
}

/** A page of a business's outcomes. `next` is the `after` of the next one. */
export interface Outcomes {
  outcomes: Outcome[];
  next: string | null;
}

/** Follow-ups that are overdue, the longest first. Not `complete` where there are more. */
export interface Overdue {
  complete: boolean;
  follow_ups: LateFollowUp[];
}

/** A business where the caller holds roles. */
export interface OwnBusiness {
  business: string;
  name: string;
  roles: Role[];
  time_zone: string;
}

/** A page of open follow-ups by due time. `counts` come with the first page only. */
export interface Page {
  follow_ups: Row[];
  next: string | null;
  counts: Counts | null;
  as_of: string;
}

/** A resolution that waits for a lead. Its `digest` names exactly this one. */
export interface PendingResolution {
  digest: string;
  action: Action;
  agent: string;
  at: string;
  reply: string | null;
  reason: string | null;
  promised_for: string | null;
  remedy: Grant | null;
}

/** The people of a business. `complete` is false where there are more. */
export interface People {
  people: Person[];
  complete: boolean;
}

/** A person of a business: whose id the outcomes hold, and the roles that they hold there. */
export interface Person {
  subject: string;
  name: string;
  roles: Role[];
}

/** How many replies the platform shows, and how long they may be. */
export interface PlatformLimits {
  replies: "one" | "many" | "none";
  replaces_reply: boolean;
  limit: number;
  unit: LengthUnit;
}

/** A policy by its hash. What was never published has its document alone. */
export interface Policy {
  hash: string;
  business: string;
  number: number | null;
  at: string | null;
  published_by: string | null;
  note: string | null;
  source: string | null;
  document: Record<string, unknown>;
}

/** What somebody set for their own desk. What is left out is as the page has it. */
export interface PreferencesBody {
  views?: SavedView[];
  language?: string | null;
  theme?: "light" | "dark" | "system" | null;
  density?: "comfortable" | "compact" | null;
  keys?: boolean | null;
}

/** The newest review of a follow-up (`id`); null where its state cannot be read. */
export interface Preview {
  id: string;
  newest_review: NewestReview | null;
}

/** Previews in the order of the ids; those that the caller may not see are left out. */
export interface Previews {
  previews: Preview[];
}

/** An error as problem+json (RFC 9457). Each field is there with a value, or not there. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  reason?: string;
  rule?: string;
  code?: string;
  findings?: Finding[];
}

/** Why an assessment says so. */
export interface Reason {
  code: string;
  evidence?: string | null;
}

/** Which claim is given back. */
export interface ReleaseBody {
  fence: number;
}

/** A remedy of the policy, and up to which amount an agent may grant it. */
export interface Remedy {
  name: string;
  limit: string;
  currency: string;
}

/**
 * What is granted to the customer.
 *
 * `currency` may be left out if the policy has this remedy in one currency only.
 */
export interface RemedyBody {
  name: string;
  amount: number | string;
  currency?: string;
}

/** What we said in the thread, or are about to say. */
export interface Reply {
  id: string;
  purpose: string;
  public: boolean;
  text: string | null;
  at: string;
  state: string;
  damaged: boolean;
}

/**
 * An agent's resolution. `id` is the client's own: sending it twice is resolving once.
 *
 * Any whole number is a `fence`. The desk answers `not_claimed` or `claim_lost` to a wrong one.
 * `seen_revision` is the follow-up's `revision` that was read: nothing newer is resolved.
 */
export interface ResolutionBody {
  id: string;
  action: Action;
  fence: number;
  seen_revision?: string | null;
  text?: string | null;
  note?: string | null;
  fix?: string | null;
  root_cause?: string | null;
  reason?: string | null;
  evidence?: string | null;
  promised_for?: string | null;
  remedy?: RemedyBody | null;
  own_contacts?: boolean;
}

/** A follow-up after its resolution was accepted, and what the lint warns of. */
export interface Resolved {
  id: string;
  business: string;
  platform: string;
  channel: Channel;
  stage: Stage;
  severity: Severity;
  queue: string;
  priority: number;
  status: Status;
  why: string;
  level: number;
  opened_at: string;
  due_at: string;
  overdue: boolean;
  promised_for: string | null;
  claimed_by: string | null;
  claimed_by_name: string | null;
  claim_expires_at: string | null;
  fence: number;
  revision: string;
  mentioned: string[];
  reviews_count: number;
  working_minutes_left: number;
  clock: "running" | "paused";
  resumes_at: string | null;
  newest_review?: NewestReview | null;
  warnings: Finding[];
}

/** A review of a follow-up. Of one that is unreadable there is only the id. */
export interface Review {
  id: string;
  severity?: Severity | null;
  rating?: number | null;
  withdrawn?: boolean;
  unverified?: boolean;
  reported_gone_at?: string | null;
  unreadable?: boolean;
  damaged?: boolean;
  erased?: boolean;
  title?: string | null;
  text?: string | null;
  quoted?: string | null;
  below?: string | null;
  unread?: boolean | null;
  language?: string | null;
  occurred_at?: string | null;
  subject?: string | null;
  link?: string | null;
  author?: Author | null;
  original_bytes?: number | null;
  assessment?: Assessment | null;
  other_complaints?: Complaint[] | null;
  before_edit?: BeforeEdit | null;
}

/** What a person does in a business. */
export type Role = "agent" | "lead" | "auditor" | "admin";

/**
 * A follow-up as a list shows it.
 *
 * `working_minutes_left` is negative where it is overdue. While nobody works, `clock` is paused
 * until `resumes_at`. `newest_review` is there only where the words were asked for, and null where
 * its state cannot be read.
 */
export interface Row {
  id: string;
  business: string;
  platform: string;
  channel: Channel;
  stage: Stage;
  severity: Severity;
  queue: string;
  priority: number;
  status: Status;
  why: string;
  level: number;
  opened_at: string;
  due_at: string;
  overdue: boolean;
  promised_for: string | null;
  claimed_by: string | null;
  claimed_by_name: string | null;
  claim_expires_at: string | null;
  fence: number;
  revision: string;
  mentioned: string[];
  reviews_count: number;
  working_minutes_left: number;
  clock: "running" | "paused";
  resumes_at: string | null;
  newest_review?: NewestReview | null;
}

/** A rule that decided, and why. */
export interface Rule {
  id: string;
  why: string;
}

/**
 * A list that somebody asks for often: its name, and the query of its address.
 *
 * A query holds codes and no words of a search, so that no customer's name is kept here.
 */
export interface SavedView {
  name: string;
  query: string;
}

/** The seal of a day, as it is stored. `leaves` are hashes of 32 bytes each, in base64. */
export interface Seal {
  format: number;
  business: string;
  day: string;
  origin: string;
  note: string;
  record: Record<string, unknown>;
  frontier: string[];
  first: number;
  size: number;
  leaves: string;
  facts: FactsFile;
  key: string;
}

/** A public key (`name+id+base64`), and whether it signs now. */
export interface SealKey {
  key: string;
  signs_now: boolean;
}

/** The keys that sign, or signed, the seals of a business. `origin` is their name. */
export interface SealKeys {
  business: string;
  origin: string;
  keys: SealKey[];
}

/**
 * That an outcome was sealed: its leaf, the path from it to the root, and the signed note.
 *
 * `leaf` and `path` are hashes in base64. `index` is the leaf's place among `size`.
 */
export interface SealProof {
  outcome: string;
  business: string;
  day: string;
  index: number;
  size: number;
  path: string[];
  note: string;
  leaf: string;
}

/**
 * What the seal of a day says. `root` is base64, and `made` is when it was made.
 *
 * Of a day whose seal is hidden by delete markers only `day`, `rewritten` and `stamps` are there.
 * `rewritten` is true where a second version or a delete marker lies over the seal.
 */
export interface SealedDay {
  day: string;
  rewritten: boolean;
  stamps: number;
  size?: number;
  root?: string;
  outcomes?: number;
  late?: number;
  open?: number | null;
  problems?: number;
  made?: string;
}

/** Sealed days of a business, in order. `next` is the `from` of the next page. */
export interface Seals {
  business: string;
  seals: SealedDay[];
  next: string | null;
}

/** The five levels of the playbook, worst first. */
export type Severity = "critical" | "high" | "medium" | "low" | "praise";

/**
 * A connected platform that is silent.
 *
 * `last_at` is null where nothing came in the days of the log that were looked at.
 * `longest_gap_s` is the longest time without anything in them before.
 */
export interface SilentPlatform {
  platform: string;
  last_at: string | null;
  arrivals: number;
  longest_gap_s: number | null;
}

/** Whether the public watches (R05). */
export type Stage = "onstage" | "offstage";

/** Where a follow-up stands. */
export type Status = "open" | "invited" | "promised" | "awaiting_approval" | "resolving" | "closed";

/** The number and the hash of a chain's last outcome, as the review's state says them. */
export interface StoredEnd {
  sequence: number;
  head: string;
}

/** Which claim a lead takes over, and why. */
export interface TakeoverBody {
  fence: number;
  reason: TakeoverReason;
}

/** Why a lead takes a follow-up over. A closed list, as it goes into the log. */
export type TakeoverReason = "overdue" | "absent" | "expertise" | "severity" | "customer_asked" | "other";

/** An outcome, in codes. `by` is the person whose doing it was; None for Heard's own. */
export interface TimelineEntry {
  id: string;
  review: string;
  kind: Kind;
  at: string;
  by: string | null;
  by_name: string | null;
  action?: string | null;
  reason?: string | null;
  fix?: string | null;
  root_cause?: string | null;
  level?: number | null;
  purpose?: string | null;
  promised_for?: string | null;
  due_at?: string | null;
  after?: string | null;
  reply?: string | null;
}

/** Open reviews that are in nobody's hands. Not `complete` where more are stuck. */
export interface Unowned {
  complete: boolean;
  reviews: UnownedReview[];
}

/** An open review that is in nobody's hands, and when it was last touched. */
export interface UnownedReview {
  review: string;
  platform: string;
  severity: Severity | null;
  touched_at: string;
}

/**
 * Whether a chain verifies. `verified` is null for a part of a long one.
 *
 * `state` is where the chain must end, for whoever verifies it without us. It is null where the
 * review has no state.
 */
export interface Verification {
  review: string;
  outcomes: number;
  verified: boolean | null;
  head: string;
  broken_at: number | null;
  why: string | null;
  state: StoredEnd | null;
  next: number | null;
}
