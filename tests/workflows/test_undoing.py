"""Mistakes are undone without anything disappearing; minds are changed, and both rulings count."""

from decimal import Decimal

import pytest

from domain.refusals import FieldMissing, NotNow, NotYourOwn, UnknownFact
from domain.review_commands import OpenReview
from tests.money_examples import MONEY_POLICY
from tests.story import Story
from tests.workflows.test_money import CAPEX, endowed, funded, funding, line, portfolio


@pytest.fixture
def rich(story: Story) -> Story:
    """An office with an envelope of 1000.00 for capex in 2027."""
    return endowed(story, MONEY_POLICY)


def started(office: Story, code: str = "APX-A") -> str:
    """A project that passed its first gate; returns the review."""
    office.ready(code)
    stream = office.opened(code)
    office.presented(stream)
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "go")
    office.ruled(stream)
    return stream


def undoing(office: Story, code: str, target: str, matter: str = "error") -> str:
    command = OpenReview(project=code, matter=matter, undo=target)
    stream = str(office.house.reviews.open(command, office.act("pia")).content["review"])
    office.presented(stream)
    return stream


def set_aside(office: Story, code: str, target: str) -> None:
    stream = undoing(office, code, target)
    office.voted(stream, "hana", "set_aside")
    office.ruled(stream, by="hana")


def test_setting_a_ruling_aside_restores_the_standing_and_keeps_both_on_record(
    rich: Story,
) -> None:
    target = started(rich)
    before = rich.house.log.head()
    set_aside(rich, "APX-A", target)
    project = rich.project("APX-A")
    assert (project.phase, project.standing) == ("idea", "proposed")
    assert rich.topics(before)[-3:] == [
        "review.ruled/1", "ruling.set_aside/1", "project.restored/1"
    ]  # fmt: skip
    assert rich.review(target).undone == "review:APX-A/error/1"
    assert rich.review(target).as_earlier("project:APX-A") is None
    assert rich.opened("APX-A") == "review:APX-A/start/2"


def test_a_ruling_is_undone_once(rich: Story) -> None:
    target = started(rich)
    set_aside(rich, "APX-A", target)
    with pytest.raises(NotNow, match="undone already"):
        undoing(rich, "APX-A", target)


def test_whoever_had_the_ruling_made_does_not_decide_to_undo_it(rich: Story) -> None:
    target = started(rich)
    stream = undoing(rich, "APX-A", target, "mind")
    with pytest.raises(NotYourOwn):
        rich.voted(stream, "ana", "revoke")
    rich.voted(stream, "ben", "revoke")
    rich.voted(stream, "cem", "revoke")
    rich.ruled(stream, by="ben")
    assert rich.topics()[-2:] == ["ruling.revoked/1", "project.restored/1"]


def test_only_the_newest_ruling_that_placed_a_project_is_undone(rich: Story) -> None:
    first = started(rich)
    command = OpenReview(project="APX-A", matter="pause")
    pause = str(rich.house.reviews.open(command, rich.act("pia")).content["review"])
    rich.presented(pause)
    rich.voted(pause, "hana", "hold")
    rich.ruled(pause, by="hana")
    stream = undoing(rich, "APX-A", first)
    rich.voted(stream, "hana", "set_aside")
    head = rich.house.log.head()
    with pytest.raises(NotNow, match="was placed by review:APX-A/pause/1 since"):
        rich.ruled(stream, by="hana")
    assert set(rich.topics(head)) <= {"act.refused/1"}


def test_setting_a_funding_aside_gives_back_what_is_unspent(rich: Story) -> None:
    code = rich.proposed("APX-A")
    target = funding(rich, code, line("400.00"))
    rich.ruled(target)
    set_aside(rich, code, target)
    assert portfolio(rich).free(CAPEX) == Decimal(1000)
    assert rich.topics()[-1] == "funds.released/1"


@pytest.mark.parametrize(("others", "restored"), [("600.00", True), ("600.01", False)])
def test_money_comes_back_only_if_it_is_still_free_and_a_shortfall_is_named(
    rich: Story, others: str, restored: bool
) -> None:
    started(rich)
    funded(rich, "APX-A", line("400.00"))
    command = OpenReview(project="APX-A", matter="stop")
    stop = str(rich.house.reviews.open(command, rich.act("pia")).content["review"])
    rich.presented(stop)
    rich.voted(stop, "hana", "cancel")
    rich.ruled(stop, by="hana")
    assert portfolio(rich).free(CAPEX) == Decimal(1000)
    funded(rich, rich.proposed("APX-B"), line(others))
    with pytest.raises(NotYourOwn):
        set_aside(rich, "APX-A", stop)
    stream = "review:APX-A/mind/1"
    undoing(rich, "APX-A", stop, "mind")
    for name in ("ana", "ben", "cem"):
        rich.voted(stream, name, "revoke")
    rich.ruled(stream)
    assert rich.project("APX-A").standing == "active"
    assert ("shortfall.found/1" in rich.topics()) is not restored
    assert portfolio(rich).holds("APX-A") == ({CAPEX: Decimal(400)} if restored else {})
    assert portfolio(rich).free(CAPEX) >= 0


def test_what_to_undo_is_named_and_about_this_project(rich: Story) -> None:
    target = started(rich)
    rich.proposed("APX-B")
    with pytest.raises(FieldMissing):
        rich.house.reviews.open(OpenReview(project="APX-A", matter="error"), rich.act("pia"))
    other = OpenReview(project="APX-B", matter="error", undo=target)
    with pytest.raises(UnknownFact, match="not about project APX-B"):
        rich.house.reviews.open(other, rich.act("pia"))
