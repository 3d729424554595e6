"""What concerns a stored login as such: nightly refresh, stored answers, deletion."""

from typing import Final

from ..codes import FlinksError
from ..logins import Login
from .call import Body, Call

DELETED: Final = {
    "live": "All of the information about LoginId {login_id} has been removed",
    "documented": "All of the information about the LoginId has been removed",
}
"""What DeleteCard says: to the vendor's own suites, and on its reference page."""


def set_scheduled_refresh(call: Call) -> Body:
    """Switch the nightly refresh; answers with a sentence, a plain JSON string."""
    activated = call.fields.flag("IsActivated", True)
    login = _login(call, call.fields.required("LoginId"))
    login.scheduled = activated
    state = "activated" if activated else "deactivated"
    return f"{login.login_id} has now been {state} for automatic refresh"


def nightly_refresh_status(call: Call) -> Body:
    """List the logins whose nightly refresh stopped."""
    return {"HttpStatusCode": 200, "IneligibleCards": call.world.nightly.status()}


def delete_card(call: Call) -> Body:
    """Delete a login and all its data, for good; refused while it is being processed."""
    login = _login(call, call.argument)
    running = call.world.bank.occupant(login)
    if running is not None and (running.status == "authorizing" or running.collections):
        raise FlinksError("CARD_IN_USE")
    call.world.bank.delete(login)
    wording = DELETED[call.world.readings.delete_card_wording]
    text = wording.format(login_id=login.login_id)
    return {"StatusCode": 200, "HttpStatusCode": 200, "FlinksCode": "OK", "Message": text}


def mfa_questions(call: Call) -> Body:
    """List the questions this bank asks."""
    login = _login(call, call.argument)
    asked = [{"Question": each.prompt} for each in login.questions()]
    return {"Message": "SUCCESS", "Questions": asked}


def answer_mfa_questions(call: Call) -> Body:
    """Store answers for later sign-ins without the person."""
    answers = {
        each.required("Question"): each.required("Answer")
        for each in call.fields.records("Questions")
    }
    login = _login(call, call.fields.required("LoginId"))
    login.stored_answers.update(answers)
    return {"Message": "SUCCESS"}


def _login(call: Call, login_id: str) -> Login:
    call.login_id = login_id
    return call.world.bank.login(login_id)
