"""The Flinks port, as the functions that call Flinks are given it."""

from functools import cache

from flinks_reconnect.bootstrap.clock import now
from flinks_reconnect.bootstrap.secrets import secret
from flinks_reconnect.config import settings
from flinks_reconnect.flinks.client import FlinksClient
from flinks_reconnect.flinks.credentials import FlinksCredentials
from flinks_reconnect.flinks.transport import FlinksCallSeen
from flinks_reconnect.observability import logger


@cache
def flinks() -> FlinksClient:
    """Return the client of this stack's Flinks instance."""
    configured = settings()
    return FlinksClient(
        base_url=configured["FLINKS_API_URL"],
        customer_id=configured["FLINKS_CUSTOMER_ID"],
        credentials=credentials,
        clocks=configured.clocks,
        authorize_async=configured.switch("AUTHORIZE_ASYNC"),
        clock=now,
        seen=_log,
    )


def _log(call: FlinksCallSeen) -> None:
    logger.info(
        "flinks answered",
        endpoint=call.endpoint.value,
        http_status=call.http_status,
        flinks_code=call.flinks_code,
        seconds=round(call.seconds, 3),
    )


def credentials(*, force: bool = False) -> FlinksCredentials:
    """Return the keys of this instance; raises SecretUnavailableError."""
    return secret("FLINKS_SECRET_ARN").read_as(_credentials, force=force)


def _credentials(fields: dict[str, str]) -> FlinksCredentials:
    return FlinksCredentials(
        secret_key=fields.get("secretKey", ""), api_key=fields.get("apiKey", "")
    )
