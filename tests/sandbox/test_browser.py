"""The widget in a real browser, embedded by a page of another origin that trusts nobody else."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sandbox.coverage import covers
from tests.sandbox.flinks import GREATDAY, seeded
from tests.sandbox.process import BASE, Running, running_sandbox

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MODULES = Path(__file__).parent / "clients" / "node_modules"
PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>Integrator</title><style>body{margin:0}iframe{width:100%%;height:760px;border:0}</style>
<iframe id="connect" title="Connect" src="%s"></iframe>
<script>
  window.heard = [];
  const frame = document.getElementById("connect");
  addEventListener("message", (event) => {
    if (event.origin !== new URL(frame.src).origin || event.source !== frame.contentWindow) return;
    heard.push(event.data);
  });
</script>"""


REACT_PAGE = """<!doctype html><html lang="en"><title>Integrator</title><div id="root"></div>
<script src="/modules/react/umd/react.production.min.js"></script>
<script src="/modules/react-dom/umd/react-dom.production.min.js"></script>
<script>
  const {createElement, useEffect, useRef, useState} = React;
  window.heard = [];
  function Connect({src}) {
    const frame = useRef(null);
    const [loginId, setLoginId] = useState(null);
    useEffect(() => {
      const hear = (event) => {
        if (event.origin !== new URL(src).origin) return;
        if (event.source !== frame.current.contentWindow) return;
        heard.push(event.data);
        if (event.data.step === "REDIRECT") setLoginId(event.data.loginId);
      };
      addEventListener("message", hear);
      return () => removeEventListener("message", hear);
    }, [src]);
    if (loginId) return createElement("p", {id: "connected"}, loginId);
    return createElement("iframe", {ref: frame, src, title: "Connect", height: 760});
  }
  const src = new URLSearchParams(location.search).get("src");
  const root = ReactDOM.createRoot(document.getElementById("root"));
  root.render(createElement(React.StrictMode, null, createElement(Connect, {src})));
</script>"""


class Integrator(http.server.BaseHTTPRequestHandler):
    """A page that embeds the widget given in ?src=, and a page to come back to."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        source = parse_qs(address.query).get("src", [""])[0].replace("&", "&amp;")
        html = {"/": PAGE % source, "/react": REACT_PAGE}.get(address.path, "<h1>Back</h1>")
        content, kind = html.encode(), "text/html; charset=utf-8"
        if address.path.startswith("/modules/react"):
            content, kind = (MODULES / address.path[9:]).read_bytes(), "text/javascript"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox() as started:
        yield started


@pytest.fixture(scope="module")
def integrator() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Integrator)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


class Embedding:
    """A tab with the embedding page."""

    def __init__(self, browser: Any, running: Running, integrator: str) -> None:
        self.running, self.integrator = running, integrator
        self.context = browser.new_context(viewport={"width": 320, "height": 780})
        self.page = self.context.new_page()
        self.broken: list[str] = []
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))

    def open(self, path: str = "/v2/", **query: str) -> Any:
        query.setdefault("authorizeToken", self.running.token()[1]["Token"])
        source = f"{self.running.connect_url}{path}?{urlencode(query)}"
        self.page.goto(f"{self.integrator}/?{urlencode({'src': source})}")
        return self.page.frame_locator("iframe")

    @property
    def steps(self) -> list[str]:
        return [each["step"] for each in self.page.evaluate("heard") if "step" in each]

    def heard(self, step: str) -> dict[str, Any]:
        self.page.wait_for_function("step => heard.some(it => it.step === step)", arg=step)
        found: dict[str, Any] = self.page.evaluate(
            "step => heard.find(it => it.step === step)", step
        )
        return found

    def live(self, login_id: str = GREATDAY, **body: Any) -> dict[str, Any]:
        body |= {"LoginId": login_id, "MostRecentCached": False, "Save": True}
        key = {"flinks-auth-key": self.running.token()[1]["Token"]}
        answer: dict[str, Any] = self.running.ask("POST", f"{BASE}/Authorize", body, key)[1]
        return answer


@pytest.fixture
def tab(browser: Any, running: Running, integrator: str) -> Iterator[Embedding]:
    assert running.ask("POST", "/_sandbox/reset", {})[0] == 200
    opened = Embedding(browser, running, integrator)
    yield opened
    opened.context.close()
    assert opened.broken == []


def sign_in(frame: Any, username: str, word: str = "Everyday") -> None:
    frame.get_by_test_id("username").fill(username)
    frame.get_by_test_id("password").fill(word)
    frame.get_by_test_id("credentials-submit").click()


@covers(
    "6.3 APP_MOUNTED",
    "6.3 APP_RESIZE",
    "6.3 origin",
    "6.3 REDIRECT",
    "6.2 parent",
    "6.1 closeEnable",
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_connect_mfa_selector_and_redirect_of_the_parent(tab: Embedding, language: str) -> None:
    back = f"{tab.integrator}/back?state=s%20t"
    frame = tab.open(demo="true", accountSelectorEnable="true", redirectUrl=back, language=language)
    frame.get_by_test_id("institution-search").fill("flinksc")
    frame.get_by_test_id("institution-101").wait_for(state="hidden")
    frame.get_by_test_id("institution-14").click()
    sign_in(frame, "Bonjour" if language == "fr" else "Greatday", "wrong")
    frame.get_by_test_id("retry").click()
    name = "Bonjour" if language == "fr" else "Greatday"
    assert frame.locator("#username").input_value() == name
    assert frame.locator("#password:focus").count() == 1
    sign_in(frame, name)
    frame.get_by_test_id("mfa-answer").fill("nowhere")
    frame.get_by_test_id("mfa-answer").press("Enter")
    frame.get_by_test_id("retry").click()
    frame.get_by_test_id("mfa-answer").fill("Montréal")
    frame.get_by_test_id("mfa-submit").click()
    frame.get_by_test_id("accounts-submit").wait_for()
    assert tab.steps[0] == "APP_MOUNTED"
    assert tab.heard("APP_RESIZE")["height"] > 0
    frame.get_by_test_id("accounts-submit").click()
    tab.page.wait_for_url("**/back?**")
    query = parse_qs(urlsplit(tab.page.url).query)
    assert query["state"] == ["s t"]
    assert query["loginId"] == [seeded(36) if language == "fr" else GREATDAY]
    assert query.keys() == {"state", "loginId", "institution", "accountId"}


@covers("6.1 innerRedirect", "6.1 jsRedirect", "6.3 REDIRECT")
@pytest.mark.parametrize("how", ["innerRedirect", "jsRedirect"])
def test_redirects_that_leave_the_parent_alone(tab: Embedding, how: str) -> None:
    query = {how: "true", "redirectUrl": f"{tab.integrator}/back"}
    frame = tab.open("/v2/Credential/FlinksCapital", **query)
    sign_in(frame, "greatday_nomfa")
    event = tab.heard("REDIRECT")
    if how == "innerRedirect":
        frame.get_by_role("heading", name="Back").wait_for()
    else:
        frame.get_by_test_id("done").wait_for()
    assert urlsplit(tab.page.url).path == "/"
    assert event["url"].startswith(f"{tab.integrator}/back?loginId=")


def test_resume_goes_to_the_prompt_and_back_with_the_kept_accounts(tab: Embedding) -> None:
    login = tab.running.ask("GET", f"/_sandbox/logins/{GREATDAY}")[1]
    kept = ",".join(login["selectedAccounts"])
    frame = tab.open(
        "/",
        requestId=tab.live()["RequestId"],
        resumeSelectedAccounts=kept,
        redirectUrl=f"{tab.integrator}/back",
    )
    frame.get_by_test_id("mfa-answer").fill("Montreal")
    frame.get_by_test_id("mfa-submit").click()
    tab.page.wait_for_url("**/back?**")
    assert parse_qs(urlsplit(tab.page.url).query)["accountId"] == [kept]


@pytest.mark.parametrize(("number", "options"), [(30, [2]), (31, [1, 3]), (32, [2])])
def test_choices_by_keyboard_and_mouse(tab: Embedding, number: int, options: list[int]) -> None:
    request_id = tab.live(seeded(number))["RequestId"]
    frame = tab.open(requestId=request_id, jsRedirect="true", resumeSelectedAccounts="x")
    for option in options:
        frame.get_by_test_id(f"mfa-option-{option}").focus()
        frame.get_by_test_id(f"mfa-option-{option}").press("Space")
    frame.get_by_test_id("mfa-submit").press("Enter")
    frame.get_by_test_id("done").wait_for()


@covers("6.4 oauth", "6.3 popup")
def test_an_oauth_bank_in_a_pop_up(tab: Embedding) -> None:
    frame = tab.open("/v2/Credential/106", jsRedirect="true")
    with tab.page.expect_popup() as opened:
        frame.get_by_test_id("oauth-submit").click()
    opened.value.get_by_test_id("bank-approve").click()
    frame.get_by_test_id("done").wait_for()
    assert tab.steps.index("POPUP_OPENED") < tab.steps.index("COMPONENT_ACCEPT_PROVIDER_CONSENT")


@covers("6.3 popup")
def test_a_blocked_pop_up(tab: Embedding) -> None:
    tab.context.add_init_script("window.open = () => null")
    frame = tab.open("/v2/Credential/106", jsRedirect="true")
    frame.get_by_test_id("oauth-submit").click()
    assert tab.heard("POPUP_BLOCKED")
    frame.get_by_test_id("widget-error").wait_for()


@covers("6.1 oauthWindowRedirect")
def test_an_oauth_bank_in_the_whole_window(tab: Embedding) -> None:
    back = f"{tab.integrator}/back"
    frame = tab.open("/v2/Credential/106", oauthWindowRedirect="true", redirectUrl=back)
    frame.get_by_test_id("oauth-submit").click()
    tab.page.get_by_test_id("bank-approve").click()
    tab.page.wait_for_url("**/back?**")
    assert "loginId" in parse_qs(urlsplit(tab.page.url).query)


@covers("6.1 webview")
def test_a_native_web_view_gets_the_events_as_text(tab: Embedding) -> None:
    tab.context.add_init_script(
        "window.told = []; window.ReactNativeWebView = {postMessage: (text) => told.push(text)}"
    )
    token = tab.running.token()[1]["Token"]
    tab.page.goto(f"{tab.running.connect_url}/v2/?webview=true&authorizeToken={token}")
    tab.page.get_by_test_id("institution-101").wait_for()
    told = tab.page.evaluate("told.map(JSON.parse).map(it => it.step)")
    assert told[:2] == ["APP_MOUNTED", "COMPONENT_LOAD_INSTITUTION_SELECTOR"]


@pytest.mark.skipif(
    not (MODULES / "react").exists(), reason="needs npm install --prefix tests/sandbox/clients"
)
@covers("6.3 REDIRECT", "6.3 origin")
def test_a_page_in_react_takes_the_login_id(tab: Embedding) -> None:
    token = tab.running.token()[1]["Token"]
    query = {"authorizeToken": token, "jsRedirect": "true"}
    source = f"{tab.running.connect_url}/v2/Credential/14?{urlencode(query)}"
    tab.page.goto(f"{tab.integrator}/react?{urlencode({'src': source})}")
    frame = tab.page.frame_locator("iframe")
    sign_in(frame, "greatday")
    frame.get_by_test_id("mfa-answer").fill("Montreal")
    frame.get_by_test_id("mfa-submit").click()
    assert tab.page.locator("#connected").inner_text() == GREATDAY


@covers("6.1 webview", "6.4 oauth")
def test_a_web_view_on_a_phone_goes_to_the_bank_and_back(browser: Any, running: Running) -> None:
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile"
    phone = {"width": 390, "height": 760}
    context = browser.new_context(user_agent=agent, viewport=phone, has_touch=True)
    context.add_init_script(
        "window.webkit = {messageHandlers: {flinks: {postMessage: (text) => "
        "sessionStorage.setItem('told', (sessionStorage.getItem('told') || '') + text + '\\n')}}}"
    )
    page, token = context.new_page(), running.token()[1]["Token"]
    query = {"webview": "true", "oauthWindowRedirect": "true", "authorizeToken": token}
    page.goto(f"{running.connect_url}/v2/Credential/106?{urlencode(query)}")
    page.get_by_test_id("oauth-submit").tap()
    page.get_by_test_id("bank-approve").tap()
    page.get_by_test_id("done").wait_for()
    told = page.evaluate("sessionStorage.getItem('told')").splitlines()
    assert "REDIRECT" in [json.loads(each).get("step") for each in told]
    context.close()


@covers("6.3 APP_ONLINE")
def test_going_offline_and_online(tab: Embedding) -> None:
    tab.open(demo="true").get_by_test_id("institution-14").wait_for()
    tab.context.set_offline(True)
    tab.heard("APP_OFFLINE")
    tab.context.set_offline(False)
    tab.heard("APP_ONLINE")


@covers("6.1 stringify", "6.3 REDIRECT")
def test_stringify_makes_every_event_a_string(tab: Embedding) -> None:
    frame = tab.open("/v2/Credential/14", stringify="true", jsRedirect="true")
    sign_in(frame, "greatday_nomfa")
    frame.get_by_test_id("done").wait_for()
    heard = tab.page.evaluate("heard")
    assert {type(each) for each in heard} == {str}
    assert json.loads(heard[-1])["step"] == "REDIRECT"


@covers("1 connect-v1")
def test_the_first_design_is_found_by_the_browser_suites_of_its_time(tab: Embedding) -> None:
    frame = tab.open("/", demo="true", consentEnable="true")
    frame.locator("//input[@value='Agree and Continue']").click()
    frame.get_by_test_id("institution-14").click()
    frame.locator("//input[@id='username']").fill("Greatday")
    frame.locator("//input[@name='password']").fill("wrong")
    frame.locator("//input[@value='Submit']").click()
    frame.locator("//p[contains(text(),'Invalid password')]").wait_for()
    frame.locator("//input[@value='Retry']").click()
    frame.locator("//input[@name='password']").fill("Everyday")
    frame.locator("//input[@value='Submit']").click()
    asked = "//label[contains(text(),'What city were you born in?')]"
    frame.locator(asked).wait_for()
    frame.locator("//input[@id='mfa-QuestionAndAnswer-0']").fill("nowhere")
    frame.locator("//input[@value='Continue']").click()
    frame.locator("//p[contains(text(),'Invalid answer')]").wait_for()


@covers("6.3 terms", "6.3 help", "6.1 consent-texts", "6.1 closeEnable")
def test_small_events(tab: Embedding) -> None:
    terms = f"{tab.integrator}/terms"
    frame = tab.open("/v2/Credential/14", consentEnable="true", termsUrl=terms, closeEnable="true")
    frame.get_by_test_id("terms").check()
    with tab.page.expect_popup():
        frame.get_by_test_id("terms-link").click()
    frame.get_by_test_id("consent-accept").click()
    frame.get_by_test_id("reset-password").click()
    sign_in(frame, "Greatday")
    frame.get_by_test_id("mfa-help").click()
    frame.get_by_test_id("mfa-trouble").click()
    frame.get_by_test_id("close").click()
    tab.heard("COMPONENT_CLOSE_SESSION")
    small = [step for step in tab.steps if "TERMS" in step or "HELP" in step or "CLICK" in step]
    assert small == [
        "COMPONENT_ACCEPT_TERMS",
        "COMPONENT_CLICK_TERMS_URL",
        "COMPONENT_CLICK_RESET_PASSWORD",
        "COMPONENT_HELP2FA_INFO",
        "COMPONENT_HELP2FA_TROUBLESHOOTING",
    ]


@covers("6.1 colours", "6.1 headers")
def test_colours_and_headers(tab: Embedding) -> None:
    frame = tab.open(
        "/v2/Credential/14", theme="dark", backgroundColor="112233", headerEnable="false"
    )
    frame.get_by_test_id("username").wait_for()
    assert frame.locator("header").is_hidden()
    colour = frame.locator("body").evaluate("it => getComputedStyle(it).backgroundColor")
    assert colour == "rgb(17, 34, 51)"


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_cut_off_and_everything_is_named(tab: Embedding, width: int) -> None:
    tab.page.set_viewport_size({"width": width, "height": 780})
    request_id = tab.live(seeded(34))["RequestId"]
    frame = tab.open(requestId=request_id, language="fr", closeEnable="true")
    frame.get_by_test_id("mfa-submit").wait_for()
    wide = frame.locator("html").evaluate("it => it.scrollWidth - it.clientWidth")
    assert wide == 0
    named = frame.locator("body").evaluate(
        "() => [...document.querySelectorAll('input')].every(it => it.labels.length === 1)"
    )
    assert named
    notice = frame.get_by_test_id("sandbox-notice")
    assert "Bac à sable" in notice.inner_text()


def test_the_control_page(tab: Embedding) -> None:
    page = tab.page
    page.goto(f"http://127.0.0.1:{tab.running.api}/_sandbox/")
    page.get_by_role("button", name="Freeze").click()
    page.get_by_role("cell", name=GREATDAY).wait_for()
    before = page.locator("#clock").inner_text()
    page.get_by_role("button", name="+8 min").click()
    page.wait_for_function(
        "was => document.getElementById('clock').textContent !== was", arg=before
    )
    page.get_by_role("button", name="Inject").click()
    page.get_by_role("cell", name="flinksCode RETRY_LATER").wait_for()
    assert tab.live()["FlinksCode"] == "RETRY_LATER"
    page.locator("#calls").get_by_role("cell", name="RETRY_LATER").wait_for()
    page.locator("#journal").get_by_text("RETRY_LATER").wait_for()
