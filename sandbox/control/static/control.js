"use strict";
/* Shows what the sandbox holds, every second, and what happens as it happens; sends what is
   pressed to the control API. */
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

  /* ---- a call, as something to paste elsewhere; keys and secrets stand as variables ---- */

  const KEYS = { GenerateAuthorizeToken: ["flinks-auth-key", "SECRET_KEY"],
    Authorize: ["flinks-auth-key", "TOKEN"], AuthorizeAsync: ["flinks-auth-key", "TOKEN"],
    GetNightlyRefreshStatus: ["Authorization", "BEARER"] };
  const keyOf = (call) => KEYS[call.endpoint] || ["x-api-key", "API_KEY"];
  const pathOf = (call) => (call.method === "GET" && call.requestId
    ? `${call.endpoint}/${call.requestId}` : call.endpoint);
  const bodyOf = (call) => (Object.keys(call.asked || {}).length ? JSON.stringify(call.asked) : null);

  function asCurl(call) {
    const [header, variable] = keyOf(call);
    const body = bodyOf(call);
    return `curl -sX ${call.method} "$API/${pathOf(call)}" -H "${header}: $${variable}"`
      + (body ? ` -d '${body.replaceAll("'", "'\\''")}'` : "");
  }

  function asPytest(call) {
    const [header, variable] = keyOf(call);
    const python = (text) => text.replace(/\btrue\b/g, "True").replace(/\bfalse\b/g, "False")
      .replace(/\bnull\b/g, "None");
    const body = bodyOf(call);
    return `def test_${call.endpoint.toLowerCase()}(flinks):\n`
      + `    answer = httpx.request(\n        "${call.method}", f"{flinks.banking_url}/${pathOf(call)}",\n`
      + `        headers={"${header}": ${variable.toLowerCase()}},${body ? `\n        json=${python(body)},` : ""}\n    )\n`
      + `    assert answer.status_code == ${call.httpStatus}\n`;
  }

  function copies(call) {
    const box = document.createElement("span");
    const copy = (text) => async () => {
      await navigator.clipboard.writeText(text);
      at("said").textContent = "copied";
    };
    box.append(button("curl", copy(asCurl(call))), button("pytest", copy(asPytest(call))));
    return box;
  }

  /* ---- scenarios, and what just happened ---- */

  async function showScenarios() {
    const [listed, known] = await Promise.all([control("GET", "/scenarios"), control("GET", "/logins")]);
    at("scenario-login").append(...known.logins.map((login) => Object.assign(
      document.createElement("option"), { value: login.loginId, textContent: login.username })));
    at("scenarios").replaceChildren(...Object.entries(listed.scenarios).map(([name, about]) =>
      Object.assign(button(name, () => {
        const loginId = at("scenario-login").value;
        return control("POST", "/scenarios", loginId ? { name, loginId } : { name });
      }), { title: about })));
  }

  /* Pushed, not asked for; the browser goes on after the last entry when the line breaks. */
  function follow() {
    new EventSource("/_sandbox/stream").addEventListener("message", (pushed) => {
      const entry = JSON.parse(pushed.data);
      at("journal").prepend(Object.assign(document.createElement("li"), {
        textContent: `${time(entry.at)} ${entry.kind}: ${entry.text}` }));
      while (at("journal").children.length > 200) at("journal").lastChild.remove();
    });
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
      status: (it) => it.httpStatus, code: (it) => it.flinksCode, fault: (it) => it.fault,
      asked: (it) => bodyOf(it), copy: copies });
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
  showScenarios();
  follow();
  refresh();
  setInterval(refresh, 1000);
})();
