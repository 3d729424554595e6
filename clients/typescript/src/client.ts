// The API of one deployed stack.

import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleepFor } from "node:timers/promises";
import {
  errorOf,
  madeHere,
  ProblemError,
  RefreshEndedError,
  UnreachableError,
  WaitTimeoutError,
} from "./errors.js";
import { hasEnded, isPassing, isReached, pauseBeforeLook, pauseBeforeTry } from "./pace.js";
import { addressOf, type Credentials, type Signer, signerOf } from "./signing.js";
import type {
  Accounts,
  Connection,
  FoundConnections,
  IframeUrl,
  ImportReport,
  Link,
  LinkBody,
  NewConnection,
  Problem,
  Receipt,
  Refresh,
  Snapshot,
  StartBody,
  Status,
  Timeline,
} from "./types.js";

const CALL_SECONDS = 35; // API Gateway gives up after 29

export interface ClientOptions {
  /** The stack's output ApiUrl, or your own domain; else RECONNECT_API_URL. */
  readonly apiUrl?: string;
  readonly region?: string;
  /** Else AWS's standard chain. */
  readonly credentials?: Credentials;
  readonly fetch?: typeof fetch;
  readonly sleep?: (seconds: number) => Promise<unknown>;
}

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
  /** Whether sending it twice does no more than sending it once; true unless it says no. */
  readonly repeatable?: false;
}

/** What all connections that are sought have in common. */
export interface Sought {
  readonly reference?: string;
  readonly supportCode?: string;
  readonly health?: "reconnect_required";
  readonly institutionId?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** The accounts as Flinks gave them, filtered; see Flinks' own documentation for their fields. */
export interface FreshAccounts {
  readonly accounts: readonly Record<string, unknown>[];
  readonly [more: string]: unknown;
}

/**
 * Your server calls this, never a browser: a LoginId is a secret. Every method throws a
 * ProblemError. What may safely be sent twice is, after a passing trouble: up to three times, as
 * soon as Retry-After says.
 */
export class ReconnectClient {
  readonly #apiUrl: string;
  readonly #signer: Signer;
  readonly #fetch: typeof fetch;
  readonly #sleep: (seconds: number) => Promise<unknown>;

  /** Throws NotConfiguredError where the address or the region cannot be found. */
  constructor(options: ClientOptions = {}) {
    this.#apiUrl = addressOf(options.apiUrl);
    this.#signer = signerOf(this.#apiUrl, options.region, options.credentials);
    this.#fetch = options.fetch ?? fetch;
    this.#sleep = options.sleep ?? ((seconds) => sleepFor(seconds * 1000));
  }

  /**
   * Ask for fresh data of a login; the refresh that is open already comes back as it is.
   * `userPresent`: the person is here and asked for it, so the bank is called at once. `key`: the
   * Idempotency-Key, new for every press of a button.
   */
  startRefresh(asked: StartBody, { key = randomUUID() }: { key?: string } = {}): Promise<Refresh> {
    return this.#send({ method: "POST", path: "/refreshes", body: asked, key });
  }

  /** Start again within an open refresh, because the person pressed a button. */
  startAttempt(refreshId: string, { key = randomUUID() }: { key?: string } = {}): Promise<Refresh> {
    return this.#send({ method: "POST", path: `${refreshPath(refreshId)}/attempts`, key });
  }

  /** Return the refresh as it stands now. */
  readRefresh(refreshId: string): Promise<Refresh> {
    return this.#send({ method: "GET", path: refreshPath(refreshId) });
  }

  /** Give the refresh up; a healthy connection stays healthy. */
  cancel(refreshId: string): Promise<Refresh> {
    return this.#send({ method: "POST", path: `${refreshPath(refreshId)}/cancel` });
  }

  /**
   * Return a link to the hosted page; the one before it opens nothing any more. Opening it starts
   * nothing at the bank, the person's click there does. `in_app`: send the person there now.
   */
  link(refreshId: string, wanted: LinkBody = {}): Promise<Link> {
    const path = `${refreshPath(refreshId)}/link`;
    return this.#send({ method: "POST", path, body: wanted, repeatable: false });
  }

  /** Return a new address for the iframe; each one can be opened once. */
  iframeUrl(refreshId: string): Promise<IframeUrl> {
    const path = `${refreshPath(refreshId)}/iframe-url`;
    return this.#send({ method: "POST", path, repeatable: false });
  }

  /** Return where the fresh accounts can be read during the next minute. */
  async snapshot(refreshId: string): Promise<Snapshot> {
    const path = `${refreshPath(refreshId)}/accounts`;
    return (await this.#send<Accounts>({ method: "GET", path })).snapshot;
  }

  /** Return the fresh accounts, exactly as they were stored for this refresh. */
  async accounts(refreshId: string): Promise<FreshAccounts> {
    const { url, sha256 } = await this.snapshot(refreshId);
    const answer = await this.#reached(url, { method: "GET" });
    const content = new Uint8Array(await answer.arrayBuffer());
    if (!answer.ok || createHash("sha256").update(content).digest("hex") !== sha256) {
      throw errorOf(madeHere("snapshot_unreadable", "The accounts cannot be read now."));
    }
    return JSON.parse(new TextDecoder().decode(content)) as FreshAccounts;
  }

  /** State what is known of a stored login; only what is given changes. */
  registerConnection(connection: NewConnection): Promise<Connection> {
    return this.#send({ method: "POST", path: "/connections", body: connection });
  }

  /** State it of up to a hundred logins; each item has its own outcome. */
  importConnections(
    connections: readonly NewConnection[],
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<ImportReport> {
    const body = { dryRun, connections };
    return this.#send({ method: "POST", path: "/connections/import", body });
  }

  /** Return how a connection stands: its health, and what ends soon without fresh data. */
  readConnection(connectionId: string): Promise<Connection> {
    return this.#send({ method: "GET", path: connectionPath(connectionId) });
  }

  /** Return how the refreshes of a connection went, the newest first. */
  timeline(
    connectionId: string,
    { limit, before }: { limit?: number; before?: string } = {},
  ): Promise<Timeline> {
    const query = queryOf({ limit, before });
    return this.#send({ method: "GET", path: `${connectionPath(connectionId)}/timeline${query}` });
  }

  /**
   * Find connections by your reference, by a support code, or those to be reconnected; all that is
   * given must hold, one of these three must be. `after`: the `next` of the page before.
   */
  findConnections(sought: Sought): Promise<FoundConnections> {
    return this.#send({ method: "GET", path: `/connections${queryOf({ ...sought })}` });
  }

  /** Stop sharing all connections of a reference; send it again until it is `complete`. */
  eraseReference(reference: string): Promise<Receipt> {
    return this.#send({ method: "DELETE", path: `/connections${queryOf({ reference })}` });
  }

  /** Delete the login at Flinks, and forget it here: the person stops sharing. */
  stopSharing(connectionId: string): Promise<Connection> {
    return this.#send({ method: "DELETE", path: connectionPath(connectionId) });
  }

  /**
   * Read the refresh, at the right pace, until it has one of these statuses. Without any: until it
   * has ended, or somebody other than the service has to act. Throws RefreshEndedError if it ends
   * otherwise, WaitTimeoutError.
   */
  async waitUntil(
    refreshId: string,
    statuses: readonly Status[] = [],
    { timeoutSeconds = 600 }: { timeoutSeconds?: number } = {},
  ): Promise<Refresh> {
    const deadline = performance.now() + timeoutSeconds * 1000;
    const left = () => (deadline - performance.now()) / 1000;
    for (let looks = 0; ; looks += 1) {
      const refresh = await this.#patiently(refreshId, left);
      if (isReached(refresh, statuses)) return refresh;
      if (hasEnded(refresh)) throw new RefreshEndedError(refresh);
      if (left() <= 0) throw new WaitTimeoutError(refresh);
      await this.#sleep(Math.min(pauseBeforeLook(refresh, looks, Date.now()), left()));
    }
  }

  /** Read the refresh; what passes by itself is waited out. */
  async #patiently(refreshId: string, left: () => number): Promise<Refresh> {
    for (;;) {
      try {
        return await this.readRefresh(refreshId);
      } catch (error) {
        if (!(error instanceof ProblemError) || !isPassing(error) || left() <= 0) throw error;
        await this.#sleep(Math.min(error.retryAfterSeconds ?? 2, left()));
      }
    }
  }

  async #send<Answer>(call: Call): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#sent<Answer>(call);
      } catch (error) {
        if (!(error instanceof ProblemError) || call.repeatable === false) throw error;
        const pause = pauseBeforeTry(error, tries);
        if (pause === undefined) throw error;
        await this.#sleep(pause);
      }
    }
  }

  async #sent<Answer>(call: Call): Promise<Answer> {
    const url = new URL(this.#apiUrl + call.path);
    const body = call.body === undefined ? "" : JSON.stringify(call.body);
    const own: Record<string, string> = { accept: "application/json" };
    if (body) own["content-type"] = "application/json";
    if (call.key) own["idempotency-key"] = call.key;
    const headers = await this.#signer.signed(call.method, url, own, body);
    const method = { method: call.method, headers };
    const answer = await this.#reached(url, body ? { ...method, body } : method);
    const told = await parsed(answer);
    if (answer.ok && told !== undefined) return told as Answer;
    throw errorOf(problemOf(answer.status, told), retryAfter(answer));
  }

  async #reached(url: string | URL, request: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(CALL_SECONDS * 1000);
    try {
      return await this.#fetch(url, { ...request, redirect: "manual", signal });
    } catch (cause) {
      const problem = madeHere("api_unreachable", "The API cannot be reached.");
      throw new UnreachableError({ ...problem, nextAction: "wait" }, undefined, { cause });
    }
  }
}

function refreshPath(refreshId: string): string {
  return `/refreshes/${encodeURIComponent(refreshId)}`;
}

/** Encoded as SigV4 does: a space as %20, and the five that encodeURIComponent leaves. */
function queryOf(asked: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  const parts = given.map(([name, value]) => `${name}=${encoded(String(value))}`);
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}

function encoded(text: string): string {
  const hex = (each: string) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

function connectionPath(connectionId: string): string {
  return `/connections/${encodeURIComponent(connectionId)}`;
}

async function parsed(answer: Response): Promise<object | undefined> {
  try {
    const told: unknown = await answer.json();
    return typeof told === "object" && told !== null && !Array.isArray(told) ? told : undefined;
  } catch {
    return undefined;
  }
}

/** Read a problem; what is none gets a code that says so. */
function problemOf(answered: number, told: object | undefined): Problem {
  const status = answered >= 400 ? answered : 502;
  if (told === undefined || !("code" in told) || typeof told.code !== "string") {
    return madeHere("unreadable_answer", "The API gave an answer that cannot be read.", status);
  }
  return { ...madeHere(told.code, ""), ...(told as Partial<Problem>), code: told.code, status };
}

/** Read the header Retry-After in seconds; the API sends no dates. */
function retryAfter(answer: Response): number | undefined {
  const given = answer.headers.get("retry-after") ?? "";
  return /^\d+$/.test(given) ? Number(given) : undefined;
}
