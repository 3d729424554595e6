/* One bank connection on the page: draws, and tells which button was pressed. Decides nothing. */

import { digits, drawAccounts } from "./accounts.js";
import { millisecondsUntil, minutes, serverNow } from "/shared/clock.js";
import { make, write } from "./dom.js";
import { drawMail } from "./mail.js";
import { ago, currentLanguage, fill, moment, words } from "./words.js";

const HURRY = 120_000;
const TIMED = new Set(["question", "elsewhere"]);
const START = new Set(["startAgain", "startHere"]);
const HOOKS = { open: "resume", startAgain: "start-again", startNew: "start-again",
  startHere: "start-again", sendLink: "send-link" };

export class Card {
  #parts;
  #press;
  #reference;
  #shown = "";
  #mail = "";
  #answerBy = null;
  #updatedAt = null;

  constructor(connection, press) {
    this.#reference = connection.reference;
    this.#press = press;
    this.#parts = this.#build(connection);
    this.element = this.#parts.card;
  }

  /** Show how the connection stands. Nothing is touched that stays as it is. */
  show(connection, situation, { isBusy, isOpen = false, isSending = false, openLabel }) {
    const { refresh } = connection;
    this.#answerBy = TIMED.has(situation.key) ? (refresh?.answerBy ?? null) : null;
    this.#updatedAt = connection.updatedAt;
    this.#showRefreshButton(connection.label, isBusy, isSending || situation.tone === "ask");
    this.#showLinkButton(connection.label, { isBusy, isOpen, isSending });
    const now = JSON.stringify([situation, openLabel, refresh?.retryAt, refresh?.link, isSending,
      isTooEarly(refresh), currentLanguage()]);
    if (now !== this.#shown) {
      this.#shown = now;
      this.#showWords(connection);
      this.#showSituation(refresh, situation, { openLabel, isSending });
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

  /** Show the message with the link, or none. */
  showMail(mail, connection) {
    const { mail: place } = this.#parts;
    const now = JSON.stringify([mail, currentLanguage()]);
    if (now === this.#mail) return;
    this.#mail = now;
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(...(mail ? drawMail(mail, connection) : []));
    place.hidden = !mail;
    if (hadFocus) (mail ? place.querySelector("h3") : this.#parts.title).focus();
  }

  /** Bring the person to the message that has just come. */
  focusMail() {
    const { mail } = this.#parts;
    mail.querySelector("h3")?.focus({ preventScroll: true });
    mail.scrollIntoView({ block: "nearest" });
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
      link: make("button", {
        type: "button", class: "quiet", "data-testid": `link-${reference}`,
        onclick: () => this.#pressed("sendLink"),
      }),
      mail: make("div", { class: "inbox", hidden: true }),
    };
    part.live = make("div", { role: "status", "data-testid": `status-${reference}` },
      part.title, part.text);
    part.strip = make("div", { class: "strip", hidden: true },
      part.steps, part.live, part.support, part.clock, part.acts);
    part.card = make("li", { class: "card", "data-testid": `connection-${reference}` },
      make("div", { class: "head" },
        make("span", { class: "monogram", "aria-hidden": "true" }, label[0]),
        make("div", { class: "names" },
          make("h2", { id: `name-${reference}` }, label), make("p", { class: "bank" }, bank)),
        make("div", { class: "ways" }, part.refresh, part.link),
        make("div", { class: "under" }, part.masks, part.updated)),
      part.problem, part.strip, part.mail, part.accounts, part.hint);
    return part;
  }

  #showWords({ accounts, hint }) {
    const { masks, hint: place } = this.#parts;
    masks.replaceChildren(
      ...accounts.map((each) => make("li", {}, each.title, " ", digits(each.lastFour))));
    place.replaceChildren(make("b", {}, words().inDemo), " ", hint[currentLanguage()]);
  }

  #showRefreshButton(label, isBusy, isAtRest) {
    const { refresh } = this.#parts;
    write(refresh, isBusy && !isAtRest ? words().refreshing : words().refresh);
    refresh.setAttribute("aria-disabled", String(isBusy)); // stays focusable, unlike `disabled`
    refresh.setAttribute("aria-label", `${refresh.textContent} ${label}`);
  }

  /** The second way, for who is not here; once a refresh is open it stands among the acts. */
  #showLinkButton(label, { isBusy, isOpen, isSending }) {
    const { link } = this.#parts;
    write(link, isSending ? words().sending : words().sendLink);
    link.hidden = isOpen;
    link.setAttribute("aria-disabled", String(isBusy));
    link.setAttribute("aria-label", `${link.textContent} ${label}`);
  }

  #showSituation(refresh, situation, { openLabel, isSending }) {
    const { strip, title, text, support } = this.#parts;
    strip.hidden = situation.key === "quiet";
    strip.dataset.tone = situation.tone;
    const [heading, sentence] = words().s[situation.key] ?? ["", ""];
    write(title, fill(heading));
    write(text, [said(sentence, refresh), later(refresh, situation)].filter(Boolean).join(" "));
    support.hidden = !situation.support;
    write(support, situation.support ? fill(words().mention(refresh.supportCode)) : "");
    this.#showSteps(situation.step);
    this.#showActs(situation, { openLabel, isSending }, refresh);
  }

  #showSteps(current) {
    const { steps } = this.#parts;
    steps.hidden = current === undefined;
    steps.replaceChildren(...words().steps.map((name, index) => make("li", {
      class: index + 1 < (current ?? 0) ? "past" : null,
      "aria-current": index + 1 === current ? "step" : null,
    }, name)));
  }

  #showActs({ acts, isElsewhere }, labels, refresh) {
    const { acts: place } = this.#parts;
    const had = place.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    place.replaceChildren(...acts.map((act, index) =>
      this.#button(act, weight(act, index, isElsewhere), labels, refresh)));
    place.hidden = acts.length === 0;
    if (had === null) return;
    const again = place.querySelector(`[data-testid="${had}"]`) ?? place.querySelector("button");
    (again ?? this.#parts.title).focus();
  }

  #button(act, look, labels, refresh) {
    const hook = HOOKS[act] ?? act;
    const tooEarly = START.has(act) && isTooEarly(refresh);
    return make("button", {
      type: "button", class: look,
      "data-testid": `${hook}-${this.#reference}`, "aria-disabled": tooEarly ? "true" : null,
      "aria-describedby": `name-${this.#reference}`,
      onclick: () => this.#pressed(act, tooEarly),
    }, label(act, labels, refresh));
  }

  #pressed(act, isIdle = this.#parts.refresh.getAttribute("aria-disabled") === "true") {
    if (act === "refresh" ? !isIdle : !(START.has(act) && isIdle)) this.#press(act);
  }
}

/** One button stands out, unless what the person should press is in the message. */
function weight(act, index, isElsewhere) {
  if (act === "cancel" || act === "sendLink") return "quiet";
  return index || isElsewhere ? "second" : "first";
}

function label(act, { openLabel, isSending }, refresh) {
  if (act === "open") return words()[openLabel];
  if (act === "startNew") return words().startAgain;
  if (act !== "sendLink") return words()[act];
  if (isSending) return words().sending;
  return refresh.link ? words().sendNewLink : words().sendLink;
}

/** A sentence with its times: until when the link is good, or when we try again. */
function said(sentence, refresh) {
  const until = refresh?.link ? moment(refresh.link.expiresAt) : "";
  return fill(sentence.replace("{until}", until), refresh?.retryAt ? moment(refresh.retryAt) : "");
}

const isTooEarly = (refresh) => Boolean(refresh?.retryAt) && millisecondsUntil(refresh.retryAt) > 0;

/** From when a new start is possible, if that is not now. */
function later(refresh, situation) {
  if (!situation.acts.some((act) => START.has(act)) || !isTooEarly(refresh)) return "";
  return words().from(moment(refresh.retryAt)).replace("..", ".");
}
