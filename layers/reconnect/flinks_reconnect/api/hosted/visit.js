/* What is asked of the server. The link goes out in one body only; the visit lives in memory. */

import { setServerTime } from "./shared/clock.js";

/** Beside this page, on its own origin, whatever a mail program has added to the path. */
const [, HERE, ADDED] = /^(.*\/reconnect)(?![\w-])(.*)$/.exec(location.pathname)
  ?? [null, location.pathname, ""];
const VISITS = `${location.origin}${HERE}/visits`;
const PATIENCE = 30_000; // a phone that changes networks leaves calls hanging

/** An answer that says no. `status` 0 is no answer at all. */
export class Refused extends Error {
  constructor(status, problem) {
    super(`refused with ${status}`);
    this.status = status;
    this.problem = problem ?? {};
  }

  /** Whether nobody said no: the network or the service is away, and comes back. */
  get isPassing() {
    return this.status < 400 || this.status >= 500 || [403, 408, 429].includes(this.status);
  }
}

async function ask(path, { method = "POST", token = null, body = null } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await read(await fetch(VISITS + path, {
      method, headers, body: body && JSON.stringify(body), signal: stop.signal,
      cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer",
    }));
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(0);
  } finally {
    clearTimeout(timer);
  }
}

async function read(answer) {
  const told = await answer.json().catch(() => null);
  setServerTime(answer.headers.get("Date"));
  if (answer.ok && told) return told;
  throw new Refused(answer.ok ? 0 : answer.status, told);
}

/** One visit by one link. When the server has forgotten the visit, it is opened anew, once a call. */
export function visitBy(link) {
  let token = null;
  let opening = null;

  async function open() {
    const opened = await ask("", { body: { link } });
    token = opened.visit;
    return opened;
  }

  /** Whoever comes while the visit is being opened waits for the same answer. */
  function openOnce() {
    opening = opening ?? open().finally(() => { opening = null; });
    return opening;
  }

  async function call(path, method) {
    if (token === null) await openOnce();
    const used = token;
    try {
      return await ask(path, { method, token: used });
    } catch (error) {
      if (error.status !== 401) throw error;
      if (token === used) await openOnce();
      return ask(path, { method, token });
    }
  }

  return {
    open: async () => (await openOnce()).refresh,
    current: async () => (await call("/current", "GET")).refresh,
    declined: async () => (await call("/declined", "POST")).refresh,
    start: async () => (await call("/start", "POST")).refresh,
    window: () => call("/iframe-url", "POST"),
  };
}

/** A link's secret as `domain/capabilities.py` writes it: refresh, generation, expiry, mac. */
const LINK = /rf_[0-9a-z]{42}\.[0-9]{1,9}\.[0-9]{1,12}\.[A-Za-z0-9_-]{43}/;

/**
 * The link's secret, if the address holds one: mail programs write "%23" for "#", and add dots,
 * brackets and parameters at the end. What is not shaped like a link is never sent or shown.
 */
export function linkInAddress() {
  return LINK.exec(plain(location.hash))?.[0] ?? LINK.exec(plain(ADDED))?.[0] ?? null;
}

function plain(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
