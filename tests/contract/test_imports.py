"""What a function loads before it does anything: modules, CPU time, and how little stands in it."""

import ast
import json
import re
import subprocess
from functools import cache

import pytest

from local.import_budget import API, BUDGETS, NOT_IN_LAMBDA, PUBLIC, ratios
from local.tools import PYTHON, tool_env
from tests.contract.template import ROOT, functions

CALL_FLINKS = {"iframe_url", "connections", "authorize", "fetch_accounts", "nightly_check"}
SEND_ELSEWHERE = {"pass_webhook_on"}
READ_BODIES = {"start_refresh"}
NEVER = {"requests", "aws_xray_sdk", "click", "rich", "pygments", "jinja2", "moto", "sandbox"}
MODULES = "import json, sys; print(json.dumps(sorted(sys.modules)))"


@cache
def loaded(function: str) -> frozenset[str]:
    """Every module that is there once the handler could be called."""
    done = subprocess.run(
        [PYTHON, "-c", f"{NOT_IN_LAMBDA}; import functions.{function}.app; {MODULES}"],
        cwd=ROOT,
        env=tool_env(),
        capture_output=True,
        check=True,
        text=True,
    )
    blocked = {"click", "rich", "pygments"}
    return frozenset(json.loads(done.stdout.splitlines()[-1])) - blocked


@pytest.mark.parametrize("function", functions())
def test_no_function_loads_what_only_tools_and_tests_need(function: str) -> None:
    assert not {name.split(".")[0] for name in loaded(function)} & NEVER


@pytest.mark.parametrize("function", functions())
def test_only_functions_that_call_somebody_load_an_http_client(function: str) -> None:
    has_client = bool({"httpx", "httpcore"} & loaded(function))
    assert has_client == (function in CALL_FLINKS | SEND_ELSEWHERE)


@pytest.mark.parametrize("function", functions())
def test_only_functions_that_read_foreign_bodies_load_models(function: str) -> None:
    assert ("pydantic" in loaded(function)) == (function in CALL_FLINKS | READ_BODIES)


@pytest.mark.parametrize("function", PUBLIC)
def test_a_public_function_loads_nothing_that_reads_or_writes_account_data(function: str) -> None:
    assert "simplejson" not in {name.split(".")[0] for name in loaded(function)}


@pytest.mark.parametrize("function", functions())
def test_a_function_loads_the_composition_root_of_no_other(function: str) -> None:
    roots = {name.split(".")[-1] for name in loaded(function) if ".bootstrap." in name}
    assert roots & set(functions()) == {function}


@pytest.mark.parametrize("function", PUBLIC)
def test_a_public_function_cannot_reach_flinks(function: str) -> None:
    clients = {name for name in loaded(function) if name.startswith("flinks_reconnect.flinks.")}
    assert clients <= {"flinks_reconnect.flinks.signature"}


def test_the_layer_brings_nothing_that_no_function_may_load() -> None:
    pinned = (ROOT / "layers/reconnect/requirements.txt").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", pinned, re.MULTILINE))
    assert not names & {"boto3", "botocore", "aws-xray-sdk", "click", "rich", "requests"}


def test_nobody_uses_boto3s_resources() -> None:
    """They parse a second model of each service at every cold start."""
    written = [*ROOT.glob("layers/reconnect/**/*.py"), *ROOT.glob("functions/*/app.py")]
    assert written
    assert not [each for each in written if ".resource(" in each.read_text()]


def test_no_import_is_as_heavy_as_its_budget() -> None:
    """CPU time beside a process that loads boto3 alone, in turns: see local/import_budget.py."""
    measured = ratios(tuple(BUDGETS), rounds=3)
    over = {name: ratio for name, ratio in measured.items() if ratio > BUDGETS[name]}
    if over:  # once more, with more rounds, in case the machine was busy with something else
        measured = ratios(tuple(over), rounds=11)
        over = {name: ratio for name, ratio in measured.items() if ratio > BUDGETS[name]}
    assert not over
    assert set(BUDGETS) == {*PUBLIC, *API}


@pytest.mark.parametrize("function", functions())
def test_a_handler_file_is_short_and_decides_nothing(function: str) -> None:
    text = (ROOT / "functions" / function / "app.py").read_text()
    assert len(text.splitlines()) <= 60
    branches = (ast.If, ast.For, ast.While, ast.Try, ast.Match, ast.IfExp)
    decisions = [each for each in ast.walk(ast.parse(text)) if isinstance(each, branches)]
    # 202 for a new refresh and 201 for a new connection, 200 for a known one
    allowed = 1 if function in {"start_refresh", "connections"} else 0
    assert len(decisions) <= allowed


@pytest.mark.parametrize("function", functions())
def test_a_function_is_one_file(function: str) -> None:
    files = [each.name for each in (ROOT / "functions" / function).iterdir() if each.is_file()]
    assert files == ["app.py"]
