/* The app's own server. The page never talks to the bank service itself. */

const ROOT = "/api/connections";

/** An answer that says no; it names a stable code, who must act, and what comes next. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
  }
}

async function call(path, method = "GET", body = undefined, root = ROOT) {
  let answer;
  try {
    answer = await fetch(root + path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused({ status: 0, code: "offline", owner: "operator", nextAction: "wait" });
  }
  const told = await answer.json().catch(() => null);
  if (answer.ok && told) return told;
  throw new Refused(told ?? { status: answer.status, code: "unreadable", nextAction: "none" });
}

const one = (reference) => `/${encodeURIComponent(reference)}`;

export const listConnections = () => call("");
export const readConnection = (reference) => call(one(reference));
export const startRefresh = (reference, mode) =>
  call(`${one(reference)}/refresh`, "POST", { mode });
export const startAgain = (reference) => call(`${one(reference)}/attempts`, "POST", {});
export const sendLink = (reference, mode) => call(`${one(reference)}/link`, "POST", { mode });
export const cancelRefresh = (reference) => call(`${one(reference)}/cancel`, "POST", {});
export const connectUrl = (reference) => call(`${one(reference)}/iframe-url`, "POST", {});
export const readAccounts = (reference) => call(`${one(reference)}/accounts`);
export const happenings = () => call("/happenings", "GET", undefined, "/api");
export const pullLever = (lever, reference) =>
  call(`/levers/${lever}${one(reference)}`, "POST", {}, "/api");
