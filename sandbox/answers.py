"""The bodies of successful answers, shared by the API and the webhooks."""

import base64
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from .bankdata import KINDS, Books, balance_on, holder
from .codes import CODES
from .ids import named_guid
from .institutions import by_id
from .logins import Account, Login
from .pdf import one_page_pdf
from .sessions import Collection, Session
from .wire import instant

STATEMENT_COUNTS: Final = {"MostRecent": 1, "Months3": 3, "Months12": 12}


def link(rel: str, href: str, example: str | None = None) -> dict[str, Any]:
    """Render one element of `Links`."""
    return {"rel": rel, "href": href, "example": example}


AUTHORIZATION_LINKS: Final = [link("Authorization", "/Authorize")]
DATA_LINKS: Final = [
    link("AccountsDetail", "/GetAccountsDetail"),
    link("AccountsSummary", "/GetAccountsSummary"),
]
STATEMENTS_LINK: Final = link("Statements", "/GetStatements")


def polling_links(endpoint: str) -> list[dict[str, Any]]:
    """Name the polling arm of an endpoint, as a 202 does: the example keeps its placeholder."""
    arm = f"{endpoint.removesuffix('Async')}Async"
    return [link(arm, f"/{arm}", f"/{arm}/{{requestId}}")]


def login_body(session: Session) -> dict[str, Any] | None:
    """Render `Login`, as old as what the session reads; None for a sign-in that is not saved.

    The latter from the vendor's C# suite of 2019, which looks for Login only if Save is true.
    """
    login = session.login
    if not session.save:
        return None
    return {
        "Username": login.username,
        "IsScheduledRefresh": login.scheduled,
        "LastRefresh": instant(session.data_at),
        "Type": login.type,
        "Id": login.login_id,
    }


def institution_body(login: Login) -> dict[str, Any]:
    """Render the three fields that name the bank."""
    bank = by_id(login.institution_id)
    return {"InstitutionName": bank.name, "InstitutionId": bank.id, "Institution": bank.name}


def tagged(session: Session) -> dict[str, Any]:
    """Echo the RequestId, and the Tag if one was sent."""
    return {"RequestId": session.request_id} | ({"Tag": session.tag} if session.tag else {})


def authorized(session: Session) -> dict[str, Any]:
    """Render the 200 of /Authorize."""
    login = session.login
    return {
        "HttpStatusCode": 200,
        "Links": DATA_LINKS + ([STATEMENTS_LINK] if login.statements_enabled else []),
        "Login": login_body(session),
        **institution_body(session.login),
        **tagged(session),
    }


def challenged(session: Session) -> dict[str, Any]:
    """Render the 203: no Login object, since none is documented there."""
    return {
        "HttpStatusCode": 203,
        "Links": AUTHORIZATION_LINKS,
        "SecurityChallenges": [each.body(session.language) for each in session.challenges],
        "Institution": by_id(session.login.institution_id).name,
        **tagged(session),
    }


def pending(session: Session, endpoint: str, code: str = "OPERATION_PENDING") -> dict[str, Any]:
    """Render a 202, which names the endpoint that tells how it goes on."""
    return {
        "HttpStatusCode": 202,
        "FlinksCode": code,
        "Message": CODES[code].message,
        "Links": polling_links(endpoint),
        **tagged(session),
    }


class Answers:
    """Renders account data."""

    def __init__(self, seed: int, books: Books) -> None:
        """Render from the books of a seed."""
        self._seed, self._books = seed, books

    def detail(self, session: Session, collection: Collection) -> dict[str, Any]:
        """Render the 200 of GetAccountsDetail."""
        login, bank = session.login, by_id(session.login.institution_id)
        accounts = [
            self._books.detail(login, account, bank, collection.wanted)
            for account in chosen(session, collection)
        ]
        if login.empty_answers > 0:
            login.empty_answers, accounts = login.empty_answers - 1, []
        return self._with_session(session, {"Accounts": _with_nothing(login, accounts)})

    def summary(self, session: Session, collection: Collection) -> dict[str, Any]:
        """Render the 200 of GetAccountsSummary: no transactions, two eligibility ratios."""
        login, bank = session.login, by_id(session.login.institution_id)
        accounts = [
            self._books.summary(login, account, bank, collection.wanted)
            for account in chosen(session, collection)
        ]
        return self._with_session(session, {"Accounts": accounts})

    def statements(self, session: Session, collection: Collection) -> dict[str, Any]:
        """Render the 200 of GetStatements."""
        count = STATEMENT_COUNTS[collection.statements]
        listed = [
            {
                "AccountNumber": account.number,
                "Statements": [
                    self._statement(session.login, account, month)
                    for month in last_months(collection.wanted.until, count)
                ],
            }
            for account in chosen(session, collection)
        ]
        return self._with_session(session, {"StatementsByAccount": listed})

    def kyc(self, session: Session) -> dict[str, Any]:
        """Render the KYC message's body."""
        american = by_id(session.login.institution_id).country == "US"
        holders = [holder(session.login, american)]
        return self._with_session(session, {"Holders": holders})

    def _with_session(self, session: Session, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "HttpStatusCode": 200,
            **data,
            "Login": login_body(session),
            **institution_body(session.login),
            **tagged(session),
        }

    def _statement(self, login: Login, account: Account, month: date) -> dict[str, Any]:
        balance = balance_on(self._seed, account, month) / 100
        lines = [
            by_id(login.institution_id).name,
            f"Statement of {month:%Y-%m} for account {account.number}",
            f"{KINDS[account.kind].title}: balance {balance:.2f}",
            "Issued by the Flinks sandbox. No real account.",
        ]
        return {
            "UniqueId": named_guid(account.id, month),
            "FileType": "PDF",
            "Base64Bytes": base64.b64encode(one_page_pdf(lines)).decode(),
        }


def _with_nothing(login: Login, accounts: list[Any]) -> list[Any]:
    """Put a null among the accounts, where the login's data are shaped so."""
    broken = login.behaviour.data_shape == "null_account"
    return [*accounts[:1], None, *accounts[1:]] if broken else accounts


def chosen(session: Session, collection: Collection) -> Iterable[Account]:
    """Apply AccountsFilter and the widget's own filter; without either, all accounts."""
    for account in session.login.accounts:
        by_request = collection.accounts is None or account.id in collection.accounts
        by_widget = session.only_accounts is None or account.id in session.only_accounts
        if by_request and by_widget:
            yield account


def last_months(day: date, count: int) -> list[date]:
    """Return the last days of the months before this one, latest first."""
    ends = []
    for _ in range(count):
        day = day.replace(day=1) - timedelta(days=1)
        ends.append(day)
    return ends
