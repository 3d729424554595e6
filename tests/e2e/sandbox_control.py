"""The Flinks sandbox as the tests steer it: logins, clock, faults, and what it has seen."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from local import wiring
from tests.e2e.traces import Traces
from tests.e2e.wire import eventually, fetch

FLINKS_CAPITAL: Final = "14"
READINGS: Final = {
    "nightlyRuns": False,
    "concurrentSession": "at_work",
    "firstDataCall": "by_age",
} | json.loads(os.environ.get("RECONNECT_READINGS", "{}"))
"""How the sandbox reads what Flinks leaves open; the suite holds under each of them.

`RECONNECT_READINGS='{"concurrentSession": "open"}' make e2e`.
"""
ASKING: Final = frozenset({"mfa", "mfa_twice", "slow_bank", "account_vanishes", "answer_lost_mfa"})
"""The sandbox's behaviours that ask, and are given this login's own questions."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """One stored bank login, made for one test."""

    login_id: str
    username: str
    password: str
    reference: str
    accounts: tuple[str, ...]
    selected: list[str]
    answers: Mapping[str, str]
    """What the person knows: the right answer to each of the bank's questions."""


class Sandbox:
    """The control API, and the one call of Flinks that an integrator's own code makes."""

    def __init__(self, facts: Mapping[str, Any], traces: Traces) -> None:
        self._control: str = facts["sandboxControlUrl"]
        self._webhook_url = f"{facts['apiUrl']}/webhooks/flinks"
        self._services = f"{facts['sandboxApiUrl']}/v3/{facts['customerId']}/BankingServices"
        self._secret_key: str = facts["secretKey"]
        self._traces = traces

    def calm(self) -> None:
        """Make every test's start alike: true time, no fault, no call counted, webhooks on.

        As `make up` has it, but for the nights: the service beside it runs on the machine's clock.
        """
        self.control("POST", "/clock", set=datetime.now(UTC).isoformat())
        self.control("PATCH", "/readings", **READINGS, lastRefreshSkewSeconds=0)
        self.control("DELETE", "/faults")
        self.forget_calls()
        self.control("DELETE", "/webhooks")
        self.control("PUT", "/webhooks", url=self._webhook_url, **wiring.WEBHOOKS)

    def control(self, method: str, path: str, **body: object) -> dict[str, Any]:
        """Make one call of the control API."""
        data = json.dumps(body).encode() if body else None
        kind = {"content-type": "application/json"}
        answer = fetch(method, f"{self._control}{path}", data, kind)
        assert answer.status == 200, answer.text
        return answer.body

    def login(self, behaviour: str = "mfa", *, rounds: int = 1, **traits: object) -> Login:
        """Store a login that no other test knows, with questions that only its person answers."""
        name = secrets.token_hex(6)
        answers = {f"What was pet {n} of {name} called?": f"Rex{n}{name}" for n in range(rounds)}
        asked: dict[str, object] = {}
        if behaviour in ASKING:
            questions = [{"prompt": each, "answer": answers[each]} for each in answers]
            asked["challenges"] = [[question] for question in questions]
        view = self.control(
            "POST",
            "/logins",
            username=f"person-{name}",
            institution=FLINKS_CAPITAL,
            behaviour=behaviour,
            **(asked | traits),
        )
        login = Login(
            login_id=view["loginId"],
            username=view["username"],
            password=view["password"],
            reference=f"customer-{name}",
            accounts=tuple(each["id"] for each in view["accounts"]),
            selected=view["selectedAccounts"],
            answers=answers,
        )
        numbers = (each["number"] for each in view["accounts"])
        self._traces.plant(login.login_id, login.username, *login.accounts, *numbers)
        self._traces.plant(*answers, *answers.values())
        return login

    def change(self, login: Login, **changes: object) -> None:
        self.control("PATCH", f"/logins/{login.login_id}", **changes)

    def counts(self, login: Login | None = None) -> dict[str, int]:
        """Count the calls by endpoint, of one login or of all; minting a token names no login."""
        found = self.control("GET", f"/calls{_of(login)}")["counts"]
        assert isinstance(found, dict)
        return found

    def forget_calls(self) -> None:
        self.control("DELETE", "/calls")

    def bank_calls(self) -> dict[str, int]:
        """Count what reached Flinks, but for polls that an earlier story may have left behind."""
        counts = self.counts()
        counts.pop("GetAccountsDetailAsync", None)
        return counts

    def live_logins(self, login: Login) -> int:
        """Count how often a bank login was started."""
        return self.counts(login).get("Authorize.live", 0)

    def until_called(self, login: Login, endpoint: str) -> None:
        """Wait until Flinks has been asked."""
        eventually(lambda: self.counts(login).get(endpoint), f"a call of {endpoint}")

    def sessions(self, login: Login | None = None) -> list[dict[str, Any]]:
        """List the sessions, of one login or of all, newest first."""
        found: list[dict[str, Any]] = self.control("GET", f"/sessions{_of(login)}")["sessions"]
        self._traces.plant(*(each["requestId"] for each in found))
        return found

    def advance(self, seconds: float) -> None:
        """Let Flinks' sessions age; the dates that it tells stay those of the service's clock.

        The service runs on the machine's clock, and what lies in the future is not believed.
        """
        self.control("POST", "/clock", advanceSeconds=seconds)
        self.control("PATCH", "/readings", lastRefreshSkewSeconds=-int(seconds))

    def fault(self, login: Login, **what: object) -> None:
        """Let something go wrong, at `/Authorize` unless another endpoint is named."""
        self.control(
            "POST", "/faults", **({"endpoint": "Authorize"} | what), loginId=login.login_id
        )

    def send_webhooks(self, delay_seconds: float = 0) -> None:
        """Let the webhooks that follow a live sign-in come sooner or later."""
        self.control("PUT", "/webhooks", enabled=True, delaySeconds=delay_seconds)

    def webhook(self, login: Login, **what: object) -> list[int | None]:
        """Send a webhook by hand; return what each delivery was answered."""
        sent = self.control("POST", "/webhooks/send", loginId=login.login_id, **what)["deliveries"]
        return [each["attempts"][0]["status"] for each in sent]

    def open_session(self, login: Login) -> str:
        """Start a live session as an integrator's own code does, before it knows of us."""
        minted = self._flinks("GenerateAuthorizeToken", {}, "flinks-auth-key", self._secret_key)
        token = minted["Token"]
        asked = {"LoginId": login.login_id, "MostRecentCached": False, "Save": True}
        answer = self._flinks("Authorize", asked, "flinks-auth-key", token)
        self._traces.plant(token, answer["RequestId"])
        request_id: str = answer["RequestId"]
        return request_id

    def _flinks(self, endpoint: str, body: object, header: str, value: str) -> dict[str, Any]:
        headers = {"content-type": "application/json", header: value}
        data = json.dumps(body).encode()
        return fetch("POST", f"{self._services}/{endpoint}", data, headers).body


def _of(login: Login | None) -> str:
    return f"?loginId={quote(login.login_id)}" if login else ""
