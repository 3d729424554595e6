/* When the server is asked again: often while something moves, then less, and calmly in trouble. */

import { isOver } from "./shared/situation.js";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
const CALM = 10 * SECOND;
const MOST = 30 * SECOND;

/** How long to wait, `since` milliseconds after the last news; null is never. */
export function pause(view, since, isHidden) {
  if (isOver(view)) return null;
  if (view.status === "invited") {
    if (isHidden) return null;
    return since < 5 * MINUTE ? CALM : MINUTE;
  }
  if (isHidden) return since < 10 * MINUTE ? CALM : null;
  if (since < MINUTE) return 2 * SECOND;
  return since < 5 * MINUTE ? 5 * SECOND : CALM;
}

/** How long to wait after so many failures in a row: longer each time, never in step with others. */
export const backOff = (failures) =>
  Math.min(MOST, 2 * SECOND * 1.7 ** (failures - 1)) * (0.8 + 0.4 * Math.random());

/** Calls `look` when it is time. A tab that comes back to the front looks at once. */
export function follower(look) {
  let timer = null;
  let due = Infinity;

  /** Look after so long, if not earlier; null is never. */
  function plan(milliseconds) {
    if (milliseconds === null || Date.now() + milliseconds >= due) return;
    clearTimeout(timer);
    due = Date.now() + milliseconds;
    timer = setTimeout(() => {
      due = Infinity;
      look();
    }, milliseconds);
  }

  const soon = () => plan(0);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  window.addEventListener("online", soon);
  return { plan, soon };
}
