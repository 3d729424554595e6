/* The bank's window, inside the page. What is said in there is only a hint. */

const SLOW = 15_000;
const MOST_RENEWALS = 3;
const CALLBACK = "flinks-reconnect.callback";
/** Steps after which Connect has nothing more to show, and why; its parameters and events pages. */
const CLOSING = new Map([
  ["COMPONENT_CLOSE_SESSION", "closed"],
  ["COMPONENT_DENY_CONSENT", "declined"],
  ["COMPONENT_DENY_TERMS", "declined"],
  ["MAXIMUM_RETRY_REACHED", "tooManyTries"],
]);
/** Why a window closed, where the person should read of it. */
export const isTold = (why) => ["declined", "tooManyTries"].includes(why);
/** Errors at which Connect itself asks the person once more. */
const ASKED_AGAIN = new Set([
  "INVALID_USERNAME", "INVALID_PASSWORD", "INVALID_LOGIN", "INVALID_SECURITY_RESPONSE",
  "SECURITYRESPONSES_INCOMPLETE",
]);

/**
 * Read a window message; whatever is not exactly right is not heard.
 *
 * Heard are Connect, exactly from the origin that our API named, and the API's callback page, exactly
 * from its origin and, where `refreshId` is known, about that refresh; both in our iframe only. Whatever comes from Connect with a `flinksCode`
 * is an error, with a step or without (Flinks' help article on handled errors).
 */
export function readMessage(event, { frame, connectOrigin, callbackOrigin, refreshId }) {
  const { data } = event;
  if (!frame || event.source !== frame || !data || typeof data !== "object") return null;
  if (event.origin === callbackOrigin && data.type === CALLBACK) {
    const isBack = typeof data.refreshId === "string" && data.refreshId === (refreshId ?? data.refreshId);
    return isBack ? { kind: "returned" } : null;
  }
  if (event.origin !== connectOrigin) return null;
  if (data.step === "DISABLED_INSTITUTION") return { kind: "error", code: data.step };
  if (typeof data.flinksCode === "string") return { kind: "error", code: data.flinksCode };
  return typeof data.step === "string" ? { kind: "step", step: data.step } : null;
}

/** Whether an address is one that may be framed: at the very origin that was named with it. */
export function isAddressOf(issued) {
  try {
    const { origin, protocol } = new URL(issued.url);
    return origin === issued.origin && ["https:", "http:"].includes(protocol);
  } catch {
    return false;
  }
}

/**
 * The place where Connect is shown. `page` has: title(), callbackOrigin(), issue() for a new address,
 * hinted(), closed(why), refused(error), and changed({ soon }); if it likes, refreshId(),
 * dress(frame), stepped(step) and failed(code, isFinal). `why` is "declined" or "tooManyTries" where Connect told so, else "closed" or, before refused(),
 * "refused".
 */
export function bankWindow(place, page) {
  let frame = null;
  let issued = null;
  let renewals = 0;
  let slow = null;
  let isLoading = false;
  const state = { isOpen: false, isDone: false, isQuiet: false, isFailed: false, cover: null };

  async function open() {
    if (isLoading) return;
    isLoading = true;
    show({ isOpen: true, cover: frame ? state.cover : "opening" });
    try {
      const address = await page.issue();
      if (!isAddressOf(address)) throw new Error("the address is not at the origin named with it");
      if (state.isOpen) mount(address);
    } catch (error) {
      if (!state.isOpen) return;
      if (!frame || state.cover) close("refused"); // a window that can be used is left alone
      page.refused(error);
    } finally {
      isLoading = false;
    }
  }

  function mount(address) {
    forget();
    issued = address;
    frame = document.createElement("iframe");
    // No sandbox: banks that sign people in themselves need pop-ups, or the whole page, at a moment
    // that nobody here can foresee. The origin is exact, and no device may be used from in there.
    Object.assign(frame, {
      title: page.title(), referrerPolicy: "no-referrer", allow: "",
      src: address.url,
    });
    page.dress?.(frame);
    frame.addEventListener("load", arrived, { once: true });
    slow = setTimeout(() => show({ isQuiet: true }), SLOW);
    window.addEventListener("message", hear);
    place.append(frame);
    show({ isOpen: true, isDone: false, isQuiet: false, isFailed: false, cover: "opening" });
  }

  function arrived() {
    if (state.isDone) return;
    show({ cover: null });
    const inUse = document.activeElement;
    if (inUse === document.body || /^H[1-6]$/.test(inUse.tagName)) frame.focus();
  }

  function hear(event) {
    const heard = readMessage(event, {
      frame: frame && frame.contentWindow, connectOrigin: issued && issued.origin,
      callbackOrigin: page.callbackOrigin(), refreshId: page.refreshId?.(),
    });
    if (!heard) return;
    clearTimeout(slow);
    if (heard.kind === "returned") {
      page.hinted();
      close();
    } else if (heard.kind === "error") failed(heard.code);
    else stepped(heard.step);
  }

  /** What Connect says of an error stays to be read; where it asks no more, a way on is shown. */
  function failed(code) {
    if (state.isDone) return;
    page.failed?.(code, !ASKED_AGAIN.has(code));
    show({ isQuiet: false, isFailed: !ASKED_AGAIN.has(code), cover: null });
    if (state.isFailed) page.changed({ soon: true });
  }

  function stepped(step) {
    page.stepped?.(step);
    if (step === "TOKEN_INVALID") renew();
    else if (CLOSING.has(step)) close(CLOSING.get(step));
    else if (step === "REDIRECT") {
      // The frame stays: it is on its way to our callback, and the server must hear of that.
      show({ isDone: true, isQuiet: false, cover: null });
      page.hinted();
    } else if (!state.isDone) {
      show({ isQuiet: false, isFailed: false, cover: null });
    }
  }

  /** The address died under the page. A new one helps; an endless loop of new ones does not. */
  function renew() {
    renewals += 1;
    if (renewals > MOST_RENEWALS) return show({ isQuiet: true, cover: "gaveUp" });
    show({ cover: "renewing" });
    return open();
  }

  function forget() {
    clearTimeout(slow);
    window.removeEventListener("message", hear);
    place.replaceChildren();
    frame = null;
    issued = null;
  }

  function close(why = "closed") {
    if (!state.isOpen) return;
    forget();
    renewals = 0;
    show({ isOpen: false, isDone: false, isQuiet: false, isFailed: false, cover: null });
    page.closed(why);
  }

  function show(changes) {
    const before = JSON.stringify(state);
    Object.assign(state, changes);
    if (JSON.stringify(state) !== before) page.changed({});
  }

  return {
    state, open, close,
    /** Until when the address in the frame is good for. */
    get expiresAt() {
      return issued ? issued.expiresAt : null;
    },
    rename: () => { if (frame) frame.title = page.title(); },
  };
}
