/* Asks the server how a refresh stands: often at first, then less, and never in a hidden tab. */

const FIRST = 1000;
const PATIENT = { starting: 4000, verifying: 4000, fetching: 5000, mfa_required: 5000 };
const UNHURRIED = 10000;
/** So many looks the page keeps near a person who may be acting in another tab. */
const NEAR = 200;

/** How long to wait before asking again, after so many looks at the same status. */
export function pause(status, looks, isUrgent) {
  if (status === "invited") return isUrgent && looks < NEAR ? 3000 : UNHURRIED * 3;
  if (status === "retry_scheduled") return UNHURRIED;
  const most = isUrgent ? 2000 : (PATIENT[status] ?? UNHURRIED);
  return Math.min(most, FIRST * 1.15 ** Math.max(0, looks - 10));
}

/** Follows one connection while its refresh is open. */
export class Follower {
  #look;
  #timer = null;
  #looks = 0;
  #status = null;
  #isUrgent = () => false;

  constructor(look, isUrgent) {
    this.#look = look;
    this.#isUrgent = isUrgent;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#status) this.soon();
    });
  }

  /** Plan the next look; without a status there is nothing to look at. */
  plan(status) {
    this.#looks = status === this.#status ? this.#looks + 1 : 0;
    this.#status = status;
    this.#wait(pause(status, this.#looks, this.#isUrgent()));
  }

  /** Look at once: something may have happened. */
  soon() {
    this.#looks = 0;
    this.#wait(0);
  }

  #wait(milliseconds) {
    clearTimeout(this.#timer);
    if (!this.#status) return;
    this.#timer = setTimeout(() => {
      if (!document.hidden) this.#look();
    }, milliseconds);
  }
}
