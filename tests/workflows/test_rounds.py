"""Who decides on a round follows from what its projects ask for; later reviews find its ruling."""

import pytest

from domain.funding import RequestFunds
from domain.money import Money
from domain.pack import PackOption
from domain.refusals import Malformed, NotPermitted
from domain.review_commands import OpenReview
from tests.money_examples import MONEY_POLICY
from tests.story import Story
from tests.workflows.test_money import endowed, line
from workflows.envelopes import OpenRound

ROUND = "  round:\n    kind: fund\n    decided_by: [{board: works_board}]\n"
SIZED = ROUND.replace(
    "[{board: works_board}]",
    "[{up_to: 500.00 EUR, board: head}, {up_to: 900.00 EUR, board: works_board}]",
)
FOLLOWS = """
  follow_up:
    kind: resume
    decided_by: [{board: head}]
    criteria:
      - {id: ranked, test: {earlier: round, one_of: [approve]}}
    options:
      - {id: resume, outcome: approve, effects: [{do: resume}]}
  order:"""


@pytest.fixture
def sized(story: Story) -> Story:
    """An office whose rounds go by size, and which asks whether a project was in one."""
    text = MONEY_POLICY.replace(ROUND, SIZED).replace("\n  order:", FOLLOWS)
    return endowed(story, text)


def opened(office: Story, *codes: str, amount: str | None = None) -> str:
    stated = None if amount is None else Money.model_validate({"amount": amount, "currency": "EUR"})
    command = OpenRound(projects=codes, matter="round", amount=stated)
    answer = office.house.envelopes.open_round("APX", command, office.act("pia"))
    return str(answer.content["review"])


@pytest.mark.parametrize(
    ("asked", "board"), [("300.00", "head"), ("300.01", "works_board"), ("700.00", "works_board")]
)
def test_a_round_goes_to_the_board_that_decides_on_its_sum(
    sized: Story, asked: str, board: str
) -> None:
    first, second = sized.proposed("APX-A", "200.00"), sized.proposed("APX-B", "1.00")
    # What was requested last counts, by period and kind.
    command = RequestFunds(lines=(line(asked),))
    sized.house.funds.request(second, command, sized.act("pia"))
    review = sized.review(opened(sized, first, second))
    assert review.board == board
    assert review.amount is not None
    assert review.amount.amount == line(asked).amount.amount + 200


def test_a_sum_above_every_limit_is_decided_by_nobody(sized: Story) -> None:
    first, second = sized.proposed("APX-A", "900.00"), sized.proposed("APX-B", "0.01")
    with pytest.raises(NotPermitted, match=r"above 900\.00"):
        opened(sized, first, second)


def test_who_asks_for_nothing_leaves_the_sum_open_until_it_is_stated(sized: Story) -> None:
    codes = sized.proposed("APX-A", "200.00"), sized.proposed("APX-B", None)
    with pytest.raises(Malformed, match="APX-B says none in EUR"):
        opened(sized, *codes)
    assert sized.review(opened(sized, *codes, amount="500.00")).board == "head"


@pytest.mark.parametrize(("second", "allowed"), [("200.00", True), ("200.01", False)])
def test_a_pack_awards_no_more_than_the_board_of_the_round_decides(
    sized: Story, second: str, allowed: bool
) -> None:
    codes = sized.proposed("APX-A", "200.00"), sized.proposed("APX-B", "200.00")
    stream = opened(sized, *codes)
    assert sized.review(stream).board == "head"
    awards = [
        {"project": code, "rank": rank, "amounts": [line(amount).as_json()]}
        for rank, (code, amount) in enumerate(zip(codes, ("300.00", second), strict=True), start=1)
    ]
    option = {"id": "award", "awards": awards, "review_date": "2027-01-15"}
    options = (PackOption.model_validate(option),)
    if allowed:
        sized.presented(stream, options=options)
        return
    with pytest.raises(NotPermitted, match="above what head decides"):
        sized.presented(stream, options=options)


def test_a_later_review_finds_the_ruling_of_a_round_its_project_was_in(sized: Story) -> None:
    codes = [sized.proposed(f"APX-{letter}", "100.00") for letter in "ABC"]
    stream = opened(sized, *codes[:2])
    awards = [{"project": code, "rank": n} for n, code in enumerate(codes[:2], start=1)]
    option = {"id": "award", "awards": awards, "review_date": "2027-01-15"}
    sized.presented(stream, options=(PackOption.model_validate(option),))
    sized.voted(stream, "hana", "award")
    sized.ruled(stream, by="hana")
    later = sized.house.reviews.open(
        OpenReview(project="APX-A", matter="follow_up"), sized.act("pia")
    ).content["review"]
    sized.presented(str(later))
    pack = sized.house.desk.load().pack(sized.review(str(later)).pack)
    assert pack is not None
    assert [(one.matter, one.subject, one.outcome) for one in pack.earlier] == [
        ("round", "project:APX-A", "approve")
    ]
    sized.voted(str(later), "hana", "resume")
    assert sized.ruled(str(later), by="hana")["outcome"] == "approve"
    other = sized.opened(sized.ready("APX-D"))
    sized.presented(other)
    unrelated = sized.house.desk.load().pack(sized.review(other).pack)
    assert unrelated is not None
    assert unrelated.earlier == ()
