"""The ruling against its oracle, and what must hold of every ruling whatever the policy.

Each property is a sentence. Cases come from tests.oracle.strategies.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.base import canonical, read_canonical
from domain.criteria import evaluate
from domain.docket import Ballot, Docket, PanelSeat, Right
from domain.pack import Pack
from domain.policy import Policy, Predicate
from domain.ruling import may_rule, rule, settled
from domain.words import APPROVING, Truth
from tests.oracle import ruling as oracle
from tests.oracle.strategies import NOW, Case, cases, packs, policies, predicates

Property = Callable[..., None]


def examples(number: int) -> Callable[[Property], Property]:
    """Run a property on so many cases."""
    return settings(
        max_examples=number, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


@given(cases())
@examples(1300)
def test_a_ruling_is_what_the_oracle_rules_with_every_check(case: Case) -> None:
    assert rule(*case) == oracle.ruling(*case)


@given(cases(bare=True))
@examples(900)
def test_a_vote_without_criteria_is_what_the_oracle_counts(case: Case) -> None:
    assert rule(*case) == oracle.ruling(*case)


@given(predicates(), packs(), policies())
@examples(500)
def test_a_test_comes_out_as_the_oracle_finds(test: Predicate, pack: Pack, policy: Policy) -> None:
    truth, missing = evaluate(test, policy, pack, NOW)
    assert (truth, list(missing)) == oracle.find(test, policy, pack, NOW)
    assert bool(missing) == (truth is Truth.UNKNOWN)


@given(cases(seats_max=5, options_max=3, bare=True, missing=4))
@examples(700)
def test_a_vote_is_settled_exactly_when_no_completion_ends_otherwise(case: Case) -> None:
    assume(len(oracle.missing_seats(case.policy, case.docket)) <= 4)
    assert settled(*case) == (len(oracle.ends(*case)) == 1)


@given(cases(seats_max=4, options_max=3, missing=3))
@examples(200)
def test_a_settled_review_is_ruled_the_same_under_every_completion(case: Case) -> None:
    assume(settled(*case))
    now = rule(*case).verdict
    for ballots in oracle.completions(*case):
        then = rule(case.policy, case.pack, case.docket.changed(ballots=ballots)).verdict
        assert (then.outcome, then.option) == (now.outcome, now.option)


@given(cases(seats_max=4, options_max=3, bare=True, missing=3))
@examples(300)
def test_a_review_may_be_ruled_exactly_when_the_oracle_says_so(case: Case) -> None:
    assert may_rule(*case) == oracle.may_rule(*case)


@given(cases(), st.randoms(use_true_random=False))
@examples(200)
def test_the_order_in_which_ballots_facts_and_seats_are_given_never_matters(
    case: Case, chance: object
) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(items, len(items)))  # type: ignore[attr-defined]

    docket, pack = case.docket, case.pack
    docket = docket.changed(
        panel=shuffled(docket.panel),
        ballots=shuffled(docket.ballots),
        conflicts=shuffled(docket.conflicts),
        waivers=shuffled(docket.waivers),
        proposers=shuffled(docket.proposers),
    )
    pack = pack.changed(
        facts=shuffled(pack.facts),
        evidence=shuffled(pack.evidence),
        earlier=shuffled(pack.earlier),
        subjects=shuffled(pack.subjects),
    )
    assert rule(case.policy, pack, docket) == rule(*case)
    assert settled(case.policy, pack, docket) == settled(*case)
    assert Docket.model_validate(dict(docket) | {"panel": case.docket.panel}) == case.docket


@given(cases())
@examples(250)
def test_missing_facts_never_approve(case: Case) -> None:
    """Whatever would not be approved on full knowledge is not approved on less."""
    bare = case.pack.changed(facts=(), evidence=(), earlier=())
    matter = case.policy.matters["pass"]
    verdict = rule(case.policy, bare, case.docket).verdict
    asked = [c for c in matter.criteria if c.kind == "must" and c.id not in case.docket.waivers]
    if asked:
        assert verdict.outcome not in APPROVING
    if verdict.outcome in APPROVING:
        assert rule(*case).verdict == verdict


@given(cases(), st.sampled_from(("conflict", "vacant", "proposer", "stranger")), st.booleans())
@examples(250)
def test_a_ballot_of_a_seat_unable_to_vote_changes_nothing(
    case: Case, why: str, voted: bool
) -> None:
    policy, pack, docket = case
    person = {"vacant": None, "proposer": "chief"}.get(why, "late")
    seat = PanelSeat(seat="s9", person=person)
    matter = policy.matters["pass"].changed(proposer_may_decide=False)
    policy = policy.changed(matters={"pass": matter})
    docket = docket.changed(
        panel=(*docket.panel, *([] if why == "stranger" else [seat])),
        conflicts=(*docket.conflicts, *(["s9"] if why == "conflict" else [])),
        proposers=(*docket.proposers, "chief"),
    )
    choice = "option" if voted else "abstain"
    option = pack.options[0].id if voted else None
    ballot = Ballot(seat="s9", person="late", choice=choice, option=option)  # type: ignore[arg-type]
    more = docket.changed(ballots=(*docket.ballots, ballot))
    assert rule(policy, pack, more) == rule(policy, pack, docket)
    assert settled(policy, pack, more) == settled(policy, pack, docket)
    assert may_rule(policy, pack, more) == may_rule(policy, pack, docket)


@given(cases())
@examples(200)
def test_a_ballot_counts_the_same_whoever_cast_it_for_the_seat(case: Case) -> None:
    """A deputy's ballot is the seat's: engine and oracle rule as if the member had cast it."""
    policy, pack, docket = case
    ballots = tuple(
        ballot.changed(
            person="deputy",
            on_behalf_of=ballot.person,
            right=Right(kind="deputy", number=number),
        )
        for number, ballot in enumerate(docket.ballots, start=1)
    )
    stood_in = docket.changed(ballots=ballots)
    assert rule(policy, pack, stood_in) == rule(policy, pack, docket)
    assert oracle.ruling(policy, pack, stood_in) == oracle.ruling(policy, pack, docket)


@given(cases())
@examples(200)
def test_a_ruling_has_canonical_bytes_and_they_are_the_same_each_time(case: Case) -> None:
    first, second = canonical(rule(*case).as_json()), canonical(rule(*case).as_json())
    assert first == second
    read = [type(part).model_validate_json(canonical(part.as_json())) for part in case]
    assert read == list(case)
    assert canonical(rule(*read).as_json()) == first  # type: ignore[arg-type]
    read_canonical(first)


@given(cases(bare=True), st.integers(0, 400))
@examples(200)
def test_time_alone_changes_no_vote(case: Case, days: int) -> None:
    later = case.docket.changed(now=NOW + timedelta(days=days))
    assert rule(case.policy, case.pack, later) == rule(*case)


@given(st.integers(1, 200), st.integers(1, 200))
@examples(200)
def test_two_thirds_are_two_thirds_and_nothing_near(votes: int, more: int) -> None:
    assert _carries("2/3", votes, votes + more) == (3 * votes >= 2 * (votes + more))


@pytest.mark.parametrize(
    ("votes", "cast", "carries"),
    [(2, 3, True), (66, 100, False), (67, 100, True), (132, 198, True), (133, 200, False)],
)
def test_two_of_three_carry_two_thirds_but_66_of_100_do_not(
    votes: int, cast: int, carries: bool
) -> None:
    assert _carries("2/3", votes, cast) is carries


@pytest.mark.parametrize("cast", [1, 2, 7, 199])
def test_unanimity_is_broken_by_one(cast: int) -> None:
    assert _carries("1/1", cast, cast)
    assert not _carries("1/1", cast - 1, cast)


def _carries(share: str, votes: int, cast: int) -> bool:
    """Whether so many votes of those cast carry, at least a share of them being needed."""
    seats = [f"s{number}" for number in range(cast)]
    policy = _POLICY.changed(
        boards={
            "board": _POLICY.boards["board"].changed(
                voting=_POLICY.boards["board"].voting.changed(at_least=share)
            )
        }
    )
    ballots = [
        Ballot(seat=seat, person=seat, choice="option", option="o0" if at < votes else "o1")
        for at, seat in enumerate(seats)
    ]
    docket = Docket(
        matter="pass",
        board="board",
        now=NOW,
        opened_at=NOW,
        panel=tuple(PanelSeat(seat=seat, person=seat) for seat in seats),
        ballots=tuple(ballots),
    )
    return rule(policy, _PACK, docket).verdict.option == "o0"


_PACK = Pack.model_validate(
    {"review": "review:A/1", "subjects": ["project:A"], "options": [{"id": "o0"}, {"id": "o1"}]}
)
_POLICY = Policy.model_validate(
    {
        "policy": "p",
        "title": "P",
        "language": "1",
        "boards": {"board": {"seats": [{"id": "s0"}], "voting": {"at_least": "1/2"}}},
        "lifecycle": {
            "initial": "idea",
            "phases": [{"id": "idea", "label": "Idea", "standing": "proposed"}],
        },
        "matters": {
            "pass": {
                "kind": "hold",
                "decided_by": [{"board": "board"}],
                "options": [
                    {"id": "o0", "outcome": "approve"},
                    {"id": "o1", "outcome": "defer"},
                ],
            }
        },
    }
)
