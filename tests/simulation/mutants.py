"""Deliberate bugs: each takes one guard or one idea away. The simulation has to find every one."""

from tests.simulation.deployment import Mutant

MUTANTS = [
    Mutant(
        "sends a second time after a crash",
        "domain.asking",
        "    if case.attempt.sent_at is not None:\n        return case.ignore()\n    if not may",
        "    if not may",
    ),
    Mutant(
        "ignores the lease",
        "domain.asking",
        "if case.lease_ahead is not None:",
        "if False:",
    ),
    Mutant(
        "does not move the lease while collecting",
        "domain.collecting",
        "        taken = taken.alive()\n",
        "        pass\n",
    ),
    Mutant(
        "takes any age for a proof",
        "domain.proof",
        "return told > than - clocks.skew and (known is None or told > known)",
        "return True",
    ),
    Mutant(
        "allows no skew between clocks",
        "domain.proof",
        "return told > than - clocks.skew and",
        "return told > than + clocks.skew and",
    ),
    Mutant(
        "lets dataAsOf lie in the future",
        "domain.case",
        "as_of, newest = min(told, self.now), max(",
        "as_of, newest = told, max(",
    ),
    Mutant(
        "lets dataAsOf fall",
        "domain.case",
        "if known is not None and as_of <= known:",
        "if False:",
    ),
    Mutant(
        "clears health on data older than the break",
        "domain.case",
        "        if stays_broken:\n",
        "        if False:\n",
    ),
    Mutant(
        "moves dataAsOf only when something was broken",
        "domain.ending",
        "return case.refreshed(told).done() if is_fresh or known is not None else case.ignore()",
        "return case.refreshed(told).done() if case.connection.broken_at else case.ignore()",
    ),
    Mutant(
        "claims no data call",
        "domain.collecting",
        "data_claimed=True, selection=signal.selection",
        "data_claimed=False, selection=signal.selection",
    ),
    Mutant(
        "claims an accepted data call again",
        "domain.collecting",
        "return case if case.attempt.data_accepted else case.with_attempt(data_claimed=False)",
        "return case.with_attempt(data_claimed=False)",
    ),
    Mutant(
        "uses a session that is known dead",
        "domain.calls",
        "return now < attempt.activity_at + clocks.request_id_idle - clocks.url_margin",
        "return True",
    ),
    Mutant(
        "delivers what was not chosen",
        "usecases.deliver_accounts",
        "kept = wanted.keep(collected.accounts)",
        "kept = tuple(collected.accounts)",
    ),
    Mutant(
        "delivers by the choice that the call was asked with",
        "usecases.deliver_accounts",
        "wanted = allowed if asked is None else asked.narrowed_to(allowed)",
        "wanted = asked or allowed",
    ),
    Mutant(
        "takes an empty answer for vanished accounts",
        "usecases.deliver_accounts",
        "        if not collected.accounts:\n"
        "            return Refused(trouble=Trouble.NO_ACCOUNTS_YET)\n",
        "",
    ),
    Mutant(
        "writes without looking at the version",
        "aws.guards",
        'FOLLOWS: Final = "version = :version"',
        'FOLLOWS: Final = "version >= :version OR version < :version"',
    ),
    Mutant(
        "takes every conflict for its own write",
        "aws.guards",
        'return bool(old.get("write_id") == written)',
        "return True",
    ),
    Mutant(
        "takes its own repeated write for a conflict",
        "aws.guards",
        'return bool(old.get("write_id") == written)',
        "return False",
    ),
    Mutant(
        "takes webhooks that nobody signed",
        "flinks.signature",
        "return any(matches)",
        "return True",
    ),
    Mutant(
        "takes callbacks that nobody sealed",
        "domain.seals",
        "    if not any(\n"
        "        hmac.compare_digest(_mac(key, purpose, content).encode(), mac.encode())"
        " for key in keys\n"
        "    ):\n",
        "    if False:\n",
    ),
    Mutant(
        "issues a URL in the session's last minute",
        "usecases.issue_connect_url",
        "now >= dies_at - self.advance.clocks.url_margin",
        "now >= dies_at",
    ),
    Mutant(
        "lets a timer call the bank at any time",
        "domain.asking",
        "return case.refresh.unattended or (seen is not None and instant <= seen + window)",
        "return True",
    ),
    Mutant(
        "promises a wait that no timer may keep",
        "domain.asking",
        "        and _timer_may_start_at(case, possible + case.clocks.verify_again)\n",
        "",
    ),
    Mutant(
        "lets a policy that was taken back go on",
        "usecases.advance",
        "if refresh is None or not refresh.unattended or settings.unattended:",
        "if True:",
    ),
    Mutant(
        "books an answer on whatever session is asked now",
        "domain.collecting",
        "if signal.request_id != case.attempt.request_id or case.attempt.request_gone:",
        "if False:",
    ),
    Mutant(
        "calls whenever somebody comes",
        "domain.calls",
        "call_at is None or now + EARLY < call_at:",
        "call_at is None:",
    ),
    Mutant(
        "asks Flinks for every callback",
        "domain.answering",
        "    return max(called_at + case.clocks.poll - case.now, NO_DELAY)\n",
        "    return NO_DELAY\n",
    ),
    Mutant(
        "asks again at once, whatever was refused",
        "domain.collecting",
        "least = max(REMEDIES[trouble].delay, case.clocks.poll)",
        "least = case.clocks.poll",
    ),
    Mutant(
        "looks for no success after the end",
        "domain.ending",
        "looks = _last_looks(case)",
        "looks = None",
    ),
    Mutant(
        "opens sessions without an end",
        "domain.collecting",
        "if case.attempt.openings >= _MOST_OPENINGS:",
        "if False:",
    ),
    Mutant(
        "forgets events that the stream lost",
        "domain.owed",
        "now + clocks.first_wake if connection.outbox else None,",
        "None,",
    ),
    Mutant(
        "forgets calls whose message was lost",
        "domain.owed",
        "call_at + clocks.first_wake if call_at else None,",
        "None,",
    ),
    Mutant(
        "ends a refresh and tells nobody",
        "domain.ending",
        "told = case.told(EventType.REFRESH_CANCELLED)",
        "told = case",
    ),
    Mutant(
        "calls a connection broken for the bank's trouble",
        "domain.ending",
        "if REMEDIES[signal.cause].owner is not Owner.USER:",
        "if False:",
    ),
    Mutant(
        "keeps the person out by their own session",
        "domain.asking",
        "return _taken_over(seen, case.connection.refresh) or launch(seen)",
        "return launch(seen)",
    ),
    Mutant(
        "drops an answer at the first trouble",
        "usecases.advance",
        "if time_left() < _LAST_SECONDS:",
        "if True:",
    ),
    Mutant(
        "does not notice the person while the bank is called",
        "domain.asking",
        "    return case.stay(person_seen_at=case.now)\n",
        "    return case.ignore()\n",
    ),
    Mutant(
        "lets what is closed go on",
        "domain.step",
        "    if case.connection.closed_at is not None:\n        return case.ignore()\n",
        "",
    ),
    Mutant(
        "writes numbers as floats hold them",
        "flinks.wire",
        "parse_float=RawJSON, parse_int",
        "parse_int",
    ),
    Mutant(
        "offers a choice of accounts that nobody honours",
        "flinks.connect_url",
        'yield "accountSelectorEnable", "false"',
        'yield "accountSelectorEnable", "true"',
    ),
]
