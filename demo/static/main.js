/* The page: all connections, one bank window, one clock. */

import { ConnectWindow } from "./connect-window.js";
import { Connection } from "./connection.js";
import { drawRail, followHappenings, offerLevers } from "./rail.js";
import { listConnections } from "./server.js";
import { currentLanguage, switchLanguage, words } from "./words.js";

const SECOND = 1000;
const AGAIN = 5000;

const list = document.getElementById("connections");
const notice = document.getElementById("notice");
const banner = document.getElementById("banner");
const about = document.getElementById("about");
const summary = document.getElementById("summary");
const connections = [];

const page = {
  window: new ConnectWindow(),
  apiOrigin: null,
  mode: () => document.querySelector('input[name="mode"]:checked').value,
  changed: summarise,
  online: (isOnline) => {
    notice.hidden = isOnline;
    notice.textContent = isOnline ? "" : words().offline;
  },
};

async function open() {
  try {
    const told = await listConnections();
    page.online(true);
    show(told);
  } catch {
    page.online(false);
    setTimeout(open, AGAIN);
  }
}

function show(told) {
  page.apiOrigin = told.apiOrigin;
  connections.push(...told.connections.map((each) => new Connection(each, page)));
  list.replaceChildren(...connections.map((each) => each.card.element));
  list.setAttribute("aria-busy", "false");
  summarise();
  welcomeBack();
  offerLevers(connections);
  followHappenings((reference) => connections.find((each) => each.reference === reference)?.heard());
}

/** Somebody comes back from the bank: a hint, like any other. */
function welcomeBack() {
  const refreshId = new URLSearchParams(location.search).get("refreshId");
  if (!refreshId) return;
  history.replaceState(null, "", "/");
  const returned = connections.find((each) => each.refreshId === refreshId);
  returned?.hint();
  returned?.card.focus();
}

function summarise() {
  const situations = connections.map((each) => each.situation);
  const counted = (is) => situations.filter(is).length;
  const needing = counted(({ acts }) => acts.some((act) => act !== "cancel"))
    + connections.filter((each) => each.needsPerson && each.situation.acts.length === 0).length;
  const waiting = counted(({ acts }) => acts.length === 1 && acts[0] === "cancel");
  const broken = counted(({ tone }) => tone === "bad");
  const text = needing ? words().needsYou(needing)
    : waiting ? words().underWay(waiting)
      : broken ? words().inTrouble(broken) : words().allGood;
  if (summary.textContent !== text) summary.textContent = text;
  const absent = connections.filter((each) => each.needsPerson).map(({ label }) => label);
  const told = absent.length ? words().banner(absent.join(", ")) : "";
  if (banner.textContent !== told) banner.textContent = told;
  banner.hidden = told === "";
}

function speak() {
  document.documentElement.lang = currentLanguage();
  document.title = `${words().title} · Maple Budget`;
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = words()[element.dataset.words];
  }
  document.getElementById("connect-foot").textContent = words().foot("Maple Budget");
  const other = document.getElementById("language");
  other.textContent = words().language;
  other.lang = currentLanguage() === "en" ? "fr" : "en";
}

document.getElementById("language").addEventListener("click", () => {
  switchLanguage();
  speak();
  for (const each of connections) each.redraw();
  if (connections.length) summarise();
  drawRail();
});

setInterval(() => {
  for (const each of connections) each.tick();
  page.window.tick();
}, SECOND);

about.open = matchMedia("(min-width: 60rem)").matches;
speak();
open();
