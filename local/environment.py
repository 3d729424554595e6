"""What the examples and quickstarts need to know, as a file that a shell reads."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local.ports import HOST

QUICKSTART_PORT: Final = 8805
RETURN_URL: Final = f"http://{HOST}:{QUICKSTART_PORT}/back"
"""Where a quickstart takes the person back."""
LOGIN_ID: Final = "5a4db0c0-0000-4000-8000-000000000001"
"""The sandbox's login whose bank asks one question; its answer stands on the page."""


def write(facts: Mapping[str, Any], file: Path) -> None:
    """Write the file; it holds the caller's key, so only its owner may read it."""
    variables = {
        "RECONNECT_API_URL": facts["apiUrl"],
        "AWS_REGION": facts["region"],
        "AWS_ACCESS_KEY_ID": facts["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": facts["secretAccessKey"],
        "AWS_SESSION_TOKEN": facts["sessionToken"],
        "LOGIN_ID": LOGIN_ID,
        "RETURN_URL": RETURN_URL,
    }
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    file.touch(mode=0o600)
    file.write_text("".join(lines))
    file.chmod(0o600)
