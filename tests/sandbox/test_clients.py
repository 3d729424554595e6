"""Published Flinks clients, unmodified, through their main flow."""

import importlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.settings import Settings
from tests.sandbox.flinks import GREATDAY, seeded
from tests.sandbox.process import Running, running_sandbox

CLIENTS = Path(__file__).parent / "clients"
NODE, OPENSSL = shutil.which("node"), shutil.which("openssl")
CITY = "What city were you born in?"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox() as started:
        yield started


def python_client(name: str, running: Running) -> Any:
    module = pytest.importorskip(f"{name}.client", reason="this client is not installed")
    importlib.import_module(name)
    base = f"http://127.0.0.1:{running.api}/v3/"
    return module.Client(Settings.legacy_customer_id, base_url=base)


@pytest.mark.parametrize("name", ["pyflinks", "flinks"])
def test_python_clients_from_the_package_index(running: Running, name: str) -> None:
    assert running.ask("POST", "/_sandbox/reset", {})[0] == 200
    client = python_client(name, running)
    banking = client.banking_services
    challenged = banking.authorize(login_id=GREATDAY, save=True, tag="t")
    assert challenged["SecurityChallenges"][0]["Prompt"] == CITY
    request_id = challenged["RequestId"]
    session = banking.authorize(request_id=request_id, security_responses={CITY: "Montreal"})
    assert session["Login"]["Id"] == GREATDAY
    assert session["Tag"] == "t"
    assert len(banking.get_accounts_summary(request_id)["Accounts"]) == 4
    assert banking.get_accounts_detail(
        request_id, with_transactions=True, days_of_transactions="Days365"
    )["Accounts"]
    accounts = banking.get_accounts_detail_async(request_id)["Accounts"]
    assert len(accounts) == 4
    assert banking.get_statements(request_id, number_of_statements="Months3")
    statements = banking.get_statements_async(request_id)["StatementsByAccount"]
    assert len(statements[0]["Statements"]) == 3
    assert len(banking.get_mfa_questions(GREATDAY)["Questions"]) == 3
    assert banking.set_mfa_questions(GREATDAY, [{"Question": CITY, "Answer": "Montreal"}])
    assert "deactivated" in banking.set_scheduled_refresh(GREATDAY, is_activated=False)
    legacy = banking.authorize(
        institution="FlinksCapital",
        username="greatday_nomfa",
        password="Everyday",  # noqa: S106 - of a made-up login
    )
    assert legacy["Login"]["Username"] == "greatday_nomfa"
    assert len(banking.authorize_multiple([GREATDAY, seeded(2)])["Responses"]) == 2
    assert banking.delete_card(GREATDAY)["HttpStatusCode"] == 200
    errors = importlib.import_module(f"{name}.exceptions")
    with pytest.raises(errors.FlinksError) as refused:
        banking.authorize(login_id=GREATDAY)
    assert refused.value.response.json()["FlinksCode"] == "INVALID_LOGIN"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for Flinks' host names, good for this test only."""
    key, pem = folder / "key.pem", folder / "cert.pem"
    command = [str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=sandbox", "-addext", "subjectAltName=DNS:*.private.fin.ag"]
    command += ["-keyout", str(key), "-out", str(pem)]
    subprocess.run(command, check=True, capture_output=True)
    return pem, key


@pytest.mark.skipif(NODE is None or OPENSSL is None, reason="needs node and openssl")
@pytest.mark.skipif(
    not (CLIENTS / "node_modules" / "node-flinks").exists(),
    reason="needs npm install --prefix tests/sandbox/clients",
)
def test_the_javascript_client_from_the_package_index(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    with running_sandbox("--tls-cert", str(pem), "--tls-key", str(key)) as running:
        environment = os.environ | {
            "NODE_EXTRA_CA_CERTS": str(pem),
            "SANDBOX_PORT": str(running.connect),
            "CUSTOMER_ID": Settings.customer_id,
            "SECRET_KEY": Settings.secret_key,
            "LOGIN_ID": GREATDAY,
        }
        command = [str(NODE), "--require", "./hosts.cjs", "node_flinks.cjs"]
        ran = subprocess.run(
            command, cwd=CLIENTS, env=environment, capture_output=True, text=True, timeout=60
        )
    assert ran.returncode == 0, ran.stderr
    got = json.loads(ran.stdout)
    assert got["refused"][:2] == [401, "UNAUTHORIZED"]
    assert got["refused"][2].startswith("The card was not authorized")
    assert got == got | {
        "cached": 200,
        "challenged": 203,
        # This client rewrites the prompts it sends as keys; Flinks wants them verbatim.
        "answered": [401, "UNKNOWN_CHALLENGE_KEY"],
        "first": 4,
        "summary": 4,
        "detail": [True] * 4,
        "loginId": GREATDAY,
        "dead": "SESSION_NONEXISTENT",
        "statements": 4,
        "signature": True,
    }
