"""Five hundred people at once."""

import asyncio
from typing import Any

import httpx

from sandbox.settings import Settings
from tests.sandbox.process import BASE, Running, running_sandbox

PEOPLE = 500
KEY = {"flinks-auth-key": Settings.secret_key}
DATA_KEY = {"x-api-key": Settings.api_key}


async def token(api: httpx.AsyncClient) -> str:
    minted: str = (await api.post(f"{BASE}/GenerateAuthorizeToken", headers=KEY)).json()["Token"]
    return minted


async def go_through(
    api: httpx.AsyncClient, connect: httpx.AsyncClient, login: dict[str, Any], gate: asyncio.Barrier
) -> bool:
    """Refresh one login: live call, everybody waits for everybody, widget, data."""
    body = {"LoginId": login["loginId"], "MostRecentCached": False, "Save": True}
    header = {"flinks-auth-key": await token(api)}
    challenged = (await api.post(f"{BASE}/Authorize", headers=header, json=body)).json()
    await gate.wait()
    request_id = challenged["RequestId"]
    kept = ",".join(login["selectedAccounts"])
    query = {
        "requestId": request_id,
        "authorizeToken": await token(api),
        "resumeSelectedAccounts": kept,
    }
    opened = (await connect.post("/_widget/visits", json={"query": query})).json()
    answers = {"answers": {challenged["SecurityChallenges"][0]["Prompt"]: ["Montreal"]}}
    path = f"/_widget/visits/{opened['visit']}/mfa"
    redirect = (await connect.post(path, json=answers)).json()["events"][-1]
    first = await api.post(
        f"{BASE}/GetAccountsDetail", headers=DATA_KEY, json={"RequestId": request_id}
    )
    data = (await api.get(f"{BASE}/GetAccountsDetailAsync/{request_id}", headers=DATA_KEY)).json()
    found = [each["Id"] for each in data["Accounts"]]
    return (
        first.status_code == 202
        and redirect["loginId"] == data["Login"]["Id"] == login["loginId"]
        and found == login["selectedAccounts"]
    )


async def all_of_them(running: Running) -> list[bool]:
    limits = httpx.Limits(max_connections=50)
    api_url = f"http://127.0.0.1:{running.api}"
    async with (
        httpx.AsyncClient(base_url=api_url, limits=limits, timeout=60) as api,
        httpx.AsyncClient(base_url=running.connect_url, limits=limits, timeout=60) as connect,
    ):
        made = [
            await api.post("/_sandbox/logins", json={"username": f"p{each}", "behaviour": "mfa"})
            for each in range(PEOPLE)
        ]
        gate = asyncio.Barrier(PEOPLE)
        return await asyncio.gather(*(go_through(api, connect, each.json(), gate) for each in made))


def test_five_hundred_sessions_at_once() -> None:
    with running_sandbox() as running:
        assert asyncio.run(all_of_them(running)) == [True] * PEOPLE
        counts = running.ask("GET", "/_sandbox/calls")[1]["counts"]
    assert counts["Authorize.live"] == PEOPLE
    assert counts["GetAccountsDetail"] == PEOPLE
