"""What goes with a ruling that is undone: conditions, a first baseline; and what cannot be."""

from datetime import date

import pytest

from domain.pack import Award, PackOption
from domain.refusals import ImportedRuling, NotKnown, NotNow
from domain.review_commands import DeclareConflict, OpenReview
from projections.baselines import baselines
from projections.conditions import conditions
from tests.money_examples import FUNDING, MONEY, UNDOING
from tests.story import Story
from tests.workflows.test_changes import CHANGE, DAYS, decided, opened, promised, promises, request
from tests.workflows.test_conditions import CONDITIONS_POLICY, asked, obliged, satisfied
from tests.workflows.test_import_history import ACCEPTED, CREATED, imported
from tests.workflows.test_money import CAPEX, line, portfolio
from tests.workflows.test_undoing import set_aside, undoing
from workflows.envelopes import OpenRound, SetEnvelope
from workflows.undoing import to_undo

POLICY = CONDITIONS_POLICY.rstrip() + FUNDING.rstrip() + CHANGE.rstrip() + UNDOING + MONEY


@pytest.fixture
def office(story: Story) -> Story:
    """An office with conditions, changes, money, and ways to undo what it ruled."""
    story.governed(POLICY)
    story.house.envelopes.set("APX", SetEnvelope(lines=(line("1000.00"),)), story.act("hana"))
    return story


def test_open_conditions_go_with_their_ruling_and_settled_ones_stay_and_are_named(
    office: Story,
) -> None:
    code = obliged(office, asked(office), asked(office, id="noise"))
    satisfied(office, code, "noise", "pia")
    before = office.house.log.head()
    set_aside(office, code, "review:APX-A/start/1")
    assert office.topics(before)[-5:] == [
        "review.ruled/1", "ruling.set_aside/1", "project.restored/1", "condition.lifted/1",
        "condition.kept/1",
    ]  # fmt: skip
    statuses = {c.id: c.status for c in office.project(code).conditions.values()}
    assert statuses == {"permit": "lifted", "noise": "satisfied"}
    with pytest.raises(NotNow, match="permit of project APX-A is lifted already"):
        satisfied(office, code, "permit", "pia")
    office.house.views.catch_up()
    rows = conditions(office.house.views.reading).found
    undone_by = "review:APX-A/error/1"
    assert {(row.condition, row.status, row.undone_by) for row in rows} == {
        ("permit", "lifted", undone_by), ("noise", "satisfied", undone_by)
    }  # fmt: skip


def test_a_condition_imposed_anew_is_not_lifted_with_the_old_ruling(office: Story) -> None:
    code = obliged(office, asked(office))
    set_aside(office, code, "review:APX-A/start/1")
    stream = office.opened(code)
    option = PackOption(id="go_if", conditions=(asked(office, due=date(2026, 6, 30)),))
    office.presented(stream, options=(option,))
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "go_if")
    office.ruled(stream)
    assert office.project(code).conditions["permit"].status == "open"


def test_revoking_lifts_them_as_well(office: Story) -> None:
    code = obliged(office, asked(office))
    stream = undoing(office, code, "review:APX-A/start/1", "mind")
    for name in ("ben", "cem"):
        office.voted(stream, name, "revoke")
    office.house.reviews.declare_conflict(
        stream, DeclareConflict(reason="I had it ruled."), office.act("ana")
    )
    office.ruled(stream, by="ben")
    assert office.project(code).conditions["permit"].status == "lifted"


def test_a_first_baseline_set_in_error_is_withdrawn_and_its_number_never_used_again(
    office: Story,
) -> None:
    code = promised(office)
    set_aside(office, code, "review:APX-A/change/1")
    assert office.topics()[-1] == "baseline.withdrawn/1"
    assert promises(office, code).current is None
    change = request(office, code, lines=(line("900.00"),), **DAYS)
    decided(office, code, change)
    current = promises(office, code).current
    assert current is not None
    assert current.number == 2
    office.house.views.catch_up()
    rows = baselines(office.house.views.reading, code).found
    assert [(row.number, row.withdrawn) for row in rows] == [
        (1, "review:APX-A/error/1"), (2, None)
    ]  # fmt: skip
    set_aside(office, code, "review:APX-A/change/2")
    assert promises(office, code).current is None


def test_a_change_that_starts_from_a_withdrawn_baseline_is_requested_again(office: Story) -> None:
    code = promised(office)
    late = request(office, code, lines=(line("1050.00"),))
    set_aside(office, code, "review:APX-A/change/1")
    with pytest.raises(NotNow, match="starts from baseline 1, and no baseline holds by now"):
        opened(office, code, late)


def test_a_round_is_undone_on_all_its_projects(office: Story) -> None:
    codes = tuple(office.proposed(f"APX-{letter}") for letter in "ABC")
    command = OpenRound(projects=codes, matter="round")
    answer = office.house.envelopes.open_round("APX", command, office.act("pia"))
    stream = str(answer.content["review"])
    awards = tuple(
        Award(project=code, rank=rank, amounts=(line("500.00"),) if rank < 3 else ())
        for rank, code in enumerate(codes, start=1)
    )
    option = PackOption(id="award", awards=awards, review_date=date(2027, 1, 15))
    office.presented(stream, options=(option,))
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "award")
    office.ruled(stream)
    assert portfolio(office).free(CAPEX) == 0
    set_aside(office, "APX-B", stream)
    assert portfolio(office).free(CAPEX) == 1000
    assert {office.project(code).standing.value for code in codes} == {"proposed"}


def test_an_imported_ruling_is_not_undone_here_and_the_answer_says_so(story: Story) -> None:
    imported(story, CREATED, ACCEPTED)
    loaded = story.house.desk.load()
    with pytest.raises(ImportedRuling, match="review:A-1/accept/1 was imported"):
        to_undo(loaded, loaded.project("A-1"), "review:A-1/accept/1")


def test_a_review_that_never_was_is_still_not_known(office: Story) -> None:
    office.proposed("APX-A")
    command = OpenReview(project="APX-A", matter="error", undo="review:APX-A/start/9")
    with pytest.raises(NotKnown, match="there is no review"):
        office.house.reviews.open(command, office.act("pia"))
