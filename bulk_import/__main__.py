"""`python -m bulk_import FILE --api URL`: take over the connections of a file.

FILE has one JSON object a line, as POST /connections takes it. The report (FILE.report.jsonl) has
one line for each, with its number, its outcome, its connection's id or the fields that are wrong.
Run it again and it goes on where it stopped, and tries what failed. AWS credentials and region
come from where every AWS tool takes them; `--dry-run` writes nothing at the other end.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session, get_session

from bulk_import.run import BulkImport, RefusedError, Reply

PATIENCE: Final = 29.0
"""Seconds; API Gateway gives up then."""


class SignedApi:
    """POST /connections/import, signed with the caller's AWS credentials."""

    def __init__(
        self, url: str, session: Session, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Call the API at this address."""
        self._url = f"{url.rstrip('/')}/connections/import"
        self._session = session
        self._client = httpx.Client(timeout=PATIENCE, transport=transport)

    def __call__(self, body: Mapping[str, Any]) -> Reply:
        """Send once."""
        content = httpx.Request("POST", self._url, json=body).content
        request = AWSRequest("POST", self._url, {"Content-Type": "application/json"}, content)
        credentials = self._session.get_credentials()
        if credentials is None:
            raise RefusedError("no AWS credentials")
        region = self._session.get_config_variable("region")
        SigV4Auth(credentials, "execute-api", region).add_auth(request)
        try:
            answer = self._client.post(self._url, content=content, headers=dict(request.headers))
        except httpx.TransportError:
            return Reply(0, {})
        said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        wait = answer.headers.get("retry-after", "")
        return Reply(answer.status_code, said, float(wait) if wait.isdigit() else None)


def main() -> int:
    """Return 0 if everything was taken over, 1 if something was refused, 2 if it had to stop."""
    parser = argparse.ArgumentParser(prog="bulk_import", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--api", required=True, help="the stack's ApiUrl")
    parser.add_argument("--report", type=Path, help="where the report goes")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would happen")
    given = parser.parse_args()
    suffix = ".dry-run.jsonl" if given.dry_run else ".report.jsonl"
    report = given.report or given.file.with_name(given.file.name + suffix)
    run = BulkImport(SignedApi(given.api, get_session()), report, given.dry_run, _say)
    try:
        with given.file.open() as lines:
            counts = run(lines)
    except RefusedError as error:
        print(
            f"\nstopped: {error}. Run it again to go on; so far it is in {report}", file=sys.stderr
        )
        return 2
    print(f"\ndone, the report is in {report}", file=sys.stderr)
    return int(any(counts[each] for each in ("invalid", "closed", "failed")))


def _say(counts: Counter[str]) -> None:
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted((+counts).items()))
    print(f"\r{counts.total():,}: {told}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
