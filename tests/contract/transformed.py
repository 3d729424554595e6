"""The templates as CloudFormation gets them: SAM's own translator has expanded them."""

import json
import subprocess
from functools import cache
from typing import Any, Final

from tests.contract.template import ROOT

SAM_PYTHON: Final = ROOT / ".tools/sam/bin/python"
EXPAND: Final = """
import json, os, sys
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

class Policies:
    def load(self):
        return {}

with open(sys.argv[1]) as file:
    written = yaml_parse(file.read())
for each in written["Resources"].values():
    for place in ("CodeUri", "ContentUri"):
        if place in each.get("Properties", {}):
            each["Properties"][place] = "s3://bucket/key"
json.dump(transform(written, json.loads(sys.argv[2]), Policies()), sys.stdout)
"""

IDENTIFY: Final = """
import json, sys
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER as schemas

known = {}
for kind in json.load(sys.stdin):
    schema = schemas.get_resource_schema("ca-central-1", kind).schema
    fixed = [each for each in schema.get("createOnlyProperties", []) if each.endswith("Name")]
    paths = [*schema["primaryIdentifier"], *fixed]
    known[kind] = sorted({path.rpartition("/")[2] for path in paths})
json.dump(known, sys.stdout)
"""


@cache
def expanded(name: str = "template.yaml", **parameters: str) -> dict[str, dict[str, Any]]:
    """The resources that CloudFormation gets, with parameters that differ from their defaults."""
    done = subprocess.run(
        [SAM_PYTHON, "-c", EXPAND, ROOT / name, json.dumps(parameters)],
        env={"AWS_DEFAULT_REGION": "ca-central-1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
        text=True,
    )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["Resources"]
    return found


def of_type(kind: str, name: str = "template.yaml") -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    return {
        logical_id: each.get("Properties", {})
        for logical_id, each in expanded(name).items()
        if each["Type"] == kind
    }


@cache
def naming_properties(name: str = "template.yaml") -> dict[str, list[str]]:
    """The properties that name a resource of each type (CloudFormation's resource schemas)."""
    kinds = sorted({each["Type"] for each in expanded(name).values()})
    done = subprocess.run(
        [SAM_PYTHON, "-c", IDENTIFY],
        capture_output=True,
        check=True,
        input=json.dumps(kinds),
        text=True,
    )
    known: dict[str, list[str]] = json.loads(done.stdout)
    return known
