"""The HTTP contract by resource: typed answers, and what each route takes and may refuse.

No function imports it while it runs; the type checker holds the views to it, and `docs/tools`
prints it as docs/openapi.json.
"""

from typing import Final

from flinks_reconnect.api.contract import connections, flinks, pages, refreshes, visits
from flinks_reconnect.api.contract.operation import Operation

OPERATIONS: Final[dict[str, Operation]] = {
    **refreshes.OPERATIONS,
    **connections.OPERATIONS,
    **visits.OPERATIONS,
    **pages.OPERATIONS,
    **flinks.OPERATIONS,
}
"""By route, as the template writes it."""
