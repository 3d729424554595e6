"""From HTTP to an endpoint and back: credentials, faults, errors, and the log of calls."""

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..answers import AUTHORIZATION_LINKS
from ..calls import LoggedCall, without_secrets
from ..codes import FlinksError
from ..delivery import deliver, drop_connection
from ..faults import Fault
from ..rendering import rendered
from ..wire import Fields
from ..world import World
from .call import Body, Call, Endpoint, admit
from .endpoints import ENDPOINTS

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


def routes(world: World) -> list[Route]:
    """Return the routes of the API origin."""

    async def banking(request: Request) -> Response:
        return await _answer(world, request)

    base = "/v3/{customer}/{service}/{endpoint}"
    return [
        Route(f"{base}/{{argument:path}}", banking, methods=METHODS),
        Route(base, banking, methods=METHODS),
    ]


async def _answer(world: World, request: Request) -> Response:
    names = request.path_params
    endpoint = ENDPOINTS.get(names["endpoint"].lower())
    argument = names.get("argument", "").strip("/")
    known = names["service"].lower() == "bankingservices" and endpoint is not None
    if not known or endpoint is None or (argument and not endpoint.argument):
        return JSONResponse({"Message": "No HTTP resource was found."}, 404)
    if request.method not in _methods(world, endpoint):
        text = f"The requested resource does not support http method '{request.method}'."
        allowed = ", ".join(_methods(world, endpoint))
        return JSONResponse({"Message": text}, 405, {"Allow": allowed})
    try:
        content = await request.body()
    except ClientDisconnect:
        return Response(status_code=400)
    customer = names["customer"].lower()
    return await _carry_out(world, request, endpoint, argument, customer, content)


def _methods(world: World, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the verbs; whether the polling arms also take POST is a matter of reading."""
    if world.readings.async_verbs == "get" and "GET" in endpoint.methods:
        return ("GET",)
    return endpoint.methods


async def _carry_out(
    world: World, request: Request, endpoint: Endpoint, argument: str, customer: str, content: bytes
) -> Response:
    call = Call(
        world=world,
        endpoint=endpoint.name,
        method=request.method,
        headers=request.headers,
        query=request.query_params,
        fields=Fields({}),
        argument=argument,
        legacy=customer == world.settings.legacy_customer_id.lower(),
    )
    fault = None
    try:
        call.fields = Fields.parse(content)
        fault = _fault(call)
        if fault is not None:
            await _delay(world, fault)
        if fault is not None and fault.drop_before:
            _log(call, None, fault)
            return drop_connection(request)
        body = _handle(call, endpoint, customer, fault)
    except FlinksError as error:
        body = _error_body(call, error)
    return _respond(request, call, fault, body)


def _handle(call: Call, endpoint: Endpoint, customer: str, fault: Fault | None) -> Body:
    if fault is not None and fault.replaces_answer:
        return fault.body()
    if customer not in {
        call.world.settings.customer_id.lower(),
        call.world.settings.legacy_customer_id.lower(),
    }:
        raise FlinksError("UNAUTHORIZED", "The CustomerId is not known in this instance")
    _note_first_token(call)
    admit(call, endpoint.key)
    return endpoint.handle(call)


def _note_first_token(call: Call) -> None:
    """Under the old reading, the token of the first call also serves its MFA answer."""
    reading = call.world.readings.mfa_token
    if (reading == "fresh" and not call.legacy) or "RequestId" not in call.fields:
        return
    session = call.world.bank.session(call.fields.required("RequestId"))
    call.notes["same_token_as"] = (session.token or "").lower()


def _error_body(call: Call, error: FlinksError) -> dict[str, Any]:
    """Render an error under the readings that concern its status.

    One of /Authorize leads back to it (status and code article).
    """
    readings = call.world.readings
    if call.endpoint.startswith("Authorize"):
        error.extra = {"Links": AUTHORIZATION_LINKS, **error.extra}
    if error.code in ("INVALID_LOGIN", "INVALID_REQUEST") and error.status == 401:
        error.status = readings.invalid_login_status
    if error.code == "TOO_MANY_REQUESTS" and error.status == 401:
        error.status = readings.throttle_status
    return error.body()


def _fault(call: Call) -> Fault | None:
    """Find a fault that waits for this call, by endpoint, login or institution."""
    login_id, institution = _subject(call)
    return call.world.faults.strike(call.endpoint, login_id, institution)


def _subject(call: Call) -> tuple[str | None, int | None]:
    bank = call.world.bank
    try:
        if "LoginId" in call.fields:
            login = bank.login(call.fields.required("LoginId"))
        elif "RequestId" in call.fields or call.endpoint.startswith("Get"):
            login = bank.session(call.fields.text("RequestId") or call.argument).login
        else:
            login = bank.login(call.argument)
    except FlinksError:
        return _named_login(call), None
    return login.login_id, login.institution_id


def _named_login(call: Call) -> str | None:
    """Return the loginId as it was written, if it is one string."""
    try:
        return call.fields.text("LoginId")
    except FlinksError:
        return None


async def _delay(world: World, fault: Fault) -> None:
    if fault.virtual:
        world.clock.advance(fault.latency_seconds)
    else:
        await asyncio.sleep(fault.latency_seconds)


def _log(call: Call, body: Body | None, fault: Fault | None) -> None:
    answered = body if isinstance(body, dict) else {}
    status = answered.get("HttpStatusCode", 200 if body is not None else None)
    call.world.calls.append(
        LoggedCall(
            at=call.world.clock(),
            endpoint=call.endpoint,
            method=call.method,
            mode=call.mode or _mode(call),
            login_id=call.login_id or _subject(call)[0],
            request_id=call.request_id or answered.get("RequestId"),
            http_status=status,
            flinks_code=answered.get("FlinksCode"),
            fault=fault.id if fault else None,
            asked=without_secrets(call.fields.raw),
        )
    )
    world = call.world
    code = f" {answered['FlinksCode']}" if "FlinksCode" in answered else ""
    world.tell("call", f"{world.calls[-1].counted_as}: {status or 'no answer'}{code}")


def _mode(call: Call) -> str | None:
    """Tell live from cached, also for a call that was never carried out."""
    if not call.endpoint.startswith("Authorize") or "LoginId" not in call.fields:
        return None
    try:
        return "cached" if call.fields.flag("MostRecentCached", True) else "live"
    except FlinksError:
        return None


def _respond(request: Request, call: Call, fault: Fault | None, body: Body) -> Response:
    _log(call, body, fault)
    if call.lose_answer or (fault is not None and fault.drop_after):
        return drop_connection(request)
    status = body.get("HttpStatusCode", 200) if isinstance(body, dict) else 200
    content = rendered(body, call.world.readings)
    response = Response(content, status, media_type="application/json")
    if fault is not None and fault.html is not None:
        response = Response(fault.html, fault.status or 502, media_type="text/html")
    if fault is not None and fault.headers:
        response.headers.update(fault.headers)
    return deliver(request, response, fault)
