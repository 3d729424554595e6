"""What a function loads before it does anything: modules, CPU time, and how little stands in it."""

import ast
import json
import re
import subprocess
from functools import cache

import pytest

from local.tools import PYTHON, tool_env
from tests.contract.template import ROOT, functions

CALL_FLINKS = {"iframe_url", "connections", "authorize", "fetch_accounts", "nightly_check"}
SEND_ELSEWHERE = {"pass_webhook_on"}
READ_BODIES = {"start_refresh"}
NEVER = {"requests", "aws_xray_sdk", "click", "rich", "pygments", "jinja2", "moto", "sandbox"}
PUBLIC = ("redirect_callback", "flinks_webhook", "reconnect_page")
NOT_IN_LAMBDA = "import sys; sys.modules.update(dict.fromkeys(('click', 'rich', 'pygments')))"
"""httpx imports them where it finds them; only the development tools bring them along."""
MODULES_WITHOUT, MODULES_WITH_FLINKS = 516, 624
OWN_BYTES = 384_000
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


def test_the_webhook_is_kept_without_the_state_machine() -> None:
    """Its forty classes would be a sixth of the public function's cold start."""
    heavy = ("domain.machine", "domain.flinks_answers", "usecases.ports", "usecases.advance")
    ours = {each.removeprefix("flinks_reconnect.") for each in loaded("flinks_webhook")}
    assert not [each for each in ours if each.startswith(heavy)]


def test_the_layer_brings_nothing_that_no_function_may_load() -> None:
    pinned = (ROOT / "layers/reconnect/requirements.txt").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", pinned, re.MULTILINE))
    assert not names & {"boto3", "botocore", "aws-xray-sdk", "click", "rich", "requests"}


def test_nobody_uses_boto3s_resources() -> None:
    """They parse a second model of each service at every cold start."""
    written = [*ROOT.glob("layers/reconnect/**/*.py"), *ROOT.glob("functions/*/app.py")]
    assert written
    assert not [each for each in written if ".resource(" in each.read_text()]


@pytest.mark.parametrize("function", functions())
def test_no_function_loads_boto3_where_botocore_does(function: str) -> None:
    """It brings s3transfer and multiprocessing along; the time is measured by `make bench`."""
    assert not {name.split(".")[0] for name in loaded(function)} & {"boto3", "s3transfer"}


@pytest.mark.parametrize("function", functions())
def test_a_function_loads_no_more_modules_than_it_is_known_to_need(function: str) -> None:
    reads = function in CALL_FLINKS | READ_BODIES | SEND_ELSEWHERE
    most = MODULES_WITH_FLINKS if reads else MODULES_WITHOUT
    assert len(loaded(function)) <= most


@pytest.mark.parametrize("function", functions())
def test_what_a_function_loads_of_ours_is_small(function: str) -> None:
    """Source bytes of our own modules; each is byte code in the artefact."""
    ours = {name for name in loaded(function) if name.startswith("flinks_reconnect.")}
    files = [ROOT / "layers/reconnect" / f"{name.replace('.', '/')}.py" for name in ours]
    assert sum(each.stat().st_size for each in files if each.is_file()) <= OWN_BYTES


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
