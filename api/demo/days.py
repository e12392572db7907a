"""The days of the demo: counted back from the day of loading, in the office's own zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = "Europe/Berlin"
SPAN = timedelta(weeks=150)
"""How long before the day of loading the office was founded: it spans three fiscal years."""
FRIDAY = 4
SITTINGS = {
    "office": (0, 1),
    "gate_board": (1, 1),
    "investment_committee": (3, 2),
    "change_board": (2, 1),
    "oversight": (4, 2),
}
"""The weekday on which each board sits, Monday first, and every how many weeks."""


class Days(NamedTuple):
    """The calendar of one demo.

    Attributes:
        loaded: the moment of loading; nothing is later.
    """

    loaded: datetime

    @property
    def today(self) -> date:
        """Return the day of loading."""
        return self.loaded.astimezone(ZoneInfo(ZONE)).date()

    @property
    def founded(self) -> date:
        """Return the day on which the office was founded."""
        return working(self.today - SPAN)

    def ago(self, weeks: float) -> date:
        """Return a working day so many weeks before the day of loading."""
        return working(self.today - timedelta(days=round(weeks * 7)))

    def at(self, day: date, minutes: int) -> datetime:
        """Return a moment of a day, so many minutes after eight in the morning.

        On the day of loading, of which only a part is over, it is the same part of that.
        """
        zone = ZoneInfo(ZONE)
        if day != self.today:
            return datetime.combine(day, time(8), zone).astimezone(UTC) + timedelta(minutes=minutes)
        midnight = datetime.combine(day, time(), zone).astimezone(UTC)
        part = timedelta(seconds=(self.loaded - midnight).total_seconds() * (480 + minutes) / 1440)
        return midnight + part

    def sitting(self, board: str, after: date) -> date:
        """Return the day of the next sitting of a board, at least five days after a day."""
        weekday, weeks = SITTINGS[board]
        day = after + timedelta(days=5)
        while day.weekday() != weekday or (day.toordinal() // 7) % weeks:
            day += timedelta(days=1)
        return day


def working(day: date) -> date:
    """Return a day, or the Friday before it where it is no working day."""
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))
