"""What is done about a project outside its gates: facts, evidence, withdrawal, transfer."""

from datetime import timedelta
from typing import Any

import pytest

from domain.facts import FactValue
from domain.portfolio import CharterPortfolio
from domain.project_acts import AttachEvidence, RecordFact
from domain.refusals import (
    FieldMissing,
    Malformed,
    NotKnown,
    NotPermitted,
    StepNotOpen,
    UnknownFact,
)
from domain.review_commands import OpenReview
from tests.story import Story
from workflows.projects import WithdrawProject


def number(value: str) -> FactValue:
    return FactValue.model_validate({"number": value})


def test_a_fact_is_corrected_by_a_later_one_and_both_stay_on_record(office: Story) -> None:
    code = office.proposed("APX-A")
    first = office.known(code, "risk", number="9")
    right = RecordFact(fact="risk", value=number("12"), corrects=first.position, source="audit")
    office.house.projects.record_fact(code, right, office.act("pia"))
    known = office.project(code).known("risk", office.now)
    assert known is not None
    assert known.value == number("12")
    assert office.topics()[-2:] == ["fact.recorded/1", "fact.corrected/1"]
    with pytest.raises(NotKnown):
        office.house.projects.record_fact(code, right, office.act("pia"))


def test_what_held_earlier_and_was_said_later_does_not_overrule_what_holds_now(
    office: Story,
) -> None:
    code = office.proposed("APX-A")
    office.known(code, "risk", number="9")
    then = office.now - timedelta(days=9)
    earlier = RecordFact(fact="risk", value=number("3"), effective_at=then)
    office.house.projects.record_fact(code, earlier, office.act("pia"))
    project = office.project(code)
    now, before = project.known("risk", office.now), project.known("risk", then)
    assert now is not None
    assert before is not None
    assert (now.value, before.value) == (number("9"), number("3"))


@pytest.mark.parametrize(
    ("fact", "value", "refusal", "why"),
    [
        ("risk", {"number": "25"}, None, ""),
        ("risk", {"number": "25.01"}, Malformed, "at most 25"),
        ("risk", {"number": "-0.01"}, Malformed, "at least 0"),
        ("risk", {"text": "9"}, Malformed, "is a number"),
        ("npv", {"money": {"amount": "1", "currency": "USD"}}, Malformed, "in EUR, not USD"),
        ("region", {"text": "south"}, None, ""),
        ("region", {"text": "east"}, Malformed, "one of: north, south"),
        ("mood", {"text": "good"}, UnknownFact, "has no fact mood"),
    ],
)
def test_a_fact_fits_the_vocabulary_or_is_refused(
    office: Story, fact: str, value: dict[str, Any], refusal: type[Exception] | None, why: str
) -> None:
    code = office.proposed("APX-A")
    if refusal is None:
        office.known(code, fact, **value)
        return
    with pytest.raises(refusal, match=why):
        office.known(code, fact, **value)


def test_a_fact_holds_from_no_moment_that_has_not_come(office: Story) -> None:
    code = office.proposed("APX-A")
    ahead = RecordFact(fact="risk", value=number("3"), effective_at=office.now + timedelta(days=1))
    with pytest.raises(Malformed, match="not come yet"):
        office.house.projects.record_fact(code, ahead, office.act("pia"))


@pytest.mark.parametrize("name", ["../case.pdf", "a/b", "a\\b", "..", "."])
def test_the_name_of_a_file_holds_no_path(office: Story, name: str) -> None:
    code = office.proposed("APX-A")
    command = AttachEvidence(
        evidence="business_case", name=name, sha256="0" * 64, size=1, address="elsewhere"
    )
    with pytest.raises(Malformed):
        office.house.projects.attach(code, command, office.act("pia"))


def test_a_file_said_to_be_held_here_is_held_here(office: Story) -> None:
    code = office.proposed("APX-A")
    command = AttachEvidence(evidence="business_case", name="a.pdf", sha256="0" * 64, size=1)
    with pytest.raises(NotKnown, match="held here"):
        office.house.projects.attach(code, command, office.act("pia"))


def test_only_its_proposer_withdraws_a_project_and_only_before_it_starts(office: Story) -> None:
    code = office.proposed("APX-A")
    command = WithdrawProject(reason="no longer needed")
    with pytest.raises(NotPermitted):
        office.house.projects.withdraw(code, command, office.act("ana"))
    office.house.projects.withdraw(code, command, office.act("pia"))
    assert office.project(code).standing.value == "withdrawn"
    with pytest.raises(StepNotOpen, match="standing withdrawn"):
        office.house.projects.withdraw(code, command, office.act("pia"))


def test_a_project_is_transferred_by_a_ruling(office: Story) -> None:
    code = office.proposed("APX-A")
    charter = CharterPortfolio(code="NEW", title="New", policy="works")
    office.house.portfolios.charter(charter, office.act("founder"))
    with pytest.raises(FieldMissing, match="to which portfolio"):
        office.house.reviews.open(OpenReview(project=code, matter="hand_over"), office.act("pia"))
    command = OpenReview(project=code, matter="hand_over", portfolio="NEW")
    stream = str(office.house.reviews.open(command, office.act("pia")).content["review"])
    office.presented(stream)
    office.voted(stream, "hana", "transfer")
    office.ruled(stream, by="hana")
    assert office.project(code).portfolio == "NEW"
    assert office.topics()[-1] == "project.transferred/1"
