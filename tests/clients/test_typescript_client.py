"""The TypeScript client: strict, held to the OpenAPI document, tried as it would be published."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from docs.tools import ROOT, client_types, examples
from tests.clients.fake_api import KEY, REGION, FakeApi, a_refresh, served
from tests.clients.packages import TYPESCRIPT, app_with, node, npm_package, run

SCHEMAS: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text())["components"][
    "schemas"
]
STORY = """
import { NotAllowedError, ReconnectClient } from "flinks-reconnect-client";
const client = new ReconnectClient();
await client.startRefresh({ loginId: "ü", selectedAccounts: "all", userPresent: true });
await client.startAttempt("rf_1");
await client.readRefresh("rf_1");
await client.cancel("rf_1");
await client.link("rf_1", { channel: "in_app" });
await client.iframeUrl("rf_1");
await client.registerConnection({ loginId: "l" });
await client.importConnections([{ loginId: "l" }], { dryRun: true });
await client.readConnection("cn_1");
await client.timeline("cn_1", { limit: 5, before: "rf_1" });
await client.stopSharing("cn_1");
process.env.AWS_SECRET_ACCESS_KEY = "another";
const stranger = new ReconnectClient();
try {
  await stranger.readRefresh("rf_1");
} catch (error) {
  console.log(error instanceof NotAllowedError, error.code);
}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = npm_package(tmp_path_factory.mktemp("packed"))
    return app_with(archive, tmp_path_factory.mktemp("app"))


def _tsc(*arguments: str | Path) -> str:
    return run(node(), TYPESCRIPT / "node_modules/typescript/bin/tsc", *arguments, cwd=TYPESCRIPT)


def test_the_client_is_strict() -> None:
    assert _tsc("-p", "tsconfig.json") == ""


def test_the_quickstart_is_strict_with_the_types_that_the_package_brings(app: Path) -> None:
    shutil.copy(ROOT / "clients/quickstarts/typescript/app.ts", app)
    strict = ("--strict", "--noEmit", "--module", "nodenext", "--skipLibCheck", "--types", "node")
    assert _tsc(*strict, app / "app.ts") == ""


def test_it_paces_its_calls_and_names_its_errors() -> None:
    told = run(
        node(), "--import", "tsx", "--test", "test/client.test.ts", cwd=TYPESCRIPT, NO_COLOR="1"
    )
    assert re.search(r"^# fail 0$", told, re.MULTILINE), told


def test_its_types_are_those_that_openapi_typescript_makes(tmp_path: Path) -> None:
    made = tmp_path / "openapi.ts"
    run(
        node(),
        TYPESCRIPT / "node_modules/openapi-typescript/bin/cli.js",
        ROOT / "docs/openapi.json",
        *("--immutable", "--default-non-nullable=false", "--output"),
        made,
        cwd=TYPESCRIPT,
    )
    names = re.findall(r"^export (?:interface|type) (\w+)", client_types.typescript(), re.MULTILINE)
    known = {client_types.client_name(schema): schema for schema in SCHEMAS}
    lines = [
        'import type { components } from "./openapi.js";',
        f'import type * as own from "{TYPESCRIPT}/src/types.js";',
        'type Made = components["schemas"];',
    ]
    for name in names:
        lines.append(f'export const to{name} = (each: Made["{known[name]}"]): own.{name} => each;')
        if name != "Problem":  # its code is any text here, for the API learns new ones
            schema = known[name]
            lines.append(f'export const of{name} = (each: own.{name}): Made["{schema}"] => each;')
    (tmp_path / "check.ts").write_text("\n".join(lines))
    assert len(names) > 20
    strict = ("--strict", "--noEmit", "--module", "nodenext", "--exactOptionalPropertyTypes")
    _tsc(*strict, tmp_path / "check.ts")


def test_the_package_holds_its_code_its_types_and_what_a_reader_needs(app: Path) -> None:
    package = app / "node_modules/flinks-reconnect-client"
    files = {str(each.relative_to(package)) for each in package.rglob("*") if each.is_file()}
    assert {each for each in files if not each.startswith("dist/")} == {
        "LICENSE",
        "README.md",
        "package.json",
    }
    assert {"dist/index.js", "dist/index.d.ts"} <= files
    stated = json.loads((package / "package.json").read_text())["dependencies"]
    used = {
        name
        for each in (package / "dist").glob("*.js")
        for name in re.findall(r'from "([^."][^"]*)"', each.read_text())
        if not name.startswith("node:")
    }
    assert used == set(stated)


def test_every_call_of_the_package_is_signed_as_aws_would_check_it(app: Path) -> None:
    api = FakeApi()
    api.then(
        *[a_refresh()] * 4,
        examples.ANSWERS["LinkAnswer"](),
        examples.ANSWERS["IframeUrlAnswer"](),
        examples.connection_example(closed=False),
        examples.ANSWERS["ImportAnswer"](),
        examples.connection_example(closed=False),
        examples.ANSWERS["TimelineAnswer"](),
        examples.connection_example(closed=True),
        a_refresh(),
    )
    (app / "story.mjs").write_text(STORY)
    with served(api) as url:
        told = run(
            node(),
            "story.mjs",
            cwd=app,
            RECONNECT_API_URL=url,
            AWS_REGION=REGION,
            AWS_ACCESS_KEY_ID=KEY.access_key,
            AWS_SECRET_ACCESS_KEY=KEY.secret_key,
            AWS_SESSION_TOKEN=KEY.token or "",
        )
    assert told == "true forbidden\n"
    assert api.paths == [
        "POST /refreshes",
        "POST /refreshes/rf_1/attempts",
        "GET /refreshes/rf_1",
        "POST /refreshes/rf_1/cancel",
        "POST /refreshes/rf_1/link",
        "POST /refreshes/rf_1/iframe-url",
        "POST /connections",
        "POST /connections/import",
        "GET /connections/cn_1",
        "GET /connections/cn_1/timeline?limit=5&before=rf_1",
        "DELETE /connections/cn_1",
        "GET /refreshes/rf_1",
    ]
