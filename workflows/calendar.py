"""Days and moments in the office's zone: a bare date ends with the whole of its day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from domain.refusals import Malformed


def require_zone(zone: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        Malformed: there is no such zone.
    """
    if zone not in available_timezones():
        raise Malformed(f"unknown time zone {zone}", fix="Use a name such as Europe/Berlin.")
    return ZoneInfo(zone)


def day_of(moment: datetime, zone: str) -> date:
    """Return the calendar day of a moment in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def end_of_day(day: date, zone: str) -> datetime:
    """Return the first moment after a day in a zone: its exclusive end, in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return midnight.astimezone(UTC)


def window_end(opened: datetime, days: int, zone: str) -> datetime:
    """Return the exclusive end of a window of whole days, the last one included."""
    return end_of_day(day_of(opened, zone) + timedelta(days=days), zone)
