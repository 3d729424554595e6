"""`python -m docs.cost`: what a million refreshes cost, from counts, durations and prices.

A good refresh with MFA: the bank takes its time to ask, the person answers, the data come with one
poll. Counts of the table are those of `tests/contract/test_budget.py`, which holds them together;
memory sizes are the template's; durations and prices are parameters. Writes `docs/cost.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs/cost.md"
WRITE_UNITS: Final = 24
"""The budget, and the count of a first contact; a known connection takes 23."""
READ_UNITS: Final = 18
"""Of a first contact, as the test counts them, which looks at the refresh twice itself."""
MILLION: Final = 1_000_000
MESSAGES: Final = 3
"""One to the authorize worker, two to the accounts worker."""


METRICS: Final = 12
"""Names that the functions count under and that a usual day brings."""
INTRODUCTION: Final = (
    "Written by `make docs`: list prices of {region}, a bank that takes 15 s, per million completed"
    " refreshes with MFA, in USD. Counts are held by tests; how long Flinks and banks take is"
    " assumed."
)
CONCLUSION: Final = (
    "How many starts share an invocation is not ours to choose: SQS hands several over only where"
    " several wait. A stack with one start every few seconds pays the fourth column, one with tens"
    " of them in a second the last."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """USD, list prices of us-east-1, late 2026; another region has others."""

    region: str = "us-east-1"
    gigabyte_second: float = 13.3334e-6
    """Lambda on arm64."""
    invocation: float = 0.20e-6
    api_call: float = 3.50e-6
    """REST API, the first 333 million a month."""
    write_unit: float = 0.625e-6
    read_unit: float = 0.125e-6
    queue_request: float = 0.40e-6
    event: float = 1.00e-6
    put: float = 5.00e-6
    get: float = 0.40e-6
    log_gigabyte: float = 0.50
    key: float = 1.00
    """A month; after the first two rotations two more of the same."""
    secret: float = 0.40
    alarm: float = 0.10
    metric: float = 0.30
    secret_call: float = 5.00e-6
    egress_gigabyte: float = 0.09
    acl: float = 5.00
    rule: float = 1.00


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a stack is set up and used."""

    name: str
    bank_seconds: float = 15.0
    authorize_gigabytes: float
    accounts_gigabytes: float
    api_gigabytes: float = 0.5
    side_by_side: float = 1.0
    """Bank logins that share an invocation. More than one only where several start in a moment."""
    reads: int
    """GET /refreshes of the integrator."""
    accepted_seconds: float
    """`/GetAccountsDetail` answered 202."""
    data_seconds: float = 2.0
    """And 200."""
    api_seconds: float = 0.1
    logged_bytes: int = 4_000
    read_units: int = READ_UNITS


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the price of a refresh."""

    part: str
    arithmetic: str
    usd: float


def lines(way: Way, prices: Prices) -> Iterator[Line]:
    """Yield what each part of a million refreshes costs."""
    yield _table(way, prices)
    calls = 4 + way.reads
    yield Line(
        "API",
        f"{calls} calls (start, {way.reads} reads, URL, callback, accounts)"
        f" × {prices.api_call * MILLION:.2f}",
        MILLION * calls * prices.api_call,
    )
    waiting = way.bank_seconds * way.authorize_gigabytes / way.side_by_side
    yield Line(
        "`authorize`, waiting",
        f"{way.bank_seconds:g} s × {way.authorize_gigabytes:g} GB ÷ {way.side_by_side:g}"
        f" × {prices.gigabyte_second * MILLION:.2f}",
        MILLION * waiting * prices.gigabyte_second,
    )
    fetching = (way.accepted_seconds + way.data_seconds) * way.accounts_gigabytes
    yield Line(
        "`fetch_accounts`",
        f"({way.accepted_seconds:g} + {way.data_seconds:g}) s × {way.accounts_gigabytes:g} GB"
        f" × {prices.gigabyte_second * MILLION:.2f}",
        MILLION * fetching * prices.gigabyte_second,
    )
    yield _other_functions(way, prices)
    yield _queues_and_more(way, prices)


def _table(way: Way, prices: Prices) -> Line:
    writes, reads = WRITE_UNITS * prices.write_unit, way.read_units * prices.read_unit
    arithmetic = (
        f"{WRITE_UNITS} write units × {prices.write_unit * MILLION:.3f}"
        f" + {way.read_units} read units × {prices.read_unit * MILLION:.3f}"
    )
    return Line("table", arithmetic, MILLION * (writes + reads))


def _other_functions(way: Way, prices: Prices) -> Line:
    """API functions, and two records of the stream; an invocation for each message, too."""
    runs = 4 + way.reads + 2
    seconds = runs * way.api_seconds * way.api_gigabytes
    arithmetic = (
        f"{runs} × {way.api_seconds:g} s × {way.api_gigabytes:g} GB"
        f" × {prices.gigabyte_second * MILLION:.2f} + {runs + MESSAGES}"
        f" × {prices.invocation * MILLION:.2f}"
    )
    usd = seconds * prices.gigabyte_second + (runs + MESSAGES) * prices.invocation
    return Line("other functions and all invocations", arithmetic, MILLION * usd)


def _queues_and_more(way: Way, prices: Prices) -> Line:
    """A message is sent, received and deleted; three events; a snapshot is put and read."""
    requests, logged = 3 * MESSAGES, way.logged_bytes / 1000
    arithmetic = (
        f"{requests} × {prices.queue_request * MILLION:.2f} + 3 × {prices.event * MILLION:.2f}"
        f" + {(prices.put + prices.get) * MILLION:.2f} + {logged:g} GB × {prices.log_gigabyte:.2f}"
    )
    usd = requests * prices.queue_request + 3 * prices.event + prices.put + prices.get
    return Line(
        "queues, bus, bucket, logs", arithmetic, MILLION * usd + logged * prices.log_gigabyte
    )


def together(way: Way, prices: Prices) -> float:
    """Return the USD of a million refreshes."""
    return sum(line.usd for line in lines(way, prices))


def standing(prices: Prices, alarms: int, metrics: int) -> Iterator[Line]:
    """Yield what a stack costs a month while nobody refreshes anything."""
    yield Line("key, rotated", f"3 × {prices.key:.2f} from the third year on", 3 * prices.key)
    yield Line("secrets", f"4 × {prices.secret:.2f}", 4 * prices.secret)
    yield Line("alarms", f"{alarms} × {prices.alarm:.2f}", alarms * prices.alarm)
    yield Line(
        "own metrics, where all of them occur in every hour",
        f"{metrics} × {prices.metric:.2f}",
        metrics * prices.metric,
    )
    polls = 3 * 5 * 3 * 60 * 24 * 30
    yield Line(
        "the queues' idle polling",
        f"3 queues × 5 pollers × 3 a minute × 43,200 × {prices.queue_request * 1e6:.2f} a million",
        polls * prices.queue_request,
    )
    ticks = 60 * 24 * 30
    sweep = ticks * (prices.invocation + 0.2 * 0.5 * prices.gigabyte_second + 2 * prices.read_unit)
    yield Line("the sweep", f"{ticks:,} ticks of 0.2 s × 0.5 GB", sweep)
    yield Line("web ACL, if deployed", "5.00 + 4 rules × 1.00", prices.acl + 4 * prices.rule)


def memory(function: str) -> float:
    """Return the gigabytes that the template gives a function."""
    template = _template()
    own = template["Resources"][function]["Properties"].get("MemorySize")
    stated = own or template["Globals"]["Function"]["MemorySize"]
    return float(stated) / 1024


def ways() -> tuple[Way, ...]:
    """Return the steps from what was measured first to what the template says now."""
    first = Way(
        name="as first measured",
        authorize_gigabytes=0.5,
        accounts_gigabytes=1.0,
        reads=6,
        accepted_seconds=2.0,
        read_units=25,
    )
    sized = replace(
        first,
        name="memory by measurement, one read",
        authorize_gigabytes=memory("AuthorizeFunction"),
        accounts_gigabytes=memory("FetchAccountsFunction"),
        accepted_seconds=0.5,
        read_units=READ_UNITS,
    )
    patient = replace(sized, name="reads when `Retry-After` says", reads=3)
    told = replace(sized, name="events instead of reads", reads=0)
    busy = replace(told, name="and ten starts side by side", side_by_side=10.0)
    return first, sized, patient, told, busy


def table(way: Way, prices: Prices | None = None) -> str:
    """Return the arithmetic of one way."""
    prices = prices or Prices()
    rows = [f"| {each.part} | {each.arithmetic} | {each.usd:.1f} |" for each in lines(way, prices)]
    total = f"| | **together** | **{together(way, prices):.0f}** |"
    return "\n".join(["| part | arithmetic | USD |", "|---|---|---:|", *rows, total])


def page(prices: Prices | None = None) -> str:
    """Return the whole page."""
    prices = prices or Prices()
    steps = ways()
    parts = ["# What it costs", INTRODUCTION.format(region=prices.region), _overview(steps, prices)]
    for way in (steps[0], *steps[3:]):
        parts += [f"## {way.name.capitalize()}", table(way, prices)]
    parts += ["## A stack that stands still", _standing_table(prices)]
    parts.append(
        f"Secrets are read once in five minutes by each warm environment:"
        f" {prices.secret_call * MILLION:.2f} per million reads. A snapshot that leaves AWS costs"
        f" {prices.egress_gigabyte:.2f} per GB. {CONCLUSION}"
    )
    return "\n\n".join(parts) + "\n"


def _overview(steps: tuple[Way, ...], prices: Prices) -> str:
    head = ["part", *(way.name for way in steps)]
    columns = [list(lines(way, prices)) for way in steps]
    rows = [
        [row[0].part, *(f"{each.usd:.0f}" for each in row)] for row in zip(*columns, strict=True)
    ]
    rows.append(["**together**", *(f"**{together(way, prices):.0f}**" for way in steps)])
    told = ["| " + " | ".join(row) + " |" for row in [head, *rows]]
    told.insert(1, "|---|" + "---:|" * len(steps))
    return "\n".join(told)


def _standing_table(prices: Prices) -> str:
    rows = [
        f"| {each.part} | {each.arithmetic} | {each.usd:.2f} |"
        for each in standing(prices, _count("AWS::CloudWatch::Alarm"), METRICS)
    ]
    return "\n".join(["| part | arithmetic | USD a month |", "|---|---|---:|", *rows])


def _count(kind: str) -> int:
    return sum(each["Type"] == kind for each in _template()["Resources"].values())


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as whatever they hold."""


def _anything(loader: _Loader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node) if isinstance(node, yaml.MappingNode) else None


_Loader.add_multi_constructor("!", _anything)


def _template() -> dict[str, Any]:
    read: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506 - a safe loader
    return read


if __name__ == "__main__":
    PAGE.write_text(page())
