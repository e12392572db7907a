"""Defects that users of other tools reported, each as a scenario that goes well here.

Numbers are those of the list of asks, section 2 of the notes on products.
"""

import pytest

from domain.portfolio import CharterPortfolio
from domain.refusals import FieldMissing, NotASeat, ReviewStillOpen
from domain.review_commands import OpenReview, PresentPack, WithdrawReview
from projections.as_of import as_of
from projections.portfolio_money import portfolio_money
from projections.register import Wanted, register
from tests.examples import BOARD_POLICY
from tests.story import Story
from tests.workflows.walking import Walk
from workflows.governing import AdoptPolicy
from workflows.store.contract import Recorded

DECIDED = "decided_by: [{up_to: 1000.00 EUR, board: head}, {board: works_board}]"


def trail(office: Story, stream: str) -> list[Recorded]:
    return list(office.house.log.stream(stream))


def test_ask_1_editing_a_policy_never_changes_the_reviewers_of_what_is_under_review(
    office: Story,
) -> None:
    """OCA/server-ux#306: a new tier definition replaced the reviewers of open documents."""
    stream = office.opened(office.ready("APX-1"))
    office.presented(stream)
    before = office.review(stream)
    edited = BOARD_POLICY.replace(DECIDED, "decided_by: [{board: head}]")
    assert edited != BOARD_POLICY
    office.house.governing.adopt(AdoptPolicy(text=edited), office.act("hana"))
    assert office.review(stream) == before
    with pytest.raises(NotASeat):
        office.voted(stream, "hana", "go")
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "go")
    assert office.ruled(stream)["outcome"] == "approve"
    assert office.review(stream).policy == before.policy
    later = office.review(office.opened(office.ready("APX-2")))
    assert (later.board, later.policy == before.policy) == ("head", False)


def test_ask_2_a_restart_never_deletes_a_ruling_trail(office: Story) -> None:
    """OCA/server-ux#1311: to restart a validation unlinked its reviews with their comments."""
    code = office.ready("APX-1")
    first = office.opened(code)
    office.presented(first)
    office.voted(first, "ana", "no", comment="Not at this price.")
    withdrawn = WithdrawReview(reason="The price is being negotiated.")
    office.house.reviews.withdraw(first, withdrawn, office.act("pia"))
    kept = trail(office, first)
    second = office.opened(code)
    office.presented(second)
    for name in ("ana", "ben", "cem"):
        office.voted(second, name, "go")
    office.ruled(second)
    assert (first, second) == ("review:APX-1/start/1", "review:APX-1/start/2")
    assert trail(office, first) == kept
    assert [cast.ballot.option for cast in office.review(first).ballots] == ["no"]
    assert office.review(second).status == "ruled"


def test_ask_2_a_ruling_stays_beside_the_one_that_came_after_it(office: Story) -> None:
    code = office.ready("APX-1")
    outcomes, streams, kept = [], [], []
    for option in ("later", "go"):
        stream = office.opened(code)
        chosen = (
            {"id": option, "review_date": "2026-06-01"} if option == "later" else {"id": "go"},
        )
        pack = PresentPack.model_validate({"request": "Build it.", "options": chosen})
        office.house.reviews.present(stream, pack, office.act("pia"))
        for name in ("ana", "ben", "cem"):
            office.voted(stream, name, option)
        outcomes.append(office.ruled(stream)["outcome"])
        streams.append(stream)
        if option == "later":
            kept = trail(office, stream)
            wake = OpenReview(project=code, matter="wake")
            woken = str(office.house.reviews.open(wake, office.act("pia")).content["review"])
            office.presented(woken)
            office.voted(woken, "hana", "resume")
            office.ruled(woken, by="hana")
    assert outcomes == ["defer", "approve"]
    assert trail(office, streams[0]) == kept
    assert office.project(code).phase == "building"


def test_ask_3_the_same_reviewer_never_approves_for_another_seat(story: Story) -> None:
    """OCA/server-ux#1141: of tiers A, A, B, A one approval by A approved all, B's included."""
    story.house.governing.adopt(AdoptPolicy(text=BOARD_POLICY), story.act("founder"))
    for seat, name in (("chair", "ana"), ("finance", "ben"), ("technical", "ana")):
        story.appoint("works_board", seat, name)
    story.appoint("head", "head", "hana")
    _charter(story)
    stream = story.opened(story.ready("APX-1"))
    story.presented(stream)
    with pytest.raises(FieldMissing, match="several seats"):
        story.voted(stream, "ana", "go")
    story.voted(stream, "ana", "go", seat="chair")
    assert [cast.ballot.seat for cast in story.review(stream).ballots] == ["chair"]
    with pytest.raises(ReviewStillOpen, match="finance, technical"):
        story.ruled(stream)
    with pytest.raises(NotASeat):
        story.voted(stream, "ana", "go", seat="finance")
    story.voted(stream, "ben", "no")
    with pytest.raises(ReviewStillOpen, match="technical"):
        story.ruled(stream)


def _charter(story: Story) -> None:
    charter = CharterPortfolio(code="APX", title="Apex", policy="works")
    story.house.portfolios.charter(charter, story.act("founder"))


def test_ask_17_a_gate_that_passed_advances_at_once_in_the_same_append(story: Story) -> None:
    """Oracle 3003419.1: gates advanced in a run, and missed what was true between two runs."""
    walk = Walk(story, "five-gate")
    walk.decide("screen", "go")
    before = story.house.log.head()
    walk.decide("second_screen", "conditional_go")
    after = [one.event for one in story.house.log.read(before, 1000)]
    caused = after[[event.topic for event in after].index("review.ruled/1") :]
    assert [event.topic for event in caused] == [
        "review.ruled/1", "project.moved/1", "condition.imposed/1"
    ]  # fmt: skip
    assert len({(event.command, event.at) for event in caused}) == 1
    assert walk.place() == ("business_case", "active")


def test_ask_17_what_was_true_when_it_was_voted_on_is_not_missed(office: Story) -> None:
    code = office.ready("APX-1")
    stream = office.opened(code)
    office.presented(stream)
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "go")
    office.known(code, "risk", number="25")
    assert office.ruled(stream)["outcome"] == "approve"
    assert office.project(code).phase == "building"


@pytest.mark.parametrize("ended", ["closed", "cancelled", "rejected"])
def test_ask_28_a_closed_project_is_nowhere_counted_as_active(story: Story, ended: str) -> None:
    """OfficeDev/Project-Accelerator#32: active went by a finish date that lay ahead."""
    walk = Walk(story, "two-gate")
    walk.decide("change", "approve")  # promises to finish in 2027, a year ahead
    lines = {
        "closed": "start go \n spend 400 \n close close",
        "cancelled": "start go \n hold hold \n cancel cancel",
        "rejected": "start reject",
    }
    walk.walk(lines[ended])
    walk.walk("spend 5")  # a late cost changes nothing
    assert walk.promises().current is not None
    story.house.views.catch_up()
    views = story.house.views.reading
    going = [
        row.code
        for standing in ("proposed", "active", "on_hold")
        for row in register(views, wanted=Wanted(standing=standing)).found
    ]
    counted = portfolio_money(views, "APX").found
    assert going == []
    assert counted.standings == {ended: 1}
    assert sum(counted.phases.values()) == 1
    assert {*walk.open_steps()} <= {"pass:reopen", "rest:superseded"}


def test_ask_28_every_count_agrees_with_the_register_at_every_position(story: Story) -> None:
    walk = Walk(story, "two-gate")
    began = story.house.log.head()
    walk.walk("start go \n hold hold \n resume resume \n close close")
    story.house.views.catch_up()
    views, log = story.house.views.reading, story.house.log
    for position in range(began, log.head() + 1):
        asked = as_of(str(position), log, "UTC")
        rows = register(views, asked).found
        counted = portfolio_money(views, "APX", asked).found
        standings = [row.standing for row in rows]
        assert counted.standings == {one: standings.count(one) for one in set(standings)}
