"""A webhook goes to the integrator as Flinks sent it."""

import httpx
import pytest
from flinks_reconnect.flinks.webhook_forwarding import WebhookRelay
from flinks_reconnect.usecases.webhook_ports import SignedWebhook

WEBHOOK = SignedWebhook(
    body=b'{"amount": 100.00,\n "n\\u00e9": "\xc3\xa9"}',
    signature={"flinks-authenticity-key": "c2lnbmVk"},
)
URL = "https://app.example.com/hooks/flinks?of=reconnect"


def sent_to(answer: httpx.Response | Exception) -> tuple[bool, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    relay = WebhookRelay(url=URL, open_transport=lambda: httpx.MockTransport(handle))
    return relay(WEBHOOK), seen


def test_it_is_posted_unchanged_under_the_signature_that_flinks_gave_it() -> None:
    taken, (request,) = sent_to(httpx.Response(200))

    assert taken
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.content == WEBHOOK.body
    assert request.headers["flinks-authenticity-key"] == "c2lnbmVk"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_takes_it(status: int) -> None:
    assert sent_to(httpx.Response(status))[0]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 410, 429, 500, 503])
def test_anything_else_does_not_and_no_redirect_is_followed(status: int) -> None:
    answer = httpx.Response(status, headers={"Location": "https://elsewhere.example.com/"})
    taken, seen = sent_to(answer)

    assert not taken
    assert len(seen) == 1


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.ReadTimeout("x")])
def test_nor_does_silence(error: Exception) -> None:
    assert not sent_to(error)[0]


@pytest.mark.parametrize(
    "url", ["", "http://app.example.com/", "ftp://a", "https://", "app.example"]
)
def test_an_address_without_tls_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        WebhookRelay(url=url)
