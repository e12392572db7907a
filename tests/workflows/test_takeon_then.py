"""What was taken over, merged, undone and closed like everything else, and the log holds."""

from decimal import Decimal
from typing import Any

import pytest

from domain.conditions import SatisfyCondition
from domain.pack import PackOption
from domain.parts import Part, PartCondition, PartPromise
from tests.story import Story
from tests.workflows import takeon_books
from tests.workflows.dividing import holdings, lines_of
from tests.workflows.takeon_books import CUT_OVER, Office, book_of
from tests.workflows.test_dividing import POLICY
from workflows.dividing import OpenMerge
from workflows.log.verification import Against, verify
from workflows.policy_text import read_policy
from workflows.recheck import recheck


@pytest.fixture
def office(story: Story, monkeypatch: pytest.MonkeyPatch) -> Story:
    """An office of six projects that was taken on, under a policy that merges and splits."""
    monkeypatch.setattr(takeon_books, "MONEY_POLICY", POLICY)
    monkeypatch.setattr(takeon_books, "POLICY", read_policy(POLICY, "works").policy)
    rows = book_of(6)
    seat = {"Board": "head", "Seat": "head", "Person": "Person 7", "From": CUT_OVER}
    rows["Boards and seats"].append(seat)
    Office(story).taken_on(rows)
    desk = story.house.desk.load()
    for name, board, place in (("hana", "head", "head"), ("ana", "works_board", "chair")):
        seated = desk.board(board)
        assert seated is not None
        story.people[name] = str(seated.member(place, story.now.date()))
    return story


def merged(office: Story) -> str:
    """P-006, which owes a condition, is merged into P-003."""
    codes = ("P-003", "P-006")
    projects = [office.project(code) for code in codes]
    held = sum(
        (amount for one in projects for amount in holdings(office, one).values()), Decimal(0)
    )
    total = {"amount": "2001.00", "currency": "EUR"}
    promise: dict[str, Any] = {"total": total, "start": "2025-01-01", "finish": "2027-12-31"}
    current = projects[0].promises.current
    assert current is not None
    benefits = [{**one.as_json(), "money": {"amount": "400.00", "currency": "EUR"}}
                for one in current.promise.benefits]  # fmt: skip
    part = Part(
        code="P-003",
        allocated=lines_of({("FY2027", "capex"): held}),
        conditions=(PartCondition(project="P-006", condition="staffing"),),
        promise=PartPromise.model_validate({**promise, "benefits": benefits}),
    )
    command = OpenMerge(projects=codes)
    opened = office.house.merges.open("PF2", command, office.act("hana"))
    stream = str(opened.content["review"])
    office.presented(stream, options=(PackOption(id="merge", parts=(part,)),))
    office.voted(stream, "hana", "merge")
    office.ruled(stream, by="hana")
    return stream


def test_a_condition_that_was_taken_over_and_passed_on_keeps_its_board(office: Story) -> None:
    before = office.project("P-006").conditions["staffing"]
    assert (before.ruling, before.board) == (None, "works_board")
    merged(office)
    after = office.project("P-003").conditions["staffing"]
    assert (after.ruling, after.board, after.owner) == (None, "works_board", before.owner)
    office.house.conditions.satisfy("P-003", "staffing", SatisfyCondition(), office.act("ana"))
    assert office.project("P-003").conditions["staffing"].status == "satisfied"
    assert recheck(office.house.log).faults == ()
    assert verify(office.house.log, office.house.directory, Against()).faults == ()


def test_a_project_that_was_taken_over_is_at_home_in_its_portfolio(office: Story) -> None:
    assert office.project("P-002").homes == ("PF1",)
