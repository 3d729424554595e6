"""Take each permission away from its role and see that a story fails without it.

`python -m tests.e2e.ablate` deploys two stacks, removes one permission at a time from the deployed
role through the emulator's IAM, runs the smallest story that needs it, and gives it back. It writes
`docs/role-ablation.md` and ends with 1 if a permission was not missed. About a quarter of an hour.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from local import ROOT
from local.emulator import administrator
from local.ports import HOST, Ports
from local.stack import FOLDER, Stack
from local.tools import PYTHON
from tests.e2e.conftest import HASTY, POLL

REPORT: Final = ROOT / "docs/role-ablation.md"
PATIENCE: Final = "12"
RARELY: Final = {"SweepRate": "rate(1 hour)"}
"""The sweep would make up for a message that could not be sent."""
CLOCKS: Final = {"e2e-roles": POLL | RARELY, "e2e-roles-hasty": HASTY | RARELY}

NO_MFA = "test_mfa.py::test_a_bank_without_questions_needs_no_person_at_all"
ADOPTED = "test_interrupted.py::test_a_session_that_is_adopted_twice_stays_one_refresh"
PREFETCH = "test_callback.py::test_a_browser_that_only_looks_ahead_is_no_person"
SIGN_IN = "test_trouble.py::test_rejected_credentials_are_repaired_by_a_full_sign_in"
LEARNED = (
    "test_trouble.py::test_a_full_sign_in_goes_straight_to_the_bank_that_an_earlier_refresh_learned"
)
UNKNOWN = "test_trouble.py::test_a_lost_answer_is_never_asked_for_again_and_turns_out_well"
EARLY = "test_callback.py::test_a_callback_before_the_answer_leads_back_to_the_question"
WEBHOOK = "test_webhooks.py::test_a_webhook_brings_the_data_while_the_poll_still_waits"
REPEATED = "test_webhooks.py::test_a_webhook_that_comes_five_times_has_one_effect"
UNNAMED = "test_webhooks.py::test_a_webhook_of_a_kind_that_nobody_knows_is_set_aside"
CANCEL = "test_starting.py::test_a_cancelled_refresh_stays_cancelled_and_the_bank_is_left_in_peace"
KEYED = "test_starting.py::test_an_idempotency_key_leads_to_its_refresh_even_after_that_has_ended"
REPLACED = "test_starting.py::test_an_earlier_refresh_stays_readable_and_takes_no_more_orders"
LATE = "test_starting.py::test_a_late_message_about_an_earlier_refresh_is_dropped[AuthorizeQueue]"
LOST_START = "test_time.py::test_a_lost_message_is_found_again_by_the_sweep[AuthorizeFunction]"
LOST_FETCH = "test_time.py::test_a_lost_message_is_found_again_by_the_sweep[FetchAccountsFunction]"
POISON = "test_time.py::test_a_row_that_nobody_can_read_does_not_stop_the_sweep"
CLICKED = "test_away.py::test_e45_ten_people_who_click_at_once_start_one_bank_login"
OLD_LINK = "test_away.py::test_the_link_of_an_earlier_refresh_still_says_how_it_ended"
FOUND = "test_connections.py::test_a_person_is_found_by_reference_and_code_and_erased"
STOPPED = "test_connections.py::test_who_stops_sharing_is_forgotten_at_flinks_and_here"
NIGHT = "test_nightly.py::test_a_night_that_fails_after_good_days_is_told"
TOLD = "test_events.py::test_a_cancelled_refresh_is_told_once"
FORGOTTEN = "test_events.py::test_what_was_told_is_not_kept_to_be_told_again"

SHORT_CLOCKS: Final = {UNKNOWN, LOST_START, LOST_FETCH, POISON}
"""These are told on the stack whose clocks run in seconds."""

STORIES: Final[dict[str, str]] = {
    "StartRefreshFunction": NO_MFA,
    "StartRefreshFunction ReadRows GetItem": KEYED,
    "StartRefreshFunction AskWorkers AccountsQueue": ADOPTED,
    "IframeUrlFunction": PREFETCH,
    "IframeUrlFunction ReadRows GetItem": REPLACED,
    "IframeUrlFunction WriteSteps": SIGN_IN,
    "IframeUrlFunction AskWorkers": SIGN_IN,
    "RedirectCallbackFunction": EARLY,
    "RedirectCallbackFunction ReadRows GetItem": REPLACED,
    "FlinksWebhookFunction": WEBHOOK,
    "RefreshesFunction": NO_MFA,
    "RefreshesFunction ReadRows GetItem": REPLACED,
    "RefreshesFunction WriteSteps": CANCEL,
    "RefreshesFunction ReadSigningKey": CLICKED,
    "ReconnectPageFunction": CLICKED,
    "ReconnectPageFunction ReadRows GetItem": OLD_LINK,
    "ConnectionsFunction": STOPPED,
    "ConnectionsFunction FindRows": FOUND,
    "AuthorizeFunction": NO_MFA,
    "AuthorizeFunction ReadRows GetItem": LATE,
    "AuthorizeFunction AskWorkers AuthorizeQueue": UNKNOWN,
    "FetchAccountsFunction": NO_MFA,
    "FetchAccountsFunction ReadRows GetItem": WEBHOOK,
    "FetchAccountsFunction LearnInstitution": LEARNED,
    "FetchAccountsFunction TakeWebhooks GetObject": WEBHOOK,
    "FetchAccountsFunction TakeWebhooks DeleteObject": REPEATED,
    "FetchAccountsFunction Quarantine": UNNAMED,
    "SweepFunction": LOST_START,
    "SweepFunction AskWorkers AccountsQueue": LOST_FETCH,
    "SweepFunction PostponePoison": POISON,
    "NightlyCheckFunction": NIGHT,
    "PublishEventsFunction": TOLD,
    "PublishEventsFunction EmptyOutbox": FORGOTTEN,
}
"""The story for a permission: of the entries whose words its name has, the longest."""


UNSEEN: Final[dict[str, str]] = {
    "WriteLogs": "the emulator writes the logs itself",
    "TakeMessages": "the emulator's own poller takes the messages, without the role",
    "ReadStream": "the emulator's own poller reads the stream, without the role",
    "FindStream": "the emulator's own poller reads the stream, without the role",
    "KeepFailures": "the emulator's own poller would send what failed",
    "TakeSeats": "without it the worker calls the bank without a seat",
    "KeepParts": "only a nightly list of more than 500 entries is kept in parts",
    "AskForParts": "only a nightly list of more than 500 entries is kept in parts",
    "HandOver": "webhooks are passed on only where an address is given",
    "AskToPassOn": "webhooks are passed on only where an address is given",
    "PassOn": "webhooks are passed on only where an address is given",
    "SeeWhatIsGone": "the emulator answers 404 for a missing object, AWS 403 without this",
}
"""Statements that nothing misses here, and why."""

CONDITIONS: Final[dict[str, str]] = {
    "`dynamodb:LeadingKeys` of every `dynamodb:UpdateItem`": "the emulator knows no such key, and"
    " `ForAllValues` passes where a key is absent",
    "`events:source` of `events:PutEvents`": "the same, by `StringEqualsIfExists`",
    "the policy of the KMS key": "the emulator encrypts nothing and asks for no right to the key",
    "the policy of the bucket (TLS only)": "left out locally: the emulator speaks plain HTTP",
}


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One action on one resource, of one statement of one function's role."""

    function: str
    role: str
    policy: str
    sid: str
    action: str
    resource: str

    @property
    def name(self) -> str:
        words = [self.function, self.sid, self.action.partition(":")[2], _logical(self.resource)]
        return " ".join(words)

    @property
    def story(self) -> str:
        words = set(self.name.split())
        fitting = [each for each in STORIES if set(each.split()) <= words]
        return STORIES[max(fitting, key=len)]


def _logical(arn: str) -> str:
    """Name a resource as the template does; the emulator makes names of stack, resource, digits."""
    own = arn.rpartition(":")[2]
    middle = [word for word in own.replace("/", "-").split("-") if word not in {"table", ""}]
    return middle[1] if len(middle) > 1 and middle[0] == "reconnect" else own


class Roles:
    """The deployed functions' inline policies."""

    def __init__(self, facts: dict[str, Any]) -> None:
        """Look at one stack."""
        self._facts = facts

    def permissions(self) -> Iterator[Permission]:
        """List every single permission that the template grants to a function."""
        for function, physical in sorted(self._facts["functions"].items()):
            configuration = self._lambda.get_function_configuration(FunctionName=physical)
            role = configuration["Role"].rpartition("/")[2]
            for policy in self._iam.list_role_policies(RoleName=role)["PolicyNames"]:
                for statement in self._tried(role, policy):
                    for action in _listed(statement["Action"]):
                        for resource in _listed(statement["Resource"]):
                            yield Permission(
                                function=function,
                                role=role,
                                policy=policy,
                                sid=statement["Sid"],
                                action=action,
                                resource=resource,
                            )

    def _tried(self, role: str, policy: str) -> list[dict[str, Any]]:
        statements = self._document(role, policy)["Statement"]
        return [each for each in statements if each["Sid"] not in UNSEEN]

    @contextmanager
    def without(self, permission: Permission) -> Iterator[None]:
        """Take it away, and give it back in the end."""
        whole = self._document(permission.role, permission.policy)
        self._put(permission, _reduced(whole, permission))
        try:
            yield
        finally:
            self._put(permission, whole)

    def _document(self, role: str, policy: str) -> dict[str, Any]:
        found = self._iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        document: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
        return document

    def _put(self, permission: Permission, document: dict[str, Any]) -> None:
        self._iam.put_role_policy(
            RoleName=permission.role,
            PolicyName=permission.policy,
            PolicyDocument=json.dumps(document),
        )
        self._forget_what_was_read(permission.function)

    def _forget_what_was_read(self, function: str) -> None:
        """Start the function cold: it keeps its secrets for a while."""
        name = self._facts["functions"][function]
        variables = self._lambda.get_function_configuration(FunctionName=name)["Environment"]
        turn = int(variables["Variables"].get("ABLATION", "0")) + 1
        self._lambda.update_function_configuration(
            FunctionName=name,
            Environment={"Variables": {**variables["Variables"], "ABLATION": str(turn)}},
        )

    @cached_property
    def _iam(self) -> Any:
        return administrator().client("iam", endpoint_url=self._facts["endpointUrl"])

    @cached_property
    def _lambda(self) -> Any:
        return administrator().client("lambda", endpoint_url=self._facts["endpointUrl"])


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _reduced(whole: dict[str, Any], permission: Permission) -> dict[str, Any]:
    """Split its statement into single permissions and leave this one out."""
    kept: list[dict[str, Any]] = []
    for statement in whole["Statement"]:
        if statement["Sid"] != permission.sid:
            kept.append(statement)
            continue
        pairs = [
            (action, resource)
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
            if (action, resource) != (permission.action, permission.resource)
        ]
        kept += [
            {**statement, "Sid": f"Kept{number}", "Action": action, "Resource": resource}
            for number, (action, resource) in enumerate(pairs)
        ]
    nothing = {"Effect": "Deny", "Action": "none:None", "Resource": "*"}
    return {**whole, "Statement": kept or [nothing]}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The stacks that the stories run on."""

    main: Path
    hasty: Path
    site_port: int


def play(story: str, stage: Stage) -> bool:
    """Run one story; tell whether it went well."""
    done = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"tests/e2e/{story}"],
        env={
            **os.environ,
            "RECONNECT_STACK": str(stage.main),
            "RECONNECT_HASTY_STACK": str(stage.hasty),
            "RECONNECT_SITE_PORT": str(stage.site_port),
            "RECONNECT_PATIENCE": PATIENCE,
        },
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stdout + done.stderr)
    return done.returncode == 0


def ablate(stage: Stage) -> list[tuple[Permission, bool]]:
    """Return every permission, and whether its story failed without it."""
    play_all(stage)
    found = []
    roles, hasty_roles = _roles(stage.main), _roles(stage.hasty)
    hasty = {each.name: each for each in hasty_roles.permissions()}
    for permission in roles.permissions():
        is_hasty = permission.story in SHORT_CLOCKS
        without = hasty_roles.without(hasty[permission.name])
        with without if is_hasty else roles.without(permission):
            missed = not play(permission.story, stage)
        print(f"{'missed' if missed else 'NOT MISSED':<11} {permission.name}", flush=True)
        found.append((permission, missed))
    play_all(stage)
    return found


def play_all(stage: Stage) -> None:
    """Run every story with every permission in place; one may be slow to warm up."""
    for story in sorted(set(STORIES.values())):
        if not (play(story, stage) or play(story, stage)):
            raise RuntimeError(f"{story} fails with every permission in place")


def _roles(facts: Path) -> Roles:
    return Roles(json.loads(facts.read_text()))


def main() -> int:
    """Deploy, ablate, report."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        site_port: int = probe.getsockname()[1]
    with ExitStack() as running:
        stacks = [_deployed(running, *each, site_port) for each in CLOCKS.items()]
        found = ablate(Stage(main=stacks[0], hasty=stacks[1], site_port=site_port))
    REPORT.write_text(report(found))
    return 0 if all(missed for _, missed in found) else 1


def _deployed(running: ExitStack, name: str, clocks: dict[str, str], site_port: int) -> Path:
    site = f"http://{HOST}:{site_port}"
    allowed = {"EmbedOrigins": site, "ReturnUrls": f"{site}/back?from=bank"}
    stack = Stack(
        ports=Ports.free(), folder=FOLDER / name, with_demo=False, parameters=clocks | allowed
    )
    stack.down()
    running.callback(stack.down)
    stack.up()
    return stack.facts_file


def report(found: list[tuple[Permission, bool]]) -> str:
    """Write the table."""
    lines = [
        "# What happens without each permission",
        "",
        "Written by `python -m tests.e2e.ablate`: on a deployed stack with IAM enforced, each",
        "single permission (an action on a resource) is taken from its role, the smallest story",
        "that needs it is run, and it is given back. With all permissions all stories pass.",
        "",
        f"{sum(missed for _, missed in found)} of {len(found)} permissions are missed.",
        "",
        "| function | statement | action | on | without it fails |",
        "|---|---|---|---|---|",
    ]
    for permission, missed in found:
        story = permission.story.partition("::")[2].removeprefix("test_").replace("_", " ")
        told = story if missed else "nothing"
        lines.append(
            f"| {permission.function.removesuffix('Function')} | {permission.sid} "
            f"| `{permission.action}` | {_logical(permission.resource)} | {told} |"
        )
    lines += [
        "",
        "## What the emulator does not exercise",
        "",
        "These are held in the template by `tests/contract/test_template.py`.",
        "",
        "| what | why it is not missed locally |",
        "|---|---|",
        *(f"| {what} | {why} |" for what, why in {**UNSEEN, **CONDITIONS}.items()),
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
