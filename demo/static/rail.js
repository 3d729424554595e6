/* What just happened, beside the connections: calls of the app, events that it heard, levers pulled. */

import { make } from "./dom.js";
import { happenings, pullLever } from "./server.js";
import { ago, words } from "./words.js";
import { serverNow } from "/shared/clock.js";

const PAUSE = 2000;
const SHOWN = 8;

const rail = document.getElementById("rail");
const levers = document.getElementById("levers");
const whom = document.getElementById("whom");
let last = { happenings: [], levers: [] };
let newest = null;

/** Follow; `heard(reference)` is called for each event since the page was opened. */
export function followHappenings(heard) {
  async function look() {
    const told = document.hidden ? null : await happenings().catch(() => null);
    if (told) take(told, heard);
    setTimeout(look, PAUSE);
  }
  look();
}

function take(told, heard) {
  const seen = newest ?? told.happenings[0]?.number ?? 0;
  for (const each of told.happenings) {
    if (each.kind === "event" && each.number > seen) heard(each.about);
  }
  newest = Math.max(seen, told.happenings[0]?.number ?? 0);
  last = told;
  drawRail();
}

/** Offer the levers for these connections. */
export function offerLevers(connections) {
  whom.replaceChildren(...connections.map(({ reference, label }) => make("option", { value: reference }, label)));
}

export function drawRail() {
  rail.replaceChildren(...last.happenings.slice(0, SHOWN).map(({ kind, what, about, result, at }) => make("li", { class: kind },
    make("b", {}, words().kinds[kind]), " ", make("code", {}, kind === "stage" ? words().levers[what] : what),
    result ? ` ${result}` : "", about ? ` · ${about}` : "",
    make("small", {}, ` ${ago(at, serverNow())}`))));
  levers.hidden = last.levers.length === 0;
  if (levers.dataset.drawn === document.documentElement.lang) return;
  levers.dataset.drawn = document.documentElement.lang;
  document.getElementById("lever-buttons").replaceChildren(...last.levers.map((lever) => make("button", {
    type: "button", class: "quiet", "data-testid": `lever-${lever}`,
    onclick: () => pullLever(lever, whom.value).catch(() => {}),
  }, words().levers[lever])));
  if (last.levers.length === 0) delete levers.dataset.drawn;
}
