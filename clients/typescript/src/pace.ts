// How soon to call again: after a refusal, and while a refresh is under way. All in seconds.

import { type ProblemError, UnreachableError } from "./errors.js";
import type { Refresh } from "./types.js";

const TRIES = 3;
/** A single call pauses at most so long between two tries; what needs longer is thrown. */
const LONGEST_PAUSE = 20;
const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "expired", "cancelled"]);
const AGAIN: ReadonlySet<string> = new Set([
  "busy",
  "flinks_unavailable",
  "throttled",
  "unavailable",
  "unreadable_answer",
]);
const HELPFUL: ReadonlySet<number> = new Set([409, 429, 502, 503, 504]);
const PERSON: ReadonlySet<string> = new Set(["invited", "credentials_required"]);
const [FIRST, LATER, PERSONS] = [1, 10, 30] as const;

/** Return the pause before the same call may be sent again; undefined: it is no use. */
export function pauseBeforeTry(error: ProblemError, tries: number): number | undefined {
  if (tries >= TRIES || !isPassing(error)) return undefined;
  const pause = error.retryAfterSeconds ?? (0.5 + Math.random() / 2) * 0.25 * 2 ** tries;
  return pause <= LONGEST_PAUSE ? pause : undefined;
}

/** Tell whether the same call may well succeed a little later. */
export function isPassing(error: ProblemError): boolean {
  if (error instanceof UnreachableError) return true;
  return HELPFUL.has(error.problem.status) && AGAIN.has(error.code);
}

/**
 * Return the pause until it is worth reading this refresh again. `retryAt` says when something
 * happens next; else the pauses grow from a second to ten, or to thirty while nothing can happen
 * before the person acts.
 */
export function pauseBeforeLook(refresh: Refresh, looks: number, now: number): number {
  const retryAt = refresh.retryAt === null ? 0 : Date.parse(refresh.retryAt);
  if (retryAt > now) return (retryAt - now) / 1000 + FIRST;
  return Math.min(FIRST * 1.5 ** looks, PERSON.has(refresh.status) ? PERSONS : LATER);
}

/** Tell whether the wait is over: one of these statuses, or, without any, no more waiting. */
export function isReached(refresh: Refresh, statuses: readonly string[]): boolean {
  if (statuses.length > 0) return statuses.includes(refresh.status);
  return hasEnded(refresh) || refresh.nextAction !== "wait";
}

export function hasEnded(refresh: Refresh): boolean {
  return ENDED.has(refresh.status);
}
