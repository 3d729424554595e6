/* The server's time: a phone's clock may be wrong, and people are told how long they have. */

const SKEW = 2000; // an HTTP date has whole seconds, and travels
let ahead = 0;

export function setServerTime(date) {
  const told = Date.parse(date ?? "") - Date.now();
  if (Math.abs(told - ahead) > SKEW) ahead = told;
}

export const serverNow = () => new Date(Date.now() + ahead);
export const millisecondsUntil = (instant) => Math.max(0, Date.parse(instant) - Date.now() - ahead);

/** Minutes and seconds, as on a kitchen timer. */
export function minutes(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
