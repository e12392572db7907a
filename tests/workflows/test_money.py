"""Money: envelopes, allocations, releases; a portfolio never allocates more than it has."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from domain.funding import RecordCost, RequestFunds
from domain.funds import Line
from domain.pack import PackOption
from domain.portfolio import Portfolio
from domain.refusals import (
    FieldMissing,
    FundsAvailable,
    Malformed,
    NotKnown,
    NotNow,
    NotPermitted,
    Refused,
    UnknownFact,
)
from domain.review_commands import OpenReview
from tests.money_examples import MONEY_POLICY, UNFUNDED_POLICY
from tests.story import Story
from workflows.envelopes import OpenRound, SetEnvelope
from workflows.projects import WithdrawProject


def line(amount: str, period: str = "FY2027", kind: str = "capex", currency: str = "EUR") -> Line:
    return Line.model_validate(
        {"period": period, "kind": kind, "amount": {"amount": amount, "currency": currency}}
    )


@pytest.fixture
def rich(story: Story) -> Story:
    """An office with an envelope of 1000.00 for capex in 2027."""
    return endowed(story, MONEY_POLICY)


def endowed(story: Story, policy: str, amount: str = "1000.00") -> Story:
    story.governed(policy)
    story.house.envelopes.set("APX", SetEnvelope(lines=(line(amount),)), story.act("hana"))
    return story


def portfolio(office: Story) -> Portfolio:
    return office.house.desk.load().portfolio("APX")


def funding(office: Story, code: str, *lines: Line) -> str:
    """A review in which the board has voted to fund a project; not ruled yet."""
    command = OpenReview(project=code, matter="fund")
    stream = str(office.house.reviews.open(command, office.act("pia")).content["review"])
    office.presented(stream, options=(PackOption(id="fund", amounts=lines), PackOption(id="no")))
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "fund")
    return stream


def funded(office: Story, code: str, *lines: Line) -> None:
    assert office.ruled(funding(office, code, *lines))["outcome"] == "approve"


CAPEX = ("FY2027", "capex")


def test_an_envelope_is_set_by_a_review_and_an_allocation_takes_from_it(rich: Story) -> None:
    before = rich.house.log.head()
    funded(rich, rich.proposed("APX-A"), line("400.00"))
    assert rich.topics(before)[-3:] == ["review.ruled/1", "funds.approved/1", "funds.allocated/1"]
    state = portfolio(rich)
    assert (state.allocated(CAPEX), state.free(CAPEX)) == (Decimal(400), Decimal(600))


@pytest.mark.parametrize(("amount", "fits"), [("1000.00", True), ("1000.01", False)])
def test_a_portfolio_never_allocates_more_than_it_has(rich: Story, amount: str, fits: bool) -> None:
    stream = funding(rich, rich.proposed("APX-A"), line(amount))
    if fits:
        rich.ruled(stream)
        assert portfolio(rich).free(CAPEX) == 0
        return
    head = rich.house.log.head()
    with pytest.raises(FundsAvailable, match=r"1000.01 asked, 1000.00 free"):
        rich.ruled(stream)
    assert rich.topics(head) in ([], ["act.refused/1"])
    assert rich.review(stream).status == "open"


def test_where_the_policy_says_so_a_project_is_approved_and_not_funded(story: Story) -> None:
    office = endowed(story, UNFUNDED_POLICY)
    before = office.house.log.head()
    funded(office, office.proposed("APX-A"), line("1000.01"))
    approved = [r.event.data for r in office.house.log.read(before, 100)][-1]
    assert approved.as_json()["funded"] is False
    assert portfolio(office).allocated(CAPEX) == 0


def test_another_currency_is_converted_at_the_rate_of_its_fiscal_year_and_both_stay(
    rich: Story,
) -> None:
    funded(rich, rich.proposed("APX-A"), line("100.01", currency="GBP"))
    kept = list(rich.house.log.stream("portfolio:APX"))[-1].event.data.as_json()["lines"]
    assert kept == [
        {
            "period": "FY2027", "kind": "capex", "rate": "1.15",
            "amount": {"amount": "100.01", "currency": "GBP"},
            "allocated": {"amount": "115.01", "currency": "EUR"},
            "free_before": {"amount": "1000.00", "currency": "EUR"},
            "free_after": {"amount": "884.99", "currency": "EUR"},
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "refusal", "why"),
    [
        (line("1", currency="USD"), UnknownFact, "no planning rate of USD for FY2027"),
        (line("1", period="FY2027-Q1"), UnknownFact, "it writes FY2027"),
        (line("1", kind="cash"), UnknownFact, "it has capex, opex"),
    ],
)
def test_lines_the_policy_does_not_know_are_refused(
    rich: Story, given: Line, refusal: type[Refused], why: str
) -> None:
    code = rich.proposed("APX-A")
    with pytest.raises(refusal, match=why):
        rich.house.funds.request(code, RequestFunds(lines=(given,)), rich.act("pia"))


def test_one_period_and_kind_twice_is_refused(rich: Story) -> None:
    code = rich.proposed("APX-A")
    twice = RequestFunds(lines=(line("1"), line("2")))
    with pytest.raises(Malformed, match="twice"):
        rich.house.funds.request(code, twice, rich.act("pia"))


def test_a_pack_without_amounts_cannot_ask_for_money(rich: Story) -> None:
    command = OpenReview(project=rich.proposed("APX-A"), matter="fund")
    stream = str(rich.house.reviews.open(command, rich.act("pia")).content["review"])
    with pytest.raises(FieldMissing, match="amounts"):
        rich.presented(stream, options=(PackOption(id="fund"),))


def test_cancelling_releases_what_is_not_spent(rich: Story) -> None:
    code = rich.ready("APX-A")
    start = rich.opened(code)
    rich.presented(start)
    for name in ("ana", "ben", "cem"):
        rich.voted(start, name, "go")
    rich.ruled(start)
    funded(rich, code, line("400.00"))
    rich.house.funds.record_cost(code, RecordCost(lines=(line("150.00"),)), rich.act("pia"))
    command = OpenReview(project=code, matter="stop")
    stream = str(rich.house.reviews.open(command, rich.act("pia")).content["review"])
    rich.presented(stream)
    rich.voted(stream, "hana", "cancel")
    rich.ruled(stream, by="hana")
    state = portfolio(rich)
    assert state.holds(code) == {CAPEX: Decimal(150)}
    assert state.free(CAPEX) == Decimal(850)


def test_a_cost_is_corrected_by_naming_the_record_that_was_wrong(rich: Story) -> None:
    code = rich.proposed("APX-A")
    first = rich.house.funds.record_cost(code, RecordCost(lines=(line("9"),)), rich.act("pia"))
    right = RecordCost(lines=(line("7"),), corrects=first.position)
    rich.house.funds.record_cost(code, right, rich.act("pia"))
    assert rich.project(code).spent() == {CAPEX: Decimal(7)}
    with pytest.raises(NotKnown):
        rich.house.funds.record_cost(code, right, rich.act("pia"))


def test_an_envelope_is_not_set_below_what_projects_hold(rich: Story) -> None:
    funded(rich, rich.proposed("APX-A"), line("400.00"))
    exactly = SetEnvelope(lines=(line("400.00"),))
    rich.house.envelopes.set("APX", exactly, rich.act("hana"))
    with pytest.raises(FundsAvailable, match=r"projects hold 400.00 EUR"):
        rich.house.envelopes.set("APX", SetEnvelope(lines=(line("399.99"),)), rich.act("hana"))


def test_a_round_funds_those_above_the_line_and_defers_those_below(rich: Story) -> None:
    codes = [rich.proposed(f"APX-{letter}") for letter in "ABCDE"]
    command = OpenRound(projects=tuple(codes), matter="round")
    opened = rich.house.envelopes.open_round("APX", command, rich.act("hana"))
    stream = str(opened.content["review"])
    assert stream == "review:portfolio.APX/round/1"
    awards = [
        {"project": code, "rank": rank, "amounts": [line("300.00").as_json()] if rank < 4 else []}
        for rank, code in enumerate(reversed(codes), start=1)
    ]
    option = {"id": "award", "awards": awards, "review_date": "2027-01-15"}
    rich.presented(stream, by="hana", options=(PackOption.model_validate(option),))
    for name in ("ana", "ben", "cem"):
        rich.voted(stream, name, "award")
    before = rich.house.log.head()
    rich.ruled(stream)
    assert rich.topics(before).count("funds.allocated/1") == 3
    standings = {code: rich.project(code).standing.value for code in codes}
    assert standings == {
        "APX-A": "deferred", "APX-B": "deferred", "APX-C": "proposed", "APX-D": "proposed",
        "APX-E": "proposed",
    }  # fmt: skip
    assert portfolio(rich).free(CAPEX) == Decimal(100)


def test_of_many_approvals_racing_for_the_last_money_exactly_the_affordable_win(
    story: Story,
) -> None:
    office = endowed(story, MONEY_POLICY, "1000.00")
    streams = [funding(office, office.proposed(f"APX-{n}"), line("300.00")) for n in range(6)]
    acts = [office.act("ana") for _ in streams]

    def rule(number: int) -> str:
        try:
            office.house.rulings.rule(streams[number], acts[number])
        except Refused as refusal:
            return refusal.code
        return "won"

    with ThreadPoolExecutor(6) as pool:
        results = sorted(pool.map(rule, range(6)))
    assert results == ["funds_available"] * 3 + ["won"] * 3
    state = portfolio(office)
    assert (state.allocated(CAPEX), state.free(CAPEX)) == (Decimal(900), Decimal(100))


def test_a_withdrawn_project_gives_back_what_it_has_not_spent(rich: Story) -> None:
    code = rich.proposed("APX-A")
    funded(rich, code, line("400.00"))
    command = WithdrawProject(reason="no longer needed")
    rich.house.projects.withdraw(code, command, rich.act("pia"))
    assert portfolio(rich).free(CAPEX) == Decimal(1000)


def test_a_project_that_has_ended_is_not_funded(rich: Story) -> None:
    code = rich.proposed("APX-A")
    stream = funding(rich, code, line("400.00"))
    command = WithdrawProject(reason="no longer needed")
    rich.house.projects.withdraw(code, command, rich.act("pia"))
    with pytest.raises(NotNow, match="is withdrawn"):
        rich.ruled(stream)
    assert portfolio(rich).allocated(CAPEX) == 0


@pytest.mark.parametrize(("amount", "allowed"), [("500.00", True), ("500.01", False)])
def test_a_pack_asks_for_no_more_than_its_board_decides(
    story: Story, amount: str, allowed: bool
) -> None:
    limited = MONEY_POLICY.replace(
        "    kind: fund\n    decided_by: [{board: works_board}]\n    options:\n      - id: fund",
        "    kind: fund\n    decided_by: [{up_to: 500.00 EUR, board: head}, {board: works_board}]\n"
        "    options:\n      - id: fund",
    )
    office = endowed(story, limited)
    code = office.proposed("APX-A", amount="100.00")
    command = OpenReview(project=code, matter="fund")
    stream = str(office.house.reviews.open(command, office.act("pia")).content["review"])
    assert office.review(stream).board == "head"
    options = (PackOption(id="fund", amounts=(line(amount),)),)
    if allowed:
        office.presented(stream, options=options)
        return
    with pytest.raises(NotPermitted, match="above what head decides"):
        office.presented(stream, options=options)


def test_a_pack_puts_at_least_one_option(rich: Story) -> None:
    command = OpenReview(project=rich.proposed("APX-A"), matter="fund")
    stream = str(rich.house.reviews.open(command, rich.act("pia")).content["review"])
    with pytest.raises(FieldMissing, match="at least one option"):
        rich.presented(stream, options=())
