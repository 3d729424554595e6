"""What `iframe_url` is built from."""

from functools import cache

from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.secrets import signing_keys
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.config import settings
from flinks_reconnect.flinks.connect_url import ConnectUrlBuilder
from flinks_reconnect.flinks.exchange import trust
from flinks_reconnect.usecases.issue_connect_url import IssueConnectUrl


@cache
def issue_connect_url() -> IssueConnectUrl:
    """Return the use case."""
    return IssueConnectUrl(
        advance=advance(),
        flinks=flinks(),
        connect_urls=_connect_urls(),
        signing_keys=signing_keys,
    )


def _connect_urls() -> ConnectUrlBuilder:
    configured = settings()
    return ConnectUrlBuilder(
        base_url=configured["FLINKS_CONNECT_URL"],
        connect_path=configured["CONNECT_PATH"],
        credential_path=configured["CREDENTIAL_PATH"],
        consent_enable=configured.switch("CONSENT_ENABLE"),
        demo=configured.switch("CONNECT_DEMO"),
    )


at_init(issue_connect_url, trust)
