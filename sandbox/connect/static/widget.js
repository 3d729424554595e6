"use strict";
/* Draws the screens the server describes, and posts its events to the page around the widget. */
(() => {
  const query = Object.fromEntries(new URLSearchParams(location.search));
  const lowered = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name.toLowerCase(), value]));
  const main = document.getElementById("screen");
  const closeButton = document.getElementById("close");
  let visit = null;
  let busy = false;

  /* ---- events, as Flinks sends them: an object or a string to the parent, or to the app ---- */

  function post(event) {
    const sent = lowered.stringify === "true" ? JSON.stringify(event) : event;
    if (lowered.webview === "true") {
      const native = window.ReactNativeWebView || window.webkit?.messageHandlers?.flinks;
      if (native) native.postMessage(JSON.stringify(event));
    }
    if (window.parent !== window) window.parent.postMessage(sent, "*");
    window.dispatchEvent(new CustomEvent("sandbox-event", { detail: event }));
  }

  /* ---- small building blocks ---- */

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const heading = (text) => make("h1", { tabindex: "-1" }, text);
  /* The first design, at /, has inputs for buttons; browser suites of its time look for those. */
  const firstDesign = !location.pathname.startsWith("/v2");
  const press = (text, id, type, more = {}) => (firstDesign
    ? make("input", { type, class: "primary", id, "data-testid": id, value: text, ...more })
    : make("button", { type, class: "primary", id, "data-testid": id, ...more }, text));
  const submit = (text, id) => press(text, id, "submit");

  function errorBox(text) {
    return make("p", {
      id: "widget-error", class: "error", role: "alert", "aria-live": "assertive",
      "data-testid": "widget-error", hidden: !text,
    }, text || "");
  }

  function showError(text) {
    const box = document.getElementById("widget-error");
    box.textContent = text;
    box.hidden = false;
  }

  function field(label, attributes, hint) {
    const id = attributes.id;
    return make("div", { class: "field" },
      make("label", { for: id }, label),
      make("input", { "data-testid": id, "aria-describedby": "widget-error", ...attributes }),
      hint ? make("p", { class: "hint", "data-testid": "sandbox-hint" }, hint) : null);
  }

  function form(onsubmit, ...children) {
    return make("form", {
      novalidate: true,
      onsubmit: (event) => { event.preventDefault(); onsubmit(event.target); },
    }, ...children);
  }

  const backButton = (screen) => screen.back && make("button", {
    type: "button", class: "quiet", id: "back", "data-testid": "back", onclick: () => act("back"),
  }, screen.back);

  /* ---- screens ---- */

  const draw = {
    message: (screen) => [
      heading(screen.title), make("p", { role: "alert", "data-testid": "widget-error" }, screen.text),
      screen.retry && press(screen.retry, "retry", "button", { onclick: () => act("retry") }),
    ],

    consent: (screen) => [
      heading(screen.title), make("p", {}, screen.text),
      form(() => act("consent", { accept: true }), terms(screen),
        submit(screen.accept, "consent-accept")),
      make("button", {
        type: "button", class: "quiet", id: "consent-deny", "data-testid": "consent-deny",
        onclick: () => act("consent", { accept: false }),
      }, screen.deny),
    ],

    institutions(screen) {
      const none = make("p", { hidden: true, role: "status" }, screen.none);
      const items = screen.items.map((item) => make("li", {},
        make("button", {
          type: "button", class: "choice", id: `institution-${item.id}`,
          "data-testid": `institution-${item.id}`, onclick: () => act("institution", { id: item.id }),
        }, make("span", { class: "badge", "aria-hidden": "true" }, item.name[0]),
        make("span", {}, item.name), make("small", {}, item.country))));
      const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
      const filter = (event) => {
        const wanted = plain(event.target.value);
        let shown = 0;
        for (const item of items) {
          item.hidden = !plain(item.textContent).includes(wanted);
          shown += item.hidden ? 0 : 1;
        }
        none.hidden = shown > 0;
      };
      return [
        heading(screen.title),
        field(screen.search, {
          id: "institution-search", type: "search", autocomplete: "off", oninput: filter }),
        make("ul", { class: "choices" }, ...items), none,
      ];
    },

    credentials: (screen) => [
      heading(screen.title), errorBox(null),
      form((filled) => {
        if (!filled.username.value || !filled.password.value) return showError(screen.required);
        return act("credentials",
          { username: filled.username.value, password: filled.password.value });
      },
      field(screen.username, {
        id: "username", name: "username", autocomplete: "username", autocapitalize: "none",
        value: screen.typed }),
      field(screen.password, {
        id: "password", name: "password", type: "password", autocomplete: "current-password",
      }, screen.hint),
      submit(screen.submit, "credentials-submit")),
      make("button", {
        type: "button", class: "quiet", id: "reset-password", "data-testid": "reset-password",
        onclick: () => post({ step: "COMPONENT_CLICK_RESET_PASSWORD" }),
      }, screen.forgot),
      backButton(screen),
    ],

    oauth: (screen) => [
      heading(screen.title), errorBox(screen.error), make("p", {}, screen.text),
      form(() => openBank(screen), submit(screen.submit, "oauth-submit")), backButton(screen),
    ],

    wait(screen) {
      setTimeout(() => act("wait"), 1000);
      return [heading(screen.title), make("div", { class: "dots", "aria-hidden": "true" },
        make("i"), make("i"), make("i")), make("p", { role: "status" }, screen.text)];
    },

    mfa: (screen) => [
      heading(screen.title), make("p", {}, screen.text), errorBox(screen.error),
      form((filled) => {
        const answers = {};
        screen.challenges.forEach((challenge, index) => {
          answers[challenge.prompt] = read(filled, challenge, index);
        });
        if (Object.values(answers).some((given) => !given.length)) {
          return showError(screen.required);
        }
        return act(screen.step, { answers });
      },
      ...screen.challenges.map((challenge, index) => ask(screen, challenge, index)),
      submit(screen.submit, "mfa-submit")),
      make("button", {
        type: "button", class: "quiet", id: "mfa-help", "data-testid": "mfa-help",
        onclick: (event) => {
          post({ step: "COMPONENT_HELP2FA_INFO" });
          event.target.replaceWith(
            make("p", { class: "hint", role: "status" }, screen.helpText),
            make("button", {
              type: "button", class: "quiet", id: "mfa-trouble", "data-testid": "mfa-trouble",
              onclick: () => post({ step: "COMPONENT_HELP2FA_TROUBLESHOOTING" }),
            }, screen.help));
        },
      }, screen.helpMore),
    ],

    accounts: (screen) => [
      screen.title ? heading(screen.title) : null,
      make("p", {}, screen.text), errorBox(screen.error),
      form((filled) => act("accounts", {
        ids: [...filled.querySelectorAll("input:checked")].map((input) => input.value) }),
      make("fieldset", {}, make("legend", { class: "unseen" }, screen.title || screen.text),
        ...screen.items.map((item, index) => make("label", { class: "choice" },
          make("input", {
            type: screen.multiple ? "checkbox" : "radio", name: "account", value: item.id,
            id: `account-${item.id}`, "data-testid": `account-${item.id}`,
            checked: screen.multiple ? item.checked : index === 0,
          }),
          make("span", {}, item.title, make("small", {}, item.number)),
          make("b", {}, money(item))))),
      screen.items.length ? submit(screen.submit, "accounts-submit") : null),
    ],

    done(screen) {
      const target = { parent: window.parent === window ? window : window.top, inner: window };
      /* A moment later, so that the page around still hears REDIRECT. */
      const leave = () => { target[screen.where].location.href = screen.url; };
      if (screen.where !== "none") setTimeout(leave, 100);
      return [make("div", { class: "tick", "aria-hidden": "true" }, "✓"), heading(screen.title),
        make("p", { role: "status", "data-testid": "done" }, screen.text)];
    },
  };

  function terms(screen) {
    if (!screen.termsUrl || !/^https?:/i.test(screen.termsUrl)) return "";
    return make("div", {},
      make("label", { class: "choice" },
        make("input", {
          type: "checkbox", id: "terms", "data-testid": "terms",
          onchange: (event) => event.target.checked && post({ step: "COMPONENT_ACCEPT_TERMS" }),
        }), make("span", {}, screen.termsAccept)),
      make("a", {
        href: screen.termsUrl, target: "_blank", rel: "noopener noreferrer", "data-testid": "terms-link",
        onclick: () => post({ step: "COMPONENT_CLICK_TERMS_URL" }),
      }, screen.terms),
      make("button", {
        type: "button", class: "quiet", id: "terms-deny", "data-testid": "terms-deny",
        onclick: () => act("terms"),
      }, screen.termsDeny));
  }

  const money = (item) => new Intl.NumberFormat(document.documentElement.lang + "-CA",
    { style: "currency", currency: item.currency, currencyDisplay: "code" }).format(item.balance);

  /* ---- the bank's questions ---- */

  const CHOICES = ["MultipleChoice", "MultipleChoiceMultipleAnswers", "ImageSelection", "TextOrCall"];

  /* As Flinks names it; browser suites of others look for mfa-QuestionAndAnswer-0. */
  const nameOf = (challenge, index) => `mfa-${challenge.type}-${index}`;

  function ask(screen, challenge, index) {
    const id = nameOf(challenge, index);
    const testid = index ? `mfa-answer-${index + 1}` : "mfa-answer";
    if (!CHOICES.includes(challenge.type)) {
      return field(challenge.prompt, {
        id, name: id, "data-testid": testid, autocomplete: "one-time-code",
        autocapitalize: "none" }, challenge.hint);
    }
    const several = challenge.type === "MultipleChoiceMultipleAnswers";
    const images = challenge.type === "ImageSelection";
    return make("fieldset", { id, "data-testid": testid },
      make("legend", {}, challenge.prompt),
      ...challenge.options.map((option, place) => make("label", { class: "choice" },
        make("input", {
          type: several ? "checkbox" : "radio", name: id, value: option,
          id: `mfa-option-${place + 1}`, "data-testid": `mfa-option-${place + 1}` }),
        images
          ? make("img", { src: `data:image/png;base64,${option}`,
            alt: screen.image.replace("{n}", place + 1), width: 48, height: 48 })
          : make("span", {}, option))),
      make("p", { class: "hint", "data-testid": "sandbox-hint" }, challenge.hint));
  }

  function read(filled, challenge, index) {
    const id = nameOf(challenge, index);
    if (CHOICES.includes(challenge.type)) {
      return [...filled.querySelectorAll(`input[name="${id}"]:checked`)].map((it) => it.value);
    }
    const value = filled.elements[id].value.trim();
    return value ? [value] : [];
  }

  /* ---- a bank that signs people in itself ---- */

  function openBank(screen) {
    if (!screen.window) {
      window.top.location.href = location.origin + screen.address;
      return;
    }
    const opened = window.open(screen.address, "bank", "width=480,height=640");
    if (!opened) {
      post({ step: "POPUP_BLOCKED" });
      showError(screen.blocked);
      return;
    }
    post({ step: "POPUP_OPENED" });
    window.addEventListener("message", function approved(event) {
      if (event.source !== opened || event.origin !== location.origin) return;
      window.removeEventListener("message", approved);
      act("approved", event.data);
    });
  }

  /* ---- from screen to screen ---- */

  async function ask_server(path, body) {
    const response = await fetch(`/_widget/visits${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (response.ok) return response.json();
    throw new Error(response.status === 404 ? "lost" : "broken");
  }

  async function go(path, body) {
    if (busy) return;
    busy = true;
    main.setAttribute("aria-busy", "true");
    try {
      const step = await ask_server(path, body);
      visit = step.visit;
      step.events.forEach(post);
      show(step.screen);
    } catch (error) {
      const kind = error.message === "lost" ? "lost" : "broken";
      const said = document.body.dataset;
      post({ requestId: lowered.requestid || null, institution: "",
        flinksCode: kind === "lost" ? "SESSION_NONEXISTENT" : "AGGREGATION_ERROR" });
      show({ kind: "message", title: said[`${kind}Title`], text: said[`${kind}Text`] });
    } finally {
      busy = false;
      main.setAttribute("aria-busy", "false");
    }
  }

  const act = (step, body = {}) => go(`/${visit}/${step}`, body);

  function show(screen) {
    main.dataset.screen = screen.kind;
    document.title = `${screen.title || "Connect"} (sandbox)`;
    main.replaceChildren(...draw[screen.kind](screen).filter(Boolean));
    if (lowered.closeenable === "true") closeButton.hidden = ["done", "message"].includes(screen.kind);
    const fields = [...main.querySelectorAll(
      "form input:not([type=radio]):not([type=checkbox]):not([type=submit])")];
    const first = screen.kind === "institutions" ? null
      : fields.find((each) => !each.value) || fields[0];
    (first || main.querySelector("h1"))?.focus({ preventScroll: true });
    resized();
  }

  let height = 0;
  function resized() {
    const now = document.documentElement.scrollHeight;
    if (now !== height) post({ step: "APP_RESIZE", height: (height = now) });
  }

  function dress() {
    const colour = (name) => /^[0-9a-f]{3,8}$/i.test(lowered[name] || "") && `#${lowered[name]}`;
    const set = (name, value) => value && document.documentElement.style.setProperty(name, value);
    set("--ground", colour("backgroundcolor"));
    set("--accent", colour("foregroundcolor1"));
    set("--accent-strong", colour("foregroundcolor2") || colour("foregroundcolor1"));
    document.documentElement.dataset.theme = lowered.theme === "dark" ? "dark" : "light";
    if (lowered.headerenable === "false") document.querySelector("header").hidden = true;
    if (lowered.headerimgenable === "false") document.querySelector(".mark").hidden = true;
    if (lowered.removepadding === "true") document.documentElement.dataset.padding = "none";
  }

  closeButton.addEventListener("click", () => act("close"));
  window.addEventListener("online", () => post({ step: "APP_ONLINE" }));
  window.addEventListener("offline", () => post({ step: "APP_OFFLINE" }));
  dress();
  post({ step: "APP_MOUNTED" });
  const named = location.pathname.match(/\/Credential\/([^/]+)/i);
  if (lowered.oauthvisit) {
    visit = lowered.oauthvisit;
    act("approved", JSON.parse(sessionStorage.getItem(visit) || "{}"));
  } else {
    go("", { query, institution: named && decodeURIComponent(named[1]) });
  }
})();
