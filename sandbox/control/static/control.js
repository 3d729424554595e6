"use strict";
/* Shows what the sandbox holds, every second, and sends what is pressed to the control API. */
(() => {
  const at = (id) => document.getElementById(id);

  async function control(method, path, body) {
    const response = await fetch(`/_sandbox${path}`, {
      method, headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body) });
    const answer = await response.json();
    if (method !== "GET") {
      at("said").textContent = response.ok ? `${method} ${path}: done` : answer.error;
      await refresh();
    }
    return answer;
  }

  function cell(value) {
    const td = document.createElement("td");
    td.append(value instanceof Node ? value : value === null ? "" : String(value));
    return td;
  }

  function table(id, rows, columns) {
    const box = at(id);
    if (box.contains(document.activeElement) && document.activeElement.tagName === "SELECT") return;
    if (!rows.length) {
      box.replaceChildren(Object.assign(document.createElement("p"), { className: "none", textContent: "none" }));
      return;
    }
    const drawn = document.createElement("table");
    const head = drawn.createTHead().insertRow();
    for (const name of Object.keys(columns)) {
      head.append(Object.assign(document.createElement("th"), { textContent: name, scope: "col" }));
    }
    const body = drawn.createTBody();
    for (const row of rows) {
      body.insertRow().append(...Object.values(columns).map((read) => cell(read(row))));
    }
    box.replaceChildren(drawn);
  }

  function button(text, press) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    made.addEventListener("click", press);
    return made;
  }

  const short = (id) => (id ? `${id.slice(0, 8)}…${id.slice(-4)}` : "");
  const time = (instant) => (instant ? instant.slice(0, 19).replace("T", " ") : "");

  function actions(login) {
    const box = document.createElement("span");
    const patch = (body) => () => control("PATCH", `/logins/${login.loginId}`, body);
    box.append(
      button("password changed", patch({ passwordChanged: true })),
      button("nightly failed", patch({ nightlyFailed: true })),
      button("send webhook", () => control("POST", "/webhooks/send", { loginId: login.loginId })));
    return box;
  }

  function showSettings(settings) {
    at("settings").replaceChildren(...Object.entries(settings).flatMap(([name, value]) => [
      Object.assign(document.createElement("dt"), { textContent: name }),
      Object.assign(document.createElement("dd"), { textContent: value })]));
  }

  async function refresh() {
    const [clock, sessions, calls, faults, webhooks, logins, readings, tokens] = await Promise.all(
      ["/clock", "/sessions", "/calls", "/faults", "/webhooks", "/logins", "/readings", "/tokens"]
        .map((path) => control("GET", path)));
    at("clock").textContent = `${time(clock.now)} UTC${clock.frozen ? ", frozen" : ""}`;
    at("freeze").setAttribute("aria-pressed", clock.frozen);
    table("sessions", sessions.sessions.slice(0, 50), {
      requestId: (it) => short(it.requestId), loginId: (it) => short(it.loginId),
      mode: (it) => it.mode, status: (it) => it.status, left: (it) => `${it.secondsLeft} s`,
      data: (it) => Object.entries(it.data).map((pair) => pair.join(" ")).join(", "),
      asks: (it) => it.prompts.join(" / ") });
    at("counts").textContent = Object.entries(calls.counts).map((pair) => pair.join(" ")).join(" · ");
    table("calls", calls.calls.slice(-100).reverse(), {
      at: (it) => time(it.at), endpoint: (it) => it.endpoint, mode: (it) => it.mode,
      login: (it) => short(it.loginId), request: (it) => short(it.requestId),
      status: (it) => it.httpStatus, code: (it) => it.flinksCode, fault: (it) => it.fault });
    table("faults", faults.faults, {
      id: (it) => it.id, endpoint: (it) => it.endpoint, times: (it) => it.times,
      what: (it) => Object.entries(it).filter(([name, value]) => value && !["id", "endpoint", "times", "virtual"].includes(name))
        .map((pair) => pair.join(" ")).join(", ") });
    at("subscription").textContent = webhooks.enabled
      ? `on: ${webhooks.url}, signed in ${webhooks.headerName}` : "off";
    table("deliveries", webhooks.deliveries.slice(-50).reverse(), {
      type: (it) => it.responseType, login: (it) => short(it.loginId), state: (it) => it.state,
      signature: (it) => it.signature, bytes: (it) => it.bodyBytes, due: (it) => time(it.dueAt),
      attempts: (it) => it.attempts.map((each) => each.status ?? each.error).join(", ") });
    table("logins", logins.logins, {
      username: (it) => it.username, loginId: (it) => it.loginId, bank: (it) => it.institution,
      behaviour: (it) => it.behaviour, refreshed: (it) => time(it.lastRefresh),
      last: (it) => it.lastCode, nightly: (it) => (it.nightlyEnabled ? it.nightlyState : ""),
      actions });
    table("readings", Object.entries(readings.readings), { reading: (it) => it[0], now: (it) => String(it[1]) });
    table("tokens", tokens.tokens.slice(-50).reverse(), {
      token: (it) => it.token, kind: (it) => it.kind, minted: (it) => time(it.mintedAt),
      used: (it) => time(it.usedAt), for: (it) => it.usedFor });
  }

  function faultFrom(form) {
    const { endpoint, kind, value, times } = Object.fromEntries(new FormData(form));
    const fault = { endpoint, times: Number(times) };
    if (kind === "flinksCode") fault.flinksCode = value;
    else if (kind === "latencySeconds") fault.latencySeconds = Number(value);
    else if (kind === "html") Object.assign(fault, { html: "<h1>Bad gateway</h1>", status: 502 });
    else fault[kind] = true;
    return fault;
  }

  document.querySelectorAll("[data-advance]").forEach((each) => each.addEventListener("click",
    () => control("POST", "/clock", { advanceSeconds: Number(each.dataset.advance) })));
  at("freeze").addEventListener("click", () => control("POST", "/clock",
    { freeze: at("freeze").getAttribute("aria-pressed") !== "true" }));
  at("reset").addEventListener("click", () => control("POST", "/reset", {}));
  at("nightly").addEventListener("click", () => control("POST", "/nightly/run", {}));
  at("clear-faults").addEventListener("click", () => control("DELETE", "/faults"));
  at("fault").addEventListener("submit", (event) => {
    event.preventDefault();
    control("POST", "/faults", faultFrom(event.target));
  });
  at("webhook").addEventListener("submit", (event) => {
    event.preventDefault();
    control("PUT", "/webhooks", { url: event.target.url.value, enabled: true });
  });
  control("GET", "/settings").then(showSettings);
  refresh();
  setInterval(refresh, 1000);
})();
