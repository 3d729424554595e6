"""The values that several answers hold, as JSON writes them."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field

CLOSED: Final = ConfigDict(extra="forbid")
"""An object with these fields and no others."""

ConnectionIdText = Annotated[str, Field(pattern=r"^cn_[a-z2-7]{24}$")]
RefreshIdText = Annotated[str, Field(pattern=r"^rf_[a-z2-7]{24}[0-9a-hjkmnp-tv-z]{18}$")]
SupportCodeText = Annotated[
    str,
    Field(
        pattern=r"^[A-Z2-7]{4}-[A-Z2-7]{4}$",
        description="What the person reads out to support; `GET /connections` finds it.",
    ),
]
Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""RFC 3339 with milliseconds, in UTC."""
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
