"""A configuration that cannot work is refused by the deploy, with its reason."""

import re

import pytest

from tests.contract.template import template

PARAMETERS = template()["Parameters"]


def takes(name: str, value: str) -> bool:
    """Whether the parameter's pattern allows a value, as CloudFormation compares it: the whole."""
    return re.fullmatch(PARAMETERS[name]["AllowedPattern"], value) is not None


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_pattern_comes_with_its_reason(name: str) -> None:
    parameter = PARAMETERS[name]
    plain = {"ConnectPath", "CredentialPath"}
    if "AllowedPattern" in parameter and not name.endswith("Arn") and name not in plain:
        assert len(parameter["ConstraintDescription"]) > 40


@pytest.mark.parametrize(
    "origins",
    [
        "",
        "https://app.example",
        "https://app.example:8443",
        "https://a.example,https://b.example",
        "http://127.0.0.1:8080",
    ],
)
def test_an_origin_as_a_browser_sends_it_is_taken(origins: str) -> None:
    assert takes("EmbedOrigins", origins)


@pytest.mark.parametrize(
    "origins",
    [
        "https://app.example/",
        "https://App.Example",
        "https://app.example:443",
        "https://app.example/bank",
        "*",
        "https://*.example",
        "https://a.example https://b.example",
        "https://a.example, https://b.example",
        "https://a.example,",
        ",https://a.example",
        "https://a.example; script-src *",
        "http://app.example",
        "app.example",
        "null",
    ],
)
def test_an_origin_that_no_browser_sends_or_that_ends_a_header_is_refused(origins: str) -> None:
    assert not takes("EmbedOrigins", origins)


@pytest.mark.parametrize(
    "urls",
    [
        "",
        "https://app.example/",
        "https://app.example/back?from=bank",
        "https://app.example/%C3%A9pargne,https://app.example:8443/x",
        "http://127.0.0.1:8080/",
    ],
)
def test_a_whole_return_address_is_taken(urls: str) -> None:
    assert takes("ReturnUrls", urls)


@pytest.mark.parametrize(
    "urls",
    [
        "https://app.example/épargne",
        "https://app.example/a b",
        "http://app.example/",
        "https://app.example/#top",
        "https://app.example/;x",
        "https://app.example/*",
        "javascript:alert(1)",
        "//app.example/",
        "https://APP.example/",
        "https://a.example/, https://b.example/",
    ],
)
def test_a_return_address_that_cannot_work_is_refused(urls: str) -> None:
    assert not takes("ReturnUrls", urls)


@pytest.mark.parametrize("name", ["FlinksApiUrl", "FlinksConnectUrl"])
@pytest.mark.parametrize(
    "url",
    [
        "http://toolbox-api.private.fin.ag",
        "https://toolbox-api.private.fin.ag/",
        "https://toolbox-api.private.fin.ag/v3",
        "toolbox-api.private.fin.ag",
        "https://",
        " https://toolbox-api.private.fin.ag",
    ],
)
def test_an_address_of_flinks_is_https_and_a_host_alone(name: str, url: str) -> None:
    assert takes(name, "https://acme-api.private.fin.ag")
    assert not takes(name, url)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("CallerAccounts", "111122223333,444455556666", "1111-2222-3333"),
        ("ConsumerAccounts", "111122223333", "o-organisation"),
        ("CertificateArn", "arn:aws:acm:ca-central-1:1:certificate/x", "certificate/x"),
        ("DomainName", "reconnect.app.example", "https://reconnect.app.example"),
        ("FlinksCustomerId", "43387ca6-0391-4c82-857d-70d95f087ecb", "43387ca6"),
        ("NightlyCheckSchedule", "cron(30 10 * * ? *)", "30 10 * * *"),
        ("NightlyCheckTimezone", "America/Toronto", "Toronto time"),
        ("PublicBaseUrl", "https://reconnect.app.example/v1", "https://reconnect.app.example/"),
        ("SweepRate", "rate(2 minutes)", "every minute"),
    ],
)
def test_a_slip_of_the_pen_is_refused(name: str, good: str, bad: str) -> None:
    assert takes(name, good)
    assert not takes(name, bad)
