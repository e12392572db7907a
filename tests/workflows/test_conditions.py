"""Conditions: imposed by a conditional approval, satisfied by an act, waived by a ruling."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.conditions import SatisfyCondition
from domain.pack import Condition, PackOption
from domain.private import disclosure_digest, open_disclosure
from domain.refusals import (
    FieldMissing,
    Malformed,
    NotKnown,
    NotNow,
    NotPermitted,
    Refused,
    Taken,
    UnknownFact,
)
from domain.review_commands import OpenReview
from tests.examples import BOARD_POLICY
from tests.story import Story

GO = "      - {id: go, outcome: approve, effects: [{do: move_phase}]}\n"
GO_IF = """\
      - id: go_if
        outcome: approve_with_conditions
        requires: [conditions]
        effects: [{do: move_phase}, {do: oblige}]
"""
WAIVE = """\
  waive:
    kind: waive
    decided_by: [{board: head}]
    options:
      - {id: waive, outcome: approve, effects: [{do: waive}]}
      - {id: keep, outcome: reject}
"""
CONDITIONS_POLICY = BOARD_POLICY.replace(GO, GO + GO_IF, 1).rstrip() + "\n" + WAIVE
PERMIT = b"The river may be crossed."


@pytest.fixture
def works(story: Story) -> Story:
    """An office whose first gate may be passed with conditions."""
    return story.governed(CONDITIONS_POLICY)


def asked(office: Story, **fields: Any) -> Condition:
    given = {"id": "permit", "owner": office.person("pia"), "due": date(2026, 3, 31), **fields}
    return Condition.model_validate(given)


def put(office: Story, stream: str, *conditions: Condition, **fields: Any) -> str:
    options = (PackOption(id="go_if", conditions=conditions), PackOption(id="no"))
    return office.presented(stream, options=options, **fields)


def obliged(office: Story, *conditions: Condition, code: str = "APX-A") -> str:
    """A project whose first gate was passed with conditions; returns its code."""
    stream = office.opened(office.ready(code))
    put(office, stream, *conditions)
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "go_if")
    assert office.ruled(stream)["outcome"] == "approve_with_conditions"
    return code


def satisfied(office: Story, code: str, condition: str, by: str, **fields: Any) -> None:
    command = SatisfyCondition.model_validate(fields)
    office.house.conditions.satisfy(code, condition, command, office.act(by))


def waiving(office: Story, code: str, condition: str | None) -> str:
    """A review that the head of office has voted to waive a condition in; not ruled yet."""
    command = OpenReview(project=code, matter="waive", condition=condition)
    stream = str(office.house.reviews.open(command, office.act("pia")).content["review"])
    office.presented(stream)
    office.voted(stream, "hana", "waive")
    return stream


def test_a_conditional_approval_imposes_its_conditions_and_moves_the_project(works: Story) -> None:
    before = works.house.log.head()
    code = obliged(works, asked(works), asked(works, id="noise", evidence="minutes"))
    assert works.topics(before)[-4:] == [
        "review.ruled/1", "project.moved/1", "condition.imposed/1", "condition.imposed/1",
    ]  # fmt: skip
    project = works.project(code)
    assert project.phase == "building"
    assert {c.id: (c.status, c.evidence) for c in project.conditions.values()} == {
        "permit": ("open", None),
        "noise": ("open", "minutes"),
    }
    assert project.conditions["permit"].ruling == "review:APX-A/start/1"
    assert project.conditions["permit"].owner == works.person("pia")


@pytest.mark.parametrize("by", ["pia", "cem"])
def test_its_owner_or_a_member_of_the_board_says_that_it_is_met(works: Story, by: str) -> None:
    code = obliged(works, asked(works))
    satisfied(works, code, "permit", by, comment="The letter came.")
    assert works.project(code).conditions["permit"].status == "satisfied"


def test_it_may_be_met_late(works: Story) -> None:
    code = obliged(works, asked(works))
    works.now += timedelta(days=365)
    satisfied(works, code, "permit", "pia")
    assert works.project(code).conditions["permit"].status == "satisfied"


def test_whoever_neither_owns_nor_imposed_it_does_not_say_that_it_is_met(works: Story) -> None:
    code = obliged(works, asked(works))
    for name in ("eve", "hana"):
        with pytest.raises(NotPermitted, match="only its owner or the board that imposed it"):
            satisfied(works, code, "permit", name)
    assert works.topics()[-1] == "act.refused/1"


def test_the_evidence_it_asks_for_is_attached_and_named(works: Story) -> None:
    code = obliged(works, asked(works, evidence="minutes"))
    with pytest.raises(FieldMissing, match="met by evidence minutes, and none is named"):
        satisfied(works, code, "permit", "pia")
    other = works.project(code).evidence[0].sha256
    with pytest.raises(FieldMissing, match=f"no minutes with SHA-256 {other} is attached"):
        satisfied(works, code, "permit", "pia", sha256=other)
    with pytest.raises(FieldMissing, match="no minutes with SHA-256 aaaa"):
        satisfied(works, code, "permit", "pia", sha256="a" * 64)
    digest = works.attached(code, "minutes", PERMIT)
    satisfied(works, code, "permit", "pia", sha256=digest)
    (event,) = [
        r.event for r in works.house.log.stream(f"project:{code}") if "satisfied" in r.event.topic
    ]
    assert event.data.as_json() == {"condition": "permit", "sha256": digest}


def test_evidence_that_is_named_unasked_is_attached_all_the_same(works: Story) -> None:
    code = obliged(works, asked(works))
    with pytest.raises(FieldMissing, match="no evidence with SHA-256"):
        satisfied(works, code, "permit", "pia", sha256="a" * 64)


def test_what_is_not_there_or_settled_is_not_satisfied(works: Story) -> None:
    code = obliged(works, asked(works))
    with pytest.raises(NotKnown, match="no condition noise; it has permit"):
        satisfied(works, code, "noise", "pia")
    satisfied(works, code, "permit", "pia")
    with pytest.raises(NotNow, match="is satisfied already"):
        satisfied(works, code, "permit", "pia")


def test_a_ruling_waives_a_condition_for_the_reason_its_pack_gives(works: Story) -> None:
    code = obliged(works, asked(works))
    stream = waiving(works, code, "permit")
    assert works.ruled(stream, by="hana")["outcome"] == "approve"
    last = works.house.log.read(works.house.log.head() - 1, 1)[0].event
    assert last.data.as_json() == {"condition": "permit", "ruling": stream}
    assert works.project(code).conditions["permit"].status == "waived"
    with pytest.raises(NotNow, match="is waived already"):
        satisfied(works, code, "permit", "pia")


def test_a_condition_that_is_kept_stays_open(works: Story) -> None:
    code = obliged(works, asked(works))
    command = OpenReview(project=code, matter="waive", condition="permit")
    stream = str(works.house.reviews.open(command, works.act("pia")).content["review"])
    works.presented(stream)
    works.voted(stream, "hana", "keep")
    works.ruled(stream, by="hana")
    assert works.project(code).conditions["permit"].status == "open"


def test_waiving_names_an_open_condition(works: Story) -> None:
    code = obliged(works, asked(works))
    with pytest.raises(FieldMissing, match="which condition"):
        waiving(works, code, None)
    with pytest.raises(NotKnown, match="no condition noise"):
        waiving(works, code, "noise")
    satisfied(works, code, "permit", "pia")
    with pytest.raises(NotNow, match="is satisfied already"):
        waiving(works, code, "permit")


def test_what_was_satisfied_meanwhile_is_not_waived(works: Story) -> None:
    code = obliged(works, asked(works))
    stream = waiving(works, code, "permit")
    satisfied(works, code, "permit", "pia")
    with pytest.raises(NotNow, match="is satisfied already"):
        works.ruled(stream, by="hana")
    assert works.review(stream).status == "open"


@pytest.mark.parametrize(
    ("fields", "refusal", "why"),
    [
        ({"owner": "nobody"}, NotKnown, "there is no person nobody"),
        ({"due": date(2026, 1, 4)}, Malformed, "due on 2026-01-04, which has passed"),
        ({"evidence": "letter"}, UnknownFact, "no evidence letter; it has business_case, minutes"),
    ],
)
def test_a_pack_puts_only_conditions_that_can_be_imposed(
    works: Story, fields: dict[str, Any], refusal: type[Refused], why: str
) -> None:
    stream = works.opened(works.ready("APX-A"))
    with pytest.raises(refusal, match=why):
        put(works, stream, asked(works, **fields))


def test_a_condition_may_be_due_today(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    put(works, stream, asked(works, due=works.now.date()))


def test_a_pack_says_each_condition_once_and_where_the_policy_imposes_it(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    with pytest.raises(FieldMissing, match="go_if needs conditions"):
        put(works, stream)
    with pytest.raises(Malformed, match="gives one condition twice"):
        put(works, stream, asked(works), asked(works))
    with pytest.raises(Malformed, match="the policy does not impose them"):
        works.presented(stream, options=(PackOption(id="go", conditions=(asked(works),)),))


def test_words_of_conditions_are_private_and_bound_by_the_pack(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    words = {"permit": "Get the permit of the river board."}
    digest = put(works, stream, asked(works), condition_words=words)
    content = works.house.desk.texts.content(digest)
    assert b"river" not in content
    (held,) = [
        d
        for d in works.house.log.disclosed([works.house.log.head()])
        if d.name == "condition:permit"
    ]
    assert open_disclosure(held.text)[1] == words["permit"]
    pack = works.house.desk.load().pack(digest)
    assert pack is not None
    assert disclosure_digest(held.text) in pack.texts
    with pytest.raises(UnknownFact, match="no option has a condition noise"):
        put(works, stream, asked(works), condition_words={"noise": "Hush."})


def test_a_name_is_taken_while_it_is_open_and_free_again_afterwards(story: Story) -> None:
    back = "      - {id: back, outcome: rework}\n"
    mend = "      - {id: mend, outcome: rework, requires: [conditions], effects: [{do: oblige}]}\n"
    policy = CONDITIONS_POLICY.replace(back, mend + back)
    works = story.governed(policy)
    code = obliged(works, asked(works))
    finish = works.opened(code, "finish")
    again = (PackOption(id="mend", conditions=(asked(works),)),)
    with pytest.raises(Taken, match="permit of project APX-A is open since review:APX-A/start/1"):
        works.presented(finish, options=again)
    satisfied(works, code, "permit", "pia")
    works.presented(finish, options=again)
    for name in ("ana", "ben", "cem"):
        works.voted(finish, name, "mend")
    works.ruled(finish)
    held = works.project(code).conditions["permit"]
    assert (held.status, held.ruling) == ("open", finish)


def test_the_same_satisfaction_sent_twice_gets_the_same_answer(works: Story) -> None:
    code = obliged(works, asked(works))
    first, second = works.act("pia", "k1"), works.act("pia", "k1")
    told = works.house.conditions.satisfy(code, "permit", SatisfyCondition(), first)
    again = works.house.conditions.satisfy(code, "permit", SatisfyCondition(), second)
    assert (again.repeated, again.content) == (True, told.content)
