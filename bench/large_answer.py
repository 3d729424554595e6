"""`python -m bench.large_answer`: the most memory that an answer of 37 MB takes, in MB.

Read as Flinks would send it, judged, filtered and packed for the bucket, in a process of its own.
"""

import gzip
import json
import resource
import sys
from typing import Final

from flinks_reconnect.flinks.codes import Endpoint
from flinks_reconnect.flinks.exchange import Received
from flinks_reconnect.flinks.reply_parser import accounts_answer, parse

LARGEST: Final = 37_000_000


def body(size: int) -> bytes:
    """Return an answer of about this many bytes: a year of transactions of three accounts."""
    transaction = {
        "Id": "1" * 36,
        "Date": "2026/01/02",
        "Code": None,
        "Description": "PAYMENT " * 4,
        "Debit": 12.34,
        "Credit": None,
        "Balance": 1234.56,
    }
    each = len(json.dumps(transaction)) + 2
    accounts = [
        {"Id": f"{number}" * 36, "Transactions": [transaction] * (size // each // 3)}
        for number in (1, 2, 3)
    ]
    answer = {
        "HttpStatusCode": 200,
        "Accounts": accounts,
        "RequestId": "2" * 36,
        "Login": {"Id": "3" * 36, "LastRefresh": "2026-01-02T03:04:05"},
    }
    return json.dumps(answer).encode()


def main(size: int = LARGEST) -> None:
    """Print what the process had before, and at the most."""
    raw = body(size)
    before = _peak()
    answer = accounts_answer(parse(Received(200, raw)), Endpoint.ACCOUNTS, "2" * 36)  # type: ignore[arg-type] # a RequestId in plain text
    accounts = getattr(answer, "accounts", ())
    packed = gzip.compress(json.dumps({"accounts": accounts}, separators=(",", ":")).encode(), 6)
    print(
        f"answer {len(raw) / 1e6:.0f} MB of {len(accounts)} accounts,"
        f" packed {len(packed) / 1e6:.1f} MB"
    )
    print(f"memory before {before} MB, at the most {_peak()} MB")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:2]))
