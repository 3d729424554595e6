"""What `connections` is built from."""

from functools import cache

from flinks_reconnect.bootstrap.clients import at_init
from flinks_reconnect.bootstrap.flinks import flinks
from flinks_reconnect.bootstrap.shared import advance
from flinks_reconnect.usecases.erase_reference import EraseReference
from flinks_reconnect.usecases.find_connections import FindConnections
from flinks_reconnect.usecases.import_connections import ImportConnections
from flinks_reconnect.usecases.read_connection import ReadConnection
from flinks_reconnect.usecases.register_connection import RegisterConnection
from flinks_reconnect.usecases.stop_sharing import StopSharing


@cache
def register_connection() -> RegisterConnection:
    """Return the use case."""
    return RegisterConnection(advance=advance())


@cache
def import_connections() -> ImportConnections:
    """Return the use case."""
    return ImportConnections(register=register_connection())


@cache
def read_connection() -> ReadConnection:
    """Return the use case."""
    return ReadConnection(advance=advance())


@cache
def stop_sharing() -> StopSharing:
    """Return the use case."""
    return StopSharing(advance=advance(), flinks=flinks())


@cache
def find_connections() -> FindConnections:
    """Return the use case."""
    return FindConnections(advance=advance())


@cache
def erase_reference() -> EraseReference:
    """Return the use case."""
    return EraseReference(find=find_connections(), stop=stop_sharing())


at_init(read_connection)
