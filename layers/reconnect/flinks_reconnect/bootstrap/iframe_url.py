"""What `iframe_url` is built from."""

from functools import cache

from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.parts import advance, signing_keys
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
    stated = settings()
    return ConnectUrlBuilder(
        base_url=stated["FLINKS_CONNECT_URL"],
        connect_path=stated["CONNECT_PATH"],
        credential_path=stated["CREDENTIAL_PATH"],
        consent_enable=stated.switch("CONSENT_ENABLE"),
        demo=stated.switch("CONNECT_DEMO"),
    )


at_init(issue_connect_url, trust)
