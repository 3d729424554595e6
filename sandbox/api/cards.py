"""What concerns a stored login as such: nightly refresh, stored answers, deletion."""

from sandbox.api.call import Body, Call
from sandbox.codes import FlinksError
from sandbox.logins import Login


def set_scheduled_refresh(call: Call) -> Body:
    """Switch the nightly refresh; answers with a sentence, a plain JSON string."""
    login = _login(call, call.fields.required("LoginId"))
    login.scheduled = call.fields.flag("IsActivated", True)
    state = "activated" if login.scheduled else "deactivated"
    return f"The scheduled refresh was {state} for this LoginId."


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
    return {"HttpStatusCode": 200, "Message": "All information about this LoginId was removed."}


def mfa_questions(call: Call) -> Body:
    """List the questions this bank asks."""
    login = _login(call, call.argument)
    asked = [{"Question": each.prompt} for each in login.questions()]
    return {"Message": "SUCCESS", "Questions": asked}


def answer_mfa_questions(call: Call) -> Body:
    """Store answers for later sign-ins without the person."""
    login = _login(call, call.fields.required("LoginId"))
    for each in call.fields.records("Questions"):
        login.stored_answers[each.required("Question")] = each.required("Answer")
    return {"Message": "SUCCESS"}


def _login(call: Call, login_id: str) -> Login:
    call.login_id = login_id
    return call.world.bank.login(login_id)
