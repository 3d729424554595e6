/* One bank connection on the page: draws, and tells which button was pressed. Decides nothing. */

import { digits, drawAccounts } from "./accounts.js";
import { millisecondsUntil, minutes, serverNow } from "./clock.js";
import { make, write } from "./dom.js";
import { ago, currentLanguage, moment, words } from "./words.js";

const HURRY = 120_000;

export class Card {
  #parts;
  #press;
  #reference;
  #shown = "";
  #answerBy = null;
  #updatedAt = null;

  constructor(connection, press) {
    this.#reference = connection.reference;
    this.#press = press;
    this.#parts = this.#build(connection);
    this.element = this.#parts.card;
  }

  /** Show how the connection stands. Nothing is touched that stays as it is. */
  show(connection, situation, { isBusy, openLabel }) {
    const { refresh } = connection;
    this.#answerBy = situation.key === "question" ? (refresh?.answerBy ?? null) : null;
    this.#updatedAt = connection.updatedAt;
    this.#showRefreshButton(connection.label, isBusy, situation.tone);
    const now = JSON.stringify(
      [situation, openLabel, refresh?.retryAt, isTooEarly(refresh), currentLanguage()]);
    if (now !== this.#shown) {
      this.#shown = now;
      this.#showWords(connection);
      this.#showSituation(refresh, situation, openLabel);
    }
    this.#parts.card.dataset.status = refresh?.status ?? "none";
    this.tick();
  }

  /** Let a second pass. */
  tick() {
    const { clock, updated } = this.#parts;
    write(updated, words().updated(ago(this.#updatedAt, serverNow())));
    clock.hidden = this.#answerBy === null;
    if (this.#answerBy === null) return;
    const left = millisecondsUntil(this.#answerBy);
    write(clock, words().timeLeft(minutes(left)));
    clock.classList.toggle("hurry", left < HURRY);
  }

  showAccounts(arrived) {
    const { accounts } = this.#parts;
    accounts.replaceChildren(...(arrived ? drawAccounts(arrived) : []));
    accounts.hidden = !arrived;
  }

  showProblem(text) {
    write(this.#parts.problem, text ?? "");
    this.#parts.problem.hidden = !text;
  }

  /** Bring the person to what they can do next. */
  focus() {
    const next = this.#parts.acts.querySelector("button") ?? this.#parts.title;
    next.focus();
    this.#parts.card.scrollIntoView({ block: "nearest" });
  }

  #build({ reference, label, bank }) {
    const part = {
      title: make("h3", { tabindex: "-1" }), text: make("p", { class: "text" }),
      clock: make("p", { class: "clock", hidden: true }), steps: make("ol", { class: "steps" }),
      acts: make("div", { class: "acts" }), updated: make("p", { class: "updated" }),
      masks: make("ul", { class: "masks" }), hint: make("p", { class: "hint" }),
      support: make("p", { class: "aside", hidden: true }),
      problem: make("p", { class: "problem", role: "alert", hidden: true }),
      accounts: make("section", { "data-testid": `accounts-${reference}`, hidden: true }),
      refresh: make("button", {
        type: "button", class: "second", "data-testid": `refresh-${reference}`,
        onclick: () => this.#pressed("refresh"),
      }),
    };
    part.live = make("div", { role: "status", "data-testid": `status-${reference}` },
      part.title, part.text);
    part.strip = make("div", { class: "strip", hidden: true },
      part.steps, part.live, part.support, part.clock, part.acts);
    part.card = make("li", { class: "card", "data-testid": `connection-${reference}` },
      make("div", { class: "head" },
        make("span", { class: "monogram", "aria-hidden": "true" }, label[0]),
        make("div", { class: "names" },
          make("h2", { id: `name-${reference}` }, label), make("p", { class: "bank" }, bank), part.masks),
        make("div", { class: "side" }, part.refresh, part.updated)),
      part.problem, part.strip, part.accounts, part.hint);
    return part;
  }

  #showWords({ accounts, hint }) {
    const { masks, hint: place } = this.#parts;
    masks.replaceChildren(
      ...accounts.map((each) => make("li", {}, each.title, " ", digits(each.lastFour))));
    place.replaceChildren(make("b", {}, words().inDemo), " ", hint[currentLanguage()]);
  }

  #showRefreshButton(label, isBusy, tone) {
    const { refresh } = this.#parts;
    write(refresh, isBusy && tone !== "ask" ? words().refreshing : words().refresh);
    refresh.setAttribute("aria-disabled", String(isBusy)); // stays focusable, unlike `disabled`
    refresh.setAttribute("aria-label", `${refresh.textContent} ${label}`);
  }

  #showSituation(refresh, situation, openLabel) {
    const { strip, title, text, support } = this.#parts;
    strip.hidden = situation.key === "quiet";
    strip.dataset.tone = situation.tone;
    const [heading, sentence] = words().s[situation.key] ?? ["", ""];
    write(title, heading);
    write(text, [fill(sentence, refresh), later(refresh, situation)].filter(Boolean).join(" "));
    support.hidden = !situation.support;
    write(support, situation.support ? words().supportCode(refresh.supportCode) : "");
    this.#showSteps(situation.step);
    this.#showActs(situation.acts, openLabel, refresh);
  }

  #showSteps(current) {
    const { steps } = this.#parts;
    steps.hidden = current === undefined;
    steps.replaceChildren(...words().steps.map((name, index) => make("li", {
      class: index + 1 < (current ?? 0) ? "past" : null,
      "aria-current": index + 1 === current ? "step" : null,
    }, name)));
  }

  #showActs(acts, openLabel, refresh) {
    const { acts: place } = this.#parts;
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(...acts.map((act, index) => this.#button(act, index, openLabel, refresh)));
    place.hidden = acts.length === 0;
    if (hadFocus) (place.querySelector("button") ?? this.#parts.title).focus();
  }

  #button(act, index, openLabel, refresh) {
    const hook = { open: "resume", startAgain: "start-again", startNew: "start-again" }[act] ?? act;
    const tooEarly = act === "startAgain" && isTooEarly(refresh);
    return make("button", {
      type: "button", class: act === "cancel" ? "quiet" : index ? "second" : "first",
      "data-testid": `${hook}-${this.#reference}`, "aria-disabled": tooEarly ? "true" : null,
      "aria-describedby": `name-${this.#reference}`,
      onclick: () => this.#pressed(act, tooEarly),
    }, act === "open" ? words()[openLabel] : words()[act]);
  }

  #pressed(act, isIdle = this.#parts.refresh.getAttribute("aria-disabled") === "true") {
    if (act === "refresh" ? !isIdle : !(act === "startAgain" && isIdle)) this.#press(act);
  }
}

function fill(sentence, refresh) {
  if (!sentence.includes("{retry}")) return sentence;
  const when = refresh.retryAt ? words().at(moment(refresh.retryAt, serverNow())) : "";
  return sentence.replace(" {retry}", when && ` ${when}`).replace("..", "."); // "p.m."
}

const isTooEarly = (refresh) => Boolean(refresh?.retryAt) && millisecondsUntil(refresh.retryAt) > 0;

/** From when a new start is possible, if that is not now. */
function later(refresh, situation) {
  if (!situation.acts.includes("startAgain") || !isTooEarly(refresh)) return "";
  return words().from(moment(refresh.retryAt, serverNow())).replace("..", ".");
}
