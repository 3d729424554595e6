/* From what the server says to what a person is told, and can do. No words here. */

const INVITED = {
  attempt_expired: "timeRanOut",
  session_gone: "timeRanOut",
  not_yet_authorized: "timeRanOut",
  mfa_rejected: "wrongAnswer",
  attempts_exhausted: "enoughToday",
  mfa_session_lost: "questionLost",
  outcome_unknown: "questionLost",
  asked_too_long_ago: "askedLongAgo",
  declined: "declined",
};
const SIGN_IN = { login_unknown: "signInAnew", question_unanswered: "signInToAnswer" };
const INVITED_BY_OWNER = { bank: "bankWasDown", flinks: "serviceWasBusy" };
const ENDED = {
  data_timeout: "tooSlow",
  accounts_vanished: "accountsGone",
  identity_mismatch: "otherLogin",
};
const ENDED_BY_OWNER = { bank: "bankFailed", flinks: "serviceFailed" };
const OVER = new Set(["completed", "failed", "expired", "cancelled"]);

export const isOver = (view) => OVER.has(view.status);
export const isAsking = (view) => view.nextAction === "open_iframe" && !isOver(view);

/**
 * Name the situation: which words fit, its tone, how far along it is, and what can be done.
 * `known` is what only this page knows: `isHinted` (the bank's window says that it is done),
 * `isTooLate` (no window could be had any more), `ended` (why the bank's window closed, if it told),
 * `isFound` (this very question was there when the
 * page was opened), `isNamed` (the person knows who asks), `isBegun` (a button was pressed here) and `isFollowed` (this page has seen the
 * refresh under way).
 */
export function situationOf(view, known) {
  if (view.error?.code === "connection_closed") {
    return { key: "connectionClosed", tone: "calm", acts: ["back"] };
  }
  if (isAsking(view)) return question(view, known);
  switch (view.status) {
    case "invited":
      return invited(view, known);
    case "verifying":
      return waiting("checking", 2);
    case "fetching":
      return waiting("collecting", 3);
    case "retry_scheduled":
      return { key: trouble(view), tone: "calm", acts: [] };
    case "completed":
      return { key: known.isFollowed ? "done" : "alreadyDone", tone: "good", acts: ["back"] };
    case "cancelled":
      return { key: "cancelled", tone: "calm", acts: ["back"] };
    case "expired":
      return { key: "expired", tone: "calm", acts: ["back"] };
    default:
      return view.nextAction === "wait"
        ? waiting(view.error ? "findingOut" : "starting", 1) : ended(view);
  }
}

/**
 * Name in one word, for the page around ours, how far the person is: "loading", "ready", "waiting",
 * "question", "declined", "completed", "failed" or "closed".
 */
export function stageOf(view, { key, tone, isDead }) {
  if (isDead) return "failed";
  if (!view) return "loading";
  if (OVER.has(view.status)) return STAGES[view.status] ?? "failed";
  if (key === "declined") return "declined";
  if (tone === "wait" || view.status === "retry_scheduled") return "waiting";
  return view.status === "invited" ? "ready" : "question";
}

const STAGES = { completed: "completed", cancelled: "closed" };
const waiting = (key, step) => ({ key, tone: "wait", step, acts: [] });

function question(view, { isHinted, isTooLate, ended, isFound, isBegun }) {
  if (isHinted) return waiting("checking", 2);
  if (ended) return { key: ended, tone: "calm", acts: ["beginAgain", "back"] };
  if (isTooLate) return { key: "questionOver", tone: "calm", step: 2, acts: [] };
  if (view.status === "credentials_required") {
    const key = SIGN_IN[view.error?.code] ?? "signIn";
    return { key, tone: "ask", step: 2, acts: ["signIn"] };
  }
  if (isFound) return { key: "interrupted", tone: "ask", step: 2, acts: ["resume"] };
  return { key: isBegun ? "question" : "elsewhere", tone: "ask", step: 2, acts: ["answer"] };
}

function invited(view, { isNamed }) {
  const { code, owner } = view.error ?? {};
  if (!view.error && view.attempt === null) {
    return { key: isNamed ? "invited" : "invitedUnnamed", tone: "plain", acts: ["begin"], isFirst: true };
  }
  const key = INVITED[code] ?? INVITED_BY_OWNER[owner] ?? "askedLongAgo";
  return { key, tone: "calm", acts: code === "declined" ? ["startAgain", "back"] : ["startAgain"] };
}

function trouble({ error }) {
  if (error?.code === "session_concurrent") return "otherVisit";
  if (error?.owner === "bank") return "bankDown";
  return error ? "serviceBusy" : "waitingTurn";
}

/** It has failed: who must act now, and so where the person turns to. */
function ended({ nextAction, error }) {
  if (nextAction === "contact_bank") return { key: "askTheBank", tone: "calm", acts: ["back"] };
  const known = ENDED[error?.code];
  if (known) return { key: known, tone: "calm", acts: ["back"] };
  if (nextAction === "contact_support") return { key: "support", tone: "calm", acts: ["back"] };
  const key = ENDED_BY_OWNER[error?.owner] ?? (error?.owner === "user" ? "expired" : "support");
  return { key, tone: "calm", acts: ["back"] };
}
