"""What the page shows of the accounts that a refresh delivered. Nothing else leaves the server."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from demo.connections import BankConnection, KnownAccount

NEWEST: Final = 4


def arrived(connection: BankConnection, snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Return titles, last four digits, balances and the newest transactions; keep what was seen."""
    accounts = [each for each in snapshot.get("accounts") or () if isinstance(each, dict)]
    chosen = {each.id: each for each in connection.chosen}
    is_new = _novelty(connection)
    shown = {
        "vanished": snapshot.get("missingAccounts") or 0,
        "accounts": [_account(each, chosen.get(str(each.get("Id"))), is_new) for each in accounts],
    }
    connection.seen = frozenset(_ids(accounts)) | connection.seen
    return shown


def _novelty(connection: BankConnection) -> Callable[[Mapping[str, Any]], bool]:
    """Tell new transactions from those that were there at the last refresh."""
    seen, since = connection.seen, connection.updated_before[:10]
    if seen:
        return lambda transaction: transaction.get("Id") not in seen
    return lambda transaction: str(transaction.get("Date") or "") > since


def _account(
    account: Mapping[str, Any],
    known: KnownAccount | None,
    is_new: Callable[[Mapping[str, Any]], bool],
) -> dict[str, Any]:
    balance = account.get("Balance") or {}
    transactions = account.get("Transactions") or []
    return {
        "title": account.get("Title") or (known.title if known else ""),
        "lastFour": known.last_four if known else "",
        "currency": account.get("Currency") or "CAD",
        "balance": balance.get("Current"),
        "isCredit": account.get("Category") == "Credits",
        "newTransactions": sum(map(is_new, transactions)),
        "transactions": [
            {
                "date": each.get("Date"),
                "description": each.get("Description"),
                "amount": _amount(each),
                "isNew": is_new(each),
            }
            for each in transactions[:NEWEST]
        ],
    }


def _amount(transaction: Mapping[str, Any]) -> float | None:
    """Money in is positive, money out is negative."""
    if transaction.get("Credit") is not None:
        return float(transaction["Credit"])
    if transaction.get("Debit") is not None:
        return -float(transaction["Debit"])
    return None


def _ids(accounts: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for account in accounts:
        for transaction in account.get("Transactions") or ():
            yield str(transaction.get("Id"))
