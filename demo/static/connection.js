/* One connection from press to arrival: asks the server, decides what the card shows. */

import { isTold } from "/shared/frame.js";
import { Card } from "./card.js";
import { millisecondsUntil, setServerTime } from "/shared/clock.js";
import { Follower } from "./follow.js";
import * as server from "./server.js";
import { hasLink, isAnswerable, isOpen, situationOf } from "./situation.js";
import { words } from "./words.js";

/** How long a hint is shown before the server's word counts alone again. */
const HINT = 15_000;

export class Connection {
  #told;
  #page;
  #follower;
  #hintedUntil = 0;
  #wantsWindow = false;
  /** Why the bank's window closed by itself, if it told. */
  #ended = null;
  #openedAttempt = 0;
  #accountsOf = null;
  #arrived = null;
  #isAsking = false;
  /** How many presses were sent and answered: a look from before one is no news after it. */
  #asked = 0;
  #isSending = false;
  /** The message with the link. The server has forgotten it: a page that is opened anew has none. */
  #mail = null;
  /** Whether the person acted on this page, and not by the link. */
  #isHere = false;

  /** `page` has: window, apiOrigin, mode(), changed(), and online(yes). */
  constructor(told, page) {
    this.#told = told;
    this.#page = page;
    this.card = new Card(told, (act) => this.#act(act));
    this.#follower = new Follower(
      () => this.#look(), () => this.#isHinted || hasLink(this.#told.refresh)
        || page.window.isOpenFor(told.reference));
    this.#openedAttempt = told.refresh?.attempt ?? 0; // found open: it was begun before
    this.take(told);
  }

  /** Whether an event said that the person must come back, and nothing is under way. */
  get needsPerson() {
    return Boolean(this.#told.isBroken) && !isOpen(this.#told.refresh);
  }

  get label() {
    return this.#told.label;
  }

  /** Ask how it stands: an event told of it. */
  heard() {
    return this.#look();
  }

  get reference() {
    return this.#told.reference;
  }

  get refreshId() {
    return this.#told.refresh?.id ?? null;
  }

  get situation() {
    const { refresh } = this.#told;
    return situationOf(refresh, {
      hinted: this.#isHinted, ended: this.#ended, millisecondsLeft: this.#left, isHere: this.#isHere,
      isReplaced: this.#mail?.isReplacement,
    });
  }

  /** Take the server's word for how things stand. */
  take(told) {
    setServerTime(told.now);
    if (told.refresh?.nextAction !== "open_iframe") {
      this.#hintedUntil = 0;
      this.#ended = null;
    }
    this.#told = told;
    if (this.#mail && !isMailOf(told.refresh, this.#mail)) this.#mail = null;
    this.#follower.plan(isOpen(told.refresh) ? told.refresh.status : null);
    this.draw();
    this.#fetchAccounts();
    this.#moveWindow();
    this.#page.changed();
  }

  /** Somebody says that the person is done. Show that, and ask. */
  hint() {
    this.#hintedUntil = Date.now() + HINT;
    this.draw();
    this.#follower.soon();
  }

  draw() {
    const { refresh } = this.#told;
    const { situation } = this;
    const again = this.#ended ? "beginAgain"
      : refresh?.status === "credentials_required" ? "signIn"
        : situation.key === "elsewhere" ? "openHere"
          : refresh?.attempt === this.#openedAttempt ? "resume" : "answer";
    this.card.show(this.#told, situation, {
      isBusy: isOpen(refresh) || this.#isAsking, isOpen: isOpen(refresh),
      isSending: this.#isSending, openLabel: again,
    });
    const isWaiting = ["invited", this.#mail?.sentIn].includes(refresh?.status);
    this.card.showMail(isWaiting ? this.#mail : null, this.#told);
  }

  /** Draw everything anew, in another language. */
  redraw() {
    this.draw();
    this.card.showAccounts(this.#arrived);
  }

  /** Let a second pass: the last minute may have begun, or a clock may have run out. */
  tick() {
    this.draw();
    const { refresh } = this.#told;
    const until = refresh?.answerBy ?? (isOpen(refresh) ? refresh.retryAt : null)
      ?? (hasLink(refresh) ? refresh.link.expiresAt : null);
    if (until && millisecondsUntil(until) === 0 && this.#passed !== until) {
      this.#passed = until;
      this.#follower.soon();
    }
  }

  #passed = null;

  get #isHinted() {
    return Date.now() < this.#hintedUntil;
  }

  get #left() {
    const until = this.#told.refresh?.answerBy;
    return until ? millisecondsUntil(until) : Infinity;
  }

  #act(act) {
    this.card.showProblem(null);
    const { reference } = this;
    const acts = {
      refresh: () => this.#start(() => server.startRefresh(reference, this.#page.mode())),
      startNew: () => this.#start(() => server.startRefresh(reference, this.#page.mode())),
      startAgain: () => this.#start(() => server.startAgain(reference)),
      startHere: () => this.#start(() => server.startAgain(reference)),
      sendLink: () => this.#sendLink(),
      cancel: () => this.#ask(() => server.cancelRefresh(reference)),
      open: () => this.#open(),
    };
    return acts[act]();
  }

  #start(ask) {
    this.#wantsWindow = true; // the person is here: the bank's question may open by itself
    this.#isHere = true;
    return this.#ask(ask);
  }

  /** The person will go on elsewhere. A new link takes the place of the one before. */
  async #sendLink() {
    if (this.#isAsking) return;
    const isReplacement = hasLink(this.#told.refresh);
    this.#isSending = true;
    const isSent = await this.#ask(async () => {
      const { connection, message } = await server.sendLink(this.reference, this.#page.mode());
      const { refresh } = connection;
      this.#mail = { ...message, refreshId: refresh?.id, sentAt: connection.now,
        sentIn: refresh?.status, isReplacement };
      this.#isHere = false;
      return connection;
    });
    this.#isSending = false;
    this.draw();
    if (isSent) this.card.focusMail();
  }

  async #ask(ask) {
    if (this.#isAsking) return false;
    this.#isAsking = true;
    this.#asked += 1;
    this.draw();
    try {
      const told = await ask();
      this.#answered();
      this.take(told);
      return true;
    } catch (error) {
      this.#answered();
      this.#wantsWindow = false;
      this.#refused(error);
      this.draw();
      return false;
    }
  }

  #answered() {
    this.#isAsking = false;
    this.#asked += 1;
  }

  async #look() {
    const asked = this.#asked;
    try {
      const told = await server.readConnection(this.reference);
      if (asked === this.#asked) this.take(told);
      this.#page.online(true);
    } catch (error) {
      this.#page.online(!["offline", "api_unreachable"].includes(error.problem?.code));
      this.#follower.plan(this.#told.refresh?.status ?? null);
    }
  }

  #refused(error) {
    const { status = 0, code } = error.problem ?? {};
    const text = words();
    if (code === "offline" || code === "api_unreachable") this.card.showProblem(text.offline);
    else if (text.refused[code]) this.card.showProblem(text.refused[code]);
    else if (status >= 400 && status < 500) this.card.showProblem(text.refusedNow);
    else this.card.showProblem(text.ourFault);
    if (isOpen(this.#told.refresh)) this.#follower.soon();
  }

  /** Open the bank's window if the person waits for it; close it once it has no purpose. */
  #moveWindow() {
    const { refresh } = this.#told;
    const { window: connect } = this.#page;
    if (connect.isOpenFor(this.reference)) {
      const mayAnswer = refresh?.nextAction === "open_iframe";
      const isOver = mayAnswer ? connect.isDone && !this.#isHinted : refresh?.status !== "verifying";
      if (isOver) connect.close();
    } else if (this.#wantsWindow && isAnswerable(refresh, this.#left) && !document.hidden) {
      if (!connect.isOpen) this.#open();
    }
  }

  #open() {
    const { refresh, reference, label, bank } = this.#told;
    const key = refresh.status === "credentials_required" ? "inSignIn" : "inBank";
    this.#wantsWindow = false;
    this.#ended = null;
    this.#isHere = true;
    this.#page.window.open({
      reference, label: `${bank} · ${label}`, title: words().s[key][0],
      refreshId: refresh.id, apiOrigin: this.#page.apiOrigin,
      issue: () => server.connectUrl(reference),
      hinted: () => this.hint(),
      look: () => this.#follower.soon(),
      refused: (error) => this.#refused(error),
      closed: (why) => this.#closed(why),
    });
    this.#openedAttempt = refresh.attempt;
    this.draw();
  }

  #closed(why) {
    this.#ended = isTold(why) ? why : null;
    this.draw();
    this.#follower.soon();
    this.card.focus();
  }

  async #fetchAccounts() {
    const { refresh } = this.#told;
    if (refresh?.status !== "completed" || this.#accountsOf === refresh.id) return;
    this.#accountsOf = refresh.id;
    try {
      this.#arrived = await server.readAccounts(this.reference);
      this.card.showAccounts(this.#arrived);
    } catch {
      this.card.showProblem(words().accountsLater);
    }
  }
}

/** Whether this is still the message whose link counts; what is not known yet proves nothing. */
function isMailOf(refresh, mail) {
  if (!isOpen(refresh) || refresh.id !== mail.refreshId) return false;
  return !refresh.link || (hasLink(refresh) && refresh.link.expiresAt === mail.expiresAt);
}
