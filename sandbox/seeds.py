"""The logins a fresh sandbox starts with. Their loginIds never change.

Usernames and passwords of the first block are Flinks' own test users (test users page and
testing environments page); the others exist here only, one for each hard case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .behaviours import behaviour
from .institutions import FLINKS_CAPITAL
from .logins import Login, new_accounts


@dataclass(frozen=True, slots=True)
class Seed:
    """One seeded login: its number becomes the tail of its loginId."""

    number: int
    username: str
    behaviour: str
    scheduled: bool = False
    accounts: int = 4
    language: str = "en"
    institution_id: int = FLINKS_CAPITAL.id
    type: str = "Personal"

    @property
    def login_id(self) -> str:
        """The fixed loginId."""
        return f"5a4db0c0-0000-4000-8000-{self.number:012d}"


SEEDS: Final = (
    Seed(1, "Greatday", "mfa", scheduled=True),
    Seed(2, "greatday_nomfa", "no_mfa", scheduled=True),
    Seed(3, "test_service_unavailable", "bank_down"),
    Seed(4, "test_disabled_account", "disabled_login"),
    Seed(5, "test_dispatched", "dispatched"),
    Seed(6, "test_pending", "pending"),
    Seed(7, "test_invalid_login", "invalid_login"),
    Seed(8, "test_invalid_password", "invalid_password"),
    Seed(9, "test_invalid_username", "invalid_username"),
    Seed(10, "test_new_account", "new_account"),
    Seed(11, "mfa_twice", "mfa_twice"),
    Seed(12, "mfa_locks", "mfa_locks"),
    Seed(13, "slow_bank", "slow_bank", accounts=3),
    Seed(14, "answer_lost", "answer_lost"),
    Seed(15, "answer_lost_mfa", "answer_lost_mfa"),
    Seed(16, "new_login_id", "new_login_id"),
    Seed(17, "account_vanishes", "account_vanishes"),
    Seed(18, "account_appears", "account_appears", accounts=3),
    Seed(19, "many_transactions", "many_transactions"),
    Seed(20, "nulls", "nulls"),
    Seed(21, "numbers", "numbers"),
    Seed(22, "bank_down_ten_minutes", "bank_down_ten_minutes"),
    Seed(23, "disabled_institution", "disabled_institution", institution_id=107),
    Seed(24, "aggregation_error", "aggregation_error"),
    Seed(25, "too_many_requests", "too_many_requests"),
    Seed(26, "bank_maintenance", "bank_maintenance"),
    Seed(27, "unauthorized", "unauthorized"),
    Seed(28, "dispatched_mfa", "dispatched_mfa"),
    Seed(29, "never_delivers", "never_delivers"),
    Seed(30, "mfa_choice", "mfa_choice"),
    Seed(31, "mfa_choices", "mfa_choices"),
    Seed(32, "mfa_image", "mfa_image"),
    Seed(33, "mfa_text_or_call", "mfa_text_or_call"),
    Seed(34, "mfa_three_at_once", "mfa_three_at_once"),
    Seed(43, "null_account", "null_account"),
    Seed(44, "decimals", "decimals"),
    Seed(45, "collects_long", "collects_long"),
    Seed(35, "unknown_values", "unknown_values"),
    Seed(36, "Bonjour", "mfa", language="fr"),
    Seed(37, "business", "no_mfa", type="Business"),
    Seed(38, "question_not_found", "question_not_found"),
    Seed(39, "Greatday", "mfa_sum", institution_id=201),
    Seed(40, "greatday_nomfa", "no_mfa", institution_id=201),
    Seed(41, "never_refreshed", "no_mfa"),
    Seed(42, "single_account", "mfa", accounts=1),
)


def seeded_logins(start: datetime) -> list[Login]:
    """Build the logins as they stand on the morning the sandbox opens."""
    return [_stored(seed, start) for seed in SEEDS]


def _stored(seed: Seed, start: datetime) -> Login:
    """Build one login: refreshed the day before, two of its accounts chosen."""
    accounts = new_accounts(seed.login_id, seed.accounts)
    yesterday = start - timedelta(days=1)
    traits = behaviour(seed.behaviour)
    login = Login(
        login_id=seed.login_id,
        username=seed.username,
        institution_id=seed.institution_id,
        behaviour=traits,
        accounts=accounts,
        language=seed.language,
        type=seed.type,
        created_at=start - timedelta(days=20),
        credentials_at=yesterday,
        last_refresh=yesterday,
        last_cached_call=yesterday,
        lost_answers=traits.lost_answers,
        selected=[account.id for account in accounts[:2]],
        scheduled=seed.scheduled,
    )
    if seed.username == "never_refreshed":
        login.last_refresh = datetime.min.replace(tzinfo=start.tzinfo)
    return login
