"""The component as the package that would be published: its size, its types, and React."""

import gzip
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Integrator, Person
from tests.web.packages import WEB, run

MOST = 8_000
"""Bytes of the component, minified and gzipped."""
APP = """
import { createElement, useState } from "react";
import { createRoot } from "react-dom/client";
import { Reconnect } from "BUILT/react.js";
globalThis.heard = [];
const hear = (name) => (told) => heard.push([name, told]);
function App() {
  const [open, setOpen] = useState(false);
  return createElement("main", {},
    createElement("button", { onClick: () => setOpen(true) }, "Refresh"),
    createElement(Reconnect, { source: "/my/reconnect", open, onReady: hear("ready"),
      onDeclined: hear("declined"),
      onClosed: (told) => { hear("closed")(told); setOpen(false); } }));
}
createRoot(document.getElementById("app")).render(createElement(App));
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    command = json.loads((WEB / "package.json").read_text())["scripts"]["build"].split()
    run(*[each.replace("--outdir=dist", f"--outdir={folder}") for each in command])
    return folder


def test_it_is_small_and_needs_nothing_else(built: Path) -> None:
    script = (built / "flinks-reconnect.js").read_bytes()

    assert len(gzip.compress(script, 9)) < MOST
    assert not re.search(rb"\bimport\b[^a]", script)
    package = json.loads((WEB / "package.json").read_text())
    assert "dependencies" not in package


def test_what_is_published_is_the_component_and_its_types(tmp_path: Path) -> None:
    told = run("npm", "pack", "--dry-run", "--json", "--ignore-scripts", f"--cache={tmp_path}")

    files = {each["path"] for each in json.loads(told)[0]["files"]}
    assert {each for each in files if not each.startswith("dist/")} == {
        "LICENSE",
        "README.md",
        "package.json",
        "types/index.d.ts",
        "types/react.d.ts",
    }


def test_the_types_say_what_the_component_does() -> None:
    run("tsc", "-p", "tsconfig.json")


def test_the_built_component_runs_the_whole_way(
    person: Person, site: Integrator, built: Path
) -> None:
    site.bundle = (built / "flinks-reconnect.js").read_text(encoding="utf-8")
    site.script = "/app.js"
    person.presses_refresh()
    person.sees_the_question()

    person.hears({"step": "COMPONENT_DENY_CONSENT"})

    assert person.names(3) == ["ready", "declined", "closed"]


def test_react_opens_it_by_a_property_and_hears_it_by_others(
    person: Person, site: Integrator, built: Path, tmp_path: Path
) -> None:
    source, bundle = tmp_path / "app.js", tmp_path / "bundle.js"
    source.write_text(APP.replace("BUILT", str(built)))
    (tmp_path / "node_modules").symlink_to(WEB / "node_modules")
    run(
        "esbuild",
        source,
        "--bundle",
        "--format=esm",
        f"--alias:react={WEB / 'node_modules/react'}",
        f"--outfile={bundle}",
    )
    script_tag = '<script type="module" src="/app.js"></script>'
    site.html = f'<!doctype html><title>app</title><div id="app"></div>{script_tag}'
    site.bundle = bundle.read_text(encoding="utf-8")
    page = person.page
    page.goto(site.origin)
    for _ in range(2):
        page.get_by_role("button", name="Refresh").click()
        person.sees_the_question()
        person.hears({"step": "COMPONENT_DENY_TERMS"})
        expect(person.component.get_by_role("dialog")).to_have_count(0)

    assert person.names(6) == ["ready", "declined", "closed"] * 2
