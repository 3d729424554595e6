"""The world in which each deliberate bug shows; a change of service or simulation moves them.

`make prove` hunts anew and says in docs/proof.md where each was found; take it over from there.
"""

FOUND_AT: dict[str, int] = {
    "sends a second time after a crash": 2,
    "ignores the lease": 0,
    "does not move the lease while collecting": 1,
    "takes any age for a proof": 0,
    "allows no skew between clocks": 0,
    "lets dataAsOf lie in the future": 1,
    "claims no data call": 0,
    "claims an accepted data call again": 0,
    "delivers what was not chosen": 0,
    "takes an empty answer for vanished accounts": 0,
    "takes every conflict for its own write": 1,
    "takes webhooks that nobody signed": 0,
    "takes callbacks that nobody sealed": 0,
    "issues a URL in the session's last minute": 1,
    "lets a timer call the bank at any time": 3,
    "promises a wait that no timer may keep": 0,
    "calls whenever somebody comes": 0,
    "asks Flinks for every callback": 0,
    "asks again at once, whatever was refused": 0,
    "forgets events that the stream lost": 0,
    "forgets calls whose message was lost": 3,
    "ends a refresh and tells nobody": 3,
    "calls a connection broken for the bank's trouble": 0,
    "writes numbers as floats hold them": 0,
    "offers a choice of accounts that nobody honours": 1,
    "gives two events one id": 0,
    "loses the events of a session that moves": 0,
    "polls without an end": 1,
    "writes without looking at the version": 1,
    "lets a policy that was taken back go on": 0,
    "lets what is closed go on": 1,
    "asks late questions without an end": 0,
    "clears health on data older than the break": 1,
    "moves dataAsOf only when something was broken": 0,
    "does not notice the person while the bank is called": 0,
    "delivers by the choice that the call was asked with": 0,
    "takes its own repeated write for a conflict": 5,
    "looks for no success after the end": 1,
    "keeps the person out by their own session": 2,
    "uses a session that is known dead": 47,
    "drops an answer at the first trouble": 2,
}

BROKE_ONCE: dict[int, str] = {
    1089: "the question asked again of a session that had given its data, and a second data call",
    426: "a live call beside a session that a poll had called gone, and nobody had read",
    646: "polls so far apart that the session died between them, and the answer was lost",
    1320: "called vanished what nobody had asked for: more was chosen since",
    1885: "a read told of an attempt that had not begun, and then never did",
    1980: "two questions within four seconds: one before the clock ran out, one when it had",
}
"""Worlds in which the search found a fault of the service, and which one it was."""
