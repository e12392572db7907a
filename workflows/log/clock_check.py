"""The times that events bear: against each other, and against the clock of whoever verifies.

A clock may be wrong, and nobody can tell from the record alone by how much. What looks wrong is
remarked on and is no fault.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.base import moment_text

STEP_MAX = timedelta(minutes=5)
"""How far the clock of a machine may be set back, or be ahead, before it is remarked on."""

Doubt = tuple[int, str, str]


class ClockCheck:
    """The state of one pass.

    Attributes:
        latest: the greatest time so far, as canonical text; empty before the first event.
    """

    def __init__(self, now: datetime | None) -> None:
        """Begin before the first event.

        Args:
            now: the clock of whoever verifies; absent where they have none they trust.
        """
        self.latest = ""
        self._latest: datetime | None = None
        self._now = now

    def take(self, position: int, at: datetime) -> Iterator[Doubt]:
        """Take the next event; yield what its time gives reason to look at."""
        if self._latest is None or at > self._latest:
            self._latest, self.latest = at, moment_text(at)
        elif at < self._latest:
            back = self._latest - at
            if back > STEP_MAX:
                why = f"recorded {back} earlier than an event before it:"
                yield position, "clock_went_back", f"{why} a clock set back, or backdated"
        if self._now is not None and at - self._now > STEP_MAX:
            why = (
                f"recorded {at - self._now} after the clock of whoever verifies: a clock set"
                " forward there, or back here; later events are not looked at for this"
            )
            self._now = None
            yield position, "clock_ahead", why
