import pytest
from flinks_reconnect.flinks.credentials import FlinksCredentials
from flinks_reconnect.usecases.errors import SecretUnavailableError


@pytest.mark.parametrize("field", ["secret_key", "api_key"])
@pytest.mark.parametrize("text", ["", " ", "key ", "key\n", "kéy"])
def test_r11_a_key_that_is_missing_or_no_header_refuses_before_anything_is_sent(
    field: str, text: str
) -> None:
    keys = {"secret_key": "a", "api_key": "b"} | {field: text}
    with pytest.raises(SecretUnavailableError):
        FlinksCredentials(**keys)
