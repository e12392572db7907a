"""Money goes from one project to the other, in one append, and back when the ruling is undone."""

from decimal import Decimal

import pytest

from domain.funding import RecordCost
from domain.funds import Line
from domain.pack import Award, PackOption
from domain.refusals import FundsAvailable, NotNow, Refused
from tests.money_examples import UNFUNDED_POLICY
from tests.story import Story
from tests.workflows.test_money import (
    CAPEX,
    endowed,
    funded,
    line,
    portfolio,
    rich,  # noqa: F401  the fixture
)
from tests.workflows.test_undoing import set_aside
from workflows.envelopes import OpenRound
from workflows.projects import WithdrawProject


@pytest.fixture
def full(rich: Story) -> Story:  # noqa: F811
    """An office whose envelope of 1000.00 is held by two projects, and a third without money."""
    return filled(rich)


def filled(office: Story) -> Story:
    for letter, amount in (("A", "600.00"), ("B", "400.00")):
        funded(office, office.proposed(f"APX-{letter}"), line(amount))
    office.proposed("APX-C")
    return office


def shifting(office: Story, **shares: tuple[Line, ...]) -> str:
    """A review in which the board has voted for shares; not ruled yet."""
    command = OpenRound(projects=tuple(f"APX-{letter}" for letter in shares), matter="shift")
    answer = office.house.envelopes.open_round("APX", command, office.act("pia"))
    stream = str(answer.content["review"])
    awards = tuple(
        Award(project=f"APX-{letter}", rank=rank, amounts=amounts)
        for rank, (letter, amounts) in enumerate(shares.items(), start=1)
    )
    office.presented(stream, options=(PackOption(id="move", awards=awards), PackOption(id="no")))
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "move")
    return stream


def held(office: Story) -> dict[str, int]:
    state = portfolio(office)
    return {letter: int(sum(state.holds(f"APX-{letter}").values(), Decimal(0))) for letter in "ABC"}


def test_money_moves_when_nothing_is_free_releases_first_in_one_append(full: Story) -> None:
    assert portfolio(full).free(CAPEX) == 0
    stream = shifting(full, C=(line("500.00"),), A=(line("250.00"),), B=(line("250.00"),))
    before = full.house.log.head()
    full.ruled(stream)
    assert full.topics(before) == [
        "review.ruled/1", "funds.released/1", "funds.released/1", "funds.approved/1",
        "funds.allocated/1",
    ]  # fmt: skip
    assert held(full) == {"A": 250, "B": 250, "C": 500}
    assert portfolio(full).free(CAPEX) == 0


@pytest.mark.parametrize(("left", "allowed"), [("150.00", True), ("149.99", False)])
def test_nobody_goes_below_what_is_spent(full: Story, left: str, allowed: bool) -> None:
    spent = RecordCost(lines=(line("150.00"),))
    full.house.funds.record_cost("APX-A", spent, full.act("pia"))
    stream = shifting(full, A=(line(left),), B=(line("450.00"),))
    if allowed:
        full.ruled(stream)
        assert held(full) == {"A": 150, "B": 450, "C": 0}
        return
    with pytest.raises(NotNow, match=r"has spent 150.00 EUR of FY2027 capex, and would hold"):
        full.ruled(stream)
    assert held(full) == {"A": 600, "B": 400, "C": 0}


@pytest.mark.parametrize(("more", "fits"), [("600.00", True), ("600.01", False)])
def test_the_envelope_holds_the_result(full: Story, more: str, fits: bool) -> None:
    stream = shifting(full, A=(line("400.00"),), B=(line(more),))
    if fits:
        full.ruled(stream)
        assert portfolio(full).free(CAPEX) == 0
        return
    with pytest.raises(FundsAvailable, match=r"200.01 asked, 200.00 free"):
        full.ruled(stream)
    assert held(full) == {"A": 600, "B": 400, "C": 0}


def test_where_the_policy_says_so_what_is_short_is_approved_and_not_funded(story: Story) -> None:
    office = filled(endowed(story, UNFUNDED_POLICY))
    office.ruled(shifting(office, A=(line("400.00"),), B=(line("600.01"),)))
    assert held(office) == {"A": 400, "B": 400, "C": 0}
    assert portfolio(office).free(CAPEX) == 200


def test_what_a_share_does_not_name_stays(full: Story) -> None:
    full.ruled(shifting(full, A=(line("0.00"),), B=()))
    assert held(full) == {"A": 0, "B": 400, "C": 0}


@pytest.mark.parametrize(
    ("shares", "why"),
    [
        ({"A": (line("600.00"),)}, "hold these amounts already"),
        ({"A": ()}, "hold these amounts already"),
    ],
)
def test_shares_that_move_nothing_are_refused(
    full: Story, shares: dict[str, tuple[Line, ...]], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        full.ruled(shifting(full, **shares))


def test_a_project_that_has_ended_gets_nothing(full: Story) -> None:
    stream = shifting(full, A=(line("500.00"),), C=(line("100.00"),))
    gone = WithdrawProject(reason="no longer needed")
    full.house.projects.withdraw("APX-C", gone, full.act("pia"))
    with pytest.raises(NotNow, match="APX-C is withdrawn"):
        full.ruled(stream)
    assert held(full) == {"A": 600, "B": 400, "C": 0}


def test_undoing_sends_the_money_the_same_way_back_though_nothing_is_free(full: Story) -> None:
    stream = shifting(full, A=(line("100.00"),), C=(line("500.00"),))
    full.ruled(stream)
    before = full.house.log.head()
    set_aside(full, "APX-A", stream)
    assert held(full) == {"A": 600, "B": 400, "C": 0}
    assert "shortfall.found/1" not in full.topics(before)


def test_undoing_leaves_what_was_spent_meanwhile_and_names_the_shortfall(full: Story) -> None:
    stream = shifting(full, A=(line("100.00"),), C=(line("500.00"),))
    full.ruled(stream)
    spent = RecordCost(lines=(line("0.01"),))
    full.house.funds.record_cost("APX-C", spent, full.act("pia"))
    before = full.house.log.head()
    set_aside(full, "APX-A", stream)
    state = portfolio(full)
    assert state.holds("APX-C") == {CAPEX: Decimal("0.01")}
    assert state.holds("APX-A") == {CAPEX: Decimal(100)}
    assert full.topics(before)[-1] == "shortfall.found/1"
    assert state.free(CAPEX) == Decimal("499.99")
