"""Stop sharing: nothing is asked for any more, Flinks forgets the login, and so do we."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flinks_reconnect.domain.errors import ErrorCode
from flinks_reconnect.domain.ids import ConnectionId
from flinks_reconnect.domain.machine.signals import Cancelled, Closed, Due
from flinks_reconnect.usecases.advance import Advance
from flinks_reconnect.usecases.errors import (
    ConnectionUnknownError,
    DeletionError,
    LoginNotProvenError,
    StillInUseError,
)
from flinks_reconnect.usecases.ports import FlinksGateway, Known

IN_USE_PAUSE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSharing:
    """Three acts, each of which may be repeated: whatever fails, the same call goes on."""

    advance: Advance
    flinks: FlinksGateway

    def __call__(self, connection_id: ConnectionId) -> Known:
        """Return the closed connection; twice is once, without a second call to Flinks.

        Raises ConnectionUnknownError, LoginNotProvenError, StillInUseError, DeletionError and
        SecretUnavailableError.
        """
        known = self._load(connection_id)
        if known.connection.closed_at is not None:
            return known
        if known.connection.login_id is None:
            raise LoginNotProvenError
        if known.connection.refresh is not None and known.connection.refresh.is_open:
            self.advance.connection(connection_id, Due(), Cancelled())
        try:
            self.flinks.delete_login(known.connection.login_id)
        except DeletionError as error:
            if error.code is ErrorCode.STILL_IN_USE:
                raise StillInUseError(self.advance.clock() + IN_USE_PAUSE) from error
            raise
        self.advance.connection(connection_id, Closed())
        return self._load(connection_id)

    def _load(self, connection_id: ConnectionId) -> Known:
        known = self.advance.connections.load(connection_id)
        if known is None:
            raise ConnectionUnknownError(connection_id)
        return known
