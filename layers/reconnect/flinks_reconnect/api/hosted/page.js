/* The page: follows one refresh by one link. It shows what the server says, and decides nothing. */

import { MINUTE, SECOND, backOff, follower, pause } from "./follow.js";
import { part, safeAddress, screenFor } from "./screen.js";
import { millisecondsUntil } from "./shared/clock.js";
import { bankWindow, isTold } from "./shared/frame.js";
import { isAsking, isOver, situationOf, stageOf } from "./shared/situation.js";
import { Refused, linkInAddress, visitBy } from "./visit.js";
import { APP, language, speakAs, switchLanguage, words } from "./words.js";

/** How long a hint is shown before the server's word counts alone again. */
const HINT = 15 * SECOND;
/** From when the person is told how long the bank still waits. */
const HURRY = 2 * MINUTE;
/** From when the address in the frame counts as old. */
const OLD = 30 * SECOND;

const ANCESTORS = document.body.dataset.ancestors.split(" ").filter(Boolean);
const link = linkInAddress();
const visit = visitBy(link);
const state = {
  view: null,
  dead: link ? null : "incomplete",
  notice: null,
  failures: 0,
  asked: 0, // how often the server was asked: only the last answer is news
  isBusy: false,
  isBegun: false,
  isFollowed: false,
  wantsWindow: false,
  found: null, // the question that was there when the page was opened
  ended: null, // why the bank's window closed by itself
  owesDecline: false, // whether the server has yet to hear that the person declined
  tooLate: null, // the news at which no window could be had any more
  hintedUntil: 0,
  newsAt: Date.now(),
  passed: null,
  told: "", // what the page around this one knows
  waits: stopwatch(),
};
const canvas = screenFor((act) => press(act));
const follow = follower(look);
const bank = bankWindow(part("bank-body"), {
  title: () => words().s[windowKey()][0],
  callbackOrigin: () => location.origin,
  dress: (frame) => { frame.id = "bank-frame"; },
  issue: () => visit.window(),
  hinted: () => { state.hintedUntil = Date.now() + HINT; follow.soon(); },
  closed: windowClosed,
  refused: noWindow,
  changed: ({ soon }) => { draw(); if (soon) follow.soon(); },
});

const isHinted = () => Date.now() < state.hintedUntil;
/** What the bank's window holds: a consent, a list of banks, a sign-in; or else a question. */
const windowKey = () => (state.view?.status === "credentials_required" ? "inSignIn" : "inBank");
const questionOf = (view) =>
  (isAsking(view) ? `${view.attempt && view.attempt.number} ${view.status}` : null);

/** How long one and the same thing has been waited for. */
function stopwatch() {
  let what = null;
  let from = 0;
  return {
    since(key) {
      if (key !== what) [what, from] = [key, Date.now()];
      return Date.now() - from;
    },
  };
}

const isTooEarly = (view) => Boolean(view.retryAt) && millisecondsUntil(view.retryAt) > 0;

function situation() {
  if (state.dead) return { key: state.dead, tone: "dead", acts: [] };
  if (!state.view) return { key: "loading", tone: "plain", acts: [] };
  const question = questionOf(state.view);
  return situationOf(state.view, {
    isHinted: isHinted(), isBegun: state.isBegun, isFollowed: state.isFollowed,
    isFound: question !== null && question === state.found,
    isTooLate: isTooLate(), ended: state.ended, isNamed: APP !== null,
  });
}

function draw() {
  const { view } = state;
  const now = situation();
  canvas.show({
    situation: now,
    retryAt: view && view.retryAt,
    isTooEarly: Boolean(view) && isTooEarly(view) && now.acts.some((act) => START.has(act)),
    isBusy: state.isBusy || (!view && !state.dead),
    returnUrl: view && safeAddress(view.returnUrl),
    notice: state.notice,
    offer: offer(),
    bank: { ...bank.state, key: windowKey() },
    supportCode: view && view.supportCode,
    isOtherLanguage: Boolean(view?.language) && view.language !== language,
  });
  const waited = now.tone === "wait" ? state.waits.since(now.key) : null;
  const isTimed = view && isAsking(view) && !isHinted() && now.key !== "questionOver";
  const left = isTimed && view.attempt && view.attempt.expiresAt
    ? millisecondsUntil(view.attempt.expiresAt) : Infinity;
  tellParent(now);
  canvas.showClock({ left: left <= HURRY ? left : null, waited });
}

/** Tell a listed page that frames this one how things stand: no id, and no secret. */
function tellParent({ key, tone }) {
  if (window.parent === window) return;
  const { view } = state;
  const told = {
    type: "flinks-reconnect.status",
    stage: stageOf(view, { key, tone, isDead: Boolean(state.dead) }),
    status: view?.status ?? null,
    nextAction: view?.nextAction ?? null,
    code: view?.error?.code ?? null,
    supportCode: view?.supportCode ?? null,
  };
  if (JSON.stringify(told) === state.told) return;
  state.told = JSON.stringify(told);
  for (const origin of ANCESTORS) window.parent.postMessage(told, origin);
}

/** Why the person may want the bank's window anew, if there is a reason. */
function offer() {
  if (!bank.state.isOpen || bank.state.isDone) return null;
  if (bank.state.isFailed) return "failed";
  if (bank.state.isQuiet) return bank.state.cover === "gaveUp" ? "again" : "slow";
  const until = bank.expiresAt;
  return until && millisecondsUntil(until) < OLD && !isTooLate() ? "old" : null;
}

const isTooLate = () => state.tooLate !== null && state.tooLate === JSON.stringify(state.view);

/** Take the server's word for how things stand. */
function take(view) {
  if (!view || typeof view.status !== "string") throw new Refused(0);
  const isNews = JSON.stringify(view) !== JSON.stringify(state.view);
  if (isNews) state.newsAt = Date.now();
  if (state.view === null) state.found = questionOf(view);
  if (!isAsking(view)) Object.assign(state, { hintedUntil: 0, ended: null });
  if (isNews || state.notice === "offline") state.notice = null;
  Object.assign(state, { view, failures: 0, isFollowed: state.isFollowed || !isOver(view) });
  speakAs(view.language);
  canvas.speak();
  moveWindow();
  draw();
  follow.plan(pause(view, Date.now() - state.newsAt, document.hidden));
}

/** Open the bank's window if the person waits for it; close it once it has no purpose. */
function moveWindow() {
  const { view } = state;
  if (bank.state.isOpen) {
    const isPast = isAsking(view) ? bank.state.isDone && !isHinted()
      : view.status !== "verifying" || bank.state.isDone;
    if (isPast) bank.close();
  } else if (state.wantsWindow && isAsking(view) && !document.hidden) {
    openWindow();
  }
}

function openWindow() {
  Object.assign(state, { wantsWindow: false, isBegun: true, notice: null, ended: null });
  bank.open();
}

/** The bank's window is gone, and the place where the person was with it. */
function windowClosed(why) {
  state.ended = isTold(why) ? why : null;
  state.owesDecline = why === "declined";
  draw();
  if (document.activeElement === document.body) canvas.focusTitle();
  follow.soon();
}

async function look() {
  if (state.dead) return;
  const asked = state.asked += 1;
  try {
    const view = await howItStands();
    if (asked === state.asked) take(view);
  } catch (error) {
    if (asked === state.asked) failed(error);
  }
}

/** How things stand; what the person said in the bank's window goes first. */
async function howItStands() {
  if (!state.view) return visit.open();
  if (!state.owesDecline) return visit.current();
  const view = await visit.declined().catch((error) => {
    if (error.isPassing) throw error;
    return visit.current();
  });
  state.owesDecline = false;
  return view;
}

const isDeadly = ({ status }) => [400, 401, 410].includes(status);

/** Why a link opens nothing any more, where the server says. */
const DEAD = new Map([["replaced", "replaced"], ["closed", "connectionClosed"]]);

/** The link is dead, or else nobody could answer: say so, and keep trying. */
function failed(error) {
  if (isDeadly(error)) {
    state.dead = error.status === 400 ? "incomplete" : DEAD.get(error.problem.reason) ?? "gone";
    bank.close();
    draw();
    return;
  }
  state.failures += 1;
  state.notice = "offline";
  draw();
  follow.plan(backOff(state.failures));
}

const START = new Set(["begin", "startAgain"]);

function press(act) {
  if (act === "retry") return follow.soon();
  if (START.has(act)) return start();
  return openWindow();
}

/** The one human act. It is sent once: if no answer comes, the person sees how things stand. */
async function start() {
  if (state.isBusy) return;
  state.asked += 1;
  Object.assign(state, { isBusy: true, isBegun: true, wantsWindow: true, notice: null, found: null });
  draw();
  try {
    take(await visit.start());
  } catch (error) {
    state.wantsWindow = false;
    refused(error, error.isPassing ? "notSent" : "notNow");
  } finally {
    state.isBusy = false;
    draw();
  }
  canvas.focusTitle();
}

/** No window could be had: its time is over, or nobody can make one right now. */
function noWindow(error) {
  if (error.status === 409) state.tooLate = JSON.stringify(state.view);
  refused(error, error.status === 409 ? null : "noWindow");
}

/** A press came to nothing. What is said of that stays until there is news, or another press. */
function refused(error, notice) {
  if (isDeadly(error)) return failed(error);
  state.notice = notice;
  draw();
  return follow.soon();
}

/** Let a second pass: the last minutes may have begun, or a clock may have run out. */
function tick() {
  const { view } = state;
  if (!view || state.dead) return;
  if (bank.state.isDone && !isHinted()) bank.close();
  draw();
  const until = isAsking(view) ? view.attempt && view.attempt.expiresAt : view.retryAt;
  if (until && !isOver(view) && millisecondsUntil(until) === 0 && state.passed !== until) {
    state.passed = until;
    follow.soon();
  }
}

part("language").addEventListener("click", () => {
  switchLanguage();
  canvas.speak();
  bank.rename();
  draw();
});
window.addEventListener("hashchange", () => location.reload());
setInterval(tick, SECOND);

if (!document.body.dataset.lacks) {
  canvas.speak();
  draw();
  document.body.dataset.ready = "";
  look();
}
