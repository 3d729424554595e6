"""Making and changing test logins."""

from dataclasses import replace
from typing import Any

from ..behaviours import SHAPES, Behaviour, behaviour
from ..challenges import NAMED, Challenge, question
from ..codes import CODES
from ..ids import named_guid
from ..institutions import FLINKS_CAPITAL, find_institution
from ..logins import PASSWORD, Login, new_account, new_accounts
from ..world import World
from .body import ControlBody, ControlError

MOST_ACCOUNTS = 50
COUNTED = {
    "collectingPolls": "collecting_polls",
    "staleRefreshes": "stale_refreshes",
    "emptyAnswers": "empty_answers",
}


def create_login(world: World, body: ControlBody) -> Login:
    """Store a new login."""
    username = body.take("username", str) or f"person-{world.guids()[:8]}"
    institution = find_institution(str(body.take("institution", str) or FLINKS_CAPITAL.id))
    if institution is None:
        raise ControlError("no such institution")
    language = body.choice("language", ("en", "fr"), "en")
    derived = named_guid("login", institution.id, username.casefold(), language)
    login_id = (body.take("loginId", str) or derived).lower()
    now = world.clock()
    accounts = new_accounts(login_id, body.count("accounts", 4, MOST_ACCOUNTS))
    login = Login(
        login_id=login_id,
        username=username,
        institution_id=institution.id,
        behaviour=behaviour("mfa"),
        accounts=accounts,
        language=language,
        type=body.choice("type", ("Personal", "Business"), "Personal"),
        bank_password=body.take("password", str) or PASSWORD,
        created_at=now,
        credentials_at=now,
        last_refresh=now,
        last_cached_call=now,
        selected=[account.id for account in accounts[:2]],
    )
    login.stored_password = login.bank_password
    change_login(world, login, body)
    world.bank.add(login)
    return login


def change_login(world: World, login: Login, body: ControlBody) -> None:
    """Change what is named in the body; everything is checked before anything changes."""
    traits = _traits(login, body)
    changes = _simple_changes(login, body)
    selected, vanish = body.texts("selectedAccounts"), body.take("vanishAccount", str)
    grow = body.flag("addAccount")
    repaired = body.flag("credentialsGood")
    body.done()
    login.behaviour = traits
    login.lost_answers = traits.lost_answers
    for name, value in changes.items():
        setattr(login, name, value)
    if repaired:
        login.stored_password, login.credentials_at = login.bank_password, world.clock()
    if selected is not None:
        login.selected = _account_ids(login, selected)
    if vanish is not None:
        login.accounts = [each for each in login.accounts if each.id != vanish]
    if grow:
        taken = {each.id for each in login.accounts}
        fresh = (new_account(login.login_id, index) for index in range(MOST_ACCOUNTS * 4))
        login.accounts.append(next(each for each in fresh if each.id not in taken))


def _traits(login: Login, body: ControlBody) -> Behaviour:
    """Read the behaviour: a name, and traits that differ from it."""
    name = body.take("behaviour", str)
    mfa = body.take("mfa", bool)
    if name is None and mfa is not None:
        name = "mfa" if mfa else "no_mfa"
    try:
        traits = behaviour(name) if name else login.behaviour
    except ValueError as error:
        raise ControlError(str(error)) from None
    if "challenges" in body:
        traits = replace(traits, asks=_asks(body.need("challenges", list)))
    return replace(
        traits,
        data_polls=body.count("dataPolls", traits.data_polls, 100_000),
        pending_polls=body.count("pendingPolls", traits.pending_polls, 100_000),
        bank_seconds=body.count("bankSeconds", traits.bank_seconds, 86_400),
        lost_answers=body.count("lostAnswers", traits.lost_answers, 1000),
        locks_after=body.count("locksAfter", traits.locks_after, 1000),
        data_seconds=body.count("dataSeconds", traits.data_seconds, 86_400),
        down_seconds=body.count("downSeconds", traits.down_seconds, 10_000_000),
        error=_error(body, traits.error),
        data_shape=body.choice("dataShape", SHAPES, traits.data_shape),
    )


def _error(body: ControlBody, present: str | None) -> str | None:
    if "error" not in body:
        return present
    code = body.take("error", str)
    if code is not None and code not in CODES:
        raise ControlError(f"no such FlinksCode: {code}")
    return code


def _asks(rounds: list[Any]) -> tuple[tuple[tuple[Challenge, ...], ...], ...]:
    """Read challenges: a list of rounds, each a list of names or of own questions."""
    read = tuple(tuple(_one(each) for each in _listed(questions)) for questions in rounds)
    return (read,) if read else ()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _one(value: Any) -> Challenge:
    if isinstance(value, str) and value in NAMED:
        return NAMED[value]
    if isinstance(value, dict):
        prompt, answer = value.get("prompt"), value.get("answer")
        french = value.get("promptFr", prompt)
        if isinstance(prompt, str) and isinstance(answer, str) and isinstance(french, str):
            return question(prompt, french, answer)
    raise ControlError(f"a challenge is one of {', '.join(NAMED)} or {{prompt, answer}}")


def _simple_changes(login: Login, body: ControlBody) -> dict[str, Any]:
    """Read the fields that are stored as they come."""
    changes: dict[str, Any] = {}
    new_password = body.take("bankPassword", str)
    if body.flag("passwordChanged"):
        new_password = new_password or f"{login.bank_password}-2"
    if new_password is not None:
        changes["bank_password"] = new_password
    enabled, last = body.take("nightlyEnabled", bool), body.instant("lastRefresh")
    if enabled is not None:
        changes["scheduled"] = enabled
    if last is not None:
        changes["last_refresh"] = last
    if "lastCode" in body:
        changes["last_code"] = _error_named(body)
    if "nightlyFailed" in body:
        changes |= _nightly(body)
    return changes | _counted(body)


def _counted(body: ControlBody) -> dict[str, int]:
    return {key: body.count(name, 0, 100_000) for name, key in COUNTED.items() if name in body}


def _error_named(body: ControlBody) -> str | None:
    code = body.take("lastCode", str)
    if code is not None and code not in CODES:
        raise ControlError(f"no such FlinksCode: {code}")
    return code


def _nightly(body: ControlBody) -> dict[str, Any]:
    """Mark a login in the nightly list: true stands for a question nobody could answer."""
    by_flag = body.is_flag("nightlyFailed")
    code = _flagged(body) if by_flag else body.take("nightlyFailed", str)
    if code is None:
        return {
            "nightly_failed": False,
            "nightly_state": "Succeeded",
            "nightly_code": None,
            "last_code": None,
        }
    asked = code == "QUESTION_NOT_FOUND"
    return {
        "scheduled": True,
        "nightly_failed": True,
        "nightly_state": "AnsweringSecurityChallenge" if asked else "AuthorizationFailed",
        "nightly_code": None if asked else code,
        "last_code": code,
    }


def _flagged(body: ControlBody) -> str | None:
    return "QUESTION_NOT_FOUND" if body.flag("nightlyFailed") else None


def _account_ids(login: Login, wanted: list[str]) -> list[str]:
    unknown = [each for each in wanted if login.account(each) is None]
    if unknown:
        raise ControlError(f"no such account: {', '.join(unknown)}")
    return wanted
