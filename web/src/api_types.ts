// What the desk's API answers, as docs/desk.md describes it.

export type Severity = "critical" | "high" | "medium" | "low" | "praise";

export type Status =
  | "open"
  | "invited"
  | "promised"
  | "awaiting_approval"
  | "resolving"
  | "closed";

export type Action =
  | "reply"
  | "invite_private"
  | "promise"
  | "resolve_without_reply"
  | "report_fake"
  | "walk_away";

export interface Author {
  name: string | null;
}

export interface NewestReview {
  id: string;
  author: Author | null;
  rating: number | null;
  language: string | null;
  first_words: string | null;
  erased: boolean;
  damaged: boolean;
}

export interface Row {
  id: string;
  business: string;
  platform: string;
  channel: string;
  stage: "onstage" | "offstage";
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
  claim_expires_at: string | null;
  fence: number;
  reviews_count: number;
  /** Only where the words were asked for. */
  newest_review?: NewestReview | null;
}

export interface Page {
  follow_ups: Row[];
  next: string | null;
}

export interface Assessment {
  severity: Severity;
  topics: string[];
  flags: string[];
  reasons: { code: string; evidence: string | null }[];
  confidence: number;
  language: string | null;
}

export interface Complaint {
  title: string | null;
  text: string | null;
  rating: number | null;
  severity: Severity | null;
  occurred_at: string | null;
}

export interface Review {
  id: string;
  severity: Severity | null;
  rating: number | null;
  withdrawn: boolean;
  unverified: boolean;
  reported_gone_at: string | null;
  damaged?: boolean;
  erased?: boolean;
  title?: string | null;
  text?: string | null;
  language?: string | null;
  occurred_at?: string | null;
  subject?: string | null;
  link?: string | null;
  author?: Author | null;
  assessment?: Assessment | null;
  other_complaints?: Complaint[];
  before_edit?: Complaint & { acknowledgement: string; replaced_by_next_reply: boolean };
}

export interface Reply {
  id: string;
  purpose: string;
  public: boolean;
  text: string | null;
  at: string;
  state: string;
  damaged: boolean;
}

export interface Grant {
  name: string;
  amount: string;
  currency: string;
}

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

export type LengthUnit = "characters" | "bytes" | "graphemes" | "utf16" | "weighted";

export interface FollowUp extends Row {
  reviews: Review[];
  reviews_next: string | null;
  replies: Reply[];
  public_replies_left: number;
  platform_limits: {
    replies: "one" | "many" | "none";
    replaces_reply: boolean;
    limit: number;
    unit: LengthUnit;
  };
  notes: Note[];
  rules: { id: string; why: string }[];
  checklist: { name: string; steps: string[] } | null;
  remedies: { name: string; limit: string; currency: string }[];
  causes: string[];
  fixes: string[];
  reasons: string[];
  contacts: string[];
  grants: Grant[];
  pending_resolution: PendingResolution | null;
  actions: Action[];
  no_reply_why: string | null;
}

export interface Note {
  agent: string;
  action: Action;
  note?: string;
  evidence?: string;
}

export interface Finding {
  code: string;
  rule: string;
  severity: "block" | "warn";
  explanation: string;
}

export interface LintResult {
  text: string;
  blocked: boolean;
  findings: Finding[];
}

export interface ResolutionBody {
  id: string;
  action: Action;
  fence: number;
  text?: string;
  note?: string;
  fix?: string;
  root_cause?: string;
  reason?: string;
  evidence?: string;
  promised_for?: string;
  remedy?: { name: string; amount: string; currency?: string };
  own_contacts?: boolean;
}

/** An error as problem+json. */
export interface Problem {
  title?: string;
  status?: number;
  detail?: string;
  reason?: string;
  rule?: string;
  code?: string;
  findings?: Finding[];
}
