"""The steps a browser may ask for, by name, with what each reads from its body."""

from collections.abc import Callable
from typing import Any, Final

from .visit import Step, Visit

STEPS: Final[dict[str, Callable[[Visit, dict[str, Any]], Step]]] = {
    "consent": lambda visit, body: visit.consent(body.get("accept") is True),
    "terms": lambda visit, body: visit.deny_terms(),
    "retry": lambda visit, body: visit.retry(),
    "institution": lambda visit, body: visit.select_institution(str(body.get("id", ""))),
    "back": lambda visit, body: visit.back(),
    "credentials": lambda visit, body: visit.submit_credentials(
        str(body.get("username", "")), str(body.get("password", ""))
    ),
    "mfa": lambda visit, body: visit.submit_mfa(_answers(body.get("answers"))),
    "enhanced": lambda visit, body: visit.submit_enhanced(_answers(body.get("answers"))),
    "approved": lambda visit, body: visit.come_back(
        body.get("approved") is True, str(body.get("username", ""))
    ),
    "wait": lambda visit, body: visit.look_again(),
    "accounts": lambda visit, body: visit.submit_accounts(_texts(body.get("ids"))),
    "close": lambda visit, body: visit.close(),
}


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _answers(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        return {}
    return {str(prompt): _texts(each) for prompt, each in value.items()}
