"""Writing answers into samconfig.toml, and leaving the rest of the file as it is."""

import re
from collections.abc import Mapping

from operate.settings import OperateError


def with_answers(
    text: str, environment: str, parameters: Mapping[str, str], monitoring: Mapping[str, str]
) -> str:
    """Return the file's text with these parameters added to an environment's lists."""
    text = _added(text, f"{environment}.deploy.parameters", parameters)
    return _added(text, f"{environment}.monitoring.parameters", monitoring)


def _added(text: str, table: str, values: Mapping[str, str]) -> str:
    if not values:
        return text
    head = re.compile(
        rf"(\[{re.escape(table)}\]\n(?:(?!\[).*\n)*?parameter_overrides = \[\n)", re.MULTILINE
    )
    if not head.search(text):
        raise OperateError(f"samconfig.toml has no list parameter_overrides under [{table}].")
    lines = "".join(f"  {_quoted(name, value)},\n" for name, value in values.items())
    return head.sub(lambda found: found[1] + lines, text, count=1)


def _quoted(name: str, value: str) -> str:
    """Return a TOML string, the value in quotes within it, as the SAM CLI wants one with blanks."""
    text = f'{name}="{value}"'
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', '\\"') + '"'
