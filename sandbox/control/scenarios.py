"""Whole situations at one press: what a test or a person wants to see happen, by name."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ..faults import Fault
from ..logins import Login
from ..world import World
from .body import ControlBody, ControlError

type Play = Callable[[World, list[Login]], None]


def play(world: World, body: ControlBody) -> dict[str, Any]:
    """Let a situation come about for one login, or for all."""
    name, login_id = body.need("name", str), body.take("loginId", str)
    body.done()
    if name not in SCENARIOS:
        raise ControlError(f"name must be one of {', '.join(SCENARIOS)}")
    logins = [world.bank.login(login_id)] if login_id else world.bank.logins
    SCENARIOS[name](world, logins)
    world.tell("scenario", f"{name}: {login_id or 'every login'}")
    return {"name": name, "loginId": login_id}


def _bank_down(world: World, logins: list[Login]) -> None:
    """The bank cannot be reached from the next try on, for ten minutes."""
    for login in logins:
        login.down_since = None
        login.behaviour = replace(login.behaviour, error="RETRY_LATER", down_seconds=600)


def _password_changed(world: World, logins: list[Login]) -> None:
    """The person chose another password at the bank: the old one and -2."""
    for login in logins:
        login.bank_password += "-2"


def _night_with_failures(world: World, logins: list[Login]) -> None:
    """A nightly refresh in which passwords are refused and banks cannot be reached, in turn."""
    _night(world, logins, ("INVALID_PASSWORD", "RETRY_LATER"))


def _maintenance_night(world: World, logins: list[Login]) -> None:
    """A nightly refresh in which every bank is under maintenance."""
    _night(world, logins, ("BANK_MAINTENANCE_RETRY_LATER",))


def _night(world: World, logins: list[Login], codes: tuple[str, ...]) -> None:
    chosen = logins if len(logins) == 1 else [each for each in logins if each.scheduled]
    for index, login in enumerate(chosen):
        login.scheduled, login.nightly_fails_next = True, codes[index % len(codes)]
    world.nightly.run()


def _webhook_twice(world: World, logins: list[Login]) -> None:
    """The data message of the newest session of a login arrives, and arrives again."""
    if world.webhooks.subscription.url is None:
        raise ControlError("set a url first: PUT /_sandbox/webhooks")
    sessions = [each for each in world.bank.sessions if each.login in logins]
    if not sessions:
        raise ControlError("no session yet")
    content = world.webhook_body(sessions[-1], "GetAccountsDetail")
    for _ in range(2):
        world.queue_webhook(sessions[-1], "GetAccountsDetail", body=content, delay_seconds=0)


def _fault(about: str, **what: Any) -> Play:
    def inject(world: World, logins: list[Login]) -> None:
        login_id = logins[0].login_id if len(logins) == 1 else None
        name = f"fault-{world.guids()[:8]}"
        world.faults.waiting.append(Fault(id=name, login_id=login_id, **what))

    inject.__doc__ = about
    return inject


def _answer_lost(world: World, logins: list[Login]) -> None:
    """The bank is asked by the next live call, whose answer never arrives."""
    for login in logins:
        login.lost_answers = 1


THROTTLED: Final = {"status": 429, "flinks_code": "TOO_MANY_REQUESTS", "times": 3}
SCENARIOS: Final[dict[str, Play]] = {
    "bank down ten minutes": _bank_down,
    "password changed": _password_changed,
    "night with failures": _night_with_failures,
    "maintenance night": _maintenance_night,
    "webhook twice": _webhook_twice,
    "answer lost": _answer_lost,
    "throttled": _fault("Three calls are answered 429, without a header.", **THROTTLED),
    "throttled with Retry-After": _fault(
        "Three calls are answered 429, with Retry-After: 60.",
        **THROTTLED,
        headers={"Retry-After": "60"},
    ),
    "HTML from a proxy": _fault(
        "The next call is answered by a proxy, in HTML.",
        html="<h1>502 Bad Gateway</h1>",
        status=502,
    ),
}
