"""What a release is made of, and who may deploy it."""

import json
import re
from typing import Any

import pytest
import yaml

from local import ROOT
from operate.sbom import PINS, sbom
from tests.contract.transformed import expanded

TEMPLATES = ["template.yaml", "template-waf.yaml", "template-monitoring.yaml"]
ROLE = json.loads((ROOT / "docs/deploy-role.json").read_text())["Statement"]
PASSED_ON_BY_NAME = {"iam:PassRole", "iam:CreateRole", "iam:PutRolePolicy", "lambda:*", "s3:*"}


def test_the_bill_of_materials_names_each_pin_of_the_layer_once() -> None:
    pins = re.findall(r"^(\S+?)(?:\[.+\])?==(\S+)", PINS.read_text(), re.MULTILINE)
    bill = sbom(PINS.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert [(each["name"], each["version"]) for each in bill["components"]] == pins
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(refs) == len(set(refs)) > 10
    assert "pkg:pypi/httpx@0.28.1" in sbom("httpx==0.28.1 \\\n")["components"][0]["purl"]


def actions() -> set[str]:
    return {
        action
        for statement in ROLE
        for action in (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
    }


def test_the_role_that_deploys_has_rights_for_every_service_of_the_templates() -> None:
    used = {
        each["Type"].split("::")[1].lower()
        for name in TEMPLATES
        for each in expanded(name, **GRADUAL.get(name, {})).values()
    }
    allowed = {action.split(":")[0] for action in actions()}
    assert used - allowed == set()


GRADUAL = {"template.yaml": {"GradualRelease": "true"}}


def test_the_role_that_deploys_has_rights_for_no_service_that_nothing_here_uses() -> None:
    for_the_tools = {"cloudformation", "execute-api"}
    used = {
        each["Type"].split("::")[1].lower()
        for name in TEMPLATES
        for each in expanded(name, **GRADUAL.get(name, {})).values()
    }
    assert {action.split(":")[0] for action in actions()} - used == for_the_tools


def test_whoever_deploys_can_make_no_role_but_the_stacks_own() -> None:
    for statement in ROLE:
        stated = statement["Action"]
        if PASSED_ON_BY_NAME & set(stated if isinstance(stated, list) else [stated]):
            resources = statement["Resource"]
            for each in resources if isinstance(resources, list) else [resources]:
                assert re.search(r"(flinks-reconnect-|aws-sam-cli-managed-default-)\*", each), each
    assert not [each for each in actions() if each == "*" or each.startswith("iam:*")]


def workflow(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows" / name).read_text())
    return content


@pytest.mark.parametrize("name", ["test.yml", "deploy.yml"])
def test_a_workflow_holds_no_key_and_may_not_write_to_the_repository(name: str) -> None:
    text = (ROOT / ".github/workflows" / name).read_text()
    assert "secrets." not in text
    assert workflow(name)["permissions"]["contents"] == "read"
    assert "persist-credentials: false" in text


def test_the_workflows_run_targets_that_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    run = {
        step["run"].split()[1]
        for name in ("test.yml", "deploy.yml")
        for job in workflow(name)["jobs"].values()
        for step in job["steps"]
        if "run" in step
    }
    assert {"test", "audit", "deploy"} == run
    assert run <= targets


def test_only_the_deploy_asks_for_an_identity_token() -> None:
    assert workflow("deploy.yml")["permissions"]["id-token"] == "write"
    assert "id-token" not in workflow("test.yml")["permissions"]
