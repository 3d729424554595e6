/* From what the server says of a connection to what a person can do here. What is the same wherever a
   person meets a refresh stands once, in the hosted page's files. */

import { isOver, situationOf as named } from "/shared/situation.js";

/** In its last minute a question cannot be opened any more. */
export const TOO_LATE = 60_000;

export const isOpen = (refresh) => refresh !== null && !isOver(refresh);

/** Whether the person can answer the bank right now. */
export function isAnswerable(refresh, millisecondsLeft) {
  if (!refresh || refresh.nextAction !== "open_iframe") return false;
  return refresh.answerBy === null || millisecondsLeft > TOO_LATE;
}

/** Whether the person has a link that opens the other page. */
export const hasLink = (refresh) => refresh?.link?.state === "active";

/**
 * Name the situation: which words fit, how grave it is, how far along it is, and what can be done.
 * `hinted` is true after the bank window said that it is done, until the server knows more; `ended`
 * is why it closed by itself. `isHere` is true once the person acted on this page, `isReplaced` once
 * they got a second link. In the answer, `isElsewhere` says that what comes next is behind the link.
 */
export function situationOf(refresh, {
  hinted = false, ended = null, millisecondsLeft = Infinity, isHere = false, isReplaced = false,
} = {}) {
  if (refresh === null) return { key: "quiet", tone: "calm", acts: [] };
  if (isElsewhere(refresh, { hinted, millisecondsLeft, isHere })) {
    return { key: "elsewhere", tone: "wait", step: 2, acts: ["open", "cancel"], isElsewhere: true };
  }
  if (isInvited(refresh) && !refresh.error) return invitation(refresh, isReplaced);
  const { key, tone, step } = named(refresh, {
    isHinted: hinted, ended, isTooLate: !isAnswerable(refresh, millisecondsLeft),
    isBegun: true, isFollowed: true,
  });
  return { key, step, ...here(refresh, key, tone) };
}

const isInvited = ({ nextAction }) => ["start_again", "open_link"].includes(nextAction);

function isElsewhere(refresh, { hinted, millisecondsLeft, isHere }) {
  const isAsking = refresh.status === "mfa_required" && isAnswerable(refresh, millisecondsLeft);
  return isAsking && hasLink(refresh) && !isHere && !hinted;
}

/** What can be done on this page, and how loudly the card speaks. */
function here(refresh, key, tone) {
  if (["wait", "good"].includes(tone)) return { tone, acts: isOpen(refresh) ? ["cancel"] : [] };
  if (refresh.nextAction === "open_iframe") {
    return { tone: "ask", acts: key === "questionOver" ? ["cancel"] : ["open", "cancel"] };
  }
  if (isInvited(refresh)) return { tone: "ask", acts: ["startAgain", "sendLink", "cancel"] };
  switch (refresh.nextAction) {
    case "wait":
      return { tone: "calm", acts: ["cancel"] };
    case "start_new_session":
      return { tone: "ask", acts: ["startNew"] };
    case "contact_bank":
      return { tone: "bad", acts: ["startNew"] };
    default:
      return refresh.status === "cancelled" ? { tone, acts: [] } : { tone: "bad", acts: [], support: true };
  }
}

function invitation(refresh, isReplaced) {
  const acts = ["startHere", "sendLink", "cancel"];
  if (!refresh.link) return { key: "invited", tone: "ask", acts: ["startAgain", "sendLink", "cancel"] };
  const isElsewhere = hasLink(refresh);
  const key = !isElsewhere ? "linkOver" : isReplaced ? "linkReplaced" : "linkSent";
  return { key, tone: "ask", acts, isElsewhere };
}
