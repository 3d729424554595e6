"""How a bank behaves towards a login: the hard cases, by name."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from . import challenges as ask
from .challenges import Round


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What happens when Flinks signs in to the bank with this login."""

    name: str
    about: str
    asks: tuple[tuple[Round, ...], ...] = ()
    """Sign-ins take turns through these; each is a list of rounds of challenges."""
    error: str | None = None
    error_status: int | None = None
    error_message: str | None = None
    down_seconds: int = 0
    """After the first failure, the error ends this long later; 0: never."""
    locks_after: int = 0
    """Wrong answers after which the bank locks the access; 0: never."""
    bank_seconds: int = 0
    """How long the sign-in takes on the sandbox clock; from 210 it is dispatched."""
    pending_polls: int = 0
    """How many polls answer 202 while a dispatched sign-in goes on."""
    pending_code: str = "OPERATION_DISPATCHED"
    data_polls: int = 1
    """How many data calls answer 202 before the data."""
    lost_answers: int = 0
    """How many live calls are carried out at the bank, but whose answer never arrives."""
    rejects_typed: bool = False
    """Credentials are refused even when the person types them anew."""
    moves_to_new_login: bool = False
    """A full sign-in returns another loginId."""
    vanishing_account: bool = False
    appearing_account: bool = False
    data_seconds: int = 0
    """How long collecting takes on the sandbox clock, whatever the number of polls."""
    data_shape: str = "plain"
    """One of SHAPES."""
    extra: dict[str, Any] = field(default_factory=dict)


SHAPES: Final = (
    "plain", "many", "nulls", "numbers", "unknown", "null_account", "decimals",
)  # fmt: skip
ONE_QUESTION_EACH: Final = (((ask.CITY,),), ((ask.COUNTRY,),), ((ask.SHAPE,),))
CITY_ONLY: Final = (((ask.CITY,),),)


def _failing(name: str, about: str, code: str, **more: Any) -> Behaviour:
    return Behaviour(name=name, about=about, error=code, **more)


_ALL: Final = (
    Behaviour(name="mfa", about="asks one question per sign-in, in turn", asks=ONE_QUESTION_EACH),
    Behaviour(name="no_mfa", about="lets everybody in without a question"),
    Behaviour(
        name="mfa_twice", about="asks two rounds in a row", asks=(((ask.CITY,), (ask.COUNTRY,)),)
    ),
    Behaviour(
        name="mfa_three_at_once",
        about="asks three questions on one page",
        asks=(((ask.CITY, ask.COUNTRY, ask.SHAPE),),),
    ),
    Behaviour(name="mfa_sum", about="asks 2 + 2, as the US dummy bank does", asks=(((ask.SUM,),),)),
    Behaviour(name="mfa_choice", about="asks a multiple choice", asks=(((ask.ONE_CHOICE,),),)),
    Behaviour(
        name="mfa_choices", about="asks for several answers", asks=(((ask.SEVERAL_CHOICES,),),)
    ),
    Behaviour(name="mfa_image", about="asks for the security image", asks=(((ask.IMAGE,),),)),
    Behaviour(
        name="mfa_text_or_call",
        about="asks how to send a code, then for the code",
        asks=(((ask.TEXT_OR_CALL,), (ask.CODE,)),),
    ),
    Behaviour(
        name="mfa_locks",
        about="locks the access after three wrong answers",
        asks=CITY_ONLY,
        locks_after=3,
    ),
    _failing("bank_down", "the bank cannot be reached", "RETRY_LATER"),
    _failing(
        "bank_down_ten_minutes",
        "the bank is down for ten minutes from the first try, then asks no question",
        "RETRY_LATER",
        down_seconds=600,
    ),
    _failing("bank_maintenance", "the bank is under maintenance", "BANK_MAINTENANCE_RETRY_LATER"),
    _failing("invalid_login", "username or password rejected", "INVALID_LOGIN"),
    _failing("invalid_username", "username rejected", "INVALID_USERNAME"),
    _failing("invalid_password", "password rejected", "INVALID_PASSWORD"),
    _failing(
        "unknown_username",
        "username rejected, also in a full sign-in",
        "INVALID_USERNAME",
        rejects_typed=True,
    ),
    _failing(
        "rejected_always",
        "username and password rejected, also in a full sign-in",
        "INVALID_LOGIN",
        rejects_typed=True,
    ),
    _failing("disabled_login", "the bank deactivated the access", "DISABLED_LOGIN"),
    _failing("new_account", "the person must act in online banking first", "NEW_ACCOUNT"),
    _failing("disabled_institution", "the bank is switched off at Flinks", "DISABLED_INSTITUTION"),
    _failing("unauthorized", "the institution refuses the card", "UNAUTHORIZED"),
    _failing("aggregation_error", "an unexpected failure at Flinks", "AGGREGATION_ERROR"),
    _failing("too_many_requests", "throttled", "TOO_MANY_REQUESTS"),
    _failing("question_not_found", "a question without a stored answer", "QUESTION_NOT_FOUND"),
    Behaviour(
        name="dispatched",
        about="the call passes 210 s and goes on in the background",
        pending_polls=2,
        bank_seconds=240,
    ),
    Behaviour(
        name="dispatched_mfa",
        about="dispatched, and then the bank asks",
        pending_polls=2,
        bank_seconds=240,
        asks=CITY_ONLY,
    ),
    Behaviour(
        name="pending",
        about="another operation runs on this login for two polls",
        pending_polls=2,
        bank_seconds=60,
        pending_code="OPERATION_PENDING",
    ),
    Behaviour(name="slow_bank", about="six polls before the data", data_polls=6, asks=CITY_ONLY),
    Behaviour(
        name="never_delivers", about="data stay pending until the session dies", data_polls=100_000
    ),
    Behaviour(
        name="answer_lost", about="signs in, but the first answer never arrives", lost_answers=1
    ),
    Behaviour(
        name="answer_lost_mfa",
        about="the bank asks, but the first answer never arrives",
        lost_answers=1,
        asks=CITY_ONLY,
    ),
    Behaviour(
        name="new_login_id",
        about="a full sign-in returns another loginId",
        error="INVALID_PASSWORD",
        moves_to_new_login=True,
    ),
    Behaviour(
        name="account_vanishes",
        about="the first selected account is gone after a refresh",
        vanishing_account=True,
        asks=CITY_ONLY,
    ),
    Behaviour(
        name="account_appears",
        about="a new account shows up after a refresh",
        appearing_account=True,
        asks=CITY_ONLY,
    ),
    Behaviour(
        name="many_transactions", about="thousands of transactions in 365 days", data_shape="many"
    ),
    Behaviour(name="nulls", about="null in every leaf that may be null", data_shape="nulls"),
    Behaviour(
        name="numbers",
        about="transit and institution numbers as JSON numbers",
        data_shape="numbers",
    ),
    Behaviour(name="null_account", about="null among the accounts", data_shape="null_account"),
    Behaviour(
        name="decimals",
        about="amounts that no float holds: huge, exact, beyond 1e308",
        data_shape="decimals",
    ),
    Behaviour(
        name="collects_long",
        about="collects for 29 minutes, a minute less than a RequestId lives",
        data_seconds=1740,
    ),
    Behaviour(
        name="unknown_values", about="types and fields that no client knows", data_shape="unknown"
    ),
)

BEHAVIOURS: Final[dict[str, Behaviour]] = {each.name: each for each in _ALL}


def behaviour(name: str, **changes: Any) -> Behaviour:
    """Return a behaviour by name, with some traits changed."""
    if name not in BEHAVIOURS:
        raise ValueError(f"no such behaviour: {name}")
    return replace(BEHAVIOURS[name], **changes)
