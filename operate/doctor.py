"""`make doctor ENV=…`: asks a deployed stack how it is. Each complaint says what to do.

It changes nothing: one token is minted, and one signed webhook of a kind that nobody waits for
is sent. With LOGIN=<LoginId> it also starts one refresh, of a test login, and cancels it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from operate import looks
from operate.account import Account
from operate.flinks import flinks_looks
from operate.patient import Patient
from operate.settings import OperateError, Settings

type Look = Callable[[Patient], str | None]
"""Returns what to do, or None where all is well."""


LOOKS: Final[dict[str, Look]] = {
    "the stack is deployed": looks.stack_is_whole,
    "it is this environment's": looks.is_this_environment,
    "its parameters fit": looks.parameters_fit,
    "the accent colour can be seen": looks.accent_can_be_seen,
    "API Gateway has a role for its logs": looks.gateway_logs,
    "Lambda may run enough at once": looks.concurrency,
    "the secrets are filled in": looks.secrets_are_filled,
    **flinks_looks(),
    "the public address answers": looks.page_answers,
    "an unsigned call is refused": looks.unsigned_is_refused,
    "a signed call is answered": looks.signed_is_answered,
    "an unsigned webhook is refused": looks.unsigned_webhook_is_refused,
    "a signed webhook is taken": looks.signed_webhook_is_taken,
    "callers get what was deployed": looks.callers_get_what_was_deployed,
    "the schedules are on": looks.schedules_are_on,
    "the workers listen": looks.workers_listen,
    "nothing was given up": looks.no_dead_letters,
    "alarms tell somebody": looks.alarms_tell_somebody,
    "the domain points here": looks.domain_points_here,
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One look: what was looked at, and what to do if it is not well."""

    name: str
    to_do: str | None


def examine(settings: Settings, account: Account) -> Iterator[Finding]:
    """Look at everything; raises OperateError where there is no stack to look at."""
    stack = account.stack(settings.stack_name)
    return look_at(Patient(settings=settings, account=account, stack=stack))


def look_at(patient: Patient) -> Iterator[Finding]:
    """Yield what each look finds; one that breaks is a finding too."""
    for name, look in LOOKS.items():
        try:
            yield Finding(name=name, to_do=look(patient))
        except OperateError as error:
            yield Finding(name=name, to_do=str(error))
        except Exception as error:
            yield Finding(
                name=name,
                to_do=f"This could not be looked at ({type(error).__name__}: {error}). May your "
                "credentials read it?",
            )
