"""docs/errors.md: every code that a caller can meet, with its cause, its owner and its remedy."""

import re
from dataclasses import dataclass
from typing import Final

from flinks_reconnect.api.edge import problems
from flinks_reconnect.domain.errors import REMEDIES, Reaction, Remedy

from docs.tools.problems import known_problems
from docs.tools.template import edge_problems

REMEDY: Final = {
    # Problems: answers of the API.
    "accounts_gone": "The refresh ended without data, or its snapshot is past `SnapshotSeconds`. "
    "Start another refresh.",
    "accounts_not_ready": "Wait for `accounts.refreshed` or for the status `completed`, then read.",
    "already_settled": "Read the refresh: it has ended. For fresh data start another.",
    "body_not_allowed": "Send this call without a body.",
    "body_too_large": "Send less; an import takes up to a hundred connections and 64 kB.",
    "busy": "Send the same call again after a second, with the same Idempotency-Key.",
    "connection_not_found": "Check the id (`cn_…`), the account and the region. A connection is "
    "known from its first refresh or `POST /connections` on.",
    "blocked": "The firewall of the public routes took the request for an attack. If it was none, "
    "look which rule matched (the log of the web ACL), and count it instead of blocking.",
    "forbidden": "Check, in this order: the address and the route; that the call is signed with "
    "SigV4 for `execute-api` in the API's region; that the key's role has the policy "
    "`CallersPolicyArn`; the clock of your server (five minutes at most); that the credentials "
    "have not expired. `reconnect doctor` looks at all of it.",
    "idempotency_key_reused": "Take a new key for every press of a button; the same one only to "
    "send the very same body again.",
    "internal_error": "Nothing was lost; try once more. If it stays, look into the function's log "
    "for the time of the call, and report it.",
    "invalid_idempotency_key": "Send one header of 1 to 255 printable ASCII characters; a UUID is "
    "good.",
    "invalid_json": "Send one JSON object in UTF-8, each key once, at most 32 levels deep.",
    "invalid_link": "The person opens the whole link of the message, or asks your app for a new "
    "one (`POST /refreshes/{id}/link`).",
    "invalid_request": "`errors` says of each field what is wrong with it, and `nearest` which "
    "known name is most like one that is not known. Values are never repeated, and names that "
    "are not ours neither.",
    "invalid_signature": "Flinks signs with another secret than `WebhookSecretArn` holds. Put "
    "Flinks' secret there (`docs/operations.md` says how to rotate it).",
    "link_gone": "Make a new link: this one was replaced, used up, or its time is over.",
    "login_not_proven": "The session was adopted by its RequestId, and nobody has proven whose "
    "login it is yet. Wait until it has completed.",
    "no_iframe_url": "Do what `nextAction` says, from `retryAt` on. In a session's last minute "
    "there is no address: the person could not answer in time any more.",
    "not_found": "Check the id (`rf_…`), the account and the region. History is kept for 400 days.",
    "origin_not_allowed": "Add the page's exact origin to the parameter `EmbedOrigins`.",
    "other_session_open": "Follow the refresh that `refreshId` names, or cancel it first.",
    "selection_differs": "Leave `selectedAccounts` out, or change the stored selection by "
    "`POST /connections` first: a start never widens what is shared.",
    "selection_required": 'Say once what the person chose: a list of account ids, or `"all"`.',
    "too_many_links": "Cancel the refresh and start another. Who needs more than five "
    "links may not be getting them: look at the way they go.",
    "unavailable": "Send the same call again after the seconds of `Retry-After`. If it stays, "
    "look at the alarms (`docs/operations.md`).",
    "unsupported_media_type": "Send `Content-Type: application/json`.",
    "visit_over": "The page opens its link again; that makes a new visit.",
    # Troubles: the `error` of a refresh; some are problems as well.
    "access_refused": "Put the right secret key and `x-api-key` of this very Flinks instance into "
    "`FlinksSecretArn`; ask Flinks whether the key is active.",
    "accounts_vanished": "Ask the person which accounts to share, and state them by "
    "`POST /connections`.",
    "already_authorized": "Nothing: the service asks what became of the session.",
    "asked_too_long_ago": "The person presses once more; a bank is called only while somebody is "
    "there.",
    "attempt_expired": "The person starts again and answers within eight minutes.",
    "attempts_exhausted": "The person comes back after `retryAt`: a bank is asked at most "
    "`AttemptsPerDay` times a day.",
    "bank_disabled": "Nothing: it goes on by itself once Flinks has switched the bank on again.",
    "bank_needs_person": "The person signs in at the bank's own site, does what it asks there, and "
    "then starts again.",
    "bank_unavailable": "Nothing: it is tried again at `retryAt`, as long as the person's act is "
    "fresh; later the person starts again.",
    "connection_closed": "The person stopped sharing. To share again they connect the bank anew, "
    "and you state the login by `POST /connections`.",
    "credentials_rejected": "Show the iframe: the person signs in at the bank again.",
    "data_stale": "Nothing: it is tried again at `retryAt`.",
    "declined": "Nothing: the person said no. They may begin again; ask them when it suits.",
    "earlier_session_open": "The person starts again once `retryAt` has passed.",
    "no_accounts_yet": "Nothing: it is tried again at `retryAt`.",
    "data_timeout": "Start again later. If it comes often, tell Flinks the times.",
    "flinks_unavailable": "Nothing: it is tried again at `retryAt`.",
    "identity_mismatch": "The person signed in with another login than the one to repair. They "
    "start again with the right one, or you connect the other login as a new one.",
    "login_unknown": "Check that the LoginId belongs to this Flinks instance; else the person "
    "signs in again.",
    "mfa_rejected": "The person starts again and answers anew.",
    "mfa_session_lost": "The person starts again; a code that was already sent is of no use.",
    "not_enabled": "Ask Flinks to switch the feature on for your customer id.",
    "not_yet_authorized": "The person answers in the iframe, or starts again.",
    "outcome_unknown": "Nothing: the service finds out. Tell the person that a code may come.",
    "question_unanswered": "Show the iframe: the person signs in, and the answer is stored.",
    "refresh_expired": "Start another refresh when the person is back.",
    "request_refused": "A defect of this service or a setting: look for the code and the time in "
    "the worker's log, and report it.",
    "session_concurrent": "Nothing: it is tried again once the other session cannot be alive.",
    "session_gone": "The person starts again.",
    "still_in_use": "Wait until `retryAt` and send the call again.",
    "throttled": "Slow down; send the same call again after a pause that grows.",
    "token_refused": "Check the clock of your account's region and that `FlinksSecretArn` holds "
    "keys of one instance only.",
    "unrecognised_answer": "Look for the code in the worker's log; update the service, or report "
    "the code that it does not know.",
}
"""What helps, by code; a test holds that none is missing and none is too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One code."""

    code: str
    where: str
    owner: str
    next_action: str
    causes: tuple[str, ...]


def reference() -> str:
    """Return a section for each code, in the order of the alphabet."""
    return "\n\n".join(_section(each) for each in explained())


def explained() -> list[Explained]:
    """Return every code that a caller can meet."""
    codes = {each.code for each in known_problems()} | {each.value for each in REMEDIES}
    return [_explained(code) for code in sorted(codes)]


def _section(known: Explained) -> str:
    return "\n".join(
        [
            f"### {known.code}",
            "",
            f"{known.where}; owner {known.owner}; `nextAction` {known.next_action}.",
            "",
            *(f"* Cause: {cause}" for cause in known.causes),
            f"* Remedy: {REMEDY[known.code]}",
        ]
    )


def _explained(code: str) -> Explained:
    stated = [each for each in known_problems() if each.code == code]
    remedy = _remedies().get(code)
    statuses = sorted({each.status for each in stated})
    places = [f"Answer {', '.join(map(str, statuses))}"] if stated else []
    places += ["`error` of a refresh"] if remedy else []
    owner, next_action = _who_and_what(code, remedy)
    causes = [each.title for each in stated] + ([remedy.message] if remedy else [])
    return Explained(
        code=code,
        where=" and ".join(places),
        owner=owner,
        next_action=next_action,
        causes=tuple(dict.fromkeys(causes)),
    )


def _remedies() -> dict[str, Remedy]:
    return {code.value: remedy for code, remedy in REMEDIES.items()}


def _who_and_what(code: str, remedy: Remedy | None) -> tuple[str, str]:
    if code == "no_iframe_url":
        return "`user`", "as the refresh stands"
    if problem := _constants().get(code):
        return f"`{problem.owner}`", f"`{problem.next_action}`"
    if remedy is not None:
        later = "; `wait` while it is tried again" if remedy.reaction is Reaction.SEND_ANEW else ""
        return f"`{remedy.owner}`", f"`{remedy.next_action}`{later}"
    edge = {each["code"]: each for each in edge_problems()}.get(code, {})
    return f"`{edge.get('owner', 'operator')}`", f"`{edge.get('nextAction', 'none')}`"


def _constants() -> dict[str, problems.Problem]:
    """Return the problems that stand in `api/edge/problems.py` as they are."""
    found = vars(problems).values()
    return {each.code: each for each in found if isinstance(each, problems.Problem)}


def anchors(page: str) -> set[str]:
    """Return what an address of this page can point at."""
    return set(re.findall(r"^### (\w+)$", page, re.MULTILINE))
