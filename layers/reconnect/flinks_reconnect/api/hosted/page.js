/* The page: follows one refresh by one link. It shows what the server says, and decides nothing. */

/** How long a hint is shown before the server's word counts alone again. */
const HINT = 15 * SECOND;
/** From when the person is told how long the bank still waits. */
const HURRY = 2 * MINUTE;
/** From when the address in the frame counts as old. */
const OLD = 30 * SECOND;

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
  tooLate: null, // the question for which no window could be had
  hintedUntil: 0,
  newsAt: Date.now(),
  passed: null,
};
const canvas = screenFor((act) => press(act));
const follow = follower(look);
const bank = bankWindow(part("bank-body"), {
  issue: () => visit.window(),
  hinted: () => { state.hintedUntil = Date.now() + HINT; follow.soon(); },
  closed: windowClosed,
  refused: noWindow,
  changed: ({ soon }) => { draw(); if (soon) follow.soon(); },
});

const isHinted = () => Date.now() < state.hintedUntil;
const questionOf = (view) => isAsking(view) ? `${view.attempt && view.attempt.number} ${view.status}` : null;
const isTooEarly = (view) => Boolean(view.retryAt) && millisecondsUntil(view.retryAt) > 0;

function situation() {
  if (state.dead) return { key: state.dead, tone: "dead", acts: [] };
  if (!state.view) return { key: "loading", tone: "plain", acts: [] };
  const question = questionOf(state.view);
  return situationOf(state.view, {
    isHinted: isHinted(), isBegun: state.isBegun, isFollowed: state.isFollowed,
    isFound: question !== null && question === state.found,
    isTooLate: question !== null && question === state.tooLate,
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
    bank: { ...bank.state },
  });
  const isTimed = view && isAsking(view) && !isHinted() && now.key !== "questionOver";
  const left = isTimed && view.attempt && view.attempt.expiresAt
    ? millisecondsUntil(view.attempt.expiresAt) : Infinity;
  canvas.showClock(left <= HURRY ? left : null);
}

/** Why the person may want the bank's window anew, if there is a reason. */
function offer() {
  if (!bank.state.isOpen || bank.state.isDone) return null;
  if (bank.state.isQuiet) return bank.state.cover === "gaveUp" ? "again" : "slow";
  const until = bank.expiresAt;
  return until && millisecondsUntil(until) < OLD && !isTooLateNow() ? "old" : null;
}

const isTooLateNow = () => state.tooLate !== null && state.tooLate === questionOf(state.view);

/** Where the person may go back to; an address that is none, or does something else, is no way. */
function safeAddress(address) {
  try {
    return ["https:", "http:"].includes(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}

/** Take the server's word for how things stand. */
function take(view) {
  if (!view || typeof view.status !== "string") throw new Refused(0);
  const isNews = JSON.stringify(view) !== JSON.stringify(state.view);
  if (isNews) state.newsAt = Date.now();
  if (state.view === null) state.found = questionOf(view);
  if (!isAsking(view)) state.hintedUntil = 0;
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
  Object.assign(state, { wantsWindow: false, isBegun: true, notice: null });
  bank.open();
}

/** The bank's window is gone, and the place where the person was with it. */
function windowClosed() {
  draw();
  if (document.activeElement === document.body) canvas.focusTitle();
  follow.soon();
}

async function look() {
  if (state.dead) return;
  const asked = state.asked += 1;
  try {
    const view = state.view ? await visit.current() : await visit.open();
    if (asked === state.asked) take(view);
  } catch (error) {
    if (asked === state.asked) failed(error);
  }
}

/** The link is dead, or else nobody could answer: say so, and keep trying. */
function failed(error) {
  if ([400, 401, 410].includes(error.status)) {
    state.dead = error.status === 400 ? "incomplete" : "gone";
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
    refused(error, "notNow");
  } finally {
    state.isBusy = false;
    draw();
  }
  canvas.focusTitle();
}

function refused(error, notice) {
  if (error.isPassing || [400, 401, 410].includes(error.status)) return failed(error);
  state.notice = notice;
  draw();
  return follow.soon();
}

/** No window could be had: its time is over, or nobody can make one right now. */
function noWindow(error) {
  if (error.status === 409) {
    state.tooLate = questionOf(state.view);
    draw();
    follow.soon();
  } else if (error.status === 503) {
    state.notice = "noWindow";
    draw();
    follow.soon();
  } else refused(error, "notNow");
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

canvas.speak();
draw();
look();
