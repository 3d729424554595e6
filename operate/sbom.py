"""`make sbom`: what the layer brings, as CycloneDX, from the pins that the build installs."""

import json
import re
from pathlib import Path
from typing import Any, Final

from local import ROOT

PINS: Final = ROOT / "layers/reconnect/requirements.txt"
TO: Final = ROOT / "dist/sbom.json"
_PIN: Final = re.compile(r"^([a-z0-9.\-_]+)(?:\[[a-z0-9,-]+\])?==(\S+)", re.MULTILINE)


def sbom(pins: str) -> dict[str, Any]:
    """Return the bill of materials (CycloneDX 1.6) of a lock file's text.

    It bears neither time nor serial number, so that the same pins give the same bytes.
    """
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "flinks-reconnect"}},
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{name}@{version}",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{name}@{version}",
                "scope": "required",
            }
            for name, version in _PIN.findall(pins)
        ],
    }


if __name__ == "__main__":
    TO.parent.mkdir(exist_ok=True)
    TO.write_text(json.dumps(sbom(PINS.read_text()), indent=2) + "\n")
    print(TO.relative_to(Path.cwd()))
