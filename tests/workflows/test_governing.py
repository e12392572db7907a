"""Who adopts policies and fills seats: first the founder, then the board the policy names."""

import datetime
from datetime import timedelta

import pytest

from domain.refusals import Malformed, NotKnown, NotPermitted, PolicyFaulty, Taken, UnknownFact
from tests.examples import BOARD_POLICY
from tests.story import Story
from workflows.governing import AdoptPolicy, RelieveMember

NEXT = BOARD_POLICY.replace("title: Small works", "title: Small works, second version")


def test_the_founder_alone_adopts_the_first_policy(story: Story) -> None:
    command = AdoptPolicy(text=BOARD_POLICY)
    with pytest.raises(NotPermitted, match="founder"):
        story.house.governing.adopt(command, story.act("ana"))
    story.house.governing.adopt(command, story.act("founder"))
    assert story.house.desk.load().office().constitution == "works"


def test_once_the_policy_names_who_adopts_the_founder_no_longer_does(office: Story) -> None:
    answer = office.house.governing.adopt(AdoptPolicy(text=NEXT), office.act("founder"))
    review = str(answer.content["review"])
    assert review == "review:policy.works/adopt/1"
    assert len(office.house.desk.load().book("works").versions) == 1


def test_a_sole_decider_adopts_a_policy_at_once_through_a_review(office: Story) -> None:
    before = office.house.log.head()
    answer = office.house.governing.adopt(AdoptPolicy(text=NEXT), office.act("hana"))
    assert answer.content["verdict"]["outcome"] == "approve"  # type: ignore[index,call-overload]
    assert office.topics(before) == [
        "review.opened/1", "pack.presented/1", "ballot.cast/1", "review.ruled/1",
        "policy.adopted/1",
    ]  # fmt: skip
    digest, policy = office.house.desk.load().in_force("works", office.now)
    assert (digest, policy.title) == (answer.content["digest"], "Small works, second version")


def test_an_open_review_keeps_the_policy_it_opened_under(office: Story) -> None:
    stream = office.opened(office.ready(npv="90000"))
    stricter = NEXT.replace("50000.00 EUR", "95000.00 EUR")
    office.house.governing.adopt(AdoptPolicy(text=stricter), office.act("hana"))
    office.presented(stream)
    office.voted(stream, "ana", "go")
    office.voted(stream, "ben", "go")
    assert office.ruled(stream)["outcome"] == "approve"


def test_a_policy_takes_effect_on_its_day_and_never_in_the_past(office: Story) -> None:
    later = office.now + timedelta(days=30)
    command = AdoptPolicy(text=NEXT, effective_from=later)
    office.house.governing.adopt(command, office.act("hana"))
    book = office.house.desk.load().book("works")
    before = book.in_force("works", later - timedelta(microseconds=1))
    assert before != book.in_force("works", later)
    past = AdoptPolicy(text=NEXT, effective_from=office.now - timedelta(days=1))
    with pytest.raises(Malformed):
        office.house.governing.adopt(past, office.act("hana"))


def test_a_policy_text_with_faults_is_refused_whole(office: Story) -> None:
    head = office.house.log.head()
    with pytest.raises(PolicyFaulty) as refused:
        office.house.governing.adopt(AdoptPolicy(text="policy: x\npolicy: y\n"), office.act("hana"))
    assert any("line 2" in fault for fault in refused.value.faults)
    assert office.house.log.head() == head


def test_the_founder_fills_a_seat_once_and_the_board_from_then_on(office: Story) -> None:
    with pytest.raises(Taken):
        office.appoint("works_board", "chair", "dora")
    relief = RelieveMember(
        policy="works", board="works_board", seat="chair", person=office.person("ana")
    )
    office.house.governing.relieve(relief, office.act("hana"))
    answer = office.appoint("works_board", "chair", "dora", by="ben")
    stream = str(answer.content["review"])
    office.presented(stream, by="ben")
    office.voted(stream, "ben", "appoint")
    office.voted(stream, "cem", "appoint")
    assert office.ruled(stream, by="ben")["outcome"] == "approve"
    board = office.house.desk.load().board("works_board")
    assert board is not None
    assert board.member("chair", office.now.date()) == office.person("dora")


def test_a_seat_is_held_from_its_first_to_its_last_day(office: Story) -> None:
    board = office.house.desk.load().board("head")
    assert board is not None
    first = office.now.date()
    assert board.member("head", first) == office.person("hana")
    assert board.member("head", first - timedelta(days=1)) is None
    relief = RelieveMember(
        policy="works", board="head", seat="head", person=office.person("hana"),
        on=datetime.date(2026, 2, 1),
    )  # fmt: skip
    office.house.governing.relieve(relief, office.act("hana"))
    ended = office.house.desk.load().board("head")
    assert ended is not None
    assert ended.member("head", datetime.date(2026, 1, 31)) == office.person("hana")
    assert ended.member("head", datetime.date(2026, 2, 1)) is None


def test_seats_and_people_that_do_not_exist_are_named(office: Story) -> None:
    with pytest.raises(UnknownFact, match="chair, finance, technical"):
        office.appoint("works_board", "fourth", "ana")
    with pytest.raises(UnknownFact, match="no board tea_round"):
        office.appoint("tea_round", "chair", "ana")
    office.people["ghost"] = "f" * 26
    with pytest.raises(NotKnown, match="person"):
        office.appoint("works_board", "chair", "ghost")
