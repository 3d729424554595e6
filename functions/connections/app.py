"""POST, GET and DELETE /connections…: what is known of a stored login, until it is not shared."""

from typing import Any

from flinks_reconnect.api.connection_views import connection_view, import_view, timeline_view
from flinks_reconnect.api.requests import Request
from flinks_reconnect.api.responses import Answer, json_answer, serve
from flinks_reconnect.api.schemas import import_items, registration
from flinks_reconnect.bootstrap import connections
from flinks_reconnect.bootstrap.parts import clocks, now


def register(request: Request) -> Answer:
    """Answer 201 for a new connection, 200 for a known one; the same body twice needs no key."""
    registered = connections.register_connection()(registration(request.json()))
    view = connection_view(registered.known, clocks(), now())
    status = 201 if registered.is_new else 200
    return json_answer(status, view, Location=f"/connections/{view['id']}")


def take_over(request: Request) -> Answer:
    """Answer 200 with what became of each item."""
    items, dry_run = import_items(request.json())
    return json_answer(200, import_view(connections.import_connections()(items, dry_run=dry_run)))


def read(request: Request) -> Answer:
    """Answer 200 with the connection as it stands now."""
    known = connections.read_connection()(request.connection_id)
    return json_answer(200, connection_view(known, clocks(), now()))


def timeline(request: Request) -> Answer:
    """Answer 200 with a stretch of the connection's refreshes, the newest first."""
    found = connections.read_connection().timeline(
        request.connection_id, limit=request.limit, before=request.before
    )
    return json_answer(200, timeline_view(found))


def stop(request: Request) -> Answer:
    """Answer 200 with the closed connection; a second time, too."""
    request.empty()
    known = connections.stop_sharing()(request.connection_id)
    return json_answer(200, connection_view(known, clocks(), now()))


ROUTES = {
    "POST /connections": register,
    "POST /connections/import": take_over,
    "GET /connections/{id}": read,
    "GET /connections/{id}/timeline": timeline,
    "DELETE /connections/{id}": stop,
}


def handler(event: dict[str, Any], _context: object) -> Answer:
    """Serve one call of the integrator."""
    return serve(event, ROUTES)
