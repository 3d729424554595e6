"""The whole service on one machine: emulator, sandbox, deployed template, demo."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
