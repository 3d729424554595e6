"""What `make doctor` looks at."""

from dataclasses import dataclass

from operate.account import Account, Deployed
from operate.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Patient:
    """A deployed stack, and what samconfig.toml says of it."""

    settings: Settings
    account: Account
    stack: Deployed

    @property
    def api_url(self) -> str:
        """Return where the integrator calls."""
        return self.stack.parameters.get("PublicBaseUrl") or self.stack.outputs["ApiUrl"]
