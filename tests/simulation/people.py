"""Who uses the service: people at their pages and links, and integrators who change their minds."""

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.simulation.bank import Login, Session
from tests.simulation.deployment import BASE_URL, RETURN_URL, Answer

if TYPE_CHECKING:
    from tests.simulation.world import World

type Json = dict[str, Any]


@dataclass
class Integrator:
    """The app that calls us for one login, with its own idea of what is selected."""

    world: "World"
    login: Login
    selection: Any = "all"
    known_selection: Any = None
    """What it last heard to be stored."""
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        dice = self.world.clockwork.dice
        self.selection = dice.choice(("all", self.login.accounts[:1], self.login.accounts[:2]))

    @property
    def dice(self) -> Any:
        return self.world.clockwork.dice

    # Calls

    def start(
        self, *, present: bool, session: Session | None = None, unknown: bool = False
    ) -> Json | None:
        """Ask for fresh data; a call without an answer is made again under its key."""
        body: Json = {"userPresent": present, "selectedAccounts": self.selection}
        body |= {"returnUrl": RETURN_URL, "reference": f"customer-{self.login.number}"}
        if session is not None:
            body["requestId"] = session.id
            at = self.world.clockwork.instant().isoformat()
            if self.dice.random() < 0.5:
                body["lastActivityAt"] = at
        if not unknown:
            body["loginId"] = self.login.id
        return self._started(body, session)

    def _started(self, body: Json, session: Session | None) -> Json | None:
        world, judge = self.world, self.world.judge
        key = f"key-{self.dice.getrandbits(64):x}"
        self._requests(self.selection)
        if session is not None:
            judge.requested[world.provisional_of(session)].append(self.selection)
        answers = self._asked(body, session, key)
        ids = {each.body["id"] for each in answers}
        if len(ids) > 1:
            judge.fault("S13", f"one key led to {len(ids)} refreshes")
        if not answers:
            return None
        self.open.append(answers[-1].body["id"])
        return answers[-1].body

    def _asked(self, body: Json, session: Session | None, key: str) -> list[Answer]:
        """Send it until it is answered, and sometimes once more."""
        world, answers = self.world, list[Answer]()
        for _ in range(4):
            if body["userPresent"]:
                world.acting(self.login)
            answer = world.api("start_refresh", "POST", "/refreshes", body=body, key=key)
            if body["userPresent"] or session is not None:
                world.acted(self.login)
            if answer.ok:
                answers.append(answer)
                self._heard(answer, body, session)
                if not world.weather.strikes("repeats_start") or len(answers) > 1:
                    return answers
            elif 400 <= answer.status < 500:
                if answer.body.get("code") == "selection_differs":
                    self.read_selection()
                return []
            else:
                world.clockwork.sleep(self.dice.uniform(0.5, 5))
        return answers

    def _heard(self, answer: Answer, body: Json, session: Session | None) -> None:
        judge = self.world.judge
        judge.started(answer.body, self.login, session, self.selection)
        if body["userPresent"] and session is None:
            judge.clicked(None, answer.body, self.login)

    def read(self, refresh_id: str) -> Json | None:
        answer = self.world.api("refreshes", "GET", "/refreshes/{id}", path={"id": refresh_id})
        if not answer.ok:
            return None
        self.world.judge.shown(answer.body)
        return answer.body

    def read_selection(self) -> None:
        home = self.world.home_of(self.login)
        answer = self.world.api("connections", "GET", "/connections/{id}", path={"id": home})
        if answer.ok and answer.body["selectedAccounts"] is not None:
            self.selection = answer.body["selectedAccounts"]

    def attempt(self, refresh_id: str, before: Json | None = None) -> Json | None:
        """The person clicks Refresh again; `before` is what the page showed."""
        self.world.acting(self.login)
        began = self.world.clockwork.now
        answer = self.world.api(
            "start_refresh", "POST", "/refreshes/{id}/attempts", path={"id": refresh_id}
        )
        self.world.acted(self.login)
        if answer.ok:
            self.world.judge.noticed[refresh_id] = began
            self.world.judge.clicked(before, answer.body, self.login)
        return answer.body if answer.ok else None

    def cancel(self, refresh_id: str) -> None:
        answer = self.world.api(
            "refreshes", "POST", "/refreshes/{id}/cancel", path={"id": refresh_id}
        )
        known = self.world.judge.refreshes[refresh_id]
        known.cancelled |= answer.ok
        known.cancel_tried = True

    def register(self, **more: Any) -> bool:
        """State what is configured."""
        body = {"loginId": self.login.id, **more}
        if "selectedAccounts" in more:
            self._requests(more["selectedAccounts"])
        if more.get("unattended"):
            self.world.judge.policy[self.login.id].append((self.world.clockwork.now, True))
        if more.get("unattended") is False:
            # It may have its effect long before it is answered, or without an answer.
            self.world.judge.unsure[self.login.id].append(self.world.clockwork.now)
        answer = self.world.api("connections", "POST", "/connections", body=body)
        if answer.ok and more.get("unattended") is False:
            self.world.judge.policy[self.login.id].append((self.world.clockwork.now, False))
        if answer.ok and "selectedAccounts" in more:
            self.selection = more["selectedAccounts"]
        return answer.ok

    def close(self) -> None:
        home = self.world.home_of(self.login)
        judge = self.world.judge
        judge.closing.add(home)
        for _ in range(5):
            answer = self.world.api("connections", "DELETE", "/connections/{id}", path={"id": home})
            if answer.ok or answer.status == 404:
                return
            self.world.clockwork.sleep(60)

    def _requests(self, selection: Any) -> None:
        self.world.judge.requested[self.login.id].append(selection)

    # Habits

    def live(self) -> None:
        """Ask for fresh data now and then, and change its mind."""
        world, dice = self.world, self.dice
        world.clockwork.sleep(dice.uniform(0, 900))
        if self.login.unattended:
            self.register(unattended=True, selectedAccounts=self.selection)
        while not world.is_evening:
            self._one_round()
            world.clockwork.sleep(dice.choice((5, 60, 600, 1800)) * dice.random())

    def administer(self) -> None:
        """Change what is configured, whatever goes on meanwhile."""
        world, strikes = self.world, self.world.weather.strikes
        while not world.is_evening:
            world.clockwork.sleep(self.dice.choice((20, 200, 600)) * self.dice.random())
            if strikes("changes_selection"):
                self.register(selectedAccounts=self._another_choice())
            if strikes("changes_policy"):
                self.register(unattended=self.dice.random() < 0.4)
            if "closes" in world.stirs and strikes("closes"):
                self.close()
                world.clockwork.sleep(self.dice.uniform(1, 60))
                self.register(selectedAccounts=self.selection)

    def _another_choice(self) -> Any:
        return self.dice.choice(("all", self.login.accounts[1:2], self.login.accounts[:2]))

    def _one_round(self) -> None:
        world, strikes = self.world, self.world.weather.strikes
        if strikes("closes"):
            self.close()
            world.clockwork.sleep(self.dice.uniform(1, 900))
            self.register(selectedAccounts=self.selection)
        if strikes("elsewhere") or strikes("adopts") or strikes("adopts_unknown"):
            self._elsewhere()
            return
        present = not strikes("away") and not self.login.unattended
        refresh = self.start(present=present)
        if refresh is None:
            return
        if present:
            self._present(refresh["id"])
        else:
            self._away(refresh["id"])

    def _present(self, refresh_id: str) -> None:
        person = Person(self, refresh_id)
        if self.world.weather.strikes("two_devices"):
            other = Person(self, refresh_id)
            self.world.clockwork.spawn(
                f"device of {self.login.number}", other.live, delay=self.dice.uniform(0, 60)
            )
        person.live()

    def _away(self, refresh_id: str) -> None:
        if self.dice.random() < 0.8:
            answer = self.world.api(
                "refreshes",
                "POST",
                "/refreshes/{id}/link",
                path={"id": refresh_id},
                body={"channel": "email"},
            )
            if answer.ok:
                secret = answer.body["url"].partition("#")[2]
                guest = Person(self, refresh_id, link=secret)
                self.world.clockwork.spawn(
                    f"guest of {self.login.number}",
                    guest.live,
                    delay=self.dice.choice((10, 300, 3000, 9000)) * self.dice.random(),
                )
        until = self.world.clockwork.now + self.dice.uniform(300, 4000)
        while self.world.clockwork.now < until and not self.world.is_evening:
            view = self.read(refresh_id)
            if view is not None and view["status"] in _OVER:
                return
            self.world.clockwork.sleep(self.dice.uniform(30, 200))
            if self.world.weather.strikes("cancels"):
                self.cancel(refresh_id)

    def _elsewhere(self) -> None:
        """A session of the integrator's own was interrupted at the bank's question."""
        world = self.world
        busy = any(
            each.login is self.login and each.is_alive(world.clockwork.now)
            for each in world.bank.sessions.values()
        )
        if busy or self.login.deleted:
            return
        session = world.bank.open_session(self.login, "elsewhere", "asking")
        self.login.last_attempt = ("QUESTION_NOT_FOUND", "No answer is stored")
        world.clockwork.sleep(self.dice.uniform(1, 300))
        unknown = world.weather.is_on("adopts_unknown") and self.dice.random() < 0.6
        refresh = self.start(present=True, session=session, unknown=unknown)
        if refresh is not None:
            self._present(refresh["id"])


_OVER = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass
class Person:
    """Somebody in front of a page: the app's own, or ours behind a link."""

    app: Integrator
    refresh_id: str
    link: str | None = None
    visit: str = ""
    clicks: int = 0

    @property
    def world(self) -> "World":
        return self.app.world

    @property
    def dice(self) -> Any:
        return self.app.dice

    def live(self) -> None:
        """Do what the page says, as people do."""
        world = self.world
        lost_after = world.clockwork.now + self.dice.choice((120, 900, 2400, 4000))
        while world.clockwork.now < lost_after and not world.is_night:
            if world.weather.strikes("walks_away"):
                return
            if self.link is None and world.weather.strikes("cancels"):
                self.app.cancel(self.refresh_id)
            view = self._look()
            if view is None:
                world.clockwork.sleep(self.dice.uniform(2, 30))
                continue
            if view["status"] in _OVER:
                return
            self._follow(view)
            world.clockwork.sleep(self.dice.choice((2, 5, 10, 40)))

    def _look(self) -> Json | None:
        if self.link is None:
            return self.app.read(self.refresh_id)
        if not self.visit:
            answer = self.world.api(
                "reconnect_page", "POST", "/reconnect/visits", body={"link": self.link}
            )
            if not answer.ok:
                return None
            self.visit = answer.body["visit"]
            return answer.body["refresh"]  # type: ignore[no-any-return] # JSON
        answer = self._page("GET", "/reconnect/visits/current")
        if answer.status == 401:
            self.visit = ""
        return answer.body["refresh"] if answer.ok else None

    def _page(self, method: str, resource: str) -> Answer:
        function = "iframe_url" if resource.endswith("iframe-url") else "reconnect_page"
        headers = {"Authorization": f"Bearer {self.visit}"}
        return self.world.api(function, method, resource, headers=headers)

    def _follow(self, view: Json) -> None:
        match view["nextAction"]:
            case "open_iframe":
                self._open()
            case "start_again" | "open_link":
                self._click(view)
            case "wait" if "clicks_twice" in self.world.stirs and view["status"] == "starting":
                self._press()

    def _click(self, view: Json) -> None:
        world = self.world
        if view["retryAt"] and self.dice.random() < 0.7:
            wait = world.clockwork.seconds(world.parse(view["retryAt"])) - world.clockwork.now
            world.clockwork.sleep(max(0.0, min(wait, 1200)) + 1)
        self.clicks += 1
        if self.clicks > 6:
            world.clockwork.sleep(300)
        times = 2 if world.weather.strikes("clicks_twice") else 1
        for each in range(times):
            if each + 1 < times:
                world.clockwork.spawn("second click", self._press)
            else:
                self._press()

    def _press(self) -> None:
        if self.link is None:
            self.app.attempt(self.refresh_id, self.app.read(self.refresh_id))
            return
        self.world.acting(self.app.login)
        began = self.world.clockwork.now
        if self._page("POST", "/reconnect/visits/start").ok:
            self.world.judge.noticed[self.refresh_id] = began
        self.world.acted(self.app.login)

    def _open(self) -> None:
        """Open the iframe and go through what the bank asks."""
        world = self.world
        if self.link is None:
            path = {"id": self.refresh_id}
            answer = world.api("iframe_url", "POST", "/refreshes/{id}/iframe-url", path=path)
        else:
            answer = self._page("POST", "/reconnect/visits/iframe-url")
        if not answer.ok:
            return
        world.judge.issued(self.refresh_id, answer.body)
        url = answer.body["url"]
        slow = world.weather.strikes("slow_answer")
        world.clockwork.sleep(self.dice.uniform(0.2, 60 if slow else 3))
        if "requestId=" in url:
            self._answer_question(url)
        else:
            self._sign_in(url)

    def _answer_question(self, url: str) -> None:
        world = self.world
        session = world.bank.open_widget(url)
        if session is None:
            return
        if world.weather.strikes("callback_early"):
            for _ in range(self.dice.randint(1, 4)):
                self._come_back(url, session.login)
                world.clockwork.sleep(self.dice.uniform(0, 6))
        world.clockwork.sleep(self._thinks())
        if world.weather.strikes("declines"):
            return
        if world.weather.strikes("answers_wrong"):
            if session.state == "asking" and session.is_alive(world.clockwork.now):
                session.touched = world.clockwork.now
            world.clockwork.sleep(10)
        if not world.weather.strikes("walks_away") and world.bank.answer(session):
            self._after(url, session.login)

    def _thinks(self) -> float:
        """How long the person takes to answer, in seconds."""
        thinks: float = self.dice.choice((3, 10, 40, 120))
        if self.world.weather.strikes("slow_answer"):
            thinks = self.dice.uniform(200, 479)
        if self.world.weather.strikes("too_late"):
            thinks = self.dice.uniform(481, 900)
        return thinks

    def _sign_in(self, url: str) -> None:
        world, login = self.world, self.app.login
        if world.weather.strikes("signs_in_as_other"):
            login = self.dice.choice(list(world.bank.logins.values()))
        session = world.bank.open_sign_in(url, login)
        if session is None:
            return
        for _ in range(2):
            world.clockwork.sleep(self.dice.uniform(10, 280))
            session.touched = world.clockwork.now
        if world.weather.strikes("walks_away") or world.weather.strikes("declines"):
            return
        if world.bank.answer(session):
            self._after(url, login)

    def _after(self, url: str, login: Login) -> None:
        """The widget sends the browser back; perhaps the tab was closed before that."""
        world = self.world
        world.clockwork.sleep(self.dice.uniform(0.5, 4))
        if world.weather.strikes("callback_lost"):
            return
        self._come_back(url, login)
        if world.weather.strikes("reloads_callback"):
            for _ in range(self.dice.randint(1, 20)):
                world.clockwork.sleep(self.dice.uniform(0, 5))
                self._come_back(url, login)

    def _come_back(self, url: str, login: Login) -> None:
        state = self.world.state_in(url)
        query = {"loginId": login.id, "institution": "FlinksCapital", "tag": self.refresh_id}
        answer = self.world.api(
            "redirect_callback", "GET", "/callback/{state}", path={"state": state}, query=query
        )
        self.world.judge.came_back(answer, url, RETURN_URL, BASE_URL)


def forged(world: "World") -> None:
    """A stranger who knows a LoginId tries what strangers try."""
    dice = world.clockwork.dice
    login = dice.choice(list(world.bank.logins.values()))
    body = {
        "HttpStatusCode": 200,
        "ResponseType": "GetAccountsDetail",
        "Login": {"Id": login.id, "LastRefresh": "2026-03-02T20:00:00.0000000"},
        "Accounts": [{"Id": each, "Title": "gen=-7"} for each in login.accounts],
    }
    headers = {"flinks-authenticity-key": "A" * 43 + "="}
    answer = world.api(
        "flinks_webhook", "POST", "/webhooks/flinks", body=json.dumps(body), headers=headers
    )
    if answer.ok:
        world.judge.fault("S22", "a webhook without a valid signature is taken")
    state = dice.choice(list(world.judge.refreshes) or ["rf_x"]) + ".1.9999999999." + "A" * 22
    answer = world.api("redirect_callback", "GET", "/callback/{state}", path={"state": state})
    if answer.status not in {404, 0, 500, 503}:
        world.judge.fault("S5", "a forged callback is taken")


def nightly(world: "World") -> None:
    """Flinks' night, and our look at it in the morning."""
    world.bank.nightly_run()
    world.clockwork.sleep(world.clockwork.dice.uniform(60, 3600))
    for _ in range(2 if world.weather.strikes("sweep_twice") else 1):
        world.clockwork.spawn("nightly", partial(world.invoke, "nightly_check", {}, "nightly"))
