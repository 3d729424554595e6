"""Every clock of the system, in one place. All of them are template parameters."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flinks_reconnect.domain.link import Channel


def _seconds(value: int) -> timedelta:
    return field(default=timedelta(seconds=value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How long things live. Deadlines are stored instants made from these."""

    request_id_idle: timedelta = _seconds(480)
    """A RequestId dies after 8 minutes of inactivity (Flinks, Reconnect guide)."""
    url_margin: timedelta = _seconds(60)
    """No Connect URL is issued this shortly before the RequestId dies."""
    late_grace: timedelta = _seconds(600)
    """An attempt that ended may still be proven successful for this long."""
    authorize_token: timedelta = _seconds(900)
    """15 minutes (Flinks, Reconnect guide); other Flinks pages say 30. The shorter one binds."""
    token_margin: timedelta = _seconds(120)
    """A Connect URL's token counts as dead this long before Flinks drops it."""
    present_expiry: timedelta = _seconds(1800)
    """A refresh asked for by a person who is present is given up after this."""
    away_expiry: timedelta = _seconds(7 * 86400)
    """A refresh that waits for a person who is away is given up after this."""
    link_email: timedelta = _seconds(7 * 86400)
    """A link that goes by e-mail is good for this long."""
    link_sms: timedelta = _seconds(86400)
    """A link that goes by text message is good for this long."""
    link_in_app: timedelta = _seconds(1800)
    """A link that the app shows is good for this long."""
    visit: timedelta = _seconds(1800)
    """A visit of the hosted page lasts this long; then its link opens a new one."""
    human_act_window: timedelta = _seconds(300)
    """A timer may start a bank login only this long after the last human act (rule R1)."""
    first_wake: timedelta = _seconds(120)
    """The sweep looks at a started refresh after this at the earliest."""
    verify_again: timedelta = _seconds(60)
    """A verification without an answer is asked again after this."""
    poll: timedelta = _seconds(10)
    """Flinks asks callers to poll every 10 seconds (GetAccountsDetailAsync)."""
    longest_look: timedelta = _seconds(86400)
    """A success that can still come is looked for at least this often."""
    collection: timedelta = _seconds(1800)
    """Flinks collects data for at most 30 minutes (GetAccountsDetailAsync)."""
    worker_timeout: timedelta = _seconds(300)
    """The authorize function's own time-out."""
    authorize_call: timedelta = _seconds(215)
    """How long one `/Authorize` may last: Flinks cuts at 210 s (Timeout lengths)."""
    dispatch: timedelta = _seconds(210)
    """After this Flinks goes on in the background (Timeout lengths)."""
    first_probe: timedelta = _seconds(240)
    """An unanswered `/Authorize` is asked about by then: Flinks has cut the call (210 s)."""
    second_probe: timedelta = _seconds(460)
    """And once more, shortly before a RequestId of its would be forgotten (480 s)."""
    skew: timedelta = _seconds(60)
    """How far two clocks may differ."""
    trouble_life: timedelta = _seconds(26 * 3600)
    """A trouble that the next night's list does not tell again has passed."""
    callback_after_expiry: timedelta = _seconds(86400)
    """A callback is known for this long after its refresh's expiry."""
    snapshot: timedelta = _seconds(86400)
    """An accounts snapshot is readable for this long."""
    warn_nightly: timedelta = _seconds(5 * 86400)
    """So long without fresh data it is said that the nightly refresh ends (after 7 days)."""
    warn_credentials: timedelta = _seconds(25 * 86400)
    """So long without it, that Flinks forgets the stored credentials (after 30 days)."""
    warn_data: timedelta = _seconds(75 * 86400)
    """So long without it, that Flinks may drop the data (after 90 days)."""
    warn_data_again: timedelta = _seconds(85 * 86400)
    """So long without it, that this is very soon."""
    attempts_per_day: int = 3
    """Bank logins per connection and day that a person is asked to answer."""
    day_zone: tzinfo = UTC
    """Whose day that is: the people's time zone."""

    def day(self, instant: datetime) -> date:
        """Return the day that the people live through at this instant."""
        return instant.astimezone(self.day_zone).date()

    def next_day(self, instant: datetime) -> datetime:
        """Return when their next day begins."""
        tomorrow = self.day(instant) + timedelta(days=1)
        return datetime.combine(tomorrow, time(), tzinfo=self.day_zone).astimezone(UTC)

    def look_delay(self, misses: int) -> timedelta:
        """Return how long to wait after so many looks in a row that brought nothing."""
        factor: int = 2 ** min(misses, 20)
        return min(self.poll * factor, self.longest_look)

    def link_life(self, channel: Channel) -> timedelta:
        """Return how long a link is good for that goes this way."""
        lives = {
            Channel.EMAIL: self.link_email,
            Channel.SMS: self.link_sms,
            Channel.IN_APP: self.link_in_app,
        }
        return lives[channel]

    @property
    def fence(self) -> timedelta:
        """How long after a send a bank login may still be alive at the latest (1,050 s)."""
        return self.worker_timeout + self.dispatch + self.request_id_idle + self.skew

    @property
    def session(self) -> timedelta:
        """How long after its last activity a session may still be alive (540 s)."""
        return self.request_id_idle + self.skew
