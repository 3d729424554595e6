"""The list of institutions and the routing number lookup."""

from typing import Any, Final

from ..codes import FlinksError
from ..institutions import INSTITUTIONS, Institution
from ..wire import Fields, invalid
from .call import Body, Call

PAGE: Final = 1000


def institutions(call: Call) -> Body:
    """List institutions, paged by `skip` and `take`; `Count` is the total."""
    if call.argument.lower().startswith("routingnumber/"):
        return _by_routing_number(call.argument.partition("/")[2])
    if call.argument:
        raise FlinksError("INVALID_REQUEST", "There is no such list of institutions.", 404)
    query = Fields(call.query)
    skip, take = _number(query, "skip", 0), min(_number(query, "take", PAGE), PAGE)
    page = INSTITUTIONS[skip : skip + take]
    return {
        "HttpStatusCode": 200,
        "Data": [_body(each) for each in page],
        "Count": len(INSTITUTIONS),
    }


def _number(query: Fields, name: str, default: int) -> int:
    text = query.text(name)
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9:
        raise invalid(name, "must be a number")
    return int(text)


def _by_routing_number(number: str) -> Body:
    found = [each for each in INSTITUTIONS if number in each.routing_numbers]
    if not found:
        raise FlinksError("INVALID_REQUEST", "No institution has this routing number.")
    return {"HttpStatusCode": 200, "Data": [_body(each) for each in found], "Count": len(found)}


def _body(bank: Institution) -> dict[str, Any]:
    slug = bank.name.lower().replace(" ", "-")
    return {
        "Id": bank.id,
        "Name": {"en": bank.name, "fr": bank.name_fr},
        "Url": {
            "en": f"https://{slug}.sandbox.example",
            "fr": f"https://{slug}.sandbox.example/fr",
        },
        "Country": bank.country,
        "RoutingNumbers": list(bank.routing_numbers),
    }
