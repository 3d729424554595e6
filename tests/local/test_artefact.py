"""What is deployed: byte code, size, and nothing that the runtime brings itself."""

import importlib.util
from pathlib import Path

import pytest

from local import ROOT
from local.artefact import add_byte_code, build, digest, with_release
from local.stack import FOLDER
from local.tools import machine_architecture

LIMIT = 25_000_000
UNCHECKED_HASH = 0b01


@pytest.fixture(scope="module")
def built() -> Path:
    template = build(
        architecture=machine_architecture(),
        to=FOLDER / "test/build",
        cache=FOLDER / "cache",
        log=FOLDER / "test/build.log",
    )
    return template.parent


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A build folder with one function, one layer, and stale byte code."""
    for module in ("Fn/app.py", "Layer/python/package/__init__.py"):
        source = tmp_path / module
        source.parent.mkdir(parents=True)
        source.write_text(
            "def known(word: str) -> bool:\n    return word in {'a', 'b', 'c', 'd'}\n"
        )
    stale = tmp_path / "Fn/__pycache__"
    stale.mkdir()
    (stale / "gone.cpython-313.pyc").write_bytes(b"old")
    return tmp_path


def byte_code(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*.pyc"))
    }


def test_each_module_gets_byte_code_and_stale_files_go(small: Path) -> None:
    add_byte_code(small)

    assert list(byte_code(small)) == [
        "Fn/__pycache__/app.cpython-313.pyc",
        "Layer/python/package/__pycache__/__init__.cpython-313.pyc",
    ]


def test_equal_sources_give_equal_bytes_that_name_the_mount(small: Path) -> None:
    add_byte_code(small)
    first = byte_code(small)

    add_byte_code(small)

    assert byte_code(small) == first
    assert b"/var/task/app.py" in first["Fn/__pycache__/app.cpython-313.pyc"]
    assert not [name for name, code in first.items() if str(small).encode() in code]


def test_every_module_of_the_artefact_carries_valid_unchecked_byte_code(built: Path) -> None:
    sources = [each for each in built.rglob("*.py")]
    missing, wrong = [], []
    for source in sources:
        compiled = Path(importlib.util.cache_from_source(str(source)))
        head = compiled.read_bytes()[:8] if compiled.exists() else b""
        if not head:
            missing.append(source)
        elif head[:4] != importlib.util.MAGIC_NUMBER or head[4] != UNCHECKED_HASH:
            wrong.append(source)

    assert len(sources) > 500
    assert missing == []
    assert wrong == []
    assert len(list(built.rglob("*.pyc"))) == len(sources)


def test_the_layer_is_small_and_brings_no_sdk_of_its_own(built: Path) -> None:
    (layer,) = [each for each in built.iterdir() if (each / "python").is_dir()]

    size = sum(each.stat().st_size for each in layer.rglob("*") if each.is_file())

    assert size <= LIMIT
    assert not {"boto3", "botocore", "aws_xray_sdk"} & {
        each.name for each in (layer / "python").iterdir()
    }
    assert (layer / "python/flinks_reconnect/__init__.py").exists()


def test_each_function_is_its_own_folder_and_nothing_else(built: Path) -> None:
    functions = sorted(each.parent.name for each in (ROOT / "functions").glob("*/app.py"))
    built_functions = [each for each in built.iterdir() if (each / "app.py").exists()]

    assert len(built_functions) == len(functions)
    assert {file.name for each in built_functions for file in each.glob("*.py")} == {"app.py"}


def test_two_builds_of_the_same_source_are_one(built: Path, tmp_path: Path) -> None:
    again = build(
        architecture=machine_architecture(),
        to=tmp_path / "build",
        cache=tmp_path / "cache",
        log=tmp_path / "build.log",
    )

    assert digest(again.parent) == digest(built)


def test_another_build_or_another_parameter_is_another_release(small: Path) -> None:
    template = small / "template.yaml"
    template.write_text("Parameters: {Release: {Default: ''}}")
    first = with_release(template, {"AppName": "Maple"})
    other_parameter = with_release(template, {"AppName": "Birch"})
    same = with_release(template, {"AppName": "Maple"})
    (small / "Fn/app.py").write_text("def known(word: str) -> bool:\n    return False\n")
    other_build = with_release(template, {"AppName": "Maple"})

    assert first == same
    assert first["AppName"] == "Maple"
    assert template.read_text().count(other_build["Release"]) == 1
    assert len({each["Release"] for each in (first, other_parameter, other_build)}) == 3
