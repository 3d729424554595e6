"""`python -m docs.tools`: write every generated part of the documents, or tell which is stale."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from docs import cost
from docs.tools import (
    ROOT,
    charts,
    client_types,
    core,
    errors,
    events,
    held,
    marked,
    openapi,
    quickstart,
    template,
    transitions,
)


def generated() -> Iterator[tuple[Path, str]]:
    """Yield each document that holds a generated part, and the text it should have."""
    yield ROOT / "docs/openapi.json", openapi.as_text()
    yield ROOT / "docs/cost.md", cost.page()
    yield from charts.charts()
    yield ROOT / "docs/transitions.md", transitions.page()
    path, text = marked.written(
        ROOT / "docs/parameters.md", "parameters", template.parameter_table()
    )
    yield path, marked.with_passage(text, "clocks", core.clock_table())
    yield client_types.PYTHON, client_types.python()
    yield client_types.TYPESCRIPT, client_types.typescript()
    yield marked.written(ROOT / "README.md", "cost", cost.table(cost.ways()[3]))
    yield marked.written(ROOT / "docs/errors.md", "errors", errors.reference())
    yield from events.schemas()
    yield events.ASYNCAPI, events.asyncapi()
    yield marked.written(events.PAGE, "types", events.type_table())
    yield marked.written(ROOT / "docs/integrate.md", "quickstart", quickstart.passage())
    yield marked.written(ROOT / "docs/security.md", "roles", template.role_table())
    path, text = marked.written(ROOT / "docs/operations.md", "remedies", core.remedy_table())
    yield path, marked.with_passage(text, "trail", core.trail_letters())


def named_tests() -> Iterator[tuple[Path, str]]:
    """Yield the documents that name the test of each requirement, with what there is today."""
    for name in ("docs/faults.md", "docs/security.md"):
        yield ROOT / name, held.with_tests((ROOT / name).read_text())


def main() -> int:
    """Write what is stale; with --check only name it, and fail."""
    parser = argparse.ArgumentParser(prog="docs.tools", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    only_check = parser.parse_args().check
    stale = _settle(generated(), only_check)
    if not only_check:
        _settle(named_tests(), only_check)
    return 1 if stale and only_check else 0


def _settle(parts: Iterator[tuple[Path, str]], only_check: bool) -> bool:
    stale = False
    for path, text in parts:
        if _read(path) != text:
            stale = True
            print(f"{'stale' if only_check else 'wrote'}: {path.relative_to(ROOT)}")
            if not only_check:
                path.write_text(text)
    return stale


def _read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
