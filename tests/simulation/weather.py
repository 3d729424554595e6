"""What can go wrong and who does what: by name, so that each can be switched off."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulation.clockwork import Clockwork, Killed

FAULTS: dict[str, float] = {
    # our own processes and AWS
    "kill": 0.004,
    "slow": 0.02,
    "freezes": 0.002,
    "table_outage": 0.5,
    "table_throttled": 0.02,
    "table_fails": 0.01,
    "table_answer_lost": 0.02,
    "table_conflict": 0.3,
    "index_lags": 0.3,
    "stream_loses": 0.1,
    "stream_repeats": 0.1,
    "stream_lags": 0.1,
    "queue_refuses": 0.02,
    "queue_repeats": 0.1,
    "queue_lags": 0.1,
    "queue_loses": 0.02,
    "sweep_missed": 0.15,
    "sweep_twice": 0.1,
    "bus_refuses": 0.05,
    "bus_takes_some": 0.05,
    "bucket_fails": 0.02,
    "secrets_fail": 0.01,
    # Flinks
    "flinks_unreachable": 0.02,
    "flinks_answer_lost": 0.03,
    "flinks_html": 0.02,
    "flinks_plain": 0.02,
    "flinks_throttles": 0.03,
    "flinks_keys_refused": 0.003,
    "flinks_token_refused": 0.02,
    "flinks_background": 0.15,
    "bank_slow": 0.1,
    "bank_trouble": 0.15,
    "bank_needs_person": 0.03,
    "credentials_die": 0.1,
    "collects_long": 0.15,
    "never_collects": 0.05,
    "clock_lags": 1.0,
    "clock_leads": 1.0,
    "shown_late": 0.3,
    "stale_cache": 0.2,
    "no_accounts": 0.05,
    "odd_accounts": 0.1,
    "camel_case": 0.1,
    "ignores_filter": 0.7,
    "elsewhere": 0.1,
    "webhook_missing": 0.4,
    "webhook_late": 0.2,
    "webhook_twice": 0.2,
    "webhook_old": 0.2,
    "webhook_foreign": 0.1,
    "webhook_empty": 0.1,
    "webhook_forged": 0.1,
    # people
    "clicks_twice": 0.15,
    "two_devices": 0.15,
    "too_late": 0.1,
    "walks_away": 0.15,
    "answers_wrong": 0.15,
    "declines": 0.05,
    "callback_lost": 0.2,
    "callback_early": 0.15,
    "reloads_callback": 0.1,
    "signs_in_as_other": 0.05,
    "slow_answer": 0.15,
    # integrators
    "cancels": 0.05,
    "changes_selection": 0.1,
    "changes_policy": 0.1,
    "closes": 0.05,
    "adopts": 0.15,
    "adopts_unknown": 0.15,
    "repeats_start": 0.15,
    "away": 0.3,
    "nightly": 1.0,
    "account_vanishes": 0.03,
}


@dataclass
class Weather:
    """Each world has its own: about half of what can happen, at its own strength."""

    clockwork: Clockwork
    calm_from: float
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    happened: Counter[str] = field(default_factory=Counter)
    rates: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        dice = self.clockwork.dice
        for name, rate in FAULTS.items():
            draw, strength = dice.random(), dice.choice((0.5, 1, 1, 2))
            allowed = name in self.only if self.only is not None else name not in self.without
            self.rates[name] = min(1.0, rate * strength) if allowed and draw < 0.5 else 0.0

    def strikes(self, name: str) -> bool:
        """Whether this happens now."""
        rate = self.rates[name]
        if not rate or self.clockwork.watching or self.is_calm:
            return False
        if self.clockwork.dice.random() >= rate:
            return False
        self.happened[name] += 1
        run = self.clockwork.invocation
        if run is not None:
            run.struck.append(name)
        return True

    @property
    def is_calm(self) -> bool:
        """Whether the faults are over for good."""
        return self.clockwork.now >= self.calm_from

    def pause(self, seconds: float = 0.01) -> None:
        """One side of an I/O: others run meanwhile, and the process may die here."""
        if self.clockwork.watching:
            return
        self.clockwork.step()
        longest = 1.5 if self.strikes("slow") else seconds
        if self.strikes("freezes"):
            longest = 100
        self.clockwork.sleep(self.clockwork.dice.random() * longest)
        if self.clockwork.invocation is not None and self.strikes("kill"):
            raise Killed

    def is_on(self, name: str) -> bool:
        """Whether this can happen at all in this world."""
        return self.rates[name] > 0

    def stir(self, names: Iterable[str]) -> None:
        """Let these happen often in this world; `name:0.9` says how often."""
        for each in names:
            name, _, rate = each.partition(":")
            self.rates[name] = float(rate) if rate else min(1.0, FAULTS[name] * 4)
