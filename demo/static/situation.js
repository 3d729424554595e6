/* From what the server says of a connection to what a person is told, and can do. No words here. */

const ENDED = new Set(["completed", "failed", "expired", "cancelled"]);
/** In its last minute a question cannot be opened any more. */
export const TOO_LATE = 60_000;

const INVITED = {
  attempt_expired: "timeRanOut",
  session_gone: "timeRanOut",
  not_yet_authorized: "timeRanOut",
  mfa_rejected: "wrongAnswer",
  attempts_exhausted: "enoughToday",
  mfa_session_lost: "questionLost",
  outcome_unknown: "questionLost",
  asked_too_long_ago: "askedLongAgo",
};
const FAILED = {
  identity_mismatch: "otherLogin",
  accounts_vanished: "accountsGone",
  data_timeout: "tooSlow",
};

export const isOpen = (refresh) => refresh !== null && !ENDED.has(refresh.status);

/** Whether the person can answer the bank right now. */
export function isAnswerable(refresh, millisecondsLeft) {
  if (!refresh || refresh.nextAction !== "open_iframe") return false;
  return refresh.answerBy === null || millisecondsLeft > TOO_LATE;
}

/**
 * Name the situation: which words fit, how grave it is, how far along it is, and what can be done.
 * `hinted` is true after the bank window said that it is done, until the server knows more.
 * In the answer, `isElsewhere` says that what comes next is not on this page but behind the link.
 * `isHere` is true once the person acted on this page, `isReplaced` once they got a second link.
 */
export function situationOf(refresh, {
  hinted = false, millisecondsLeft = Infinity, isHere = false, isReplaced = false,
} = {}) {
  if (refresh === null) return { key: "quiet", tone: "calm", acts: [] };
  if (hinted && refresh.nextAction === "open_iframe") return waiting("checking", 2);
  switch (refresh.status) {
    case "starting":
      return waiting(refresh.error ? "findingOut" : "starting", 1);
    case "mfa_required":
      return question(refresh, millisecondsLeft, isHere);
    case "credentials_required":
      return { key: "signIn", tone: "ask", step: 2, acts: ["open", "cancel"] };
    case "verifying":
      return waiting("checking", 2);
    case "fetching":
      return waiting("collecting", 3);
    case "retry_scheduled":
      return { key: trouble(refresh), tone: "calm", acts: ["cancel"] };
    case "completed":
      return { key: "done", tone: "good", acts: [] };
    case "cancelled":
      return { key: "cancelled", tone: "calm", acts: [] };
    default:
      return byNextAction(refresh, isReplaced);
  }
}

/** Whether the person has a link that opens the other page. */
export const hasLink = (refresh) => refresh?.link?.state === "active";

const waiting = (key, step) => ({ key, tone: "wait", step, acts: ["cancel"] });

function question(refresh, millisecondsLeft, isHere) {
  if (isAnswerable(refresh, millisecondsLeft)) {
    if (hasLink(refresh) && !isHere) {
      return { key: "elsewhere", tone: "wait", step: 2, acts: ["open", "cancel"], isElsewhere: true };
    }
    return { key: "question", tone: "ask", step: 2, acts: ["open", "cancel"] };
  }
  return { key: "questionOver", tone: "ask", step: 2, acts: ["cancel"] };
}

function trouble(refresh) {
  if (refresh.error?.code === "session_concurrent") return "otherVisit";
  if (refresh.error?.owner === "bank") return "bankDown";
  return refresh.error ? "serviceBusy" : "waitingTurn";
}

function byNextAction(refresh, isReplaced) {
  const code = refresh.error?.code;
  switch (refresh.nextAction) {
    case "wait":
      return waiting("starting", 1);
    case "start_again":
    case "open_link":
      return invitation(refresh, isReplaced);
    case "start_new_session":
      return { key: FAILED[code] ?? "expired", tone: "ask", acts: ["startNew"] };
    case "contact_bank":
      return { key: "askTheBank", tone: "bad", acts: ["startNew"] };
    case "contact_support":
      return { key: FAILED[code] ?? "support", tone: "bad", acts: [], support: true };
    default:
      return { key: "support", tone: "bad", acts: [], support: true };
  }
}

function invitation(refresh, isReplaced) {
  if (refresh.error || !refresh.link) {
    return { key: startAgainKey(refresh), tone: "ask", acts: ["startAgain", "sendLink", "cancel"] };
  }
  const isElsewhere = hasLink(refresh);
  const key = !isElsewhere ? "linkOver" : isReplaced ? "linkReplaced" : "linkSent";
  return { key, tone: "ask", acts: ["startHere", "sendLink", "cancel"], isElsewhere };
}

function startAgainKey(refresh) {
  if (refresh.error?.owner === "bank") return "bankWasDown";
  if (INVITED[refresh.error?.code]) return INVITED[refresh.error.code];
  return refresh.error?.owner === "flinks" ? "serviceWasBusy" : "invited";
}
