"""At the end of a period unspent money lapses or is carried on; afterwards only costs come in."""

from decimal import Decimal

import pytest

from domain.funding import RecordCost
from domain.pack import PackOption, Unspent
from domain.policy_check import check_policy
from domain.portfolio import Portfolio
from domain.refusals import (
    FieldMissing,
    Malformed,
    NotNow,
    PeriodOver,
    PolicyFaulty,
    Refused,
    UnknownFact,
)
from domain.review_commands import OpenReview
from projections.portfolio_money import PortfolioMoney, portfolio_money
from tests.money_examples import MONEY_POLICY
from tests.projections.asking import place
from tests.story import Story
from tests.workflows.test_money import CAPEX, endowed, funded, funding, line, portfolio
from tests.workflows.test_undoing import started, undoing
from workflows.envelopes import SetEnvelope
from workflows.periods import ClosePeriod
from workflows.policy_text import read_policy

NEXT = ("FY2028", "capex")
SETTLED = {"lapse": "", "carry": "", "ask": "requires: [unspent], "}


def closing_policy(unspent: str, requires: str | None = None, policy: str = MONEY_POLICY) -> str:
    """The policy with money, and what becomes of it at the end of a period."""
    required = SETTLED[unspent] if requires is None else requires
    matter = f"""
  year_end:
    kind: close_period
    decided_by: [{{board: head}}]
    options:
      - {{id: close, outcome: approve, {required}effects: [{{do: close_period}}]}}
      - {{id: no, outcome: reject}}
money:
  unspent: {unspent}"""
    return policy.replace("\nmoney:", matter)


def office_with(story: Story, unspent: str) -> Story:
    """Envelope of 1000.00: A holds 400.00 and spent 150.00, B holds 300.00 and spent it all."""
    endowed(story, closing_policy(unspent))
    for letter, amount, spent in (("A", "400.00", "150.00"), ("B", "300.00", "300.00")):
        code = story.proposed(f"APX-{letter}")
        funded(story, code, line(amount))
        cost = RecordCost(lines=(line(spent),))
        story.house.funds.record_cost(code, cost, story.act("pia"))
    return story


def closed(office: Story, into: str | None = None, period: str = "FY2027") -> str | None:
    """The head closes a period; returns the review if it is still to be decided."""
    command = ClosePeriod(period=period, into=into)
    answer = office.house.periods.close("APX", command, office.act("hana")).content
    return None if "verdict" in answer else str(answer["review"])


def asked(office: Story, into: str | None = "FY2028", **fates: str) -> None:
    """The head decides what becomes of the money of each project, and closes."""
    stream = closed(office, into)
    assert stream is not None
    unspent = tuple(
        Unspent.model_validate({"project": f"APX-{letter}", "fate": fate})
        for letter, fate in fates.items()
    )
    option = PackOption(id="close", unspent=unspent)
    office.presented(stream, by="hana", options=(option, PackOption(id="no")))
    office.voted(stream, "hana", "close")
    office.ruled(stream, by="hana")


def sums(state: Portfolio) -> tuple[Decimal, Decimal]:
    """Return envelopes and money held, over all periods."""
    return sum(state.envelopes.values(), Decimal(0)), sum(state.taken.values(), Decimal(0))


def shown(office: Story, position: int | None = None) -> PortfolioMoney:
    office.house.views.catch_up()
    at = None if position is None else place(office.house.log, position)
    return portfolio_money(office.house.views.reading, "APX", at).found


def test_unspent_money_lapses_to_the_envelope(story: Story) -> None:
    office = office_with(story, "lapse")
    before = office.house.log.head()
    closed(office)
    assert office.topics(before)[-3:] == [
        "review.ruled/1", "funds.released/1", "period.closed/1"
    ]  # fmt: skip
    state = portfolio(office)
    assert state.holds("APX-A") == {CAPEX: Decimal(150)}
    assert state.holds("APX-B") == {CAPEX: Decimal(300)}
    assert state.envelopes == {CAPEX: Decimal(1000)}
    assert state.free(CAPEX) == 550
    event = list(office.house.log.stream("portfolio:APX"))[-1].event.data.as_json()
    assert event["unspent"] == [
        {
            "kind": "capex",
            "lapsed": {"amount": "250.00", "currency": "EUR"},
            "carried": {"amount": "0.00", "currency": "EUR"},
        }
    ]


def test_unspent_money_is_carried_with_its_envelope_and_sums_stay(story: Story) -> None:
    office = office_with(story, "carry")
    before, head = sums(portfolio(office)), office.house.log.head()
    closed(office, into="FY2028")
    assert office.topics(head)[-5:] == [
        "review.ruled/1", "funds.released/1", "envelope.set/1", "funds.allocated/1",
        "period.closed/1",
    ]  # fmt: skip
    state = portfolio(office)
    assert sums(state) == before
    assert state.envelopes == {CAPEX: 750, NEXT: 250}
    assert state.holds("APX-A") == {CAPEX: 150, NEXT: 250}
    assert state.free(CAPEX) == 300
    assert state.free(NEXT) == 0


def test_what_is_carried_raises_an_envelope_that_is_there(story: Story) -> None:
    office = office_with(story, "carry")
    command = SetEnvelope(lines=(line("100.00", period="FY2028"),))
    office.house.envelopes.set("APX", command, office.act("hana"))
    closed(office, into="FY2028")
    assert portfolio(office).envelopes == {CAPEX: 750, NEXT: 350}


def test_under_ask_the_option_says_it_for_each_project(story: Story) -> None:
    office = office_with(story, "ask")
    funded(office, office.proposed("APX-C"), line("200.00"))
    before = sums(portfolio(office))
    asked(office, A="carry", C="lapse")
    state = portfolio(office)
    assert state.envelopes == {CAPEX: 750, NEXT: 250}
    assert state.holds("APX-A") == {CAPEX: 150, NEXT: 250}
    assert state.holds("APX-C") == {}
    assert sums(state) == (before[0], before[1] - 200)


def test_under_ask_nobody_with_unspent_money_is_forgotten(story: Story) -> None:
    office = office_with(story, "ask")
    funded(office, office.proposed("APX-C"), line("0.01"))
    with pytest.raises(FieldMissing, match="the money of APX-C"):
        asked(office, A="carry", B="lapse")
    assert portfolio(office).closed == ()


@pytest.mark.parametrize(
    ("unspent", "into", "refusal", "why"),
    [
        ("carry", None, FieldMissing, "into which later period"),
        ("carry", "FY2027", Malformed, "into a later period"),
        ("carry", "FY2026", Malformed, "into a later period"),
        ("carry", "FY2028-Q1", UnknownFact, "it writes FY2027"),
        ("lapse", "FY2028", Malformed, "nothing is carried"),
    ],
)
def test_where_money_goes_is_said_and_lies_ahead(
    story: Story, unspent: str, into: str | None, refusal: type[Refused], why: str
) -> None:
    office = office_with(story, unspent)
    with pytest.raises(refusal, match=why):
        closed(office, into)


def test_a_pack_carries_nothing_into_nowhere_and_names_nobody_twice(story: Story) -> None:
    office = office_with(story, "ask")
    with pytest.raises(FieldMissing, match="into no period"):
        asked(office, into=None, A="carry")
    twice = (Unspent(project="APX-A", fate="lapse"),) * 2
    with pytest.raises(Malformed, match="twice"):
        office.presented(
            "review:portfolio.APX/year_end/1", options=(PackOption(id="close", unspent=twice),)
        )


def test_a_policy_that_does_not_say_what_becomes_of_it_closes_nothing(story: Story) -> None:
    office = endowed(story, MONEY_POLICY)
    with pytest.raises(UnknownFact, match="does not say what becomes"):
        closed(office)


def test_nothing_is_allocated_in_a_closed_period_and_it_is_closed_once(story: Story) -> None:
    office = office_with(story, "lapse")
    late = funding(office, office.proposed("APX-C"), line("10.00"))
    closed(office)
    with pytest.raises(PeriodOver, match="FY2027 of portfolio APX is closed"):
        office.ruled(late)
    with pytest.raises(PeriodOver):
        office.house.envelopes.set("APX", SetEnvelope(lines=(line("2"),)), office.act("hana"))
    with pytest.raises(PeriodOver):
        closed(office)


def test_a_late_cost_counts_and_shows_as_overspent(story: Story) -> None:
    office = office_with(story, "lapse")
    closed(office)
    head = office.house.log.head()
    cost = RecordCost(lines=(line("25.00"),))
    office.house.funds.record_cost("APX-A", cost, office.act("pia"))
    (cell,) = shown(office).cells
    assert cell.closed
    assert {row.project: row.overspent for row in cell.rows} == {"APX-A": 25, "APX-B": 0}
    assert cell.overspent == 25
    (period,) = shown(office).closed
    assert (period.period, period.into) == ("FY2027", None)
    assert shown(office, head).cells[0].overspent == 0
    assert shown(office, period.position - 1).closed == ()


def test_nothing_is_carried_for_who_has_ended(story: Story) -> None:
    office = office_with(story, "carry")
    started(office, "APX-D")
    funded(office, "APX-D", line("100.00"))
    command = OpenReview(project="APX-D", matter="stop")
    # A cost that was wrong leaves money with a project that is over.
    first = office.house.funds.record_cost(
        "APX-D", RecordCost(lines=(line("60.00"),)), office.act("pia")
    )
    stop = str(office.house.reviews.open(command, office.act("pia")).content["review"])
    office.presented(stop)
    office.voted(stop, "hana", "cancel")
    office.ruled(stop, by="hana")
    right = RecordCost(lines=(line("50.00"),), corrects=first.position)
    office.house.funds.record_cost("APX-D", right, office.act("pia"))
    closed(office, into="FY2028")
    state = portfolio(office)
    assert state.holds("APX-D") == {CAPEX: 50}
    assert state.envelopes == {CAPEX: 750, NEXT: 250}


def test_a_board_cannot_carry_for_who_has_ended(story: Story) -> None:
    office = office_with(story, "ask")
    stream = office.opened(office.ready("APX-D"))
    funded(office, "APX-D", line("100.00"))
    date = "2027-01-15"
    office.presented(
        stream, options=tuple(
            PackOption.model_validate({"id": o, **({"review_date": date} if o == "later" else {})})
            for o in ("go", "later", "no")
        )
    )  # fmt: skip
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "later")
    office.ruled(stream)
    with pytest.raises(NotNow, match="APX-D is deferred: nothing is carried"):
        asked(office, A="lapse", D="carry")


def test_money_of_a_closed_period_does_not_come_back_when_a_release_is_undone(
    story: Story,
) -> None:
    office = office_with(story, "lapse")
    started(office, "APX-D")
    funded(office, "APX-D", line("100.00"))
    command = OpenReview(project="APX-D", matter="stop")
    stop = str(office.house.reviews.open(command, office.act("pia")).content["review"])
    office.presented(stop)
    office.voted(stop, "hana", "cancel")
    office.ruled(stop, by="hana")
    closed(office)
    stream = undoing(office, "APX-D", stop, "mind")
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "revoke")
    office.ruled(stream)
    assert portfolio(office).holds("APX-D") == {}
    assert office.topics()[-1] == "shortfall.found/1"


@pytest.mark.parametrize(
    ("unspent", "requires", "why"),
    [
        ("ask", "", "require unspent"),
        ("lapse", "requires: [unspent], ", "do not require unspent"),
    ],
)
def test_a_policy_asks_for_what_it_says_it_asks(unspent: str, requires: str, why: str) -> None:
    with pytest.raises(PolicyFaulty) as refusal:
        read_policy(closing_policy(unspent, requires).encode(), "works")
    assert why in " ".join(refusal.value.faults)


@pytest.mark.parametrize("unspent", SETTLED)
def test_a_policy_that_says_it_is_sound(unspent: str) -> None:
    policy = read_policy(closing_policy(unspent).encode(), "works").policy
    assert [fault for fault in check_policy(policy) if fault.level == "error"] == []
    silent = read_policy(MONEY_POLICY.encode(), "works").policy
    assert silent.money is not None
    assert silent.money.unspent is None
