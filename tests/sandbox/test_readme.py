"""The readme says what is true."""

import re
from dataclasses import fields
from pathlib import Path

from sandbox.behaviours import BEHAVIOURS
from sandbox.control.app import ACTS
from sandbox.seeds import SEEDS
from sandbox.settings import DEFAULT_CUSTOMER_ID, LEGACY_CUSTOMER_ID, Readings, Settings, camel

README = Path(__file__).parents[2] / "sandbox" / "README.md"
TEXT = README.read_text(encoding="utf-8")


def readings_table() -> str:
    """Write the table of readings, as it should stand in the readme."""
    lines = ["| reading | default | choices | why |", "|---|---|---|---|"]
    for each in fields(Readings):
        choices = ", ".join(f"`{choice}`" for choice in each.metadata.get("choices", ()))
        name, default = camel(each.name), str(each.default)
        shown = default.lower() if isinstance(each.default, bool) else default
        lines.append(f"| `{name}` | `{shown}` | {choices} | {each.metadata['why']} |")
    return "\n".join(lines)


def test_the_table_of_readings_is_up_to_date() -> None:
    assert readings_table() in TEXT


def test_the_keys_are_the_real_defaults() -> None:
    settings = Settings()
    for value in (
        DEFAULT_CUSTOMER_ID,
        LEGACY_CUSTOMER_ID,
        settings.secret_key,
        settings.api_key,
        settings.webhook_secret,
    ):
        assert value in TEXT


def test_every_control_call_is_named() -> None:
    for _, path, _ in ACTS:
        named = re.sub(r"\{\w+\}", "", path).rstrip("/").split("/")[1]
        assert f"/{named}" in TEXT


def test_seeds_and_behaviours_agree() -> None:
    assert {seed.behaviour for seed in SEEDS} <= BEHAVIOURS.keys()
    assert len({seed.login_id for seed in SEEDS}) == len(SEEDS)
