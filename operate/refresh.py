"""One refresh of a test login, on request: started, watched until the bank answers, cancelled."""

import json
import time
from typing import Any, Final

from operate.patient import Patient
from operate.wire import Heard, signed_call

PATIENCE_SECONDS: Final = 240
PAUSE_SECONDS: Final = 2
GOOD: Final = {"mfa_required", "verifying", "fetching", "completed"}


def try_refresh(patient: Patient, login_id: str) -> str | None:
    """Start a refresh of this login, as if its person were here; say what to do if it fails."""
    start = {"loginId": login_id, "userPresent": True, "selectedAccounts": "all"}
    heard = _call(patient, "POST", "/refreshes", start)
    if heard.status not in {200, 202}:
        return f"A start is answered {heard.status}: {heard.text}"
    refresh: dict[str, Any] = json.loads(heard.text)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while refresh["status"] == "starting" and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
        refresh = json.loads(_call(patient, "GET", f"/refreshes/{refresh['id']}").text)
    _call(patient, "POST", f"/refreshes/{refresh['id']}/cancel", {})
    if refresh["status"] in GOOD:
        return None
    error = (refresh.get("error") or {}).get("code", "no error")
    return (
        f"The refresh {refresh['id']} became {refresh['status']} ({error}). Read the log of "
        "AuthorizeFunction by that id."
    )


def _call(patient: Patient, method: str, path: str, body: object = None) -> Heard:
    data = None if body is None else json.dumps(body).encode()
    url = f"{patient.api_url}{path}"
    return signed_call(patient.account.session, patient.account.region, method, url, data)
