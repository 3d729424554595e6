"""`python -m local.import_budget`: what a function's imports cost, as a ratio and no seconds.

Every function is imported in a fresh process and makes a DynamoDB client; so does the yardstick,
which imports nothing but boto3. Both use CPU time, take turns in one run, and are compared by
their medians, so the machine's speed and whatever else it does cancel out.
"""

import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from local import ROOT
from local.tools import PYTHON, tool_env

PUBLIC: Final = ("redirect_callback", "flinks_webhook", "reconnect_page")
API: Final = ("start_refresh", "iframe_url", "refreshes", "connections")
BUDGETS: Final = {**dict.fromkeys(PUBLIC, 1.4), **dict.fromkeys(API, 1.9)}
ROUNDS: Final = 9

NOT_IN_LAMBDA: Final = (
    "import sys; sys.modules.update(dict.fromkeys(('click', 'rich', 'pygments')))"
)
"""httpx imports them where it finds them; only the development tools bring them along."""
_CLIENT: Final = "import boto3; boto3.client('dynamodb', region_name='ca-central-1')"
_CLOCK: Final = "import time; print(time.process_time())"


def ratios(functions: Sequence[str], rounds: int = ROUNDS) -> dict[str, float]:
    """Return for each function how many times the yardstick's CPU time it takes to import."""
    spent: dict[str, list[float]] = {name: [] for name in ("", *functions)}
    for name in spent:
        _cpu_seconds(name)  # leaves byte code behind, so that no later one compiles
    for _ in range(rounds):
        for name, seconds in spent.items():
            seconds.append(_cpu_seconds(name))
    yardstick = statistics.median(spent.pop(""))
    return {name: statistics.median(seconds) / yardstick for name, seconds in spent.items()}


def _cpu_seconds(function: str) -> float:
    imports = f"import functions.{function}.app; " if function else ""
    done = subprocess.run(
        [PYTHON, "-c", f"{NOT_IN_LAMBDA}; {imports}{_CLIENT}; {_CLOCK}"],
        cwd=ROOT,
        env=tool_env(),
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


def main() -> int:
    """Print every ratio beside its budget; fail if one is over."""
    measured = ratios(tuple(BUDGETS))
    for name, ratio in measured.items():
        print(f"{name:<20} {ratio:5.2f} of {BUDGETS[name]} times a DynamoDB client alone")
    return int(any(ratio > BUDGETS[name] for name, ratio in measured.items()))


if __name__ == "__main__":
    sys.exit(main())
