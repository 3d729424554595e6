"""POST, GET and DELETE /connections…: what is known of stored logins, until they are not shared."""

from typing import Any

from flinks_reconnect.api.connections import connection_view, import_view, timeline_view
from flinks_reconnect.api.edge.request import Request
from flinks_reconnect.api.edge.response import Response, json_response, serve
from flinks_reconnect.api.found_connections import erased, found
from flinks_reconnect.api.request_bodies import import_items, registration
from flinks_reconnect.bootstrap import connections
from flinks_reconnect.bootstrap.clock import clocks, now


def register(request: Request) -> Response:
    """Answer 201 for a new connection, 200 for a known one; the same body twice needs no key."""
    done = connections.register_connection()(registration(request.json()))
    view = connection_view(done.known, clocks(), now())
    return json_response(201 if done.is_new else 200, view, Location=f"/connections/{view['id']}")


def take_over(request: Request) -> Response:
    """Answer 200 with what became of each item."""
    items, dry_run = import_items(request.json())
    return json_response(200, import_view(connections.import_connections()(items, dry_run=dry_run)))


def read(request: Request) -> Response:
    """Answer 200 with the connection as it stands now."""
    known = connections.read_connection()(request.connection_id)
    return json_response(200, connection_view(known, clocks(), now()))


def timeline(request: Request) -> Response:
    """Answer 200 with a stretch of the connection's refreshes, the newest first."""
    read_on, limit = connections.read_connection().timeline, request.limit
    page = read_on(request.connection_id, limit=limit, before=request.before)
    return json_response(200, timeline_view(page))


def stop(request: Request) -> Response:
    """Answer 200 with the closed connection; a second time, too."""
    request.empty()
    known = connections.stop_sharing()(request.connection_id)
    return json_response(200, connection_view(known, clocks(), now()))


ROUTES = {
    "POST /connections": register,
    "GET /connections": lambda asked: found(asked, connections.find_connections(), clocks(), now()),
    "DELETE /connections": lambda asked: erased(asked, connections.erase_reference()),
    "POST /connections/import": take_over,
    "GET /connections/{id}": read,
    "GET /connections/{id}/timeline": timeline,
    "DELETE /connections/{id}": stop,
}


def handler(event: dict[str, Any], _context: object) -> Response:
    """Serve one call of the integrator."""
    return serve(event, ROUTES)
