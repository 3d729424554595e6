"""The banks' books: accounts and movements that are the same for the same seed and day.

Every month of a chequing account ends where it began, so a balance is known without walking
through the years, and new movements appear as the clock moves. Nothing is posted on weekends.
"""

import random
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from .ids import named_guid
from .institutions import Institution
from .logins import Account, Login
from .rendering import exact

SHOPS: Final = (
    "EPICERIE DU COIN MONTREAL QC",
    "CAFE RIVERSIDE #214 OTTAWA ON",
    "PHARMACIE LAURIER",
    "PETRO SERVICE 0871 LAVAL QC",
    "LIBRAIRIE DU PARC",
    "TRANSIT PASS TORONTO ON",
    "MAPLE HARDWARE #33",
    "POWER AND LIGHT BILL",
    "MOBILE PLAN PREAUTH",
    "BISTRO NORD HALIFAX NS",
)
US_SHOPS: Final = ("LAKESIDE DINER BUFFALO NY", "GAS STATION #88 ALBANY NY", "ONLINE STORE WA")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the accounts of one kind have in common."""

    title: str
    category: str
    type: str
    currency: str
    opening: float
    limit: float | None
    moves: int
    """Purchases on an average working day, times two."""


KINDS: Final[dict[str, Kind]] = {
    "chequing": Kind("Chequing CAD", "Operations", "Chequing", "CAD", 2480.15, None, 3),
    "savings": Kind("Savings CAD", "Operations", "Savings", "CAD", 12900.0, None, 0),
    "credit_card": Kind("Visa Infinite", "Credits", "CreditCard", "CAD", -640.4, 5000.0, 2),
    "us_chequing": Kind("Chequing USD", "Operations", "Chequing", "USD", 1310.75, None, 1),
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One posted transaction: an amount in cents, negative when money leaves."""

    day: date
    text: str
    cents: int
    id: str


@lru_cache(maxsize=4096)
def _month(
    seed: int, account_id: str, kind: str, many: bool, year: int, month: int
) -> tuple[Movement, ...]:
    """Post one month of an account, ending at the balance it began with."""
    draw = random.Random(f"{seed}/{account_id}/{year}-{month}")  # noqa: S311 - must repeat itself
    days = [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
    working = [day for day in days if day.weekday() < 5]
    posted: list[tuple[date, str, int]] = []
    for day in working[:-1]:
        posted += _purchases(draw, day, kind, many)
        if kind == "chequing" and day in (working[0], working[len(working) // 2]):
            posted.append((day, "PAYROLL DEPOSIT MAPLE WORKS INC", 184_215))
        if kind == "chequing" and day == working[0]:
            posted.append((day, "RENT PREAUTHORIZED DEBIT", -135_000))
    drift = sum(cents for _, _, cents in posted)
    if drift:
        text = "TRANSFER FROM SAVINGS" if drift < 0 else "TRANSFER TO SAVINGS"
        posted.append((working[-1], "PAYMENT THANK YOU" if kind == "credit_card" else text, -drift))
    return tuple(
        Movement(day, text, cents, named_guid(seed, account_id, day, index))
        for index, (day, text, cents) in enumerate(posted)
    )


def _purchases(
    draw: random.Random, day: date, kind: str, many: bool
) -> list[tuple[date, str, int]]:
    """Post the purchases of one working day."""
    shops = US_SHOPS if kind == "us_chequing" else SHOPS
    if kind == "savings" and not many:
        return [(day, "INTEREST PAID", draw.randint(900, 1900))] if day.day == 15 else []
    count = draw.randint(8, 14) if many else draw.randint(0, KINDS[kind].moves)
    return [(day, draw.choice(shops), -draw.randint(350, 12_000)) for _ in range(count)]


def movements(
    seed: int, account: Account, since: date, until: date, many: bool = False
) -> Iterator[Movement]:
    """Yield what was posted between two days, oldest first."""
    year, month = since.year, since.month
    while (year, month) <= (until.year, until.month):
        for movement in _month(seed, account.id, account.kind, many, year, month):
            if since <= movement.day <= until:
                yield movement
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def balance_on(seed: int, account: Account, day: date, many: bool = False) -> int:
    """Return the balance at the end of a day, in cents."""
    first = day.replace(day=1)
    moved = sum(each.cents for each in movements(seed, account, first, day, many))
    return round(KINDS[account.kind].opening * 100) + moved


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a data call asks for."""

    since: date
    until: date
    transactions: bool = True
    balance: bool = True
    identity: bool = True
    kyc: bool = True
    after: tuple[tuple[str, str], ...] = ()
    """RefreshDelta: account id and the last transaction id already known."""


class Books:
    """Renders the accounts of a login as Flinks prints them."""

    def __init__(self, seed: int) -> None:
        """Open the books of a seed."""
        self._seed = seed

    def detail(
        self, login: Login, account: Account, bank: Institution, wanted: Wanted
    ) -> dict[str, Any]:
        """Render one element of `Accounts` of GetAccountsDetail."""
        body = self._account(login, account, bank, wanted)
        moves = self._transactions(login, account, wanted) if wanted.transactions else []
        body = {"Transactions": moves, **body}
        return shaped(login.behaviour.data_shape, body)

    def summary(
        self, login: Login, account: Account, bank: Institution, wanted: Wanted
    ) -> dict[str, Any]:
        """Render one element of `Accounts` of GetAccountsSummary."""
        eligible = 1.0 if account.kind in ("chequing", "us_chequing") else 0.0
        body = self._account(login, account, bank, wanted)
        body |= {"EftEligibleRatio": eligible, "ETransferEligibleRatio": eligible}
        return shaped(login.behaviour.data_shape, body)

    def _account(
        self, login: Login, account: Account, bank: Institution, wanted: Wanted
    ) -> dict[str, Any]:
        kind = KINDS[account.kind]
        american = bank.country == "US"
        body: dict[str, Any] = {"OverdraftLimit": 0, "Title": kind.title}
        body |= _identity(account, bank) if wanted.identity else dict.fromkeys(IDENTITY)
        body |= {
            "Balance": self._balance(login, account, wanted.until)
            if wanted.balance
            else dict.fromkeys(("Available", "Current", "Limit")),
            "Category": kind.category,
            "Type": kind.type,
            "Currency": "USD" if american else kind.currency,
        }
        body["Holder"] = holder(login, american) if wanted.kyc else None
        return body | {"AccountType": login.type, "Id": account.id}

    def _balance(self, login: Login, account: Account, day: date) -> dict[str, Any]:
        kind = KINDS[account.kind]
        many = login.behaviour.data_shape == "many"
        current = balance_on(self._seed, account, day, many) / 100
        if kind.limit is None:
            return {"Available": current, "Current": current, "Limit": None}
        owed = round(-current, 2)
        return {"Available": round(kind.limit - owed, 2), "Current": owed, "Limit": kind.limit}

    def _transactions(self, login: Login, account: Account, wanted: Wanted) -> list[dict[str, Any]]:
        """Render the movements, newest first, after the one already known if there is one."""
        many = login.behaviour.data_shape == "many"
        last = wanted.since - timedelta(days=1)
        balance = balance_on(self._seed, account, last, many)
        listed: list[dict[str, Any]] = []
        known = dict(wanted.after).get(account.id)
        for each in movements(self._seed, account, wanted.since, wanted.until, many):
            balance += each.cents
            listed.append(_transaction(each, balance))
            if each.id == known:
                listed.clear()
        return listed[::-1]


def _transaction(movement: Movement, balance: int) -> dict[str, Any]:
    amount = abs(movement.cents) / 100
    return {
        "Date": movement.day.isoformat(),
        "Code": None,
        "Description": movement.text,
        "Debit": amount if movement.cents < 0 else None,
        "Credit": amount if movement.cents >= 0 else None,
        "Balance": balance / 100,
        "Id": movement.id,
    }


IDENTITY: Final = ("TransitNumber", "InstitutionNumber", "AccountNumber", "LastFourDigits")


def _identity(account: Account, bank: Institution) -> dict[str, Any]:
    """Render the numbers of an account; leading zeros are kept."""
    return {
        "TransitNumber": bank.routing_numbers[0] if bank.routing_numbers else "07777",
        "InstitutionNumber": bank.number,
        "AccountNumber": account.number,
        "LastFourDigits": account.number[-4:],
    }


def holder(login: Login, american: bool) -> dict[str, Any]:
    """Invent the person behind a login."""
    draw = random.Random(f"holder/{login.login_id}")  # noqa: S311 - must repeat itself
    name = (
        f"{draw.choice(('Ada', 'Émile', 'Noor', 'Liam', 'Zoé'))} "
        f"{draw.choice(('Tremblay', 'Singh', 'MacDonald', 'Roy', 'Chen'))}"
    )
    address = {
        "CivicAddress": f"{draw.randint(1, 9999)} {'Elm Street' if american else 'rue Sherbrooke'}",
        "City": "Buffalo" if american else "Montreal",
        "Province": "NY" if american else "QC",
        "PostalCode": "14201" if american else "H2X 1Y4",
        "POBox": None,
        "Country": "US" if american else "CA",
    }
    return {
        "Name": name,
        "Address": address,
        "Email": "person@sandbox.example",
        "PhoneNumber": f"(514) 555-01{draw.randint(0, 99):02d}",
    }


DECIMALS: Final = {"Available": "100.00", "Current": "12345678901234567.89", "Limit": "1e400"}


def shaped(shape: str, account: dict[str, Any]) -> dict[str, Any]:
    """Bend an account into one of the shapes that break careless parsers."""
    if shape == "nulls":
        bare: dict[str, Any] = _nulled(account)
        return bare | {"Id": account["Id"]}
    if shape == "numbers":
        numbers = ("TransitNumber", "InstitutionNumber")
        return account | {name: int(account[name]) for name in numbers if account[name]}
    if shape == "decimals":
        return account | {"Balance": {name: exact(text) for name, text in DECIMALS.items()}}
    if shape == "unknown":
        return account | {"Type": "SpaceAccount", "Category": "Novelties", "Futuristic": {"A": [1]}}
    return account


def _nulled(value: Any) -> Any:
    """Replace every leaf with null."""
    if isinstance(value, dict):
        return {key: _nulled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_nulled(each) for each in value]
    return None
