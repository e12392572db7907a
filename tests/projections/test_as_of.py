"""Which place in the log a question names."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.refusals import Malformed, NotKnown
from projections.as_of import as_of, end_of_day, instant
from tests.projections.histories import FOUNDED, Step, founded, tell
from workflows.store.sqlite import SQLiteLog, open_memory_log

BERLIN = "Europe/Berlin"


@pytest.fixture(scope="module")
def log() -> Iterator[SQLiteLog]:
    opened = open_memory_log()
    tell(founded(opened), [Step(0, 1, 1, 0)] * 60)
    yield opened
    opened.close()


def test_a_position_names_itself(log: SQLiteLog) -> None:
    found = as_of("7", log, BERLIN)
    assert (found.position, found.moment) == (7, log.clock(7))


@pytest.mark.parametrize("asked", ["0", "62", "20260105", "9" * 16])
def test_a_position_the_log_does_not_have(log: SQLiteLog, asked: str) -> None:
    with pytest.raises(NotKnown, match="ends at 61"):
        as_of(asked, log, BERLIN)


@pytest.mark.parametrize(
    "asked",
    ["2026-01-05T12:00:00Z", "2026-01-05T13:00:00+01:00", "2026-01-05 12:00:00.5z"],
)
def test_a_moment_names_the_last_position_before_it(log: SQLiteLog, asked: str) -> None:
    # The founding is recorded an hour after the author begins, and every event an hour later.
    found = as_of(asked, log, BERLIN)
    assert found.position == 3
    assert found.moment - datetime(2026, 1, 5, 12, tzinfo=UTC) < timedelta(seconds=1)


def test_a_date_ends_with_its_day_in_the_zone(log: SQLiteLog) -> None:
    found = as_of("2026-01-05", log, BERLIN)
    assert found.moment == datetime(2026, 1, 5, 22, 59, 59, 999999, tzinfo=UTC)
    assert found.position == 13
    assert as_of("2026-01-05", log, "Pacific/Auckland").position == 1
    # A later moment than anything recorded is about the present.
    assert as_of("2031-01-01", log, BERLIN).position == 61


def test_a_moment_before_the_founding(log: SQLiteLog) -> None:
    for asked in ("2026-01-04", "2026-01-05T09:59:59Z"):
        with pytest.raises(NotKnown, match="before the founding"):
            as_of(asked, log, BERLIN)
    assert FOUNDED.date().isoformat() == "2026-01-05"


@pytest.mark.parametrize(
    "asked",
    [
        *("", "yesterday", "-1", "1.5", "٣", "9" * 17, "2026-02-30", "2026-1-5", "9999-12-31"),
        *("2026-01-05T12:00:00", "2026-01-05T12:00:00 01:00", "2026-01-05T25:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "2026-W01-1", "2026-01-05\n"),
    ],
)
def test_what_names_no_place_is_malformed(log: SQLiteLog, asked: str) -> None:
    with pytest.raises(Malformed):
        as_of(asked, log, BERLIN)


def test_days_end_where_clocks_change() -> None:
    def ends(day: str, zone: str) -> str:
        return f"{instant(day, zone):%Y-%m-%dT%H:%M:%S}"

    assert ends("2026-03-29", BERLIN) == "2026-03-29T21:59:59"
    assert ends("2026-10-25", BERLIN) == "2026-10-25T22:59:59"
    # In Beirut the clock jumps from midnight to one: the day before ends with the jump.
    assert ends("2026-03-28", "Asia/Beirut") == "2026-03-28T21:59:59"
    assert end_of_day(FOUNDED.date(), "UTC").microsecond == 999_999
