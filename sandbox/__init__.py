"""The Flinks sandbox: an offline Flinks API and Flinks Connect widget, with a movable clock.

It is a product of its own. Nothing here is imported by the service, and nothing of the service
is imported here; the two only meet over HTTP.
"""

from typing import Final

VERSION: Final = "0.2.0"
"""Of the distribution, and with it of the control API: see CHANGELOG.md."""
