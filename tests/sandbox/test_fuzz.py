"""Whatever is sent, the sandbox answers, and never with a 500 of its own."""

import json
import logging
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.app import api_app
from sandbox.connect.steps import STEPS
from sandbox.openapi import document
from sandbox.settings import Settings
from sandbox.world import World
from tests.sandbox.flinks import Flinks

logging.getLogger("httpx").setLevel(logging.WARNING)

SETTINGS = Settings()
WORLD = World(SETTINGS)
schema = schemathesis.openapi.from_asgi("/_sandbox/openapi.json", api_app(WORLD))


@pytest.fixture(autouse=True)
def _no_webhook_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.webhooks.post", lambda url, headers, body: 200)


def _let_in(case: Any) -> None:
    """Use good keys, and ids that exist, so that more than the door is tried."""
    session = WORLD.bank.open(WORLD.bank.logins[0], live=True)
    session.status = "authorized"
    known = {"LoginId": session.login.login_id, "RequestId": session.request_id}
    if isinstance(case.body, dict):
        case.body |= {name: known[name] for name in known.keys() & case.body.keys()}
    case.headers = {
        "flinks-auth-key": WORLD.tokens.mint().value
        if "Authorize" in case.path and "Token" not in case.path
        else SETTINGS.secret_key,
        "x-api-key": SETTINGS.api_key,
        "Authorization": f"Bearer {SETTINGS.secret_key}",
    }


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_is_a_crash(case: Any) -> None:
    WORLD.faults.waiting.clear()
    _let_in(case)
    answer = case.call()
    content = answer.content
    assert answer.status_code != 500 or json.loads(content)["FlinksCode"] == "AGGREGATION_ERROR"


def test_the_document_names_every_endpoint() -> None:
    paths = document(SETTINGS)["paths"]
    assert sum(1 for path in paths if "BankingServices" in path) == 17


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = [
    "requestId",
    "authorizeToken",
    "redirectUrl",
    "language",
    "demo",
    "tag",
    "theme",
    "maximumRetry",
    "jsRedirect",
    "accountSelectorEnable",
    "accountSelectorCurrency",
    "resumeSelectedAccounts",
    "consentEnable",
    "enhancedMFA",
    "daysOfTransactions",
]
BODIES = st.dictionaries(
    st.sampled_from(["answers", "ids", "id", "username", "password", "accept", "approved"]),
    ANYTHING,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    query=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30) | st.just("true")),
    institution=ANYTHING,
    taken=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), BODIES), max_size=6),
)
def test_no_step_of_the_widget_is_a_crash(
    query: dict[str, str], institution: Any, taken: list[tuple[str, dict[str, Any]]]
) -> None:
    flinks = Flinks(WORLD)
    opening = {"query": query | {"demo": "true"}, "institution": institution}
    opened = flinks.request("POST", "/_widget/visits", connect=True, json=opening)
    assert opened.status_code == 200
    for step, body in taken:
        path = f"/_widget/visits/{opened.json()['visit']}/{step}"
        answer = flinks.request("POST", path, connect=True, json=body)
        assert answer.status_code in (200, 409)
