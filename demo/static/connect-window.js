/* The dialog in which the person talks to the bank. Whom it hears stands once, in the hosted page's
   files; what is said in there is only a hint. */

import { millisecondsUntil, minutes } from "/shared/clock.js";
import { bankWindow } from "/shared/frame.js";
import { write } from "./dom.js";
import { words } from "./words.js";

const part = (name) => document.getElementById(`connect-${name}`);

export class ConnectWindow {
  #dialog = document.getElementById("connect");
  #visit = null;
  #bank = bankWindow(part("body"), {
    title: () => this.#visit.title,
    callbackOrigin: () => this.#visit.apiOrigin,
    refreshId: () => this.#visit.refreshId,
    issue: () => this.#issue(this.#visit),
    dress: (frame) => { frame.dataset.testid = "connect-frame"; },
    hinted: () => this.#visit.hinted(),
    closed: (why) => this.#closed(why),
    refused: () => {}, // told where it was asked for
    changed: ({ soon }) => {
      this.#draw();
      if (soon) this.#visit.look();
    },
  });

  constructor() {
    this.#dialog.addEventListener("close", () => this.#bank.close());
    part("close").addEventListener("click", () => this.#dialog.close());
    part("reload").addEventListener("click", () => this.#bank.open());
  }

  get isOpen() {
    return this.#visit !== null;
  }

  isOpenFor(reference) {
    return this.#visit?.reference === reference;
  }

  /** Whether the bank's window said that the person is done. */
  get isDone() {
    return this.#bank.state.isDone;
  }

  /**
   * Open it. A visit has: reference, title, label, refreshId, apiOrigin, issue() for a new address,
   * hinted(), look(), closed(why), and refused(problem) if no address can be had.
   */
  open(visit) {
    this.#visit = { ...visit, answerBy: null };
    write(part("title"), visit.title);
    part("close").setAttribute("aria-label", words().close);
    write(part("reload"), words().openAgain);
    this.#dialog.showModal();
    part("title").focus();
    this.tick();
    return this.#bank.open();
  }

  close() {
    this.#bank.close();
  }

  /** Let a second pass. */
  tick() {
    if (!this.#visit) return;
    const { label, answerBy } = this.#visit;
    const left = answerBy && !this.isDone ? words().timeLeft(minutes(millisecondsUntil(answerBy))) : null;
    write(part("clock"), [label, left].filter(Boolean).join(" · "));
  }

  async #issue(visit) {
    try {
      const issued = await visit.issue();
      visit.answerBy = issued.answerBy;
      return issued;
    } catch (error) {
      visit.refused(error);
      throw error;
    }
  }

  #draw() {
    const { isDone, isQuiet, isFailed, cover } = this.#bank.state;
    const said = isDone ? "checkingInWindow" : isFailed ? "failed" : isQuiet && !cover ? "slow" : cover;
    part("cover").hidden = !said;
    part("cover").dataset.kind = isDone || cover ? "full" : "strip";
    part("reload").hidden = isDone || !(isFailed || isQuiet);
    write(part("says"), said ? words()[said] : "");
    this.tick();
  }

  #closed(why) {
    const visit = this.#visit;
    this.#visit = null;
    if (this.#dialog.open) this.#dialog.close();
    visit?.closed(why);
  }
}
