/* Draws what it is told, and touches nothing that stays as it is. Text is always text. */

import { minutes } from "./shared/clock.js";
import { bound } from "./shared/words.js";
import { APP, fill, language, moment, words } from "./words.js";

/** From when a person who waits is told for how long. */
const LONG = 10_000;

const { logo: LOGO, support: SUPPORT, privacy: PRIVACY } = document.body.dataset;

export const part = (id) => document.getElementById(id);

/** Make an element; a property that starts with "on" is a listener, null is left out. */
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** Write a text only where it differs, so that screen readers are not told twice. */
function write(element, text) {
  const wanted = bound(text);
  if (element.textContent !== wanted) element.textContent = wanted;
  element.hidden = wanted === "";
}

/** Where the person may go back to; an address that is none, or does something else, is no way. */
export function safeAddress(address) {
  try {
    return ["https:", "http:"].includes(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}

/**
 * The screen. `press(act)` is called for a button. What is shown: `situation`, `retryAt`,
 * `isTooEarly`, `isBusy`, `returnUrl`, `supportCode`, `isOtherLanguage` (than the bank's window), `notice`, `offer` (why the bank's window may be
 * opened again) and `bank` (how that window stands, and what it holds: `key`).
 */
export function screenFor(press) {
  let drawn = "";

  function show(shown) {
    const key = JSON.stringify([shown, language]);
    if (key === drawn) return;
    drawn = key;
    const inUse = document.activeElement;
    const isBank = shown.bank.isOpen && !shown.bank.isDone;
    if (part("main").dataset.screen !== (isBank ? "bank" : "plain")) window.scrollTo(0, 0);
    part("main").dataset.screen = isBank ? "bank" : "plain";
    part("main").dataset.tone = shown.situation.tone;
    part("state").hidden = false;
    drawWords(shown, isBank);
    drawSteps(isBank ? undefined : shown.situation.step);
    drawActs(shown, isBank);
    drawBank(shown, isBank);
    drawNotice(shown.notice);
    if (!inUse.isConnected || inUse.closest("[hidden]")) focusTitle();
  }

  function drawWords(shown, isBank) {
    const { situation, retryAt, isTooEarly, isBusy, returnUrl, bank } = shown;
    const text = words();
    const [heading, sentence] = text.s[isBank ? bank.key : situation.key];
    const later = isTooEarly ? text.from(moment(retryAt)).replace("..", ".") : "";
    write(part("title"), fill(heading));
    const other = isBank && shown.isOtherLanguage ? text.otherLanguage : "";
    write(part("text"), [fill(sentence, retryAt), later, other].filter(Boolean).join(" "));
    document.title = [fill(heading), APP].filter(Boolean).join(" · ");
    part("mark").hidden = situation.tone !== "good";
    part("dots").hidden = isBank || !(situation.tone === "wait" || isBusy);
    part("plan").hidden = !situation.isFirst || isBank;
    part("plan").replaceChildren(...text.plan.map((line) => make("li", {}, line)));
    write(part("small"), isBank ? "" : smallPrint(situation, returnUrl));
    drawSupport(shown, isBank);
    write(part("foot"), situation.tone === "dead" || isPast(situation) ? "" : text.foot(APP));
  }

  /** Whoever is in trouble is told what to mention, and whom to write to. */
  function drawSupport({ situation, supportCode }, isBank) {
    const isTrouble = !isBank && ["calm", "dead"].includes(situation.tone);
    const said = supportCode && situation.tone === "calm" ? bound(fill(words().mention(supportCode))) : "";
    const help = SUPPORT ? make("a", { href: SUPPORT, id: "act-support", rel: "noreferrer" },
      bound(fill(words().contact))) : "";
    part("support").hidden = !isTrouble || !(said || help);
    part("support").replaceChildren(...(isTrouble ? [said, said && help ? " " : "", help] : []));
  }

  const isPast = ({ acts }) => acts[0] === "back";

  function smallPrint(situation, returnUrl) {
    if (situation.isFirst) return words().nothingYet;
    return situation.acts.includes("back") && !returnUrl ? words().closePage : "";
  }

  function drawSteps(current) {
    part("steps").hidden = current === undefined;
    part("steps").replaceChildren(...words().steps.map((name, index) => make("li", {
      class: index + 1 < (current ?? 0) ? "past" : null,
      "aria-current": index + 1 === current ? "step" : null,
    }, name)));
  }

  function drawActs({ situation, isTooEarly, isBusy, returnUrl }, isBank) {
    const place = part("acts");
    const hadFocus = place.contains(document.activeElement);
    const acts = isBank ? [] : situation.acts.filter((act) => act !== "back" || returnUrl);
    place.hidden = acts.length === 0;
    place.replaceChildren(...acts.map((act) => (act === "back" ? backLink(returnUrl, situation)
      : button(act, isBusy || isTooEarly))));
    if (hadFocus && acts.length) place.firstChild.focus();
    else if (hadFocus) focusTitle();
  }

  function button(act, isIdle) {
    return make("button", {
      type: "button", class: "first", id: `act-${act}`, "aria-disabled": isIdle ? "true" : null,
      onclick: () => { if (!isIdle) press(act); },
    }, words()[act]);
  }

  const backLink = (returnUrl, { tone }) => make("a", {
    class: tone === "good" ? "first" : "second", id: "act-back", href: returnUrl,
    rel: "noreferrer",
  }, words().back(APP));

  function drawBank({ bank, offer }, isBank) {
    part("bank").hidden = !isBank;
    write(part("bank-says"), bank.cover ? words()[bank.cover] : "");
    part("bank-cover").hidden = !bank.cover;
    part("bank-cover").dataset.kind = bank.cover ?? "";
    part("bank-strip").hidden = !offer;
    part("bank-strip").replaceChildren(...(offer ? [make("span", {}, bound(words()[offer] ?? "")), make(
      "button", { type: "button", class: "second", id: "act-openAgain", onclick: () => press("openAgain") },
      words().openAgain)] : []));
  }

  function drawNotice(notice) {
    part("notice").hidden = !notice;
    part("notice").replaceChildren(...(notice ? [make("span", {}, bound(words()[notice]))] : []));
    if (notice !== "offline") return;
    part("notice").append(make(
      "button", { type: "button", class: "quiet", id: "act-retry", onclick: () => press("retry") },
      words().retry));
  }

  /** Show how long the bank still waits, or is waited for; said aloud once, drawn every second. */
  function showClock({ left, waited }) {
    const isLong = waited !== null && waited >= LONG;
    write(part("clock"), left !== null ? words().timeLeft(minutes(left))
      : isLong ? words().waiting(minutes(waited)) : "");
    part("clock").dataset.kind = left === null ? "waited" : "left";
    write(part("said"), left !== null ? words().hurry : isLong ? words().stillWaiting : "");
  }

  /** Say who this page is from, in the language of the moment. */
  function speak() {
    document.documentElement.lang = language;
    write(part("brand"), APP ?? words().unnamed);
    write(part("monogram"), APP && !LOGO ? [...APP][0].toUpperCase() : "");
    part("logo").hidden = !LOGO;
    if (LOGO && !part("logo").src) part("logo").src = LOGO;
    part("privacy").hidden = !PRIVACY;
    part("privacy").replaceChildren(...(PRIVACY
      ? [make("a", { href: PRIVACY, rel: "noreferrer", target: "_blank" }, words().privacy)] : []));
    write(part("language"), words().switchTo);
    part("language").lang = language === "en" ? "fr" : "en";
  }

  const focusTitle = () => part("title").focus();
  return { show, showClock, speak, focusTitle };
}
