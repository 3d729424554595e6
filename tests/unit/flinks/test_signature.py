"""Only what Flinks signed gets in."""

import base64
import hashlib
import hmac

import pytest
from flinks_reconnect.flinks.signature import is_signed, sign
from hypothesis import given
from hypothesis import strategies as st

SECRET = b"secret"
BODY = b'{"ResponseType":"KYC","HttpStatusCode":200}'
SIGNATURE = "Xx8aSUAi3H0pBdcBCz8sJB+tA+mCEVRod121/S/9S98="
OTHER = sign(b"another", BODY).decode()
REFERENCE = "flinks-authenticity-key"
GUIDE = "X-Flinks-Signature"


def test_the_documented_formula_gives_the_known_signature() -> None:
    assert sign(SECRET, BODY).decode() == SIGNATURE


@pytest.mark.parametrize(
    "name", [REFERENCE, GUIDE, "Flinks-Authenticity-Key", "x-flinks-signature", GUIDE.upper()]
)
def test_either_header_will_do_in_any_case(name: str) -> None:
    assert is_signed({name: [SIGNATURE], "Host": ["a", "b"]}, BODY, [SECRET])


def test_both_headers_may_come_if_they_agree() -> None:
    assert is_signed({REFERENCE: [SIGNATURE], GUIDE: [SIGNATURE]}, BODY, [SECRET])


def test_two_secrets_hold_while_they_rotate() -> None:
    for secrets in ([b"new", SECRET], [SECRET, b"new"]):
        assert is_signed({REFERENCE: [SIGNATURE]}, BODY, secrets)
    assert not is_signed({REFERENCE: [SIGNATURE]}, BODY, [b"new", b"newer"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": [SIGNATURE]},
        {REFERENCE: []},
        {REFERENCE: [""]},
        {REFERENCE: [OTHER]},
        {REFERENCE: [SIGNATURE, SIGNATURE]},
        {REFERENCE: [SIGNATURE, OTHER]},
        {REFERENCE: [SIGNATURE], REFERENCE.upper(): [OTHER]},
        {REFERENCE: [SIGNATURE], GUIDE: [OTHER]},
        {REFERENCE: [OTHER], GUIDE: [SIGNATURE]},
        {REFERENCE: [SIGNATURE], GUIDE: [""]},
        {REFERENCE: [f"{SIGNATURE}, {SIGNATURE}"]},
        {REFERENCE: [f" {SIGNATURE}"]},
        {REFERENCE: [f"{SIGNATURE}\n"]},
        {REFERENCE: [f"sha256={SIGNATURE}"]},
        {REFERENCE: [SIGNATURE.rstrip("=")]},
        {REFERENCE: [SIGNATURE[:-2] + "9="]},
        {REFERENCE: [hmac.new(SECRET, BODY, hashlib.sha256).hexdigest()]},
        {REFERENCE: [base64.urlsafe_b64encode(hmac.digest(SECRET, BODY, "sha256")).decode()]},
        {REFERENCE: ["é" * 44]},
        {REFERENCE: ["\ud800" * 44]},
        {REFERENCE: [SIGNATURE * 1000]},
    ],
)
def test_anything_odd_is_refused(headers: dict[str, list[str]]) -> None:
    assert not is_signed(headers, BODY, [SECRET])


@pytest.mark.parametrize("secrets", [[], [b""], [b"", b""]])
def test_without_a_secret_nobody_gets_in(secrets: list[bytes]) -> None:
    anybody = {REFERENCE: [sign(b"", BODY).decode()]}

    assert not is_signed(anybody, BODY, secrets)


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=200))
def test_what_is_signed_gets_in(secret: bytes, body: bytes) -> None:
    assert is_signed({REFERENCE: [sign(secret, body).decode()]}, body, [secret])


@given(st.binary(min_size=1, max_size=50), st.data())
def test_one_changed_bit_is_noticed(body: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) * 8 - 1))
    changed = bytearray(body)
    changed[place // 8] ^= 1 << place % 8

    signed = {REFERENCE: [sign(SECRET, body).decode()]}

    assert not is_signed(signed, bytes(changed), [SECRET])


@given(st.dictionaries(st.text(), st.lists(st.text())), st.binary())
def test_no_stranger_can_make_it_fail(headers: dict[str, list[str]], body: bytes) -> None:
    assert not is_signed(headers, body, [SECRET])


@given(st.lists(st.text(), max_size=2), st.lists(st.text(), max_size=2))
def test_no_signature_text_can_make_it_fail(first: list[str], second: list[str]) -> None:
    assert not is_signed({REFERENCE: first, GUIDE: second}, BODY, [SECRET])
