"""Stored logins: what Flinks keeps for a person's access to one bank."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from .behaviours import Behaviour
from .challenges import Challenge
from .ids import named_guid

PASSWORD = "Everyday"  # noqa: S105 - printed in Flinks' docs
"""Flinks' documented password of every test user."""

NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Account:
    """One account of a login; its movements are generated, see `bankdata`."""

    id: str
    kind: str
    number: str


@dataclass(slots=True)
class Login:
    """One card, in Flinks' old word: username, bank, language, and what happened last."""

    login_id: str
    username: str
    institution_id: int
    behaviour: Behaviour
    accounts: list[Account]
    language: str = "en"
    type: str = "Personal"
    bank_password: str = PASSWORD
    stored_password: str | None = PASSWORD
    credentials_at: datetime = NEVER
    created_at: datetime = NEVER
    last_refresh: datetime = NEVER
    refresh_before: datetime = NEVER
    """The good refresh before the last one; cached answers may still tell of it."""
    stale_refreshes: int = 0
    """Live sign-ins to come that are answered from what is kept: LastRefresh does not move."""
    empty_answers: int = 0
    """Data answers to come that list no account yet."""
    last_code: str | None = None
    """What the last live attempt ended with; a cached call repeats it."""
    last_cached_call: datetime = NEVER
    sign_ins: int = 0
    down_since: datetime | None = None
    wrong_answers: int = 0
    lost_answers: int = 0
    selected: list[str] = field(default_factory=list)
    """The accounts chosen in the account selector; empty: it was never used."""
    scheduled: bool = False
    nightly_state: str = "Succeeded"
    nightly_code: str | None = None
    nightly_failed: bool = False
    nightly_fails_next: str | None = None
    tag: str | None = None
    collecting_polls: int = 0
    """Cached calls that still answer 202 after the widget, while data are collected."""
    stored_answers: dict[str, str] = field(default_factory=dict)
    statements_enabled: bool = False

    def questions(self) -> tuple[Challenge, ...]:
        """Return the plain questions this bank may ask, in any turn."""
        asked = {
            each.prompt: each
            for turn in self.behaviour.asks
            for questions in turn
            for each in questions
            if each.type == "QuestionAndAnswer"
        }
        return tuple(asked.values())

    def account(self, account_id: str) -> Account | None:
        """Find an account by its id."""
        return next((each for each in self.accounts if each.id == account_id), None)


KINDS = ("chequing", "savings", "credit_card", "us_chequing")


def new_accounts(login_id: str, count: int = 4, generation: int = 0) -> list[Account]:
    """Open the accounts of a login; a card deleted and connected again gets other ids."""
    return [new_account(login_id, index, generation) for index in range(count)]


def new_account(login_id: str, index: int, generation: int = 0) -> Account:
    """Open the account with this number."""
    digits = int(named_guid(login_id, "number", index).replace("-", "")[:12], 16) % 10_000_000
    return Account(
        id=_account_id(login_id, index, generation),
        kind=KINDS[index % len(KINDS)],
        number=f"{digits:07d}",
    )


def _account_id(login_id: str, index: int, generation: int) -> str:
    again = (generation,) if generation else ()
    return named_guid(login_id, "account", index, *again)


def renumber(login: Login, generation: int) -> None:
    """Give every account another id, keeping what was selected."""
    changed = {}
    for index, account in enumerate(login.accounts):
        fresh = _account_id(login.login_id, index, generation)
        changed[account.id], account.id = fresh, fresh
    login.selected = [changed.get(each, each) for each in login.selected]
