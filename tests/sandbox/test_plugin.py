"""The pytest plugin, as another project uses it."""

import os
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import sandbox
from sandbox.control.app import ACTS
from sandbox.pytest_plugin import Flinks

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sandbox"
USES = """
    import json, urllib.request

    def post(url, header, value, body):
        request = urllib.request.Request(
            url, json.dumps(body).encode(), {"Content-Type": "application/json", header: value})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def live(flinks, login):
        token = post(f"{flinks.banking_url}/GenerateAuthorizeToken", "flinks-auth-key",
                     flinks.secret_key, {})["Token"]
        return post(f"{flinks.banking_url}/Authorize", "flinks-auth-key", token,
                    {"LoginId": login.login_id, "MostRecentCached": False, "Save": True})

    def test_one(flinks):
        login = flinks.login("mfa_twice")
        began = flinks.now
        asked = live(flinks, login)
        assert asked["HttpStatusCode"] == 203
        flinks.read_as(connectToken="never")
        query = f"accountSelectorEnable=false&requestId={asked['RequestId']}"
        address = f"{flinks.connect_url}/v2/?{query}"
        assert flinks.answer(address, "Montreal", "Canada")["step"] == "REDIRECT"
        flinks.advance(minutes=9)
        assert (flinks.now - began).total_seconds() == 540
        assert flinks.calls(login) == {"Authorize.live": 1}

    def test_another_finds_everything_anew(flinks):
        assert flinks.now.isoformat() == "2030-01-02T03:04:05+00:00"
        assert flinks.calls() == {}
        login = flinks.login("no_mfa", accounts=2)
        assert live(flinks, login)["HttpStatusCode"] == 200
        flinks.change(login, passwordChanged=True)
        flinks.fault("Authorize", flinksCode="RETRY_LATER", status=200)
        assert live(flinks, login)["FlinksCode"] == "RETRY_LATER"
        assert flinks.control("GET", "/readings")["readings"]["tokenMinutes"] == 30
"""


def test_another_project_gets_a_frozen_sandbox_fresh_in_each_test(tmp_path: Path) -> None:
    (tmp_path / "test_uses.py").write_text(textwrap.dedent(USES))
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nflinks_start_at = 2030-01-02T03:04:05+00:00\n"
        "flinks_readings =\n    tokenMinutes=30\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "sandbox.pytest_plugin"]
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout


def test_the_distribution_holds_every_package_and_file() -> None:
    told = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    folders = {path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}
    folders -= {each for each in folders if each.parts[:1] in (("examples",), ("build",))}
    named = {Path(*each.split(".")[1:]) for each in told["tool"]["setuptools"]["packages"]}
    assert named == folders
    static = {path.parent.name for path in PACKAGE.rglob("static/*")}
    assert static == {"static"}
    assert told["project"]["version"] == sandbox.VERSION
    assert f"## {sandbox.VERSION}" in (PACKAGE / "CHANGELOG.md").read_text()


def test_inside_itself_it_imports_by_relation_so_that_it_may_have_another_name() -> None:
    named = [
        path.name
        for path in PACKAGE.rglob("*.py")
        if "from sandbox" in path.read_text() or "import sandbox" in path.read_text()
    ]
    assert named == []


def test_the_plugin_steers_by_routes_that_exist() -> None:
    paths = {path.partition("/{")[0] for _, path, _ in ACTS}
    assert {"/logins", "/clock", "/readings", "/faults", "/scenarios", "/webhooks"} <= paths
    assert Flinks.customer_id == sandbox.settings.DEFAULT_CUSTOMER_ID
