/* The hosted page in a frame: it does everything itself, and tells the page around how things stand. */

const SLOW = 15_000;
const STATUS = "flinks-reconnect.status";
const STAGES = new Set(["loading", "ready", "waiting", "question", "declined", "completed", "failed", "closed"]);

/** Read a message of the hosted page: exactly from its origin, exactly from our frame. */
export function readStatus(event, { frame, origin }) {
  const { data } = event;
  if (!frame || event.source !== frame || event.origin !== origin) return null;
  if (!data || typeof data !== "object" || data.type !== STATUS || !STAGES.has(data.stage)) return null;
  return data;
}

/** As `bankWindow`: `page` has title(), told(status), and changed(). */
export function hostedFrame(place, link, page) {
  const { origin } = new URL(link);
  const state = { isOpen: true, isDone: false, isQuiet: false, isFailed: false, cover: "opening" };
  const frame = document.createElement("iframe");
  const slow = setTimeout(() => {
    Object.assign(state, { isQuiet: true, cover: "gaveUp" });
    page.changed({});
  }, SLOW);

  function hear(event) {
    const told = readStatus(event, { frame: frame.contentWindow, origin });
    if (!told) return;
    clearTimeout(slow);
    Object.assign(state, { isQuiet: false, cover: null });
    page.changed({});
    page.told(told);
  }

  window.addEventListener("message", hear);
  Object.assign(frame, { title: page.title(), referrerPolicy: "no-referrer", allow: "", src: link });
  place.replaceChildren(frame);
  return {
    state,
    close() {
      clearTimeout(slow);
      window.removeEventListener("message", hear);
      place.replaceChildren();
      state.isOpen = false;
    },
  };
}
