"""Two calls and a redirect: a Refresh button, and the page that people come back to.

pip install ./clients/python starlette uvicorn
python clients/quickstarts/python/app.py
"""

import os

import uvicorn
from flinks_reconnect_client import AsyncReconnectClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

LOGIN_ID = os.environ["LOGIN_ID"]  # yours is in your database, for the person who is signed in
RETURN_URL = os.environ["RETURN_URL"]  # one of the stack's ReturnUrls, leading to /back
reconnect = AsyncReconnectClient()  # from RECONNECT_API_URL and AWS's standard credentials


async def home(_: Request) -> HTMLResponse:
    return HTMLResponse('<form method="post" action="/refresh"><button>Refresh</button></form>')


async def refresh(_: Request) -> RedirectResponse:
    started = await reconnect.start_refresh(
        login_id=LOGIN_ID, selected_accounts="all", user_present=True, return_url=RETURN_URL
    )
    link = await reconnect.link(started.id, channel="in_app")
    return RedirectResponse(link.url, status_code=303)


async def back(request: Request) -> HTMLResponse:
    # Anybody can write this address: what it names is a question, and the API has the answer.
    done = await reconnect.wait_until(request.query_params["refreshId"], "completed", timeout=30)
    accounts = await reconnect.accounts(done.id)
    return HTMLResponse(f"<p>Fresh: {len(accounts['accounts'])} accounts.</p>")


app = Starlette(
    routes=[
        Route("/", home),
        Route("/refresh", refresh, methods=["POST"]),
        Route("/back", back),
    ]
)

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ.get("PORT", "8805")))
