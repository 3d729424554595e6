"""Every endpoint of BankingServices, by name."""

from typing import Final

from . import authorize, banks, cards, data
from .call import Endpoint

_ALL: Final = (
    Endpoint("GenerateAuthorizeToken", ("POST",), "secret", authorize.generate_token),
    Endpoint("Token", ("POST",), "none", authorize.oauth_token),
    Endpoint("Authorize", ("POST",), "token", authorize.authorize),
    Endpoint("AuthorizeAsync", ("POST",), "token", authorize.authorize_async),
    Endpoint("AuthorizeMultiple", ("POST",), "token", authorize.authorize_multiple),
    Endpoint("GetAccountsDetail", ("POST",), "api", data.accounts_detail),
    Endpoint("GetAccountsSummary", ("POST",), "api", data.accounts_summary),
    Endpoint("GetStatements", ("POST",), "api", data.statements),
    Endpoint("GetAccountsDetailAsync", ("GET", "POST"), "api", data.accounts_detail_async, True),
    Endpoint("GetAccountsSummaryAsync", ("GET", "POST"), "api", data.accounts_summary_async, True),
    Endpoint("GetStatementsAsync", ("GET", "POST"), "api", data.statements_async, True),
    Endpoint("SetScheduledRefresh", ("PATCH",), "any", cards.set_scheduled_refresh),
    Endpoint("GetNightlyRefreshStatus", ("GET",), "bearer", cards.nightly_refresh_status),
    Endpoint("DeleteCard", ("DELETE",), "any", cards.delete_card, True),
    Endpoint("GetMFAQuestions", ("GET",), "any", cards.mfa_questions, True),
    Endpoint("AnswerMFAQuestions", ("PATCH",), "any", cards.answer_mfa_questions),
    Endpoint("Institutions", ("GET",), "any", banks.institutions, True),
)

ENDPOINTS: Final[dict[str, Endpoint]] = {each.name.lower(): each for each in _ALL}
"""By lower-case name: Flinks' paths do not depend on case."""
