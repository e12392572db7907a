"""A clock that is set forward and back: what is on record says what it said, and when is named."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from projections.as_of import AsOf
from projections.register import register
from tests.faults.places import Place
from tests.story import Story

STORES = ["files", pytest.param("postgres", marks=pytest.mark.postgres)]
DAY = timedelta(days=1)


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    on = request.param == "postgres"
    return Place(tmp_path / "data", request.getfixturevalue("database") if on else None)


def test_a_clock_set_forward_and_back_loses_nothing_and_is_named(place: Place) -> None:
    with closing(Story(place.data, store=place.store)) as story:
        story.governed()
        story.proposed("APX-1")
        before, right = story.house.log.head(), story.now
        story.now += 400 * DAY  # set forward by mistake
        story.proposed("APX-2")
        ahead = story.house.log.head()
        story.now = right  # and back
        story.proposed("APX-3")
        later = story.house.log.head()
        log = story.house.log
        # Each event keeps the moment its act was given; the order is that of positions.
        ats = [one.event.at for one in log.read(before)]
        assert ats[ahead - before - 1] > ats[-1] > right
        assert [one.position for one in log.read(before)] == list(range(before + 1, later + 1))
        # The clock of the log stands still until the other one has caught up.
        assert {log.clock(p) for p in range(ahead, later + 1)} == {ats[ahead - before - 1]}
        # So a moment in between is that before the mistake, and positions tell them apart.
        assert log.position_at(story.now + DAY) == before
        assert log.position_at(story.now + 401 * DAY) == later
        story.house.views.catch_up()
        asked = AsOf(position=ahead, moment=ats[ahead - before - 1])
        assert {row.code for row in register(story.house.views.reading, asked).found} == {
            "APX-1", "APX-2"
        }  # fmt: skip
        assert len(register(story.house.views.reading).found) == 3
    place.signed()
    report = place.verified()
    assert (report.ok, report.log.faults) == (True, ())
    assert [(one.position, one.kind) for one in report.log.remarks] == [
        (ahead, "clock_ahead"),
        (ahead + 1, "clock_went_back"),
    ]


def test_a_clock_before_everything_on_record_stops_nothing(place: Place) -> None:
    with closing(Story(place.data, store=place.store)) as story:
        story.governed()
        head = story.house.log.head()
        story.now = datetime(1999, 12, 31, 23, 0, tzinfo=UTC)
        act = story.act("pia")
        assert act.now.year == 1999
        assert story.house.log.head() > head, "somebody signed in, in another century"
        assert story.house.log.clock(story.house.log.head()) == story.house.log.clock(head)
    place.signed()
    report = place.verified()
    assert report.log.faults == ()
    assert {one.kind for one in report.log.remarks} == {"clock_went_back"}
