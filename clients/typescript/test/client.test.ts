import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  ConflictError,
  GoneError,
  InvalidRequestError,
  NotAllowedError,
  NotConfiguredError,
  NotFoundError,
  ProblemError,
  ReconnectClient,
  type Refresh,
  RefreshEndedError,
  type Status,
  ThrottledError,
  UnavailableError,
  UnreachableError,
  WaitTimeoutError,
} from "../src/index.js";

type Reply = Response | Error | object;

/** An API that answers by turns, the last answer again and again, and remembers. */
class FakeApi {
  readonly calls: { method: string; url: string; headers: Headers; body: unknown }[] = [];
  readonly pauses: number[] = [];
  #replies: Reply[] = [];

  readonly client = new ReconnectClient({
    apiUrl: "http://127.0.0.1:9990/api/v1/",
    region: "ca-central-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "an-example" },
    fetch: (async (url, request) => this.#answer(String(url), request ?? {})) as typeof fetch,
    sleep: async (seconds) => this.pauses.push(seconds),
  });

  replies(...replies: Reply[]): this {
    this.#replies = replies;
    return this;
  }

  #answer(url: string, request: RequestInit): Response {
    const headers = new Headers(request.headers);
    this.calls.push({ method: request.method ?? "", url, headers, body: request.body });
    const reply = this.#replies.length > 1 ? this.#replies.shift()! : this.#replies[0]!;
    if (reply instanceof Error) throw reply;
    return reply instanceof Response ? reply.clone() : Response.json(reply);
  }
}

function aRefresh(status: Status = "starting", more: Partial<Refresh> = {}): Refresh {
  const asks = status === "mfa_required" || status === "credentials_required";
  return {
    id: "rf_1",
    connectionId: "cn_1",
    reference: null,
    supportCode: "ABCD-EFGH",
    status,
    reason: "user_requested",
    nextAction: status === "completed" ? "none" : asks ? "open_iframe" : "wait",
    retryAt: null,
    attempt: null,
    link: null,
    mergedInto: null,
    error: null,
    late: false,
    createdAt: "2026-11-22T12:00:00.000Z",
    updatedAt: "2026-11-22T12:00:00.000Z",
    expiresAt: "2026-11-22T12:30:00.000Z",
    completedAt: null,
    dataAsOf: null,
    ...more,
  };
}

function aProblem(code: string, status: number, headers: Record<string, string> = {}): Response {
  const body = { type: "about:blank", title: code, status, code, owner: "user" };
  return Response.json({ ...body, nextAction: "start_again" }, { status, headers });
}

test("every start has a key of its own, and is sent again under the same one", async () => {
  const api = new FakeApi().replies(new Error("no"), new Error("no"), aRefresh());
  await api.client.startRefresh({ loginId: "l", selectedAccounts: "all", userPresent: true });
  await api.client.startRefresh({ loginId: "l" }, { key: "press-1" });
  const keys = api.calls.map((call) => call.headers.get("idempotency-key"));
  assert.equal(new Set(keys.slice(0, 3)).size, 1);
  assert.equal(keys[3], "press-1");
  assert.equal(api.calls[3]!.body, '{"loginId":"l"}');
  assert.equal(api.pauses.length, 2);
});

for (const [status, kind] of [
  [400, InvalidRequestError],
  [401, NotAllowedError],
  [403, NotAllowedError],
  [404, NotFoundError],
  [409, ConflictError],
  [410, GoneError],
  [418, ProblemError],
  [422, InvalidRequestError],
  [429, ThrottledError],
  [500, UnavailableError],
] as const) {
  test(`${status} is a ${kind.name} that says who acts and what`, async () => {
    const api = new FakeApi().replies(aProblem("some_code", status));
    await assert.rejects(api.client.readRefresh("rf_1"), (error) => {
      assert.ok(error instanceof ProblemError);
      assert.equal(error.constructor, kind);
      assert.deepEqual(
        [error.name, error.code, error.owner, error.nextAction],
        [kind.name, "some_code", "user", "start_again"],
      );
      return true;
    });
  });
}

for (const [name, reply] of [
  ["a page", new Response("<html>", { status: 500 })],
  ["a message of the edge", Response.json({ message: "no" }, { status: 403 })],
  ["a success that is no JSON", new Response("ok")],
] as const) {
  test(`${name} is an unreadable answer`, async () => {
    const api = new FakeApi().replies(reply);
    await assert.rejects(api.client.link("rf_1"), { code: "unreadable_answer" });
  });
}

test("Retry-After is honoured to the second", async () => {
  const busy = aProblem("unavailable", 503, { "retry-after": "7" });
  const api = new FakeApi().replies(busy, aRefresh());
  await api.client.readRefresh("rf_1");
  assert.deepEqual(api.pauses, [7]);
});

test("what does not pass by itself, or mints, is sent once", async () => {
  const api = new FakeApi().replies(aProblem("too_many_links", 429));
  await assert.rejects(api.client.readRefresh("rf_1"), ThrottledError);
  api.replies(new Error("no"));
  await assert.rejects(api.client.link("rf_1"), UnreachableError);
  await assert.rejects(api.client.iframeUrl("rf_1"), UnreachableError);
  assert.equal(api.calls.length, 3);
});

test("a wait is over when somebody has something to do", async () => {
  const api = new FakeApi().replies(aRefresh(), aRefresh(), aRefresh("mfa_required"));
  assert.equal((await api.client.waitUntil("rf_1")).nextAction, "open_iframe");
  assert.deepEqual(api.pauses, [1, 1.5]);
});

test("a wait outlasts a trouble that passes, and pauses at most ten seconds", async () => {
  const busy = aProblem("unavailable", 503, { "retry-after": "2" });
  const fetching = Array.from({ length: 12 }, () => aRefresh("fetching"));
  const api = new FakeApi().replies(busy, busy, busy, busy, ...fetching, aRefresh("completed"));
  await api.client.waitUntil("rf_1", ["completed"]);
  assert.equal(api.pauses.at(-1), 10);
});

test("before retryAt nobody is asked", async () => {
  const retryAt = new Date(Date.now() + 90_000).toISOString();
  const waiting = aRefresh("retry_scheduled", { retryAt });
  const api = new FakeApi().replies(waiting, aRefresh("completed"));
  await api.client.waitUntil("rf_1");
  assert.ok(api.pauses[0]! > 85 && api.pauses[0]! < 92);
});

test("another end than the one waited for says why", async () => {
  const error = { code: "bank_needs_person", owner: "user", message: "The bank asks." } as const;
  const failed = aRefresh("failed", { error, nextAction: "contact_bank" });
  const api = new FakeApi().replies(failed);
  await assert.rejects(api.client.waitUntil("rf_1", ["completed"]), (thrown) => {
    assert.ok(thrown instanceof RefreshEndedError);
    assert.deepEqual([thrown.code, thrown.nextAction], ["bank_needs_person", "contact_bank"]);
    return true;
  });
  assert.equal((await api.client.waitUntil("rf_1")).status, "failed");
});

test("a wait ends in time", async () => {
  const api = new FakeApi().replies(aRefresh());
  await assert.rejects(api.client.waitUntil("rf_1", [], { timeoutSeconds: 0 }), WaitTimeoutError);
});

test("the accounts are the bytes that were promised", async () => {
  const content = JSON.stringify({ accounts: [{ Id: "a" }] });
  const sha256 = createHash("sha256").update(content).digest("hex");
  const snapshot = { url: "http://127.0.0.1:9990/bucket", sha256 };
  const api = new FakeApi().replies({ snapshot }, new Response(content));
  assert.deepEqual(await api.client.accounts("rf_1"), { accounts: [{ Id: "a" }] });
  assert.equal(api.calls[1]!.headers.get("authorization"), null);
  api.replies({ snapshot }, new Response("{}"));
  await assert.rejects(api.client.accounts("rf_1"), { code: "snapshot_unreadable" });
});

test("an id cannot lead to another route", async () => {
  const api = new FakeApi().replies(aRefresh());
  await api.client.readRefresh("../connections?x=1");
  assert.match(api.calls[0]!.url, /\/refreshes\/..%2Fconnections%3Fx%3D1$/);
});

test("without an address or a region the client says what to set", () => {
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  assert.throws(() => new ReconnectClient({ apiUrl: "api.example.com", credentials }), {
    name: "NotConfiguredError",
    message: /RECONNECT_API_URL/,
  });
  const apiUrl = "https://api.example.com/v1";
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  delete process.env.AWS_REGION;
  delete process.env.AWS_DEFAULT_REGION;
  assert.throws(() => new ReconnectClient({ apiUrl, credentials }), NotConfiguredError);
  Object.assign(process.env, AWS_REGION && { AWS_REGION });
  Object.assign(process.env, AWS_DEFAULT_REGION && { AWS_DEFAULT_REGION });
});
