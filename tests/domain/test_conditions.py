"""Conditions as values: what acts come to, and that what happened is never refused."""

import datetime

import pytest

from domain.condition_events import (
    ConditionImposed,
    ConditionSatisfied,
    ConditionWaived,
    Obligation,
    evolve,
)
from domain.conditions import (
    SatisfyCondition,
    condition_texts,
    impose,
    require_open,
    satisfy,
    waive,
)
from domain.event import Body, Draft, Event, seal
from domain.pack import Condition, PackOption
from domain.project import Project
from domain.refusals import FieldMissing, NotKnown, NotNow, NotPermitted, Taken, UnknownFact
from domain.words import Standing
from tests.domain.golden import ACT

DUE = datetime.date(2026, 3, 31)
PERMIT = Condition(id="permit", owner="pia", due=DUE)
OPTION = PackOption(id="go_if", conditions=(PERMIT,))
PROJECT = Project(
    code="APX-A",
    title="Pumps",
    portfolio="APX",
    phase="idea",
    standing=Standing.PROPOSED,
    proposer="pia",
)
IMPOSED = ConditionImposed(condition="permit", owner="pia", due=DUE, ruling="review:R/1")


def happened(body: Body) -> Event:
    return seal(Draft(stream="project:APX-A", data=body), ACT, 1, 0).event


def project(*bodies: Body) -> Project:
    held = PROJECT.conditions
    for position, body in enumerate(bodies, 7):
        held = dict(evolve(held, happened(body), position))
    return PROJECT.changed(conditions=held)


def test_a_condition_is_imposed_as_the_option_says() -> None:
    (draft,) = impose(PROJECT, OPTION, "review:R/1", ACT.now)
    assert (draft.data, draft.effective_at) == (IMPOSED, ACT.now)
    assert project(IMPOSED).conditions == {
        "permit": Obligation(id="permit", owner="pia", due=DUE, ruling="review:R/1", position=7)
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (ConditionSatisfied(condition="permit"), "satisfied"),
        (ConditionWaived(condition="permit", ruling="review:R/2"), "waived"),
    ],
)
def test_what_is_settled_may_be_imposed_again(body: Body, status: str) -> None:
    settled = project(IMPOSED, body)
    assert settled.conditions["permit"].status == status
    with pytest.raises(NotNow, match=f"is {status} already"):
        require_open(settled, "permit")
    assert impose(settled, OPTION, "review:R/3")
    assert project(IMPOSED, body, IMPOSED).conditions["permit"].status == "open"


def test_what_is_open_is_not_imposed_again() -> None:
    with pytest.raises(Taken, match="is open since review:R/1"):
        impose(project(IMPOSED), OPTION, "review:R/2")


def test_an_option_without_conditions_imposes_nothing() -> None:
    with pytest.raises(FieldMissing, match="says no conditions"):
        impose(PROJECT, PackOption(id="go_if"), "review:R/1")


def test_a_condition_nobody_imposed_is_neither_met_nor_waived() -> None:
    with pytest.raises(NotKnown, match="no condition permit; it has none"):
        satisfy(PROJECT, "permit", SatisfyCondition(), "pia", frozenset())
    with pytest.raises(NotKnown):
        waive(PROJECT, "permit", "review:R/2")
    with pytest.raises(FieldMissing):
        waive(project(IMPOSED), None, "review:R/2")


def test_strangers_are_refused_and_a_comment_is_private() -> None:
    with pytest.raises(NotPermitted):
        satisfy(project(IMPOSED), "permit", SatisfyCondition(), "eve", frozenset({"ana"}))
    said = SatisfyCondition(comment="It came.")
    (draft,) = satisfy(project(IMPOSED), "permit", said, "ana", frozenset({"ana"}))
    assert (draft.private, draft.data.as_json()) == (
        {"comment": "It came."},
        {"condition": "permit"},
    )


def test_what_happened_is_never_refused() -> None:
    assert project(ConditionSatisfied(condition="noise")).conditions == {}
    assert project(ConditionWaived(condition="noise", ruling="review:R/1")).conditions == {}


def test_words_go_with_conditions_of_the_pack() -> None:
    words = {"permit": "Get it."}
    assert condition_texts(words, (OPTION,)) == (("condition:permit", "Get it."),)
    assert condition_texts(None, (OPTION,)) == ()
    with pytest.raises(UnknownFact, match="no option has a condition permit"):
        condition_texts(words, (PackOption(id="go_if"),))
