"""What the tables cannot say of the ruling: engines, documents, and what a large panel costs."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from domain.docket import ENGINE, Ballot, Docket, PanelSeat
from domain.pack import Pack
from domain.policy import Policy
from domain.ruling import ENGINES, UnknownEngine, may_rule, rule, settled
from tests.domain.test_ruling_tables import made, made_fact, made_pack, made_policy

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_an_engine_that_is_not_there_is_named_with_those_that_are() -> None:
    policy, pack, docket = made({"seats": "AAR"})
    with pytest.raises(UnknownEngine, match="no engine 99 to rule with; there is: 1"):
        rule(policy, pack, docket.changed(engine=99))


def test_new_dockets_name_an_engine_that_exists() -> None:
    assert ENGINE in ENGINES


def test_a_waived_criterion_keeps_its_truth_on_record() -> None:
    ruling = rule(*made({"seats": "AAA", "criteria": "Uw,Fw,Mw,F:info"}))
    kept = [(c.id, c.truth, c.waived, c.missing) for c in ruling.checks if c.of == "criterion"]
    assert kept == [
        ("c1", "unknown", True, ("absent",)),
        ("c2", "failed", True, ()),
        ("c3", "met", True, ()),
        ("c4", "failed", False, ()),
    ]


def test_every_check_is_kept_whatever_settled_the_ruling() -> None:
    row = {"seats": "RAxpv.", "criteria": "F,M:should:2", "hurdle": "3", "veto": "s1,s2,s3,s6"}
    ruling = rule(*made(row | {"quorum": "4"}))
    assert ruling.verdict.ground == "no_quorum"
    assert [(c.of, c.id, c.truth.value) for c in ruling.checks] == [
        ("criterion", "c1", "failed"),
        ("criterion", "c2", "met"),
        ("hurdle", "hurdle", "failed"),
        ("quorum", "quorum", "failed"),
        ("seat", "s3", "failed"),
        ("seat", "s4", "failed"),
        ("veto", "s1", "failed"),
        ("veto", "s2", "met"),
        ("veto", "s6", "met"),
    ]


def test_tallies_are_in_the_packs_order_and_count_only_its_options() -> None:
    row = {"seats": "AADRR", "pack": "reject,approve"}
    verdict = rule(*made(row)).verdict
    assert [(t.option, t.votes) for t in verdict.tallies] == [("reject", 2), ("approve", 2)]
    assert (verdict.present, verdict.cast) == (5, 4)


def test_an_abstention_that_names_an_option_is_an_abstention() -> None:
    policy, pack, docket = made({"seats": "R"})
    ballot = docket.ballots[0].changed(choice="abstain")
    verdict = rule(policy, pack, docket.changed(ballots=(ballot,))).verdict
    assert (verdict.present, verdict.cast, verdict.ground) == (1, 0, "not_carried")


def test_a_docket_sorts_what_has_no_order_and_refuses_two_ballots_for_one_seat() -> None:
    panel = tuple(PanelSeat(seat=seat, person=seat) for seat in ("b", "a"))
    ballots = tuple(Ballot(seat=seat, person=seat, choice="abstain") for seat in ("b", "a"))
    docket = Docket(
        matter="matter", board="board", now=NOW, opened_at=NOW, panel=panel, ballots=ballots,
        conflicts=("b", "a", "b"), waivers=("c2", "c1"), proposers=("q", "p"),
    )  # fmt: skip
    assert [b.seat for b in docket.ballots] == ["a", "b"]
    assert [p.seat for p in docket.panel] == ["b", "a"]
    assert (docket.conflicts, docket.waivers) == (("a", "b"), ("c1", "c2"))
    assert docket.proposers == ("p", "q")
    for twice in ({"ballots": ballots * 2}, {"panel": panel * 2}):
        with pytest.raises(ValidationError, match=r"one ballot counts|each seat once"):
            Docket.model_validate(dict(docket) | twice)


@pytest.mark.parametrize("of", ["cast", "present", "seats"])
def test_settling_a_board_of_200_seats_needs_no_enumeration(of: str) -> None:
    """200 missing ballots have more completions than can be counted; none of them is tried."""
    row = {"of": of, "veto": "s1,s2,s3", "tie": "chair"}
    assert not settled(*made(row | {"seats": "200."}))
    assert settled(*made(row | {"seats": "150R50A"}))
    assert settled(*made(row | {"seats": "101R99."})) is True


def test_a_result_that_cannot_change_is_settled_before_a_quorum_but_not_ruled() -> None:
    row = {"seats": "....", "criteria": "F", "pack": "approve", "early": "settled"}
    policy, pack, docket = made(row | {"closes": "14d"})
    assert settled(policy, pack, docket)
    assert not may_rule(policy, pack, docket)


def test_a_fact_of_a_type_or_name_the_policy_does_not_have_is_unknown() -> None:
    """As happens when an old pack is judged by another policy."""
    test = {"fact": "known", "at_least": "1"}
    as_text = made_policy(facts={"known": {"type": "text"}})
    without = made_policy(facts={})
    pack = made_pack(facts=[made_fact("known", "number", "1")])
    for policy in (as_text, without):
        assert _truth(policy, pack, test) == ("unknown", ["known"])
        ratio = {"ratio": ["known", "known"], "at_least": "1"}
        assert _truth(policy, pack, ratio) == ("unknown", ["known"])
    assert _truth(without, pack, {"evidence": "gone"}) == ("unknown", ["evidence:gone"])


def test_a_test_that_compares_with_nothing_is_never_met() -> None:
    for test in ({"fact": "known"}, {"ratio": ["known", "known"]}):
        assert _truth(made_policy(), made_pack(), test) == ("unknown", ["limit:known"])
    words = made_policy(facts={"known": {"type": "text"}})
    pack = made_pack(facts=[made_fact("known", "text", "a")])
    assert _truth(words, pack, {"fact": "known"}) == ("unknown", ["limit:known"])


def test_of_two_events_a_fact_the_later_counts_then_the_one_further_on_in_the_log() -> None:
    test = {"fact": "known", "at_least": "2"}
    old = made_fact("known", "number", "2", since=datetime(2026, 1, 1, tzinfo=UTC))
    new = made_fact("known", "number", "1", since=datetime(2026, 2, 1, tzinfo=UTC))
    assert _truth(made_policy(), made_pack(facts=[new, old]), test)[0] == "failed"
    corrected = new | {"position": 2, "value": {"number": "2"}}
    for facts in ([new, corrected, old], [corrected, new, old]):
        assert _truth(made_policy(), made_pack(facts=facts), test)[0] == "met"


def test_evidence_of_another_project_does_not_count_but_the_reviews_own_does() -> None:
    policy = made_policy(evidence={"proof": {}})
    for subject, truth in (("project:B", "unknown"), ("review:A-1/1", "met")):
        piece = {"subject": subject, "kind": "proof", "sha256": "0" * 64, "position": 1}
        pack = made_pack(evidence=[piece | {"dated": NOW}])
        assert _truth(policy, pack, {"evidence": "proof"})[0] == truth


def test_two_projects_do_not_share_their_facts() -> None:
    """One pays back, the other is mandatory: any_of is met by each in its own way."""
    test = {"any_of": [{"fact": "u1", "at_least": "1"}, {"fact": "u2", "at_least": "1"}]}
    both = {"all_of": test["any_of"]}
    facts = [
        made_fact("u1", "number", "1", subject="project:A"),
        made_fact("u2", "number", "1", subject="project:B"),
    ]
    pack = made_pack(subjects=["project:A", "project:B"], facts=facts)
    assert _truth(made_policy(), pack, test)[0] == "met"
    assert _truth(made_policy(), pack, both) == ("unknown", ["u1", "u2"])


def _truth(policy: Policy, pack: Pack, test: Mapping[str, object]) -> tuple[str, list[str]]:
    """How a must with this test comes out in a ruling."""
    matter = policy.matters["matter"]
    asked = matter.model_validate(
        matter.model_dump(by_alias=True) | {"criteria": [{"id": "c1", "test": test}]}
    )
    docket = Docket(matter="matter", board="board", now=NOW, opened_at=NOW, panel=())
    ruled = policy.changed(matters={"matter": asked})
    check = rule(ruled, pack, docket).checks[0]
    return check.truth.value, list(check.missing)
