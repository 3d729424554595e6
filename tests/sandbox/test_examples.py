"""The examples for other projects run as they are written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.process import free_port

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "sandbox" / "examples"
COMPILER = Path(__file__).parent / "clients" / "node_modules" / "typescript"
NODE = shutil.which("node")
TRANSPILE = (
    "const [compiler, file] = process.argv.slice(1);"
    "const text = require('fs').readFileSync(file, 'utf8');"
    "const how = { module: 'esnext', target: 'es2022' };"
    "console.log(require(compiler).transpile(text, how));"
)
"""Newer versions of Node read TypeScript as it is; older ones take it without its types."""


def test_the_python_example() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "sandbox.pytest_plugin"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(EXAMPLES / "python")]
    ran = subprocess.run(
        [*command, str(EXAMPLES / "python")],
        cwd=EXAMPLES,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.skipif(
    not COMPILER.exists(), reason="needs npm install --prefix tests/sandbox/clients"
)
def test_the_typescript_example(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "typescript" / "package.json", tmp_path)
    without_types = [str(NODE), "-e", TRANSPILE, str(COMPILER)]
    without_types += [str(EXAMPLES / "typescript" / "refresh.test.ts")]
    plain = subprocess.run(without_types, capture_output=True, text=True, check=True).stdout
    (tmp_path / "refresh.test.js").write_text(plain)
    ports = {"API_PORT": str(free_port()), "CONNECT_PORT": str(free_port())}
    started = {"FLINKS_SANDBOX": f"{sys.executable} -m sandbox", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [str(NODE), "--test"],
        cwd=tmp_path,
        env=os.environ | ports | started,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout
