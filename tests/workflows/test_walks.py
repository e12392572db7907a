"""Every preset is walked: the happy path, and each other outcome of each matter about a project."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.pack import Award
from domain.refusals import FieldMissing, FundsAvailable
from domain.words import MatterKind
from tests.story import Story
from tests.workflows.walking import Walk, policy_of
from workflows.envelopes import OpenRound

Start = Callable[..., Walk]
HOUSE = {
    MatterKind.ADOPT_POLICY, MatterKind.APPOINT, MatterKind.RELIEVE, MatterKind.SET_ENVELOPE,
    MatterKind.CLOSE_PERIOD,
}  # fmt: skip
"""Matters that are not about a project."""

# What happens in words, the preset, and line by line: about, option : phase, standing, money held.
WALKS: list[tuple[str, str, str]] = [
    (
        "an idea passes five gates, is funded on the way, closed with its evidence, and reopened",
        "five-gate",
        """
        refused second_screen go
        refused hold hold
        refused resume resume
        screen go                     : scoping active 0
        refused defer defer
        refused reject reject
        second_screen go              : business_case active 0
        refused launch go
        develop go_and_fund           : development active 1000
        spend 300                     : development active 1000
        test go                       : testing active 1000
        fund fund                     : testing active 2000
        launch go                     : launch active 2000
        close keep_open               : launch active 2000
        close close                   : closed closed 300
        refused hold hold
        refused cancel cancel
        reopen stay_closed            : closed closed 300
        reopen reopen                 : launch active 300
        fund fund                     : launch active 1300
        close close                   : closed closed 300
        """,
    ),
    (
        "an idea is put back, returns, is sent back once, and is killed at the first gate",
        "five-gate",
        """
        screen defer                  : idea deferred 0
        refused screen go
        refused hold hold
        resume wait                   : idea deferred 0
        resume resume                 : idea proposed 0
        screen recycle                : idea proposed 0
        screen kill                   : idea rejected 0
        refused resume resume
        refused screen go
        """,
    ),
    (
        "an idea with money is deferred by a review of its own and gives it back, then is rejected",
        "five-gate",
        """
        fund decline                  : idea proposed 0
        fund fund                     : idea proposed 1000
        defer keep                    : idea proposed 1000
        defer defer                   : idea deferred 0
        refused cancel cancel
        reject keep                   : idea deferred 0
        reject reject                 : idea rejected 0
        """,
    ),
    (
        "a project is held at a gate and by a review, keeps its money and phase, and is cancelled",
        "five-gate",
        """
        screen go                     : scoping active 0
        fund fund                     : scoping active 1000
        second_screen hold            : scoping on_hold 1000
        refused second_screen go
        refused hold hold
        resume resume                 : scoping active 1000
        hold go_on                    : scoping active 1000
        hold hold                     : scoping on_hold 1000
        spend 200                     : scoping on_hold 1000
        cancel go_on                  : scoping on_hold 1000
        cancel cancel                 : scoping cancelled 200
        refused resume resume
        """,
    ),
    (
        "a project is killed at the second gate and gives back its money",
        "five-gate",
        """
        screen go                     : scoping active 0
        fund fund                     : scoping active 1000
        second_screen recycle         : scoping active 1000
        second_screen kill            : scoping cancelled 0
        """,
    ),
    (
        "a project goes on under conditions at every gate, and one of them is waived",
        "five-gate",
        """
        screen go                     : scoping active 0
        refused reopen reopen
        second_screen conditional_go  : business_case active 0
        develop conditional_go        : development active 0
        test conditional_go           : testing active 0
        launch conditional_go         : launch active 0
        waive decline                 : launch active 0
        waive waive                   : launch active 0
        """,
    ),
    (
        "a project is recycled at every gate, to the stage it is in or to an earlier one",
        "five-gate",
        """
        screen go                     : scoping active 0
        second_screen go              : business_case active 0
        develop recycle               : business_case active 0
        develop recycle_to_scoping    : scoping active 0
        second_screen go              : business_case active 0
        develop go                    : development active 0
        test recycle                  : development active 0
        test recycle_to_business_case : business_case active 0
        develop go                    : development active 0
        test go                       : testing active 0
        launch recycle                : testing active 0
        launch recycle_to_development : development active 0
        refused launch go
        """,
    ),
    (
        "a project is held at the third, fourth and fifth gate and killed at the last",
        "five-gate",
        """
        screen go                     : scoping active 0
        second_screen go              : business_case active 0
        develop hold                  : business_case on_hold 0
        resume resume                 : business_case active 0
        develop go_and_fund           : development active 1000
        test hold                     : development on_hold 1000
        resume resume                 : development active 1000
        test go                       : testing active 1000
        launch hold                   : testing on_hold 1000
        resume resume                 : testing active 1000
        spend 999                     : testing active 1000
        launch kill                   : testing cancelled 999
        """,
    ),
    (
        "a project is killed at the third gate",
        "five-gate",
        """
        screen go                     : scoping active 0
        second_screen go              : business_case active 0
        develop kill                  : business_case cancelled 0
        refused develop go
        """,
    ),
    (
        "a project is killed at the fourth gate, which was entered in error, and goes on",
        "five-gate",
        """
        screen go                     : scoping active 0
        second_screen go              : business_case active 0
        develop go_and_fund           : development active 1000
        spend 400                     : development active 1000
        test kill                     : development cancelled 400
        set_aside uphold              : development cancelled 400
        """,
    ),
    (
        "a kill entered in error is set aside: place and money are restored",
        "five-gate",
        """
        screen go                     : scoping active 0
        fund fund                     : scoping active 1000
        second_screen kill            : scoping cancelled 0
        set_aside set_aside           : scoping active 1000
        second_screen go              : business_case active 1000
        """,
    ),
    (
        "a hold is upheld, then revoked: the project goes on",
        "five-gate",
        """
        screen go                     : scoping active 0
        hold hold                     : scoping on_hold 0
        revoke revoke                 : scoping active 0
        """,
    ),
    (
        "a revocation is declined",
        "five-gate",
        """
        screen go                     : scoping active 0
        hold hold                     : scoping on_hold 0
        revoke uphold                 : scoping on_hold 0
        """,
    ),
    (
        "a change is sent back, declined, approved; the project is handed over",
        "five-gate",
        """
        change rework                 : idea proposed 0
        change decline                : idea proposed 0
        change approve                : idea proposed 0
        change approve                : idea proposed 0
        transfer decline              : idea proposed 0
        transfer transfer             : idea proposed 0
        """,
    ),
    (
        "an idea is funded in a round, where all could be declined or the rest deferred",
        "five-gate",
        """
        round decline                 : idea proposed 0
        round award                   : idea proposed 1000
        round award_and_defer         : idea proposed 2000
        """,
    ),
    (
        "an idea gets a rank, or the order stays as it is, or the rank was an error",
        "five-gate",
        """
        reprioritise decline          : idea proposed 0
        reprioritise rank             : idea proposed 0
        reallocate decline            : idea proposed 0
        reallocate move               : idea proposed 1000
        set_aside set_aside           : idea proposed 0
        reprioritise rank             : idea proposed 0
        set_aside set_aside           : idea proposed 0
        """,
    ),
    (
        "an idea is taken back by its proposer",
        "five-gate",
        """
        withdraw                      : idea withdrawn 0
        refused resume resume
        refused screen go
        """,
    ),
    (
        "a charter, a plan with its baseline and money, an accepted result, an orderly close",
        "pmi",
        """
        refused plan approve
        refused hold hold
        charter approve               : planning active 0
        refused defer defer
        plan approve                  : executing active 1000
        spend 250                     : executing active 1000
        change approve                : executing active 1000
        change decline                : executing active 1000
        change rework                 : executing active 1000
        fund fund                     : executing active 2000
        fund decline                  : executing active 2000
        accept approve                : closing active 2000
        close rework                  : closing active 2000
        close close                   : closed closed 250
        refused cancel cancel
        reopen stay_closed            : closed closed 250
        reopen reopen                 : closing active 250
        close close                   : closed closed 250
        """,
    ),
    (
        "a charter with conditions, a plan with conditions, acceptance with conditions, one waived",
        "pmi",
        """
        charter approve_with_conditions : planning active 0
        plan approve_with_conditions  : executing active 1000
        accept approve_with_conditions : closing active 1000
        waive decline                 : closing active 1000
        waive waive                   : closing active 1000
        """,
    ),
    (
        "a proposal is deferred at its charter and by a review, returns, and is rejected",
        "pmi",
        """
        charter defer                 : initiating deferred 0
        refused charter approve
        resume wait                   : initiating deferred 0
        resume resume                 : initiating proposed 0
        charter rework                : initiating proposed 0
        defer keep                    : initiating proposed 0
        defer defer                   : initiating deferred 0
        reject keep                   : initiating deferred 0
        reject reject                 : initiating rejected 0
        refused resume resume
        """,
    ),
    (
        "a proposal gets a rank, or the order stays as it is",
        "pmi",
        """
        reprioritise decline          : initiating proposed 0
        reprioritise rank             : initiating proposed 0
        reallocate decline            : initiating proposed 0
        reallocate move               : initiating proposed 1000
        """,
    ),
    (
        "a charter is rejected",
        "pmi",
        """
        charter reject                : initiating rejected 0
        refused charter approve
        """,
    ),
    (
        "a project on hold gives its money back and needs new money to return",
        "pmi",
        """
        charter approve               : planning active 0
        plan rework                   : planning active 0
        plan hold                     : planning on_hold 0
        resume resume                 : planning active 0
        plan approve                  : executing active 1000
        spend 250                     : executing active 1000
        hold go_on                    : executing active 1000
        hold hold                     : executing on_hold 250
        refused accept approve
        resume resume_and_fund        : executing active 1250
        accept hold                   : executing on_hold 250
        resume resume                 : executing active 250
        cancel go_on                  : executing active 250
        cancel cancel                 : executing cancelled 250
        refused resume resume
        """,
    ),
    (
        "an executing project is planned again with the money it has, and cancelled at acceptance",
        "pmi",
        """
        charter approve               : planning active 0
        plan approve                  : executing active 1000
        accept rework                 : executing active 1000
        accept replan                 : planning active 1000
        plan approve_as_funded        : executing active 1000
        accept cancel                 : executing cancelled 0
        """,
    ),
    (
        "a plan is cancelled, which was an error; later the charter is revoked",
        "pmi",
        """
        charter approve               : planning active 0
        plan cancel                   : planning cancelled 0
        set_aside uphold              : planning cancelled 0
        """,
    ),
    (
        "a charter signed in error is set aside",
        "pmi",
        """
        charter approve               : planning active 0
        set_aside set_aside           : initiating proposed 0
        charter approve               : planning active 0
        revoke revoke                 : initiating proposed 0
        """,
    ),
    (
        "a charter is not revoked; the project is funded in rounds",
        "pmi",
        """
        charter approve               : planning active 0
        revoke uphold                 : planning active 0
        round decline                 : planning active 0
        round award                   : planning active 1000
        round award_and_defer         : planning active 2000
        """,
    ),
    (
        "a proposal is handed over to another portfolio",
        "pmi",
        """
        transfer decline              : initiating proposed 0
        transfer transfer             : initiating proposed 0
        withdraw                      : initiating withdrawn 0
        """,
    ),
    (
        "small works start with their money, are closed with their evidence, and reopened",
        "two-gate",
        """
        refused close close
        refused hold hold
        start go                      : works active 1000
        refused start go
        refused defer defer
        spend 900                     : works active 1000
        fund decline                  : works active 1000
        fund fund                     : works active 2000
        close rework                  : works active 2000
        close close                   : done closed 900
        refused hold hold
        reopen stay_closed            : done closed 900
        reopen reopen                 : works active 900
        close close                   : done closed 900
        """,
    ),
    (
        "a request waits for next year, is taken up again, sent back, and rejected",
        "two-gate",
        """
        start defer                   : requested deferred 0
        refused start go
        resume wait                   : requested deferred 0
        resume resume                 : requested proposed 0
        start rework                  : requested proposed 0
        defer keep                    : requested proposed 0
        defer defer                   : requested deferred 0
        reject keep                   : requested deferred 0
        reject reject                 : requested rejected 0
        refused resume resume
        """,
    ),
    (
        "a request is rejected at the start",
        "two-gate",
        """
        start reject                  : requested rejected 0
        """,
    ),
    (
        "works start with conditions, stop and keep their money, go on, and are cancelled",
        "two-gate",
        """
        start go_with_conditions      : works active 1000
        waive decline                 : works active 1000
        waive waive                   : works active 1000
        hold go_on                    : works active 1000
        hold hold                     : works on_hold 1000
        refused close close
        resume resume                 : works active 1000
        spend 100                     : works active 1000
        cancel go_on                  : works active 1000
        cancel cancel                 : works cancelled 100
        set_aside uphold              : works cancelled 100
        """,
    ),
    (
        "a start entered in error is set aside, and one the board regrets is revoked",
        "two-gate",
        """
        start go                      : works active 1000
        set_aside set_aside           : requested proposed 0
        start go                      : works active 1000
        revoke revoke                 : requested proposed 0
        """,
    ),
    (
        "a start is not revoked",
        "two-gate",
        """
        start go                      : works active 1000
        revoke uphold                 : works active 1000
        """,
    ),
    (
        "a promise is changed or not, and a request is handed over or withdrawn",
        "two-gate",
        """
        change decline                : requested proposed 0
        change approve                : requested proposed 0
        transfer decline              : requested proposed 0
        transfer transfer             : requested proposed 0
        withdraw                      : requested withdrawn 0
        """,
    ),
    (
        "ideas keep their money when merged, divide it when split, and end as a duplicate",
        "five-gate",
        """
        merge keep                    : idea proposed 0
        fund fund                     : idea proposed 1000
        spend 300                     : idea proposed 1000
        merge merge                   : idea proposed 1000
        split keep                    : idea proposed 1000
        change approve                : idea proposed 1000
        split split                   : idea proposed 1000
        """,
    ),
    (
        "an idea entered twice gives back its money and is superseded",
        "five-gate",
        """
        fund fund                     : idea proposed 1000
        duplicate keep                : idea proposed 1000
        duplicate supersede           : superseded superseded 0
        refused resume resume
        set_aside set_aside           : idea proposed 1000
        duplicate supersede           : superseded superseded 0
        """,
    ),
    (
        "an idea that rests is found to be entered twice",
        "five-gate",
        """
        defer defer                   : idea deferred 0
        duplicate supersede           : superseded superseded 0
        """,
    ),
    (
        "proposals keep their money when merged, divide it when split, and end as a duplicate",
        "pmi",
        """
        merge keep                    : initiating proposed 0
        fund fund                     : initiating proposed 1000
        spend 300                     : initiating proposed 1000
        merge merge                   : initiating proposed 1000
        split keep                    : initiating proposed 1000
        change approve                : initiating proposed 1000
        split split                   : initiating proposed 1000
        """,
    ),
    (
        "a proposal entered twice gives back its money and is superseded",
        "pmi",
        """
        fund fund                     : initiating proposed 1000
        duplicate keep                : initiating proposed 1000
        duplicate supersede           : superseded superseded 0
        refused resume resume
        set_aside set_aside           : initiating proposed 1000
        duplicate supersede           : superseded superseded 0
        """,
    ),
    (
        "a proposal that rests is found to be entered twice",
        "pmi",
        """
        defer defer                   : initiating deferred 0
        duplicate supersede           : superseded superseded 0
        """,
    ),
    (
        "requests keep their money when merged, divide it when split, and end as a duplicate",
        "two-gate",
        """
        merge keep                    : requested proposed 0
        fund fund                     : requested proposed 1000
        spend 300                     : requested proposed 1000
        merge merge                   : requested proposed 1000
        split keep                    : requested proposed 1000
        change approve                : requested proposed 1000
        split split                   : requested proposed 1000
        """,
    ),
    (
        "a request entered twice gives back its money and is superseded",
        "two-gate",
        """
        fund fund                     : requested proposed 1000
        duplicate keep                : requested proposed 1000
        duplicate supersede           : superseded superseded 0
        refused resume resume
        set_aside set_aside           : requested proposed 1000
        duplicate supersede           : superseded superseded 0
        """,
    ),
    (
        "a request that rests is found to be entered twice",
        "two-gate",
        """
        defer defer                   : requested deferred 0
        duplicate supersede           : superseded superseded 0
        """,
    ),
]
HAPPY = {preset: lines for _, preset, lines in reversed(WALKS)}
"""The first walk of each preset."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Begins a walk under a preset."""
    stories: list[Story] = []

    def begin(preset: str, requested: str = "400000.00") -> Walk:
        stories.append(Story(tmp_path / "data"))
        return Walk(stories[-1], preset, requested)

    yield begin
    for story in stories:
        story.close()


@pytest.mark.parametrize(("preset", "lines"), [w[1:] for w in WALKS], ids=[w[0] for w in WALKS])
def test_a_project_walks(start: Start, preset: str, lines: str) -> None:
    walk = start(preset)
    walk.walk(lines)
    walk.require_sound()


@pytest.mark.parametrize("preset", HAPPY)
def test_a_small_project_walks_the_same_way_before_one_person(start: Start, preset: str) -> None:
    walk = start(preset, requested="900.00")
    walk.walk(HAPPY[preset])
    walk.require_sound()
    boards = {len(walk.story.review(stream).panel) for stream in walk.ruled}
    assert 1 in boards


@pytest.mark.parametrize("preset", HAPPY)
def test_every_option_of_every_matter_about_a_project_is_walked(preset: str) -> None:
    policy = policy_of(preset)
    by_gate = {gate: name for name, m in policy.matters.items() for gate in m.gates}
    walked = set()
    for _, of, lines in WALKS:
        for line in filter(None, (one.strip() for one in lines.splitlines() if of == preset)):
            about, *option = line.partition(":")[0].split()
            if option and about not in {"refused", "spend"}:
                walked.add((by_gate.get(about, about), option[0]))
    assert walked == {
        (name, option.id)
        for name, matter in policy.matters.items()
        if matter.kind not in HOUSE
        for option in matter.options
    }


@pytest.mark.parametrize(
    ("preset", "path"),
    [
        ("five-gate", ["screen go", "second_screen go", "develop go", "test go", "launch go"]),
        ("pmi", ["charter approve", "plan approve", "accept approve"]),
        ("two-gate", ["start go"]),
    ],
)
def test_a_closing_gate_is_not_passed_while_one_fact_is_not_so(
    start: Start, preset: str, path: list[str]
) -> None:
    walk = start(preset)
    walk.walk("\n".join(path))
    before = (walk.place(), walk.held())
    for fact in walk.matter("close").pack.facts:
        walk.story.known(walk.code, fact, flag=False)
        verdict = walk.settle(walk.opened("close"), "close")
        assert (verdict["outcome"], verdict["ground"]) == ("no_ruling", "must_failed")
        assert (walk.place(), walk.held()) == before
        walk.story.known(walk.code, fact, flag=True)
    walk.decide("close", "close")
    assert walk.place()[1] == "closed"


@pytest.mark.parametrize("preset", HAPPY)
def test_a_closing_gate_is_not_even_put_forward_without_its_evidence(
    start: Start, preset: str
) -> None:
    walk = start(preset)
    closing = walk.matter("close")
    assert {*closing.pack.facts} == {c.test.fact for c in closing.criteria if c.test.fact}
    assert {*closing.pack.evidence} == {
        c.test.evidence for c in closing.criteria if c.test.evidence
    }
    assert len(closing.criteria) >= 5
    walk.propose("APX-2", "400000.00", known=False)
    walk.code = "APX-2"
    first = walk.policy.lifecycle.gates[0].id
    recommended = "rework" if preset != "five-gate" else "recycle"
    with pytest.raises(FieldMissing) as refusal:
        walk.story.presented(walk.opened(first), recommendation=recommended)
    asked = walk.matter(first).pack
    assert all(name in refusal.value.why for name in (*asked.facts, *asked.evidence))


def test_a_hurdle_missed_strikes_go_and_leaves_the_project_where_it_is(start: Start) -> None:
    walk = start("five-gate")
    walk.walk("screen go")
    walk.story.known(walk.code, "advantage", number="5")
    walk.story.known(walk.code, "market", number="5")
    verdict = walk.settle(walk.opened("second_screen"), "go")
    assert (verdict["outcome"], verdict["ground"]) == ("no_ruling", "hurdle_missed")
    assert walk.place() == ("scoping", "active")


@pytest.mark.parametrize(
    ("preset", "cost", "board"),
    [
        ("five-gate", "10000.00", "portfolio_head"),
        ("five-gate", "10000.01", "gate_board"),
        ("five-gate", "250000.01", "portfolio_board"),
        ("pmi", "5000.00", "sponsor"),
        ("pmi", "5000.01", "change_control_board"),
        ("pmi", "100000.01", "portfolio_board"),
        ("two-gate", "10000.00", "head"),
        ("two-gate", "10000.01", "works_board"),
    ],
)
def test_who_decides_on_a_change_follows_from_how_far_the_cost_rises(
    start: Start, preset: str, cost: str, board: str
) -> None:
    walk = start(preset)
    stream = walk.opened("change", change=walk.change(cost))
    assert walk.story.review(stream).board == board


@pytest.mark.parametrize("preset", ["five-gate", "pmi"])
def test_a_round_funds_three_of_five_and_defers_the_rest(start: Start, preset: str) -> None:
    walk = start(preset)
    codes = [walk.code, *(walk.propose(f"APX-{n}", "900.00") for n in range(2, 6))]
    command = OpenRound(projects=tuple(codes), matter="round")
    answer = walk.story.house.envelopes.open_round("APX", command, walk.story.act("pia"))
    awards = tuple(
        Award(project=code, rank=rank, amounts=(walk.line("3333.33"),) if rank < 4 else ())
        for rank, code in enumerate(codes, start=1)
    )
    verdict = walk.settle(str(answer.content["review"]), "award_and_defer", awards=awards)
    assert verdict["outcome"] == "approve"
    standings = [walk.story.project(code).standing.value for code in codes]
    assert standings == ["proposed"] * 3 + ["deferred"] * 2
    assert {str(free) for free in map(walk.portfolio().free, walk.portfolio().envelopes)} == {
        "0.01"
    }
    walk.require_sound()


def test_a_gate_passes_what_cannot_be_paid_for_and_says_so(start: Start) -> None:
    walk = start("five-gate")
    walk.walk("screen go \n second_screen go")
    before = walk.story.house.log.head()
    walk.settle(walk.opened("develop"), "go_and_fund", amounts=(walk.line("10000.01"),))
    assert (walk.place(), walk.held()) == (("development", "active"), 0)
    assert "funds.allocated/1" not in walk.story.topics(before)
    approved = list(walk.story.house.log.stream(f"project:{walk.code}"))[-1].event
    assert approved.topic == "funds.approved/1"
    assert approved.data.as_json()["funded"] is False


@pytest.mark.parametrize(
    ("preset", "before", "gate", "option"),
    [("pmi", "charter approve", "plan", "approve"), ("two-gate", "", "start", "go")],
)
def test_a_gate_that_commits_money_is_not_passed_without_it(
    start: Start, preset: str, before: str, gate: str, option: str
) -> None:
    walk = start(preset)
    walk.walk(before)
    place, stream = walk.place(), walk.opened(gate)
    with pytest.raises(FundsAvailable):
        walk.settle(stream, option, amounts=(walk.line("10000.01"),))
    assert (walk.place(), walk.held(), walk.story.review(stream).status) == (place, 0, "open")
