"""The order of a portfolio's projects: given whole by a ruling; the one before can come back."""

import pytest

from domain.pack import PackOption
from domain.refusals import Malformed, NotNow, UnknownFact
from domain.review_commands import OpenReview
from projections.priorities import Priorities, priorities, ranks
from tests.projections.asking import place
from tests.story import Story
from tests.workflows.test_money import portfolio, rich  # noqa: F401  the fixture
from tests.workflows.test_undoing import set_aside, undoing
from workflows.envelopes import OpenRound
from workflows.projects import WithdrawProject


@pytest.fixture
def three(rich: Story) -> Story:  # noqa: F811
    """An office with three proposals."""
    for letter in "ABC":
        rich.proposed(f"APX-{letter}")
    return rich


def taken_up(office: Story, letters: str, matter: str = "order") -> str:
    codes = tuple(f"APX-{letter}" for letter in letters)
    command = OpenRound(projects=codes, matter=matter)
    answer = office.house.envelopes.open_round("APX", command, office.act("pia"))
    return str(answer.content["review"])


def put(office: Story, stream: str, letters: str) -> None:
    option = PackOption(id="rank", ranking=tuple(f"APX-{letter}" for letter in letters))
    office.presented(stream, options=(option, PackOption(id="no")))


def ordered(office: Story, letters: str) -> str:
    """The board puts projects in an order; returns the review."""
    stream = taken_up(office, "".join(sorted(letters)))
    put(office, stream, letters)
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "rank")
    assert office.ruled(stream)["outcome"] == "approve"
    return stream


def order(office: Story) -> str:
    return "".join(code[-1] for code in portfolio(office).order)


def shown(office: Story, position: int | None = None) -> Priorities:
    office.house.views.catch_up()
    asked = None if position is None else place(office.house.log, position)
    return priorities(office.house.views.reading, "APX", asked).found


def test_a_ruling_puts_projects_in_an_order_in_one_event_and_keeps_the_one_before(
    three: Story,
) -> None:
    before = three.house.log.head()
    first = ordered(three, "CAB")
    assert three.topics(before)[-2:] == ["review.ruled/1", "projects.prioritised/1"]
    first_at = three.house.log.head()
    ordered(three, "BAC")
    event = list(three.house.log.stream("portfolio:APX"))[-1].event.data.as_json()
    assert event == {
        "order": ["APX-B", "APX-A", "APX-C"], "before": ["APX-C", "APX-A", "APX-B"],
        "ruling": "review:portfolio.APX/order/2",
    }  # fmt: skip
    now, then = shown(three), shown(three, first_at)
    assert [(one.rank, one.code) for one in now.order] == [(1, "APX-B"), (2, "APX-A"), (3, "APX-C")]
    assert [one.code for one in then.order] == ["APX-C", "APX-A", "APX-B"]
    assert (then.ruling, then.before) == (first, ())
    assert shown(three, before).order == ()


@pytest.mark.parametrize("letters", ["AB", "ABCC", "ABD", "ABB"])
def test_an_order_ranks_every_project_under_review_once(three: Story, letters: str) -> None:
    stream = taken_up(three, "ABC")
    with pytest.raises(Malformed, match="exactly once"):
        put(three, stream, letters)


def test_nobody_loses_a_rank_unsaid(three: Story) -> None:
    ordered(three, "AB")
    with pytest.raises(NotNow, match=r"leaves out APX-B \(rank 2\)"):
        taken_up(three, "AC")
    ordered(three, "CAB")
    assert order(three) == "CAB"


def test_who_ends_keeps_the_place_and_shows_no_rank_and_nobody_moves_up(three: Story) -> None:
    ordered(three, "CAB")
    gone = WithdrawProject(reason="no longer needed")
    three.house.projects.withdraw("APX-A", gone, three.act("pia"))
    assert [(one.place, one.rank) for one in shown(three).order] == [(1, 1), (2, None), (3, 3)]
    assert ranks(three.house.views.reading).found == {"APX-C": 1, "APX-B": 3}
    with pytest.raises(NotNow, match="has no rank any more"):
        taken_up(three, "ABC")
    ordered(three, "BC")
    assert order(three) == "BC"


def test_setting_an_order_aside_restores_the_one_before_and_so_on(three: Story) -> None:
    first, second = ordered(three, "ABC"), ordered(three, "CBA")
    set_aside(three, "APX-A", second)
    assert order(three) == "ABC"
    assert shown(three).undone == second
    set_aside(three, "APX-B", first)
    assert order(three) == ""


def test_an_order_that_a_newer_one_replaced_is_undone_without_touching_the_newer(
    three: Story,
) -> None:
    first = ordered(three, "ABC")
    ordered(three, "CBA")
    set_aside(three, "APX-A", first)
    assert order(three) == "CBA"
    assert three.review(first).undone is not None
    with pytest.raises(NotNow, match="undone already"):
        undoing(three, "APX-B", first)


def test_an_order_is_not_about_one_project_alone(three: Story) -> None:
    command = OpenReview(project="APX-A", matter="order")
    with pytest.raises(UnknownFact, match="several projects"):
        three.house.reviews.open(command, three.act("pia"))
