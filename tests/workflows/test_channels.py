"""Sittings entered by a secretary, and decisions taken elsewhere and recorded afterwards."""

import datetime
from datetime import timedelta

import pytest

from domain.act import Channel
from domain.refusals import (
    FieldMissing,
    Malformed,
    NotASeat,
    NotKnown,
    NotNow,
    NotPermitted,
    NotYourOwn,
    Taken,
)
from domain.review_commands import ContestBallot, RecordSitting, ReportRuling
from tests.story import Story

MINUTES = b"Present: Ana, Ben. Both in favour."


def sitting(office: Story, **fields: object) -> tuple[str, RecordSitting]:
    """A review before its pack, and a sitting in which Ana and Ben chose to go."""
    code = office.ready("APX-042")
    minutes = office.attached(code, "minutes", MINUTES)
    stream = office.opened(code)
    office.presented(stream)
    command = {
        "on": office.now.date(),
        "present": ["chair", "finance"],
        "minutes": minutes,
        "ballots": [{"seat": "chair", "option": "go"}, {"seat": "finance", "option": "go"}],
        **fields,
    }
    return stream, RecordSitting.model_validate(command)


def test_votes_given_in_the_room_are_their_members_acts_recorded_by_the_secretary(
    office: Story,
) -> None:
    stream, command = sitting(office)
    office.house.reviews.record_sitting(stream, command, office.act("secretary"))
    ballots = [r.event for r in office.house.log.stream(stream) if r.event.topic == "ballot.cast/1"]
    assert [b.by for b in ballots] == [office.person("ana"), office.person("ben")]
    assert {b.recorded_by for b in ballots} == {office.person("secretary")}
    assert {b.channel for b in ballots} == {Channel.IN_ROOM}


def test_a_sitting_is_ruled_by_its_chairs_own_act(office: Story) -> None:
    stream, command = sitting(office)
    office.house.reviews.record_sitting(stream, command, office.act("secretary"))
    for name in ("secretary", "ben"):
        with pytest.raises(NotPermitted):
            office.ruled(stream, by=name)
    assert office.ruled(stream, by="ana")["outcome"] == "approve"


def test_a_member_contests_a_ballot_that_was_recorded_for_them(office: Story) -> None:
    stream, command = sitting(office)
    office.house.reviews.record_sitting(stream, command, office.act("secretary"))
    contest = ContestBallot(seat="finance", reason="I had left by then")
    with pytest.raises(NotASeat):
        office.house.reviews.contest(stream, contest, office.act("cem"))
    office.house.reviews.contest(stream, contest, office.act("ben"))
    assert [b.ballot.seat for b in office.review(stream).counting()] == ["chair"]
    with pytest.raises(NotKnown):
        office.house.reviews.contest(stream, contest, office.act("ben"))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"minutes": "0" * 64}, FieldMissing),
        ({"on": datetime.date(2030, 1, 1)}, Malformed),
        ({"present": ["chair"]}, Malformed),
        ({"present": ["chair", "finance", "nobody"]}, NotASeat),
        ({"ballots": [{"seat": "chair", "option": "go"}] * 2}, Malformed),
    ],
)
def test_a_sitting_that_cannot_have_been_is_refused(
    office: Story, change: dict[str, object], refusal: type[Exception]
) -> None:
    stream, command = sitting(office, **change)
    with pytest.raises(refusal):
        office.house.reviews.record_sitting(stream, command, office.act("secretary"))


def reported(office: Story, code: str, **fields: object) -> ReportRuling:
    """Ana decided a day ago, outside, and there are minutes of it."""
    minutes = office.attached(code, "minutes", MINUTES)
    command = {
        "project": code,
        "gate": "start",
        "option": "go",
        "decided_by": office.person("ana"),
        "decided_at": office.now,
        "minutes": minutes,
        **fields,
    }
    office.now += timedelta(days=3)
    return ReportRuling.model_validate(command)


def test_a_decision_taken_elsewhere_takes_effect_when_it_was_taken_once_confirmed(
    office: Story,
) -> None:
    command = reported(office, office.ready("APX-042"))
    review = office.house.rulings.report(command, office.act("secretary")).content["review"]
    assert office.project("APX-042").phase == "idea"
    before = office.house.log.head()
    office.house.rulings.confirm(str(review), office.act("hana"))
    assert office.project("APX-042").phase == "building"
    ruled, moved = (r.event for r in office.house.log.read(before, 2))
    assert ruled.effective_at == moved.effective_at == command.decided_at
    assert (ruled.by, ruled.recorded_by) == (office.person("ana"), office.person("hana"))
    assert ruled.channel == moved.channel == Channel.AFTERWARDS
    assert office.review(str(review)).verdict.ground == "reported"  # type: ignore[union-attr]


def test_whoever_reported_a_decision_does_not_confirm_it(office: Story) -> None:
    command = reported(office, office.ready("APX-042"))
    review = str(office.house.rulings.report(command, office.act("secretary")).content["review"])
    with pytest.raises(NotYourOwn):
        office.house.rulings.confirm(review, office.act("secretary"))
    office.house.rulings.confirm(review, office.act("hana"))
    with pytest.raises(NotNow):
        office.house.rulings.confirm(review, office.act("ben"))


def test_authority_is_checked_as_of_the_day_of_the_decision(office: Story) -> None:
    command = reported(office, office.ready("APX-042"), decided_by=office.person("hana"))
    with pytest.raises(NotASeat, match="works_board"):
        office.house.rulings.report(command, office.act("secretary"))


def test_nothing_is_reported_beside_an_open_review(office: Story) -> None:
    code = office.ready("APX-042")
    office.opened(code)
    with pytest.raises(Taken):
        office.house.rulings.report(reported(office, code), office.act("secretary"))


def test_an_option_that_needs_more_than_a_report_carries_is_refused_at_once(
    office: Story,
) -> None:
    command = reported(office, office.ready("APX-042"), option="later")
    with pytest.raises(FieldMissing, match="review_date"):
        office.house.rulings.report(command, office.act("secretary"))
    assert "ruling.reported/1" not in office.topics()


def test_a_transfer_is_not_reported_since_a_report_does_not_say_to_where(office: Story) -> None:
    code = office.ready("APX-042")
    moved = {"gate": None, "matter": "hand_over", "option": "transfer"}
    command = reported(office, code, decided_by=office.person("hana"), **moved)
    with pytest.raises(FieldMissing, match="needs portfolio, which a report does not carry"):
        office.house.rulings.report(command, office.act("secretary"))
