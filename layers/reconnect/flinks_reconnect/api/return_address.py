"""Where a person goes back to: an exact allow-listed address with our refresh id, nothing else."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from flinks_reconnect.domain.allow_list import AllowList
from flinks_reconnect.domain.refresh import Refresh


def return_address(return_urls: AllowList, refresh: Refresh) -> str | None:
    """Return the address of this refresh, or None where it has none that is still listed."""
    entry = return_urls.entry(refresh.return_url)
    if entry is None:
        return None
    parts = urlsplit(entry)
    added = urlencode({"refreshId": refresh.id})
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit(parts._replace(query=query))
