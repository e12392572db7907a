"""Merge and split of restricted projects: what comes of them is seen by whoever saw them."""

from typing import Any

import pytest

from api.http.shown import Titles
from domain.refusals import NotNow
from domain.restriction import Restriction
from tests.story import Story
from tests.workflows.dividing import everything
from tests.workflows.test_dividing import (
    POLICY,
    joining,
    merged,
    opened,
    settled,
    share,
    split,
    works,
)
from tests.workflows.test_money import endowed

HEAD = Restriction(boards=("head", "works_board"), roles=("auditor",))


@pytest.fixture
def office(story: Story) -> Story:
    return endowed(story, POLICY)


def restrict(office: Story, code: str, seen_by: Restriction = HEAD) -> None:
    office.house.restricting.restrict(code, seen_by, office.act("pia"))


def topics(office: Story, code: str) -> list[str]:
    return [one.event.topic for one in office.house.log.stream(f"project:{code}")]


def seen_by(office: Story, *codes: str) -> list[Any]:
    return [office.project(code).restriction for code in codes]


def test_the_parts_of_a_restricted_project_are_restricted_in_the_same_append(
    office: Story,
) -> None:
    works(office, "A", "200.00")
    restrict(office, "A")
    split(
        office, "A", share(office, "B", "150.00", title="Secret half"), share(office, "C", "50.00")
    )
    assert seen_by(office, "B", "C") == [HEAD, HEAD]
    assert topics(office, "B")[0] == "project.proposed/1"
    assert "project.restricted/1" in topics(office, "B")
    log = office.house.log
    both = [one.event for one in log.stream("project:B")]
    assert len({one.command for one in both}) == 1, "never seen by others for a moment"
    for recorded in log.read(0, 1000):
        assert b"Secret half" not in recorded.content
    assert Titles(office.house).title("B", office.project("B").title) == "Secret half"


def test_a_part_that_goes_on_keeps_its_restriction_and_says_nothing_new(office: Story) -> None:
    works(office, "A", "200.00")
    restrict(office, "A")
    split(office, "A", share(office, "A", "150.00"), share(office, "B", "50.00"))
    assert seen_by(office, "A", "B") == [HEAD, HEAD]
    assert topics(office, "A").count("project.restricted/1") == 1


def test_an_open_project_that_takes_a_restricted_one_in_is_restricted_from_then_on(
    office: Story,
) -> None:
    works(office, "A", "200.00")
    works(office, "B", "100.00")
    restrict(office, "B")
    merged(office, "A", "B", into="A")
    assert seen_by(office, "A", "B") == [HEAD, HEAD]


def test_what_is_made_of_open_projects_is_open_and_its_title_is_on_record(office: Story) -> None:
    works(office, "A", "200.00")
    works(office, "B", "100.00")
    merged(office, "A", "B", into="C", title="Both")
    assert seen_by(office, "C") == [None]
    assert office.project("C").title == "Both"


def test_projects_restricted_differently_are_not_merged_until_they_are_alike(
    office: Story,
) -> None:
    works(office, "A", "200.00")
    works(office, "B", "100.00")
    restrict(office, "A")
    restrict(office, "B", Restriction(boards=("head",)))
    stream = joining(office, "A", "B")
    part = everything(office, "A", "B", into="C", title="Both")
    with pytest.raises(NotNow, match="A and B are restricted differently"):
        settled(office, stream, "merge", parts=(part,))
    assert seen_by(office, "A") == [HEAD]
    restrict(office, "B", Restriction(boards=("works_board", "head", "head"), roles=("auditor",)))
    settled(office, stream, "merge", parts=(part,))
    assert seen_by(office, "C") == [HEAD]


def test_a_duplicate_that_is_superseded_leaves_the_right_one_as_it_was(office: Story) -> None:
    office.proposed("A")
    office.proposed("B")
    restrict(office, "A")
    settled(office, opened(office, "A", "twin", into="B"), "supersede")
    assert seen_by(office, "A", "B") == [HEAD, None]
