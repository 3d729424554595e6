"""The AWS emulator: MiniStack, with IAM enforced, reachable from this machine only."""

from pathlib import Path
from typing import Final

import boto3

from local.ports import HOST
from local.service import Service
from local.tools import MINISTACK

REGION: Final = "ca-central-1"
ADMIN_KEY: Final = "test"  # the emulator's own root user
API_ID: Final = "reconnect"  # given to the API by a tag, so that its address is known beforehand
STAGE: Final = "v1"


def scratch_of(folder: Path) -> Path:
    """Name the folder for whatever the emulator leaves behind; it is removed with it."""
    return folder / "tmp"


def service(port: int, folder: Path) -> Service:
    """Describe the emulator's process; all that it writes goes into the folder."""
    scratch = scratch_of(folder)
    return Service(
        name="emulator",
        command=[MINISTACK],
        # The whole environment: the emulator hands its own on to every function.
        env={
            "PATH": f"{MINISTACK.parent}:/usr/bin:/bin",
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "LANG": "C.UTF-8",
            "NO_PROXY": f"{HOST},localhost",
            "AUTH": "true",
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "GATEWAY_PORT": str(port),
            "STATE_DIR": str(scratch / "state"),
            "IOT_MTLS_ENABLED": "0",  # would listen on a second port
            "SFTP_ENABLED": "0",
        },
        port=port,
        ready_path="/_ministack/health",
        folder=folder,
    )


def endpoint(port: int) -> str:
    """Give the address that stands for all of AWS."""
    return f"http://{HOST}:{port}"


def public_base_url(port: int) -> str:
    """Give the address under which the emulator serves our API."""
    return f"{endpoint(port)}/_aws/execute-api/{API_ID}/{STAGE}"


def administrator() -> boto3.Session:
    """Act as the emulator's root user."""
    return boto3.Session(
        aws_access_key_id=ADMIN_KEY, aws_secret_access_key=ADMIN_KEY, region_name=REGION
    )
