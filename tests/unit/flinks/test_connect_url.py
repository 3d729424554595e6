"""The iframe's address, to the letter."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flinks_reconnect.domain.accounts import EVERYTHING, Selection
from flinks_reconnect.domain.ids import AccountId, RefreshId, RequestId
from flinks_reconnect.flinks.connect_url import ConnectUrlBuilder
from flinks_reconnect.usecases.ports import AuthorizeToken, ConnectTarget, ConnectUrls
from hypothesis import given
from hypothesis import strategies as st

HOST = "https://acme-ca-iframe.private.fin.ag"
TOKEN = AuthorizeToken("tok-1", datetime(2026, 11, 22, tzinfo=UTC))
TARGET = ConnectTarget(
    request_id=RequestId("00000000-0000-4000-8000-0000000000cc"),
    institution_id="14",
    language="fr",
    selection=Selection(ids=(AccountId("a-1"), AccountId("a-2"))),
    mode_embedded=True,
    callback_url="https://api.example.com/v1/callback/rf_1.2.3?x=1&y=é",
    tag=RefreshId("rf_1"),
)
BUILDER = ConnectUrlBuilder(base_url=HOST)


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, strict_parsing=True)


def test_it_implements_the_port() -> None:
    urls: ConnectUrls = BUILDER

    assert urls.origin == HOST


def test_a_session_is_resumed_as_the_reconnect_page_says() -> None:
    assert BUILDER.build(TARGET, TOKEN) == (
        "https://acme-ca-iframe.private.fin.ag/"
        "?requestId=00000000-0000-4000-8000-0000000000cc"
        "&authorizeToken=tok-1"
        "&redirectUrl=https%3A%2F%2Fapi.example.com%2Fv1%2Fcallback%2Frf_1.2.3%3Fx%3D1%26y%3D%C3%A9"
        "&innerRedirect=true"
        "&language=fr"
        "&tag=rf_1"
        "&consentEnable=true"
        "&resumeSelectedAccounts=a-1,a-2"
    )


def test_a_redirect_of_the_whole_page_needs_no_parameter() -> None:
    url = BUILDER.build(replace(TARGET, mode_embedded=False), TOKEN)

    assert "innerRedirect" not in query_of(url)


def test_no_language_is_flinks_choice() -> None:
    assert "language" not in query_of(BUILDER.build(replace(TARGET, language=None), TOKEN))


@pytest.mark.parametrize("request_id", [TARGET.request_id, None])
def test_where_all_accounts_are_wanted_no_choice_is_offered(request_id: RequestId | None) -> None:
    """Settled point 14: nobody would honour it."""
    target = replace(TARGET, selection=EVERYTHING, request_id=request_id)

    assert query_of(BUILDER.build(target, TOKEN))["accountSelectorEnable"] == ["false"]


def test_where_accounts_are_named_the_selector_is_flinks_affair() -> None:
    assert "accountSelectorEnable" not in BUILDER.build(TARGET, TOKEN)


@pytest.mark.parametrize("selection", [EVERYTHING, Selection()])
def test_without_named_accounts_none_are_named(selection: Selection) -> None:
    url = BUILDER.build(replace(TARGET, selection=selection), TOKEN)

    assert "resumeSelectedAccounts" not in url


def test_a_full_sign_in_begins_at_the_institution_and_names_no_session() -> None:
    url = BUILDER.build(replace(TARGET, request_id=None), TOKEN)

    assert url.startswith(f"{HOST}/v2/Credential/14?authorizeToken=tok-1&redirectUrl=")
    assert "requestId" not in url
    assert query_of(url)["resumeSelectedAccounts"] == ["a-1,a-2"]


def test_a_full_sign_in_at_an_unknown_institution_shows_the_selector() -> None:
    url = BUILDER.build(replace(TARGET, request_id=None, institution_id=None), TOKEN)

    assert url.startswith(f"{HOST}/v2/?authorizeToken=tok-1&")


def test_paths_and_switches_are_configured() -> None:
    builder = ConnectUrlBuilder(
        base_url=f"{HOST}/",
        connect_path="/v2/",
        credential_path="/v3/Credential",
        consent_enable=False,
        demo=True,
    )

    resumed = builder.build(TARGET, TOKEN)
    signed_in = builder.build(replace(TARGET, request_id=None), TOKEN)

    assert resumed.startswith(f"{HOST}/v2/?requestId=")
    assert signed_in.startswith(f"{HOST}/v3/Credential/14?")
    query = query_of(resumed)
    assert query["consentEnable"] == ["false"]
    assert query["demo"] == ["true"]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://ACME-iframe.private.fin.ag", "https://acme-iframe.private.fin.ag"),
        ("https://acme.fin.ag:443/", "https://acme.fin.ag"),
        ("https://acme.fin.ag:8443", "https://acme.fin.ag:8443"),
        ("http://127.0.0.1:8802", "http://127.0.0.1:8802"),
        ("http://[::1]:8802", "http://[::1]:8802"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_the_origin_is_written_as_browsers_write_it(address: str, origin: str) -> None:
    assert ConnectUrlBuilder(base_url=address).origin == origin


@pytest.mark.parametrize(
    "address",
    [
        "",
        "acme-iframe.private.fin.ag",
        "http://acme-iframe.private.fin.ag",
        "ftp://127.0.0.1",
        "javascript:alert(1)",
        "https://",
        "https://acme.fin.ag/v2/",
        "https://acme.fin.ag?x=1",
        "https://acme.fin.ag#x",
        "https://user:secret@acme.fin.ag",
        "https://acme.fin.ag;img-src",
        "https://acme.fin.ag *.example",
        "https://acme.fin.ag'",
        "https://acme.fin.ag\\@evil.example",
        "https://acmé.fin.ag",
        "https://acme.fin.ag:port",
    ],
)
def test_an_unsafe_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="Flinks"):
        ConnectUrlBuilder(base_url=address)


@pytest.mark.parametrize("path", ["", "v2/", "//evil.example/", "/v2/?x=1", "/v2/#x", "/v 2/"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="plain path"):
        ConnectUrlBuilder(base_url=HOST, connect_path=path)
    with pytest.raises(ValueError, match="plain path"):
        ConnectUrlBuilder(base_url=HOST, credential_path=path)


TEXT = st.text(st.characters(codec="utf-8"), min_size=1)


@given(TEXT, TEXT, TEXT, st.lists(TEXT.filter(lambda text: "," not in text), min_size=1))
def test_every_value_comes_back_as_it_went_in(
    request: str, token: str, callback: str, accounts: list[str]
) -> None:
    target = replace(
        TARGET,
        request_id=RequestId(request),
        callback_url=callback,
        selection=Selection(ids=tuple(map(AccountId, accounts))),
    )

    url = BUILDER.build(target, AuthorizeToken(token, TOKEN.minted_at))

    query = query_of(url)
    assert query["requestId"] == [request]
    assert query["authorizeToken"] == [token]
    assert query["redirectUrl"] == [callback]
    assert query["resumeSelectedAccounts"] == [",".join(accounts)]
    assert urlsplit(url).netloc == urlsplit(HOST).netloc
