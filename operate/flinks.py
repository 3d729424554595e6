"""What `make doctor` asks Flinks, with the stored keys, through the client of the service."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from flinks_reconnect.domain.clocks import Clocks
from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.flinks_answers import Refused
from flinks_reconnect.domain.ids import RequestId
from flinks_reconnect.flinks.client import FlinksClient
from flinks_reconnect.flinks.credentials import FlinksCredentials
from flinks_reconnect.usecases.errors import MintError, NightlyStatusError, SecretUnavailableError

from operate.looks import secret
from operate.patient import Patient
from operate.settings import OperateError

WHAT_TO_DO = {
    ErrorCode.ACCESS_REFUSED: (
        "Flinks refuses {key}: wrong, or of another instance than FlinksApiUrl and "
        "FlinksCustomerId name. Write the right one into FlinksSecret."
    ),
    ErrorCode.NOT_ENABLED: "Flinks has not switched this on for you. Ask Flinks.",
}


def flinks_looks() -> dict[str, Callable[[Patient], str | None]]:
    """Return the looks, by what each finds well."""
    return {
        "Flinks hands out a token": token_is_minted,
        "Flinks takes the x-api-key": api_key_is_taken,
        "the nightly list can be read": nightly_list_is_read,
    }


def token_is_minted(patient: Patient) -> str | None:
    """The secret key, customer id and address belong together."""
    try:
        _client(patient).mint_token()
    except MintError as error:
        return _to_do(error.code, "the secret key or the customer id")
    return None


def api_key_is_taken(patient: Patient) -> str | None:
    """The `x-api-key` opens data: otherwise that is noticed after the person has answered."""
    answer = _client(patient).poll_accounts(RequestId(str(uuid.uuid4())))
    if isinstance(answer, Refused) and answer.code is ErrorCode.ACCESS_REFUSED:
        return _to_do(answer.code, "the x-api-key")
    return None


def nightly_list_is_read(patient: Patient) -> str | None:
    """Failed nightly refreshes can be noticed."""
    try:
        for _failure in _client(patient).nightly_failures():
            pass  # its end tells whether the list was whole
    except NightlyStatusError as error:
        return (
            f"GetNightlyRefreshStatus: {error}. Ask Flinks whether it is switched on for your "
            "instance, if the other looks at Flinks are well."
        )
    return None


def _client(patient: Patient) -> FlinksClient:
    stored = secret(patient, "FlinksSecret")
    try:
        credentials = FlinksCredentials(
            secret_key=str(stored.get("secretKey", "")), api_key=str(stored.get("apiKey", ""))
        )
    except SecretUnavailableError as error:
        raise OperateError("FlinksSecret is not filled in. Run make deploy.") from error
    return FlinksClient(
        base_url=patient.stack.parameters["FlinksApiUrl"],
        customer_id=patient.stack.parameters["FlinksCustomerId"],
        credentials=lambda force=False: credentials,
        clocks=Clocks(),
        clock=lambda: datetime.now(UTC),
    )


def _to_do(code: ErrorCode, key: str) -> str:
    text = WHAT_TO_DO.get(code, "Flinks does not answer as it should ({code}). Is {address} right?")
    return text.format(key=key, code=code.value, address="FlinksApiUrl")
