// A refresh with a question, against `flinks-sandbox` started on two ports.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { after, before, beforeEach, test } from "node:test";

const API_PORT = process.env.API_PORT ?? "8801";
const CONNECT_PORT = process.env.CONNECT_PORT ?? "8802";
const COMMAND = (process.env.FLINKS_SANDBOX ?? "flinks-sandbox").split(" ");
const API = `http://127.0.0.1:${API_PORT}`;
const BANKING = `${API}/v3/00000000-0000-4000-8000-5a4db0c05701/BankingServices`;
const SECRET_KEY = "sandbox-secret-key-not-secret";
const API_KEY = "sandbox-x-api-key-not-secret";

type Json = Record<string, any>;
let sandbox: ChildProcess;

async function call(method: string, url: string, key: [string, string] | null, body?: Json): Promise<Json> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (key) headers[key[0]] = key[1];
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  return answer.json() as Promise<Json>;
}

const control = (method: string, path: string, body?: Json) =>
  call(method, `${API}/_sandbox${path}`, null, body);

async function authorize(body: Json): Promise<Json> {
  const { Token } = await call("POST", `${BANKING}/GenerateAuthorizeToken`, ["flinks-auth-key", SECRET_KEY]);
  return call("POST", `${BANKING}/Authorize`, ["flinks-auth-key", Token], body);
}

before(async () => {
  const [program, ...rest] = COMMAND;
  sandbox = spawn(program, [...rest, "--api-port", API_PORT, "--connect-port", CONNECT_PORT, "--frozen"]);
  await new Promise<void>((ready) => sandbox.stdout!.once("data", () => ready()));
});
after(() => { sandbox.kill(); });
beforeEach(() => control("POST", "/reset", {}));

test("the question is answered and the data arrive", async () => {
  const login = await control("POST", "/logins", { behaviour: "mfa" });
  const asked = await authorize({ LoginId: login.loginId, MostRecentCached: false, Save: true });
  assert.equal(asked.HttpStatusCode, 203);
  const prompt: string = asked.SecurityChallenges[0].Prompt;
  const known = login.asks.flat(2).find((each: Json) => each.prompt === prompt);
  const RequestId: string = asked.RequestId;
  const done = await authorize({ RequestId, SecurityResponses: { [prompt]: known.answers } });
  assert.equal(done.HttpStatusCode, 200);
  let data: Json;
  do {
    data = await call("POST", `${BANKING}/GetAccountsDetail`, ["x-api-key", API_KEY], { RequestId });
  } while (data.HttpStatusCode === 202);
  assert.equal(data.Accounts.length, login.accounts.length);
});

test("nobody answers for nine minutes", async () => {
  const login = await control("POST", "/logins", { behaviour: "mfa_twice" });
  const asked = await authorize({ LoginId: login.loginId, MostRecentCached: false, Save: true });
  await control("POST", "/clock", { advanceSeconds: 540 });
  const late = await authorize({ RequestId: asked.RequestId, SecurityResponses: { "?": ["!"] } });
  assert.equal(late.FlinksCode, "SESSION_NONEXISTENT");
});
