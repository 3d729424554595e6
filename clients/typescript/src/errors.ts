// What can go wrong, as classes. Each says who must act, what comes next, and from when.

import type { NextAction, Owner, Problem, Refresh } from "./types.js";

/** Something did not happen. `code` is stable, and explained in the service's docs/errors.md. */
export abstract class ReconnectError extends Error {
  abstract readonly code: string;
  /** Who must act: user, bank, flinks or operator. */
  abstract readonly owner: Owner;
  abstract readonly nextAction: NextAction;
  /** Not before this instant, where the service knows one. */
  abstract readonly retryAt: Date | undefined;
}

/** The API refused. */
export class ProblemError extends ReconnectError {
  override readonly name: string = "ProblemError";
  readonly code: string;
  readonly owner: Owner;
  readonly nextAction: NextAction;
  readonly retryAt: Date | undefined;

  /** `retryAfterSeconds` is what the header Retry-After asks for. */
  constructor(
    readonly problem: Problem,
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(`${problem.code} (${problem.status}): ${problem.title}`, options);
    this.code = problem.code;
    this.owner = problem.owner;
    this.nextAction = problem.nextAction;
    this.retryAt = instant(problem.retryAt);
  }
}

/** 400, 413, 415, 422: the call itself is wrong; `problem.errors` says of each field how. */
export class InvalidRequestError extends ProblemError {
  override readonly name: string = "InvalidRequestError";
}

/** 401, 403: the signature, the key's policy or the address is wrong. */
export class NotAllowedError extends ProblemError {
  override readonly name: string = "NotAllowedError";
}

/** 404: there is no such refresh or connection. */
export class NotFoundError extends ProblemError {
  override readonly name: string = "NotFoundError";
}

/** 409: the state does not allow it; `nextAction` says what to do instead. */
export class ConflictError extends ProblemError {
  override readonly name: string = "ConflictError";
}

/** 410: it is over, and a new one must be begun. */
export class GoneError extends ProblemError {
  override readonly name: string = "GoneError";
}

/** 429: too many calls, or too many links for one refresh. */
export class ThrottledError extends ProblemError {
  override readonly name: string = "ThrottledError";
}

/** 5xx: a part that the call needs does not answer; again later. */
export class UnavailableError extends ProblemError {
  override readonly name: string = "UnavailableError";
}

/** The API did not answer; whether it heard the call is not known. */
export class UnreachableError extends ProblemError {
  override readonly name: string = "UnreachableError";
}

/** The refresh ended otherwise than was waited for. */
export class RefreshEndedError extends ReconnectError {
  override readonly name: string = "RefreshEndedError";
  readonly code: string;
  readonly owner: Owner;
  readonly nextAction: NextAction;
  readonly retryAt: Date | undefined;

  constructor(readonly refresh: Refresh) {
    super(`${refresh.id} ${refresh.status}: ${refresh.error?.message ?? "-"}`);
    this.code = refresh.error?.code ?? refresh.status;
    this.owner = refresh.error?.owner ?? "user";
    this.nextAction = refresh.nextAction;
    this.retryAt = instant(refresh.retryAt);
  }
}

/** The refresh is still under way; nothing of it is lost. */
export class WaitTimeoutError extends ReconnectError {
  override readonly name: string = "WaitTimeoutError";
  readonly code = "wait_timeout";
  readonly owner: Owner;
  readonly nextAction: NextAction;
  readonly retryAt: Date | undefined;

  constructor(readonly refresh: Refresh) {
    super(`${refresh.id} is still ${refresh.status}`);
    this.owner = refresh.error?.owner ?? "user";
    this.nextAction = refresh.nextAction;
    this.retryAt = instant(refresh.retryAt);
  }
}

const BY_STATUS: Readonly<Record<number, typeof ProblemError>> = {
  400: InvalidRequestError,
  401: NotAllowedError,
  403: NotAllowedError,
  404: NotFoundError,
  409: ConflictError,
  410: GoneError,
  413: InvalidRequestError,
  415: InvalidRequestError,
  422: InvalidRequestError,
  429: ThrottledError,
};

/** Return the error of this problem's kind. */
export function errorOf(problem: Problem, retryAfterSeconds?: number): ProblemError {
  const fallback = problem.status >= 500 ? UnavailableError : ProblemError;
  return new (BY_STATUS[problem.status] ?? fallback)(problem, retryAfterSeconds);
}

/** Return a problem that the API did not state. */
export function madeHere(code: string, title: string, status = 502): Problem {
  return { type: "about:blank", title, status, code, owner: "operator", nextAction: "none" };
}

function instant(text: string | null | undefined): Date | undefined {
  return text ? new Date(text) : undefined;
}
