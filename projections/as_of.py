"""Looking back: which place in the log a question is about.

A question names a position (``1204``), a moment (``2026-11-22T09:30:00+01:00``) or a bare date,
which means the end of that day in the office's zone. Without any it is about now.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.base import Value
from domain.refusals import Malformed, NotKnown
from projections.source import Source

POSITION_DIGITS_MAX = 16
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_FORMS = "Write a position (1204), a moment with offset (2026-11-22T09:30:00Z) or a date."


class AsOf(Value):
    """A place in the log to look back to.

    Attributes:
        position: the last event that is known there.
        moment: the instant asked about; the log's clock at that position when none was.
    """

    position: int
    moment: datetime


def as_of(asked: str, source: Source, zone: str) -> AsOf:
    """Return the place in the log a question is about.

    Args:
        asked: a position, a moment or a bare date.
        source: the log.
        zone: IANA name of the office's time zone, in which a day ends.

    Raises:
        Malformed: it is none of the three.
        NotKnown: a position the log does not have, or a moment before the office was founded.
    """
    if asked.isascii() and asked.isdecimal() and len(asked) <= POSITION_DIGITS_MAX:
        return _at_position(int(asked), source)
    moment = instant(asked, zone)
    position = source.position_at(moment)
    if position == 0:
        raise NotKnown(
            f"{asked} is before the founding of this office", fix="Ask about a later moment."
        )
    return AsOf(position=position, moment=moment)


def instant(asked: str, zone: str) -> datetime:
    """Return the moment a text names; a bare date is the last instant of that day in the zone.

    Raises:
        Malformed: it is neither a moment with its offset nor a date.
    """
    try:
        if _DATE.fullmatch(asked):
            return end_of_day(date.fromisoformat(asked), zone)
        if _MOMENT.fullmatch(asked):
            return datetime.fromisoformat(asked.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed(f"there is no such moment as {asked}", fix=_FORMS) from None
    raise Malformed(f"{asked!r} is no moment", fix=_FORMS)


def end_of_day(day: date, zone: str) -> datetime:
    """Return the last microsecond of a day in a zone, in UTC.

    Raises:
        OverflowError: the last day there is.
    """
    # Counted back in UTC: where clocks change at midnight, a day need not end at 23:59:59.
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def _at_position(position: int, source: Source) -> AsOf:
    moment = source.clock(position) if position > 0 else None
    if moment is None:
        raise NotKnown(
            f"the log has no position {position}; it ends at {source.head()}",
            fix="Ask about a position from 1 to the last; a date is written 2026-11-22.",
        )
    return AsOf(position=position, moment=moment)
