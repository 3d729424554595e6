"""Every problem that the code can answer with, found in the code itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flinks_reconnect.domain.errors import REMEDIES, ErrorCode
from flinks_reconnect.flinks.codes import ERROR_CODES, RUNNING, SUCCESS, Endpoint, error_code_of

from docs.tools import ROOT
from docs.tools.template import edge_problems

_API = ROOT / "layers/reconnect/flinks_reconnect/api"


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """One problem: its status, its stable code, what it says."""

    status: int
    code: str
    title: str


@cache
def known_problems() -> tuple[Known, ...]:
    """Return the problems of the HTTP layer, of minting a token, and of the edge."""
    found = {*_written(), *_of_minting(), *_of_the_edge()}
    return tuple(sorted(found))


def codes() -> list[str]:
    """Return every stable code."""
    return sorted({each.code for each in known_problems()})


def _written() -> Iterator[Known]:
    """Read `Problem(status=…, code=…, title=…)` and `_refuse(status, code, title)`."""
    for module in sorted(_API.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from _called(node, node.func.id)


def _called(call: ast.Call, name: str) -> Iterator[Known]:
    given = {each.arg: each.value for each in call.keywords}
    if name == "_refuse":
        given = dict(zip(("status", "code", "title"), call.args, strict=True))
    elif name != "Problem":
        return
    facts = [given.get(each) for each in ("status", "code", "title")]
    values = [each.value for each in facts if isinstance(each, ast.Constant)]
    if len(values) == 3:
        status, code, title = values
        yield Known(int(str(status)), str(code), str(title))


def minting_error_codes() -> set[ErrorCode]:
    """Return why no authorize token may be had, as codes of ours."""
    return _error_codes_of(Endpoint.MINT)


def deletion_error_codes() -> set[ErrorCode]:
    """Return why a login may not be deleted, as codes of ours."""
    return _error_codes_of(Endpoint.DELETE)


def _error_codes_of(endpoint: Endpoint) -> set[ErrorCode]:
    known = [*ERROR_CODES, *RUNNING, *SUCCESS, "UNAUTHORIZED", "INVALID_LOGIN", None]
    return {error_code_of(endpoint, code) for code in known} | {ErrorCode.FLINKS_UNAVAILABLE}


def _of_minting() -> Iterator[Known]:
    for code in minting_error_codes():
        yield Known(503, code.value, REMEDIES[code].message)


def _of_the_edge() -> Iterator[Known]:
    for problem in edge_problems():
        yield Known(problem["status"], problem["code"], problem["title"])
