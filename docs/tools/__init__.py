"""Writes the generated parts of the documents: `python -m docs.tools`, or `make docs`."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
