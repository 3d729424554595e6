"""A refresh with a question, through the fixture that comes with the distribution."""

from typing import Any

import httpx


def authorize(flinks: Any, **body: Any) -> dict[str, Any]:
    """Call /Authorize as an integration does: a fresh token for each call."""
    key = {"flinks-auth-key": flinks.secret_key}
    token = httpx.post(f"{flinks.banking_url}/GenerateAuthorizeToken", headers=key).json()["Token"]
    key = {"flinks-auth-key": token}
    answer: dict[str, Any] = httpx.post(
        f"{flinks.banking_url}/Authorize", headers=key, json=body
    ).json()
    return answer


def live(flinks: Any, login: Any) -> dict[str, Any]:
    """Ask for fresh data of a stored login."""
    return authorize(flinks, LoginId=login.login_id, MostRecentCached=False, Save=True)


def test_the_question_is_answered_and_the_data_arrive(flinks: Any) -> None:
    """203, the answer, then the details."""
    login = flinks.login("mfa")
    asked = live(flinks, login)
    prompt = asked["SecurityChallenges"][0]["Prompt"]
    answers = {prompt: list(login.answers[prompt])}
    done = authorize(flinks, RequestId=asked["RequestId"], SecurityResponses=answers)
    assert done["HttpStatusCode"] == 200
    key = {"x-api-key": flinks.api_key}
    while True:
        body = {"RequestId": asked["RequestId"]}
        data = httpx.post(f"{flinks.banking_url}/GetAccountsDetail", headers=key, json=body).json()
        if data["HttpStatusCode"] != 202:
            break
        flinks.advance(seconds=10)
    assert {each["Id"] for each in data["Accounts"]} == set(login.accounts)


def test_nobody_answers_for_nine_minutes(flinks: Any) -> None:
    """The RequestId is dead after eight."""
    login = flinks.login("mfa_twice")
    asked = live(flinks, login)
    flinks.advance(minutes=9)
    late = authorize(flinks, RequestId=asked["RequestId"], SecurityResponses={"?": ["!"]})
    assert late["FlinksCode"] == "SESSION_NONEXISTENT"
