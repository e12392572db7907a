"""A policy does not change the currency money is planned in while there is money in the other."""

import pytest

from domain.refusals import CurrencyHeld
from tests.money_examples import MONEY_POLICY
from tests.story import Story
from tests.workflows.test_money import endowed, funded, line
from workflows.envelopes import SetEnvelope
from workflows.governing import AdoptPolicy

POUNDS = MONEY_POLICY.replace("currency: EUR", "currency: GBP").replace(
    'rates: {FY2027: {GBP: "1.15"}}', 'rates: {FY2027: {EUR: "0.87"}}'
)


def voted(office: Story, text: str) -> str:
    """A review in which the head has voted to adopt a policy; not ruled yet."""
    answer = office.house.governing.adopt(AdoptPolicy(text=text), office.act("founder"))
    stream = str(answer.content["review"])
    office.presented(stream, by="founder")
    office.voted(stream, "hana", "adopt")
    return stream


def adopted(office: Story, text: str) -> None:
    office.ruled(voted(office, text), by="hana")


def test_while_a_portfolio_has_an_envelope_the_currency_stays(story: Story) -> None:
    office = endowed(story, MONEY_POLICY, "0.01")
    head = office.house.log.head()
    with pytest.raises(CurrencyHeld, match="portfolio APX has money in EUR, and the policy plans"):
        adopted(office, POUNDS)
    assert set(office.topics(head)) <= {"act.refused/1"}
    adopted(office, MONEY_POLICY + "  when_short: approve_unfunded\n")


def test_once_the_envelopes_are_empty_it_may_change(story: Story) -> None:
    office = endowed(story, MONEY_POLICY)
    office.house.envelopes.set("APX", SetEnvelope(lines=(line("0.00"),)), office.act("hana"))
    adopted(office, POUNDS)
    pounds = SetEnvelope(lines=(line("5.00", currency="GBP"),))
    office.house.envelopes.set("APX", pounds, office.act("hana"))
    with pytest.raises(CurrencyHeld, match="has money in GBP"):
        adopted(office, MONEY_POLICY)


def test_a_project_that_holds_money_keeps_the_currency(story: Story) -> None:
    office = endowed(story, MONEY_POLICY)
    funded(office, office.proposed("APX-A"), line("1.00"))
    with pytest.raises(CurrencyHeld):
        adopted(office, POUNDS)


def test_money_that_came_while_the_head_voted_keeps_the_currency_as_well(story: Story) -> None:
    story.governed(MONEY_POLICY)
    stream = voted(story, POUNDS)
    story.house.envelopes.set("APX", SetEnvelope(lines=(line("9.00"),)), story.act("hana"))
    with pytest.raises(CurrencyHeld):
        story.ruled(stream, by="hana")
    assert story.review(stream).status == "open"


def test_before_there_is_money_it_may_change(story: Story) -> None:
    story.governed(MONEY_POLICY)
    adopted(story, POUNDS)


def test_streams_of_a_kind_are_listed(story: Story) -> None:
    story.governed(MONEY_POLICY)
    assert story.house.log.streams("portfolio") == ["portfolio:APX"]
    assert story.house.log.streams("port") == []
