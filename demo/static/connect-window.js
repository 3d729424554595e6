/* The dialog in which the person talks to the bank. What is said in there is only a hint. */

import { millisecondsUntil, minutes } from "./clock.js";
import { make, write } from "./dom.js";
import { readMessage } from "./messages.js";
import { words } from "./words.js";

const SLOW = 15_000;
const MOST_RENEWALS = 3;

export class ConnectWindow {
  #dialog = document.getElementById("connect");
  #title = document.getElementById("connect-title");
  #clock = document.getElementById("connect-clock");
  #body = document.getElementById("connect-body");
  #cover = document.getElementById("connect-cover");
  #says = document.getElementById("connect-says");
  #reload = document.getElementById("connect-reload");
  #visit = null;

  constructor() {
    window.addEventListener("message", (event) => this.#hear(event));
    this.#dialog.addEventListener("close", () => this.#closed());
    document.getElementById("connect-close").addEventListener("click", () => this.#dialog.close());
    this.#reload.addEventListener("click", () => this.#load());
  }

  get isOpen() {
    return this.#visit !== null;
  }

  isOpenFor(reference) {
    return this.#visit?.reference === reference;
  }

  /** Whether the bank's window said that the person is done. */
  get isDone() {
    return this.#visit?.done === true;
  }

  /**
   * Open it. A visit has: reference, title, label, refreshId, apiOrigin, issue() for a new address,
   * hinted(), closed(), and refused(problem) if no address can be had.
   */
  open(visit) {
    this.#visit = { ...visit, frame: null, origin: null, answerBy: null, renewals: 0 };
    write(this.#title, visit.title);
    document.getElementById("connect-close").setAttribute("aria-label", words().close);
    write(this.#reload, words().reload);
    this.#dialog.showModal();
    this.#title.focus();
    this.tick();
    return this.#load();
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  /** Let a second pass. */
  tick() {
    if (!this.#visit) return;
    const { label, answerBy } = this.#visit;
    const left = answerBy ? words().timeLeft(minutes(millisecondsUntil(answerBy))) : null;
    write(this.#clock, [label, left].filter(Boolean).join(" · "));
  }

  async #load() {
    const visit = this.#visit;
    this.#coverWith("full", words().opening);
    this.#body.replaceChildren();
    visit.frame = null;
    try {
      const issued = await visit.issue();
      if (this.#visit === visit) this.#mount(visit, issued);
    } catch (error) {
      if (this.#visit === visit) {
        this.close();
        visit.refused(error);
      }
    }
  }

  #mount(visit, issued) {
    Object.assign(visit, { origin: issued.origin, answerBy: issued.answerBy });
    const frame = make("iframe", {
      src: issued.url, title: visit.title, "data-testid": "connect-frame",
      referrerpolicy: "no-referrer",
    });
    frame.addEventListener("load", () => this.#arrived(visit), { once: true });
    visit.slow = setTimeout(
      () => this.#coverWith("strip", words().slowWindow, { canReload: true }), SLOW);
    this.#body.append(frame);
    visit.frame = frame.contentWindow;
    visit.element = frame;
    this.tick();
  }

  #arrived(visit) {
    if (this.#visit !== visit || visit.done) return;
    this.#cover.hidden = true;
    visit.element.focus();
  }

  #hear(event) {
    const visit = this.#visit;
    if (!visit) return;
    const heard = readMessage(event, {
      frame: visit.frame, connectOrigin: visit.origin, apiOrigin: visit.apiOrigin,
      refreshId: visit.refreshId,
    });
    if (heard?.kind === "returned") this.#returned(visit);
    if (heard?.kind === "step") this.#stepped(visit, heard.step);
  }

  #returned(visit) {
    visit.hinted();
    this.close();
  }

  #stepped(visit, step) {
    clearTimeout(visit.slow);
    if (step === "TOKEN_INVALID") return this.#renew(visit);
    if (step === "COMPONENT_CLOSE_SESSION") return this.close();
    if (step !== "REDIRECT") {
      if (!visit.done) this.#cover.hidden = true;
      return undefined;
    }
    // The frame stays: it is on its way to our callback, and that message must get through.
    Object.assign(visit, { done: true, answerBy: null });
    this.tick();
    visit.hinted();
    return this.#coverWith("full", words().checkingInWindow);
  }

  /** The address died under the page. A new one helps; an endless loop of new ones does not. */
  #renew(visit) {
    visit.renewals += 1;
    if (visit.renewals > MOST_RENEWALS) {
      return this.#coverWith("full", words().gaveUpWindow, { canReload: true });
    }
    this.#coverWith("full", words().renewing);
    return this.#load();
  }

  #coverWith(kind, text, { canReload = false } = {}) {
    this.#cover.hidden = false;
    this.#cover.dataset.kind = kind;
    this.#reload.hidden = !canReload;
    write(this.#says, text);
  }

  #closed() {
    const visit = this.#visit;
    this.#visit = null;
    clearTimeout(visit?.slow);
    this.#body.replaceChildren();
    visit?.closed();
  }
}
