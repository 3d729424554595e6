"""Where the deployed service is, and the key that may call it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalStack:
    """What stands behind the demo on this machine: the emulator, and the sandbox's levers."""

    endpoint_url: str | None
    region: str
    bus_name: str
    nightly_check: str
    sandbox_control_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFacts:
    """What `make up` writes down. A real app takes it from its own configuration and role."""

    api_url: str
    region: str
    access_key_id: str
    secret_access_key: str
    connect_url: str
    session_token: str | None = None
    """Of a role's key, as an app on AWS has one."""
    local: LocalStack | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file; ends the program with a hint if there is none."""
        if not path.is_file():
            raise SystemExit(f"There is no {path}. Start everything with: make up")
        facts = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            api_url=facts["apiUrl"].rstrip("/"),
            region=facts["region"],
            access_key_id=facts["accessKeyId"],
            secret_access_key=facts["secretAccessKey"],
            session_token=facts.get("sessionToken"),
            connect_url=facts["connectUrl"],
            local=LocalStack(
                endpoint_url=facts["endpointUrl"],
                region=facts["region"],
                bus_name=facts["busName"],
                nightly_check=facts["functions"]["NightlyCheckFunction"],
                sandbox_control_url=facts["sandboxControlUrl"],
            ),
        )

    @property
    def api_origin(self) -> str:
        """The exact origin that our callback page speaks from."""
        return _origin(self.api_url)

    @property
    def connect_origin(self) -> str:
        """The exact origin that the bank window is loaded from."""
        return _origin(self.connect_url)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
