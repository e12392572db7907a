"""The line from an act to its answer, over real files."""

from datetime import timedelta

import pytest

from domain.refusals import (
    FieldMissing,
    InConflict,
    KeyReused,
    NotASeat,
    NotYourOwn,
    OtherPack,
    ReviewOver,
    ReviewStillOpen,
    StepNotOpen,
    Taken,
    WindowOver,
)
from domain.review_commands import DeclareConflict
from domain.words import Standing
from tests.story import Story


def test_a_project_is_proposed_reviewed_and_moved_by_the_ruling(office: Story) -> None:
    code = office.ready("APX-042")
    stream = office.opened(code)
    assert stream == "review:APX-042/start/1"
    office.presented(stream, recommendation="go")
    office.voted(stream, "ana", "go")
    office.voted(stream, "ben", "go")
    before = office.house.log.head()
    verdict = office.ruled(stream)
    assert (verdict["outcome"], verdict["ground"]) == ("approve", "carried")
    assert office.topics(before) == ["review.ruled/1", "project.moved/1"]
    project = office.project(code)
    assert (project.phase, project.standing) == ("building", Standing.ACTIVE)


def test_a_ruling_is_refused_while_a_missing_ballot_could_change_it(office: Story) -> None:
    stream = office.opened(office.ready())
    office.presented(stream)
    office.voted(stream, "ana", "go")
    with pytest.raises(ReviewStillOpen, match="finance, technical"):
        office.ruled(stream)
    office.now += timedelta(days=15)
    assert office.ruled(stream)["ground"] == "no_quorum"
    assert office.review(stream).status == "ruled"


def test_a_failed_must_strikes_the_approval_that_carried(office: Story) -> None:
    stream = office.opened(office.ready(npv="49999.99"))
    office.presented(stream)
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "go")
    verdict = office.ruled(stream)
    assert (verdict["outcome"], verdict["ground"], verdict["deciding"]) == (
        "reject", "must_failed", ["pays_back"],
    )  # fmt: skip


def test_an_unknown_fact_never_counts_as_met(office: Story) -> None:
    code = office.proposed()
    office.known(code, "npv", money={"amount": "90000", "currency": "EUR"})
    office.attached(code, "business_case")
    stream = office.opened(code)
    office.presented(stream)
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "go")
    assert office.ruled(stream)["ground"] == "must_unknown"


def test_the_amount_says_which_board_decides(office: Story) -> None:
    small, large = office.proposed(amount="1000.00"), office.proposed(amount="1000.01")
    assert office.review(office.opened(small)).board == "head"
    assert office.review(office.opened(large)).board == "works_board"


def test_a_ballot_is_replaced_by_its_voter_until_the_ruling_and_both_stay(office: Story) -> None:
    stream = office.opened(office.ready())
    office.presented(stream)
    office.voted(stream, "ana", "no")
    office.voted(stream, "ana", "go")
    assert office.topics().count("ballot.cast/1") == 2
    office.voted(stream, "ben", "go")
    assert office.ruled(stream)["outcome"] == "approve"
    with pytest.raises(ReviewOver):
        office.voted(stream, "ana", "no")


def test_only_a_seat_votes_on_the_pack_presented_and_within_the_window(office: Story) -> None:
    stream = office.opened(office.ready())
    pack = office.presented(stream)
    with pytest.raises(NotASeat):
        office.voted(stream, "pia", "go", pack=pack)
    with pytest.raises(OtherPack):
        office.voted(stream, "ana", "go", pack="0" * 64)
    office.now += timedelta(days=15)
    with pytest.raises(WindowOver):
        office.voted(stream, "ana", "go")


def test_a_seat_in_conflict_does_not_vote_and_leaves_the_denominator(office: Story) -> None:
    stream = office.opened(office.ready())
    office.presented(stream)
    office.voted(stream, "cem", "no")
    conflict = DeclareConflict(reason="my brother builds pumps")
    office.house.reviews.declare_conflict(stream, conflict, office.act("cem"))
    with pytest.raises(InConflict):
        office.voted(stream, "cem", "no")
    office.voted(stream, "ana", "go")
    office.voted(stream, "ben", "go")
    verdict = office.ruled(stream)
    assert (verdict["seats"], verdict["cast"], verdict["outcome"]) == (2, 2, "approve")


def test_the_proposer_does_not_decide(office: Story) -> None:
    office.people["pia"] = office.person("ana")
    stream = office.opened(office.ready())
    office.presented(stream)
    with pytest.raises(NotYourOwn):
        office.voted(stream, "ana", "go")


def test_a_new_pack_asks_for_new_ballots(office: Story) -> None:
    code = office.ready()
    stream = office.opened(code)
    office.presented(stream)
    office.voted(stream, "ana", "go")
    office.known(code, "risk", number="3")
    office.presented(stream)
    assert office.review(stream).counting() == ()


def test_a_gate_is_taken_up_only_where_the_project_stands(office: Story) -> None:
    code = office.ready()
    with pytest.raises(StepNotOpen, match="phase idea, standing proposed"):
        office.opened(code, gate="finish")
    office.opened(code)
    with pytest.raises(Taken):
        office.opened(code)


def test_a_pack_lacking_required_evidence_is_not_presented(office: Story) -> None:
    code = office.proposed()
    office.known(code, "npv", money={"amount": "90000", "currency": "EUR"})
    with pytest.raises(FieldMissing, match="evidence business_case"):
        office.presented(office.opened(code))


def test_the_same_command_twice_has_one_effect_and_one_answer(office: Story) -> None:
    from domain.project_acts import ProposeProject

    command = ProposeProject(portfolio="APX", title="Twice")
    first = office.house.projects.propose(command, office.act("pia", "key-1"))
    again = office.house.projects.propose(command, office.act("pia", "key-1"))
    assert again.content == first.content
    assert (again.position, again.repeated) == (first.position, True)
    other = ProposeProject(portfolio="APX", title="Other")
    with pytest.raises(KeyReused):
        office.house.projects.propose(other, office.act("pia", "key-1"))


def test_a_refusal_goes_on_record_once_per_occasion(office: Story) -> None:
    stream = office.opened(office.ready())
    pack = office.presented(stream)
    for _ in range(2):
        with pytest.raises(NotASeat):
            office.voted(stream, "pia", "go", pack=pack)
    assert office.topics().count("act.refused/1") == 1


def test_a_project_without_a_code_gets_its_portfolios_next_number(office: Story) -> None:
    assert [office.proposed(), office.proposed()] == ["APX-001", "APX-002"]
    with pytest.raises(Taken):
        office.proposed("APX-002")
