"""How the control API shows what the sandbox holds; secrets are masked."""

from typing import Any

from ..bankdata import KINDS
from ..institutions import by_id
from ..logins import Login
from ..sessions import Session, dies_at
from ..tokens import Token
from ..wire import instant
from ..world import World


def masked(secret: str | None) -> str | None:
    """Show the last four characters of a secret."""
    return None if secret is None else f"…{secret[-4:]}"


def clock_view(world: World) -> dict[str, Any]:
    """Show the clock."""
    return {"now": instant(world.clock()) + "Z", "frozen": world.clock.frozen}


def login_view(world: World, login: Login) -> dict[str, Any]:
    """Show a stored login, with the answers its bank accepts."""
    traits, bank = login.behaviour, by_id(login.institution_id)
    opened = world.bank.open_sessions(login)
    return {
        "loginId": login.login_id,
        "username": login.username,
        "password": login.bank_password,
        "storedCredentialsGood": login.stored_password == login.bank_password,
        "institution": bank.name,
        "institutionId": bank.id,
        "language": login.language,
        "behaviour": traits.name,
        "about": traits.about,
        "asks": [
            [[_challenge(each) for each in questions] for questions in turn] for turn in traits.asks
        ],
        "signIns": login.sign_ins,
        "dataPolls": traits.data_polls,
        "accounts": [
            {
                "id": account.id,
                "title": KINDS[account.kind].title,
                "number": account.number,
                "selected": account.id in login.selected,
            }
            for account in login.accounts
        ],
        "selectedAccounts": login.selected,
        "lastRefresh": instant(login.last_refresh),
        "lastCode": login.last_code,
        "nightlyEnabled": login.scheduled,
        "nightlyEligible": world.nightly.eligible(login),
        "nightlyState": login.nightly_state,
        "openSession": opened[-1].request_id if opened else None,
    }


def _challenge(challenge: Any) -> dict[str, Any]:
    return {
        "type": challenge.type,
        "prompt": challenge.prompt,
        "promptFr": challenge.prompt_fr,
        "answers": [each if len(each) < 80 else "(image)" for each in challenge.answers],
    }


def session_view(world: World, session: Session) -> dict[str, Any]:
    """Show a session with its clock."""
    now, end = world.clock(), dies_at(session, world.readings)
    collections = session.collections
    return {
        "requestId": session.request_id,
        "loginId": session.login.login_id,
        "mode": "live" if session.live else "cached",
        "origin": session.origin,
        "status": "expired" if now >= end else session.status,
        "flinksCode": session.code,
        "openedAt": instant(session.opened_at) + "Z",
        "lastActivityAt": instant(session.touched_at) + "Z",
        "diesAt": instant(end) + "Z",
        "secondsLeft": max(0, round((end - now).total_seconds())),
        "prompts": [each.text(session.language) for each in session.challenges],
        "data": {
            kind: "delivered" if each.delivered else "processing"
            for kind, each in collections.items()
        },
        "tag": session.tag,
    }


def token_view(world: World, token: Token) -> dict[str, Any]:
    """Show a token, masked."""
    return {
        "token": masked(token.value),
        "kind": token.kind,
        "mintedAt": instant(token.minted_at) + "Z",
        "usedAt": instant(token.used_at) + "Z" if token.used_at else None,
        "usedFor": token.used_for,
    }
