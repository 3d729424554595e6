"""The routes of the control API."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .. import VERSION
from ..calls import counts
from ..codes import FlinksError
from ..world import World
from .body import ControlBody, ControlError, read_body
from .faults import create_fault, fault_view
from .logins import change_login, create_login
from .scenarios import SCENARIOS, play
from .views import clock_view, login_view, masked, session_view, token_view
from .webhooks import send, subscribe, webhooks_view

type Act = Callable[[World, Request, ControlBody], Awaitable[Any]]

KEEPABLE: Final = frozenset({"clock", "webhooks", "readings", "calls", "faults"})
HUNDRED_YEARS: Final = 3_155_760_000.0


async def read_clock(world: World, request: Request, body: ControlBody) -> Any:
    """Show the clock."""
    return clock_view(world)


async def move_clock(world: World, request: Request, body: ControlBody) -> Any:
    """Advance, set or freeze the clock, then do what became due."""
    seconds, moment = body.take("advanceSeconds", float), body.instant("set")
    frozen = body.take("freeze", bool)
    body.done()
    if seconds is not None and not 0 <= seconds <= HUNDRED_YEARS:
        raise ControlError("advanceSeconds must not be negative")
    if frozen is not None:
        world.clock.freeze(frozen)
    if moment is not None:
        backwards = moment < world.clock()
        world.clock.set(moment)
        if backwards:
            world.nightly.reschedule()
    if seconds is not None:
        if world.clock().year + seconds / 31_557_600 > 2199:
            raise ControlError("the clock stops at the year 2199")
        world.clock.advance(seconds)
    await world.pump()
    return clock_view(world)


async def reset(world: World, request: Request, body: ControlBody) -> Any:
    """Start over; `keep` names what stays."""
    keep = frozenset(body.texts("keep") or [])
    body.done()
    if keep - KEEPABLE:
        raise ControlError(f"keep may name {', '.join(sorted(KEEPABLE))}")
    world.reset(keep)
    return clock_view(world)


async def read_calls(world: World, request: Request, body: ControlBody) -> Any:
    """List the API calls, of one login if asked, with counts by endpoint."""
    login_id = request.query_params.get("loginId", "").lower()
    endpoint = request.query_params.get("endpoint", "").lower()
    chosen = [
        call
        for call in world.calls
        if (not login_id or call.login_id == login_id)
        and (not endpoint or call.endpoint.lower() == endpoint)
    ]
    return {"calls": [call.view() for call in chosen], "counts": counts(chosen)}


async def forget_calls(world: World, request: Request, body: ControlBody) -> Any:
    """Empty the log of calls."""
    world.calls.clear()
    return {"calls": [], "counts": {}}


async def list_logins(world: World, request: Request, body: ControlBody) -> Any:
    """List the stored logins."""
    return {"logins": [login_view(world, login) for login in world.bank.logins]}


async def read_login(world: World, request: Request, body: ControlBody) -> Any:
    """Show one stored login."""
    return login_view(world, world.bank.login(request.path_params["login_id"]))


async def make_login(world: World, request: Request, body: ControlBody) -> Any:
    """Store a new login."""
    return login_view(world, create_login(world, body))


async def patch_login(world: World, request: Request, body: ControlBody) -> Any:
    """Change a stored login."""
    login = world.bank.login(request.path_params["login_id"])
    change_login(world, login, body)
    return login_view(world, login)


async def list_sessions(world: World, request: Request, body: ControlBody) -> Any:
    """List the sessions with their clocks, newest first."""
    login_id = request.query_params.get("loginId", "").lower()
    chosen = [each for each in world.bank.sessions if login_id in ("", each.login.login_id)]
    return {"sessions": [session_view(world, each) for each in chosen[::-1]]}


async def list_tokens(world: World, request: Request, body: ControlBody) -> Any:
    """List the tokens, masked."""
    return {"tokens": [token_view(world, each) for each in world.tokens]}


async def list_faults(world: World, request: Request, body: ControlBody) -> Any:
    """List the faults that wait."""
    return {"faults": [fault_view(each) for each in world.faults.waiting]}


async def make_fault(world: World, request: Request, body: ControlBody) -> Any:
    """Inject a fault."""
    return fault_view(create_fault(world, body))


async def clear_faults(world: World, request: Request, body: ControlBody) -> Any:
    """Withdraw every fault."""
    world.faults.waiting.clear()
    return {"faults": []}


async def read_webhooks(world: World, request: Request, body: ControlBody) -> Any:
    """Show where webhooks go and what was delivered."""
    return webhooks_view(world)


async def put_webhooks(world: World, request: Request, body: ControlBody) -> Any:
    """Set where webhooks go."""
    subscribe(world, body)
    return webhooks_view(world)


async def forget_webhooks(world: World, request: Request, body: ControlBody) -> Any:
    """Forget every delivery, also those that still wait."""
    body.done()
    world.webhooks.deliveries.clear()
    return webhooks_view(world)


async def send_webhook(world: World, request: Request, body: ControlBody) -> Any:
    """Send a webhook by hand; what is due is sent before this answers."""
    deliveries = send(world, body)
    await world.pump()
    return {"deliveries": [each.view() for each in deliveries]}


async def run_nightly(world: World, request: Request, body: ControlBody) -> Any:
    """Run the nightly refresh now; `fail` makes one login end with a code."""
    failing = body.take("fail", dict) or {}
    body.done()
    for login_id, code in failing.items():
        if not isinstance(code, str):
            raise ControlError("fail maps loginIds to FlinksCodes")
        login = world.bank.login(login_id)
        login.scheduled, login.nightly_fails_next = True, code
    return {"logins": world.nightly.run()}


async def list_scenarios(world: World, request: Request, body: ControlBody) -> Any:
    """List the situations that can be played, with what each does."""
    return {"scenarios": {name: act.__doc__ for name, act in SCENARIOS.items()}}


async def play_scenario(world: World, request: Request, body: ControlBody) -> Any:
    """Let a whole situation come about, for one login or for all."""
    played = play(world, body)
    await world.pump()
    return played


async def read_journal(world: World, request: Request, body: ControlBody) -> Any:
    """Tell what happened after an entry: calls, webhooks, nights, scenarios."""
    after = request.query_params.get("after", "0")
    if not after.isdecimal():
        raise ControlError("after must be a number")
    return {"entries": [each.view() for each in world.journal.after(int(after))]}


async def read_readings(world: World, request: Request, body: ControlBody) -> Any:
    """Show how the contradictions of Flinks' sources are read now."""
    return {"readings": world.readings.view()}


async def patch_readings(world: World, request: Request, body: ControlBody) -> Any:
    """Read some contradiction the other way."""
    try:
        world.readings = world.readings.named(body.rest())
    except ValueError as error:
        raise ControlError(str(error)) from None
    world.webhooks.subscription.header_name = world.readings.webhook_header
    return {"readings": world.readings.view()}


async def read_settings(world: World, request: Request, body: ControlBody) -> Any:
    """Show how the sandbox was started, keys masked."""
    settings = world.settings
    return {
        "apiUrl": settings.public_api_url,
        "connectUrl": settings.public_connect_url,
        "customerId": settings.customer_id,
        "legacyCustomerId": settings.legacy_customer_id,
        "secretKey": masked(settings.secret_key),
        "apiKey": masked(settings.api_key),
        "webhookSecret": masked(settings.webhook_secret),
        "seed": settings.seed,
        "version": VERSION,
    }


async def take_snapshot(world: World, request: Request, body: ControlBody) -> Any:
    """Remember everything as it stands."""
    body.done()
    if world.snapshots.is_full():
        raise ControlError("there are too many snapshots; restart the sandbox", 409)
    return {"snapshot": world.snapshots.take()}


async def restore_snapshot(world: World, request: Request, body: ControlBody) -> Any:
    """Return to what was remembered."""
    body.done()
    if not world.snapshots.restore(request.path_params["snapshot"]):
        raise ControlError("no such snapshot", 404)
    return clock_view(world)


ACTS: Final[tuple[tuple[str, str, Act], ...]] = (
    ("GET", "/clock", read_clock),
    ("POST", "/clock", move_clock),
    ("POST", "/reset", reset),
    ("GET", "/calls", read_calls),
    ("DELETE", "/calls", forget_calls),
    ("GET", "/logins", list_logins),
    ("POST", "/logins", make_login),
    ("GET", "/logins/{login_id}", read_login),
    ("PATCH", "/logins/{login_id}", patch_login),
    ("GET", "/sessions", list_sessions),
    ("GET", "/tokens", list_tokens),
    ("GET", "/faults", list_faults),
    ("POST", "/faults", make_fault),
    ("DELETE", "/faults", clear_faults),
    ("GET", "/webhooks", read_webhooks),
    ("PUT", "/webhooks", put_webhooks),
    ("DELETE", "/webhooks", forget_webhooks),
    ("POST", "/webhooks/send", send_webhook),
    ("POST", "/nightly/run", run_nightly),
    ("GET", "/scenarios", list_scenarios),
    ("POST", "/scenarios", play_scenario),
    ("GET", "/journal", read_journal),
    ("GET", "/readings", read_readings),
    ("PATCH", "/readings", patch_readings),
    ("GET", "/settings", read_settings),
    ("POST", "/snapshots", take_snapshot),
    ("POST", "/snapshots/{snapshot}/restore", restore_snapshot),
)


def routes(world: World) -> list[Route]:
    """Return the routes under /_sandbox/."""
    return [_route(world, method, path, act) for method, path, act in ACTS]


def is_foreign(request: Request) -> bool:
    """Say whether a browser sends this on behalf of a page that is not ours."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _route(world: World, method: str, path: str, act: Act) -> Route:
    async def endpoint(request: Request) -> Response:
        if is_foreign(request):
            return JSONResponse({"error": "pages of other origins may not steer the sandbox"}, 403)
        try:
            body = await read_body(request)
            return JSONResponse(await act(world, request, body))
        except ControlError as error:
            return JSONResponse({"error": str(error)}, error.status)
        except FlinksError as error:
            return JSONResponse({"error": error.message}, 404)

    return Route(f"/_sandbox{path}", endpoint, methods=[method])
