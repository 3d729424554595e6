/* The server's time: a phone's clock may be wrong, and people are told how long they have. */

let ahead = 0;

/** Learn how far this device's clock is from the server's. */
export function setServerTime(now) {
  ahead = Date.parse(now) - Date.now();
}

/** Milliseconds until an instant, by the server's clock; 0 when it has passed. */
export function millisecondsUntil(instant) {
  return Math.max(0, Date.parse(instant) - Date.now() - ahead);
}

export const serverNow = () => new Date(Date.now() + ahead);

/** Minutes and seconds, as on a kitchen timer. */
export function minutes(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
