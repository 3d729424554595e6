// What the API takes and answers. Made from docs/openapi.json by `make docs`.

/** How the integrator hands the link out; its life depends on it. */
export type Channel = "email" | "sms" | "in_app";

/** What became of one connection. */
export type Erasure = "erased" | "already_erased" | "login_not_proven" | "still_in_use" | "failed";

/** What went wrong, as a stable code of ours. */
export type ErrorCode =
  | "credentials_rejected"
  | "login_unknown"
  | "question_unanswered"
  | "mfa_rejected"
  | "bank_needs_person"
  | "bank_unavailable"
  | "bank_disabled"
  | "flinks_unavailable"
  | "throttled"
  | "still_in_use"
  | "session_concurrent"
  | "earlier_session_open"
  | "session_gone"
  | "not_yet_authorized"
  | "already_authorized"
  | "token_refused"
  | "access_refused"
  | "request_refused"
  | "not_enabled"
  | "unrecognised_answer"
  | "outcome_unknown"
  | "attempt_expired"
  | "attempts_exhausted"
  | "mfa_session_lost"
  | "asked_too_long_ago"
  | "declined"
  | "data_stale"
  | "no_accounts_yet"
  | "data_timeout"
  | "accounts_vanished"
  | "identity_mismatch"
  | "refresh_expired"
  | "connection_closed";

/** Whether data of this connection can be refreshed as it stands. */
export type Health = "unknown" | "healthy" | "reconnect_required" | "closed";

/** What a link is still good for. */
export type LinkState = "active" | "expired" | "used" | "closed";

/** How Flinks Connect hands the person back: it moves the page, or it stays in its frame. */
export type Mode = "redirect" | "embedded";

/** What the caller does next. */
export type NextAction =
  | "none"
  | "wait"
  | "open_iframe"
  | "open_link"
  | "start_again"
  | "start_new_session"
  | "contact_bank"
  | "contact_support";

/** What became of one item; beside what a registration does. */
export type Outcome = "created" | "updated" | "unchanged" | "invalid" | "closed" | "failed";

/** Who must act. */
export type Owner = "user" | "bank" | "flinks" | "operator";

/** Why fresh data was asked for. */
export type Reason =
  | "user_requested"
  | "nightly_failed"
  | "mfa_answers_changed"
  | "stale"
  | "policy"
  | "resume";

/** Where a refresh stands. */
export type Status =
  | "invited"
  | "starting"
  | "mfa_required"
  | "credentials_required"
  | "verifying"
  | "fetching"
  | "retry_scheduled"
  | "completed"
  | "failed"
  | "expired"
  | "cancelled";

/** What ends unless the data is refreshed. */
export type WarningCode =
  | "nightly_ends_soon"
  | "credentials_end_soon"
  | "data_ends_soon"
  | "data_ends_very_soon";

/** The fresh accounts of a completed refresh. */
export interface Accounts {
  readonly snapshot: Snapshot;
}

/** What Flinks is asked to collect. */
export interface AccountsOptions {
  readonly daysOfTransactions?: "Days90" | "Days365";
  readonly withTransactions?: boolean;
  readonly withBalance?: boolean;
  readonly withKyc?: boolean;
  readonly withAccountIdentity?: boolean;
}

/** The current bank login. `expiresAt` is set while the bank waits for an answer. */
export interface Attempt {
  readonly number: number;
  readonly expiresAt: string | null;
}

/** A stored login. Neither a LoginId nor a RequestId is among its fields. */
export interface Connection {
  readonly id: string;
  /** What the person reads out to support; `GET /connections` finds it. */
  readonly supportCode: string;
  /** Your own id of the connection. */
  readonly reference: string | null;
  readonly institutionId: string | null;
  readonly language: "en" | "fr" | null;
  readonly selectedAccounts: "all" | readonly string[] | null;
  /** Whether a refresh may start without a person. */
  readonly unattended: boolean;
  readonly health: ConnectionHealth;
  /** When Flinks last proved fresh data. */
  readonly dataAsOf: string | null;
  /** What ends soon without fresh data. */
  readonly warnings: readonly ConnectionWarning[];
  /** Bank logins that count, since midnight UTC. */
  readonly attemptsToday: number;
  /** A session may be alive until then. */
  readonly liveUntil: string | null;
  /** The open refresh, or else the last one. */
  readonly refresh: Refresh | null;
  /** When the person stopped sharing. */
  readonly closedAt: string | null;
}

/** `POST /connections`: what is known of a stored `loginId`; only what is given changes. */
export interface NewConnection {
  readonly loginId: string;
  readonly reference?: string | null;
  readonly institutionId?: string | null;
  readonly language?: "en" | "fr" | null;
  readonly selectedAccounts?: "all" | readonly string[] | null;
  readonly unattended?: boolean | null;
}

/** A status that the refresh entered. */
export interface Entered {
  readonly status: Status;
  readonly at: string;
}

/** What became of one connection: only `erased` and `already_erased` are done. */
export interface ErasedConnection {
  readonly id: string;
  readonly outcome: Erasure;
  readonly closedAt: string | null;
}

/** What went wrong, and who must act. */
export interface Cause {
  readonly code: ErrorCode;
  readonly owner: Owner;
  readonly message: string;
}

/** What is wrong with one field; never its value, and no name that the caller made up. */
export interface FieldError {
  /** As in `accountsOptions.withKyc` or `selectedAccounts[2]`. */
  readonly field: string;
  readonly message: string;
  /** The known name that is most like it. */
  readonly nearest?: string;
}

/** A page of connections, in the order of their ids. */
export interface FoundConnections {
  readonly items: readonly Connection[];
  /** Give it as `after` for more; null: this was the last page. */
  readonly next: string | null;
}

/** Whether data of this connection can be refreshed as it stands. */
export interface ConnectionHealth {
  readonly status: Health;
  readonly cause: Cause | null;
  readonly trouble: Cause | null;
}

/** Where the person answers the bank. Show it once, in an iframe; never keep or log it. */
export interface IframeUrl {
  readonly url: string;
  /** The exact origin of the iframe's messages. */
  readonly origin: string;
  /** The earlier of the two clocks below. */
  readonly expiresAt: string;
  readonly requestIdExpiresAt: string | null;
  readonly authorizeTokenExpiresAt: string;
}

/** What became of an import: of each item, and how many met each outcome. */
export interface ImportReport {
  readonly dryRun: boolean;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly invalid: number;
  readonly closed: number;
  readonly failed: number;
  readonly items: readonly ImportedItem[];
}

/** `POST /connections/import`: items like the body of `POST /connections`. */
export interface ImportBody {
  readonly dryRun?: boolean;
  readonly connections: readonly unknown[];
}

/** What became of one item. */
export interface ImportedItem {
  readonly index: number;
  readonly outcome: Outcome;
  readonly id?: string;
  /** With `invalid`. */
  readonly fields?: readonly string[];
  /** With `invalid`. */
  readonly errors?: readonly FieldError[];
}

/** A new link. Its secret is in the fragment; keep it nowhere but in the message you send. */
export interface Link {
  readonly url: string;
  readonly channel: Channel;
  readonly expiresAt: string;
}

/** How the link goes to the person. The shortest life is a minute. */
export interface LinkBody {
  readonly channel?: Channel;
  /** At most, and by default, the life of the channel. */
  readonly expiresInSeconds?: number | null;
}

/** A link, without its secret. Only success uses it up. */
export interface HandedOutLink {
  readonly expiresAt: string;
  readonly channel: Channel;
  readonly state: LinkState;
}

/** Why a call was refused (RFC 9457). Branch on `code`; it never changes its meaning. */
export interface Problem {
  /** Where the code is explained. */
  readonly type: string;
  readonly title: string;
  /** The answer's own. A rare refusal by API Gateway itself may leave it out. */
  readonly status: number;
  readonly code: string;
  readonly owner: Owner;
  readonly nextAction: NextAction;
  readonly retryAt?: string;
  /** With a 422. */
  readonly fields?: readonly string[];
  /** With a 422: the first ten. */
  readonly errors?: readonly FieldError[];
  /** With `other_session_open`. */
  readonly refreshId?: string;
  /** With `no_iframe_url`. */
  readonly refreshStatus?: Status;
}

/** What was erased of a reference, at Flinks and here. */
export interface Receipt {
  readonly reference: string;
  readonly at: string;
  /** False: send the same call again. */
  readonly complete: boolean;
  readonly connections: readonly ErasedConnection[];
}

/** A refresh. Neither a LoginId nor a RequestId is among its fields. */
export interface Refresh {
  readonly id: string;
  readonly connectionId: string;
  /** Your own id of the connection. */
  readonly reference: string | null;
  /** What the person reads out to support; `GET /connections` finds it. */
  readonly supportCode: string;
  readonly status: Status;
  readonly reason: Reason;
  /** What you do next. */
  readonly nextAction: NextAction;
  /** Not before this instant. */
  readonly retryAt: string | null;
  readonly attempt: Attempt | null;
  /** The link that was handed out last. */
  readonly link: HandedOutLink | null;
  /** A cancelled refresh of the same session goes on as this one. */
  readonly mergedInto: string | null;
  readonly error: Cause | null;
  /** Success was proven only after the refresh had expired. */
  readonly late: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  readonly completedAt: string | null;
  /** When Flinks had refreshed the data that completed it. */
  readonly dataAsOf: string | null;
}

/** Where the filtered accounts can be read. The address works for a minute at most. */
export interface Snapshot {
  readonly url: string;
  readonly expiresAt: string;
  /** Size of the JSON once decompressed. */
  readonly bytes: number;
  /** Of the JSON once decompressed. */
  readonly sha256: string;
  readonly accounts: number;
  /** Chosen accounts that the bank shows no more. */
  readonly missingAccounts: number;
  /** The name of `missingAccounts` before 0.2. */
  readonly vanishedAccounts: number;
}

/** `POST /refreshes`: a stored `loginId`, a live `requestId`, or both. */
export interface StartBody {
  readonly loginId?: string | null;
  readonly requestId?: string | null;
  readonly lastActivityAt?: string | null;
  readonly reason?: Reason | null;
  readonly userPresent?: boolean;
  readonly reference?: string | null;
  readonly language?: "en" | "fr" | null;
  readonly institutionId?: string | null;
  readonly selectedAccounts?: "all" | readonly string[] | null;
  readonly returnUrl?: string | null;
  readonly embedOrigin?: string | null;
  readonly mode?: Mode;
  readonly accountsOptions?: AccountsOptions;
}

/** Refreshes of a connection, the newest first. */
export interface Timeline {
  readonly items: readonly TimelineItem[];
  /** Give it as `before` for the older ones. */
  readonly next: string | null;
}

/** One refresh, and how it went; of a long one, the latest statuses. */
export interface TimelineItem {
  readonly id: string;
  readonly status: Status;
  readonly reason: Reason;
  readonly attempts: number;
  readonly error: Cause | null;
  readonly late: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly completedAt: string | null;
  readonly trail: readonly Entered[];
}

/** Something that ends unless the data is refreshed; an instant that has passed: it is over. */
export interface ConnectionWarning {
  readonly code: WarningCode;
  readonly endsAt: string;
}
