/* One connection from press to arrival: asks the server, decides what the card shows. */

import { Card } from "./card.js";
import { millisecondsUntil, setServerTime } from "./clock.js";
import { Follower } from "./follow.js";
import * as server from "./server.js";
import { isAnswerable, isOpen, situationOf } from "./situation.js";
import { words } from "./words.js";

/** How long a hint is shown before the server's word counts alone again. */
const HINT = 15_000;

export class Connection {
  #told;
  #page;
  #follower;
  #hintedUntil = 0;
  #wantsWindow = false;
  #openedAttempt = 0;
  #accountsOf = null;
  #arrived = null;
  #isAsking = false;

  /** `page` has: window, apiOrigin, mode(), changed(), and online(yes). */
  constructor(told, page) {
    this.#told = told;
    this.#page = page;
    this.card = new Card(told, (act) => this.#act(act));
    this.#follower = new Follower(
      () => this.#look(), () => this.#isHinted || page.window.isOpenFor(told.reference));
    this.#openedAttempt = told.refresh?.attempt ?? 0; // found open: it was begun before
    this.take(told);
  }

  get reference() {
    return this.#told.reference;
  }

  get refreshId() {
    return this.#told.refresh?.id ?? null;
  }

  get situation() {
    const { refresh } = this.#told;
    return situationOf(refresh, { hinted: this.#isHinted, millisecondsLeft: this.#left });
  }

  /** Take the server's word for how things stand. */
  take(told) {
    setServerTime(told.now);
    if (told.refresh?.nextAction !== "open_iframe") this.#hintedUntil = 0;
    this.#told = told;
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
    const again = refresh?.status === "credentials_required" ? "openSignIn"
      : refresh?.attempt === this.#openedAttempt ? "openAgain" : "open";
    this.card.show(this.#told, this.situation, {
      isBusy: isOpen(refresh) || this.#isAsking, openLabel: again,
    });
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
    const until = refresh?.answerBy ?? (isOpen(refresh) ? refresh.retryAt : null);
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
      cancel: () => this.#ask(() => server.cancelRefresh(reference)),
      open: () => this.#open(),
    };
    return acts[act]();
  }

  #start(ask) {
    this.#wantsWindow = true; // the person is here: the bank's question may open by itself
    return this.#ask(ask);
  }

  async #ask(ask) {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.draw();
    try {
      const told = await ask();
      this.#isAsking = false;
      this.take(told);
    } catch (error) {
      this.#isAsking = false;
      this.#wantsWindow = false;
      this.#refused(error);
      this.draw();
    }
  }

  async #look() {
    try {
      this.take(await server.readConnection(this.reference));
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
    const isSignIn = refresh.status === "credentials_required";
    this.#wantsWindow = false;
    this.#page.window.open({
      reference, label, title: isSignIn ? words().signInTo(bank) : words().questionFrom(bank), refreshId: refresh.id, apiOrigin: this.#page.apiOrigin,
      issue: () => server.connectUrl(reference),
      hinted: () => this.hint(),
      refused: (error) => this.#refused(error),
      closed: () => this.#closed(),
    });
    this.#openedAttempt = refresh.attempt;
    this.draw();
  }

  #closed() {
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
