"""Whatever address a person ends up at, they are told something, in their language."""

from typing import Any

import pytest
from flinks_reconnect.api.edge.languages import language_of
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Response
from flinks_reconnect.api.hosted.unknown_address import unknown_address_response


def answered(path: str, **headers: str) -> Response:
    event = {"httpMethod": "GET", "resource": "/{page+}", "pathParameters": {"page": path}}
    return unknown_address_response(Request({**event, "headers": headers}), the_page)


def the_page(_: Request) -> Response:
    return {"statusCode": 200, "body": "the page"}


@pytest.mark.parametrize(
    "path", ["reconnect#rf_1", "reconnect%23rf_1", "Reconnect/", "reconnect.", "reconnect/visits/x"]
)
def test_what_begins_like_the_page_gets_the_page(path: str) -> None:
    assert answered(path)["body"] == "the page"


@pytest.mark.parametrize("path", ["callback", "callback/", "callback/a/b", "callbacks"])
@pytest.mark.parametrize(
    ("language", "words"), [("en-CA,en;q=0.9", "open your link again"), ("fr-CA", "votre lien")]
)
def test_what_begins_like_the_callback_gets_words(path: str, language: str, words: str) -> None:
    answer = answered(path, **{"Accept-Language": language})

    assert answer["statusCode"] == 404
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language[:2]}">' in answer["body"]
    assert words in answer["body"].replace("\n", " ")


@pytest.mark.parametrize("path", ["", "wp-login.php", "favicon.ico", "refreshes"])
def test_all_else_is_refused_as_at_the_edge(path: str) -> None:
    answer: dict[str, Any] = answered(path)

    assert answer["statusCode"] == 403
    assert answer["headers"]["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("de-CH, it", "en"),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en-US,en;q=0.9,fr;q=0.8", "en"),
        ("de,fr;q=0.5", "fr"),
        ("en;q=0.1, fr;q=0.2", "fr"),
        ("FR-ca", "fr"),
        ("fr;q=x, en;q=0.1", "en"),
        (";;;,,,q=", "en"),
        ("fr;q=nan", "en"),
        ("fr;q=inf, en", "fr"),
    ],
)
def test_the_language_that_a_browser_likes_best_is_spoken(
    accepted: str | None, language: str
) -> None:
    assert language_of(accepted) == language
