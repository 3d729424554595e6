"""Connect addresses of the imagination, which remember what they were built from."""

from dataclasses import dataclass, field

from flinks_reconnect.usecases.ports import AuthorizeToken, ConnectTarget


@dataclass
class RecordingUrls:
    """Implements `ConnectUrls`."""

    built: list[tuple[ConnectTarget, AuthorizeToken]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return "https://connect.invalid"

    def build(self, target: ConnectTarget, token: AuthorizeToken) -> str:
        self.built.append((target, token))
        return f"{self.origin}/?requestId={target.request_id}&authorizeToken={token.value}"

    @property
    def last(self) -> ConnectTarget:
        return self.built[-1][0]
