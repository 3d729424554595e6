"""Which accounts may leave, and what is delivered of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flinks_reconnect.domain.ids import AccountId

type Account = dict[str, Any]
"""One bank account as Flinks described it; opaque to us but for its id."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The accounts that the person chose: the boundary of what may ever leave.

    Explicit always: either named ids, or the word that all were chosen.
    """

    ids: tuple[AccountId, ...] = ()
    everything: bool = False

    def keep(self, accounts: Iterable[Account]) -> tuple[Account, ...]:
        """Return the chosen ones of these accounts; an account without an id is never chosen."""
        if self.everything:
            return tuple(accounts)
        chosen = {account.lower() for account in self.ids}
        return tuple(account for account in accounts if _id_of(account) in chosen)

    def missing(self, accounts: Iterable[Account]) -> tuple[AccountId, ...]:
        """Return the chosen accounts that are not among these."""
        present = {_id_of(account) for account in accounts}
        return tuple(account for account in self.ids if account.lower() not in present)

    def narrowed_to(self, other: "Selection") -> "Selection":
        """Return what both allow."""
        if other.everything:
            return self
        if self.everything:
            return other
        allowed = {account.lower() for account in other.ids}
        return Selection(ids=tuple(each for each in self.ids if each.lower() in allowed))

    def covers(self, other: "Selection") -> bool:
        """Whether all that the other allows is chosen here, too."""
        chosen = {account.lower() for account in self.ids}
        named = not other.everything and all(each.lower() in chosen for each in other.ids)
        return self.everything or named


EVERYTHING: Final = Selection(everything=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Where the filtered accounts of one refresh lie, and until when they are readable."""

    sha256: str
    bytes: int
    accounts: int
    vanished: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsOptions:
    """What the integrator asks Flinks to collect (`/GetAccountsDetail` body)."""

    year_of_transactions: bool = False
    with_transactions: bool = True
    with_balance: bool = True
    with_kyc: bool = False
    with_account_identity: bool = False


def _id_of(account: Account) -> str | None:
    """Flinks' own spelling of the name counts first; else there must be just one of any case."""
    named = [account[name] for name in account if name.lower() == "id"]
    value = account["Id"] if "Id" in account else named[0] if len(named) == 1 else None
    return value.lower() if isinstance(value, str) else None
