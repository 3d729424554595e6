/* <flinks-reconnect>: the bank's question in a page of yours. What it hears is a hint, in the first
   way; what is true is what your server is told. See README.md. */

import { bankWindow } from "../../../layers/reconnect/flinks_reconnect/api/hosted/shared/frame.js";
import { hostedFrame } from "./hosted-frame.js";
import { SHEET } from "./style.js";
import { WORDS, languageOf } from "./words.js";

const PATIENCE = 30_000;
/** How long the window stays after the person is done, for the page that Connect goes to at the end. */
const REST = 15_000;
/** Steps of Connect at which the person is asked something, and those at which they answered. */
const isQuestion = (step) => step.startsWith("COMPONENT_LOAD_");
const isAnswer = (step) => step.startsWith("SUBMIT_") || step === "ACCOUNT_SELECTED";

export class FlinksReconnect extends HTMLElement {
  static observedAttributes = ["open", "lang"];
  #box = null;
  #inner = null;
  #said = "";
  #kind = "inSignIn";
  #callback = null;

  /** Another way than `source` to get an address: async () => the answer of your server. */
  issue = () => fetched(this.getAttribute("source"));

  connectedCallback() {
    if (this.hasAttribute("open") || recall(this.#key)) this.open();
  }

  disconnectedCallback() {
    this.#forget();
  }

  attributeChangedCallback(name) {
    if (!this.isConnected) return;
    if (name === "lang") this.#draw();
    else if (this.hasAttribute("open")) this.open();
    else this.close();
  }

  /** Show the bank's question. Resolves once it is on its way. */
  async open() {
    if (this.#box) return;
    this.#build();
    keep(this.#key, true);
    this.toggleAttribute("open", true);
    try {
      const first = this.getAttribute("link") ? { url: this.getAttribute("link") } : await this.issue();
      if (this.#box) this.#show(first);
    } catch (error) {
      this.#refused(error);
    }
  }

  /** Close it; the person can go on later. */
  close() {
    this.#end("closed", { why: "page" });
  }

  #show(first) {
    if (!first.origin) {
      this.#inner = hostedFrame(this.#part(".body"), first.url, {
        title: () => this.#words.name, changed: () => this.#draw(), told: (status) => this.#told(status),
      });
      return this.#draw();
    }
    let next = first;
    this.#inner = bankWindow(this.#part(".body"), {
      title: () => this.#words.s[this.#kind][0],
      callbackOrigin: () => this.#callback,
      issue: async () => {
        const issued = next ?? await this.issue();
        next = null;
        this.#callback = originOf(new URL(issued.url).searchParams.get("redirectUrl"));
        this.#kind = new URL(issued.url).searchParams.has("requestId") ? "inBank" : "inSignIn";
        return issued;
      },
      changed: () => this.#draw(),
      stepped: (step) => this.#stepped(step),
      failed: (code, isFinal) => { if (isFinal) this.#say("failed", { code }); },
      hinted: () => this.#hinted(),
      refused: (error) => this.#refused(error),
      closed: (why) => this.#windowClosed(why),
    });
    return this.#inner.open();
  }

  #stepped(step) {
    if (step === "APP_MOUNTED") this.#say("ready");
    else if (isQuestion(step)) this.#say("question");
    else if (isAnswer(step)) this.#say("waiting");
  }

  #hinted() {
    this.#say("completed", { isHint: true });
    const box = this.#box;
    setTimeout(() => { if (this.#box === box) this.#end(); }, REST);
  }

  /** Connect is gone: because the person is done, or for the reason that it told. */
  #windowClosed(why) {
    if (why === "refused") return; // what comes of that is told by `refused`
    if (this.#said.startsWith('["completed"')) {
      this.#end();
      return;
    }
    if (why === "declined") this.#say("declined");
    if (why === "tooManyTries") this.#say("failed", { code: "too_many_tries" });
    this.#end("closed", { why: why === "closed" ? "person" : why });
  }

  /** The hosted page says how things stand: the server's word, not a hint. */
  #told({ stage, status, nextAction, code, supportCode }) {
    if (stage !== "loading") this.#say(stage, { status, nextAction, code, supportCode, isHint: false });
    if (stage === "completed") keep(this.#key, false);
  }

  #refused(error) {
    if (!this.#box) return;
    this.#say("failed", { code: error.code ?? "no_address", retryAt: error.retryAt ?? null });
    this.#end("closed", { why: "failed" });
  }

  #say(name, detail = {}) {
    const said = JSON.stringify([name, detail]);
    if (said === this.#said) return;
    this.#said = said;
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #end(name, detail) {
    if (!this.#box) return;
    keep(this.#key, false);
    this.#forget();
    this.toggleAttribute("open", false);
    if (name) this.#say(name, detail);
  }

  #forget() {
    const [box, inner] = [this.#box, this.#inner];
    this.#box = this.#inner = null;
    inner?.close();
    if (box?.open) box.close();
    this.shadowRoot?.replaceChildren();
  }

  #build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const isInline = this.getAttribute("display") === "inline";
    this.#said = "";
    this.#box = document.createElement(isInline ? "section" : "dialog");
    this.#box.append(sheet(isInline ? "sheet inline" : "sheet"));
    root.adoptedStyleSheets = [SHEET];
    root.replaceChildren(this.#box);
    this.#part(".close").addEventListener("click", () => this.#end("closed", { why: "person" }));
    this.#part(".again").addEventListener("click", () => this.#again());
    this.#box.addEventListener("cancel", () => this.#end("closed", { why: "person" }));
    this.#draw();
    if (!isInline) this.#box.showModal();
  }

  #again() {
    if (this.#inner?.open) return this.#inner.open();
    this.#inner?.close();
    return this.#show({ url: this.#link });
  }

  get #link() {
    return this.#part("iframe")?.src ?? this.getAttribute("link");
  }

  #draw() {
    if (!this.#box) return;
    const words = this.#words;
    const { isDone, isQuiet, isFailed, cover } = this.#inner?.state ?? { cover: "opening" };
    const said = isDone ? "thanks" : isFailed ? "failed" : isQuiet && !cover ? "slow" : cover;
    const isHosted = this.#inner && !this.#inner.open;
    const wasCovered = !this.#part(".cover").hidden;
    this.#box.setAttribute("aria-label", words.name);
    this.#part("h2").textContent = isHosted || !this.#inner ? words.name : words.s[this.#kind][0];
    this.#part(".close").setAttribute("aria-label", words.close);
    this.#part(".cover").hidden = !said;
    this.#part(".cover").dataset.kind = isDone || cover ? "full" : "strip";
    write(this.#part("p"), said ? words[said] : "");
    this.#part(".again").hidden = isDone || !(isFailed || isQuiet);
    write(this.#part(".again"), words.openAgain);
    this.#part(".tab").hidden = !(isHosted && isQuiet);
    write(this.#part(".tab"), words.newTab);
    if (isHosted && isQuiet) this.#part(".tab").href = this.#link;
    if (wasCovered && !said) this.#part("iframe")?.focus();
  }

  #part(selector) {
    return this.#box.querySelector(selector);
  }

  get #words() {
    return WORDS[languageOf(this)];
  }

  get #key() {
    return `flinks-reconnect:${this.id || this.getAttribute("source") || "link"}`;
  }
}

/** What is in the box: a heading with the button to close, the place of the frame, what covers it. */
function sheet(name) {
  const close = make("button", "close");
  close.append("\u2715");
  const bar = make("header", "");
  bar.append(make("h2", ""), close);
  const says = make("p", "");
  says.setAttribute("role", "status");
  const tab = Object.assign(make("a", "tab"), { target: "_blank", rel: "noopener noreferrer" });
  const cover = make("div", "cover");
  cover.append(says, make("button", "again"), tab);
  const whole = make("div", name);
  whole.append(bar, make("div", "body"), cover);
  return whole;
}

function make(tag, name) {
  const element = document.createElement(tag);
  if (tag === "button") element.type = "button";
  element.className = name;
  return element;
}

/** Ask the page's own server; what is refused carries the problem's code. */
async function fetched(source) {
  const answer = await fetch(source, {
    method: "POST", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE),
  });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok && typeof told.url === "string") return told;
  throw Object.assign(new Error("refused"), { code: told.code, retryAt: told.retryAt });
}

function originOf(address) {
  return URL.canParse(address ?? "") ? new URL(address).origin : null;
}

/** Whether it was open, for a page that is loaded anew: that alone is kept, no address. */
function recall(key) {
  try {
    return sessionStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

function keep(key, isOpen) {
  try {
    if (isOpen) sessionStorage.setItem(key, "open");
    else sessionStorage.removeItem(key);
  } catch {
    // Without storage a page that is loaded anew begins closed.
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

if (!customElements.get("flinks-reconnect")) customElements.define("flinks-reconnect", FlinksReconnect);
