"""What the public functions may not pay for: neither models nor an HTTP client."""

import subprocess
import sys

import pytest

HEAVY = ("boto3", "httpx", "pydantic", "ssl")


@pytest.mark.parametrize(
    "module", ["signature", "connect_url", "addresses", "codes", "credentials"]
)
def test_the_light_modules_stay_light(module: str) -> None:
    program = (
        f"import sys, flinks_reconnect.flinks.{module}; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "[]"
