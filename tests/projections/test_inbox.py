"""Who has the ball: what waits for whom, since when, and the same looking back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.inbox import proposer_decides
from domain import review
from domain.base import moment_text
from domain.event import stream_kind
from domain.review import Review
from domain.review_commands import (
    AnswerQuestion,
    AskQuestion,
    ContestBallot,
    DeclareConflict,
    RecordSitting,
    ReportRuling,
    RoomBallot,
    WithdrawReview,
)
from projections.as_of import AsOf
from projections.every import VIEWS
from projections.inbox import Reckoning, Waiting, inbox
from projections.reading import Views
from projections.runner import Runner
from tests.examples import BOARD_POLICY
from tests.projections.asking import Until, place, steps
from tests.projections.histories import Author, Step, founded, tell
from tests.projections.test_laws import unhurried
from tests.story import Story
from tests.workflows.test_conditions import CONDITIONS_POLICY, asked, obliged, satisfied
from workflows.calendar import day_of
from workflows.store.sqlite import SQLiteLog, open_memory_log

PEOPLE = ("ada", "bob", "cyd", "sec")


def reckoned(author: Author, *, proposers: bool) -> Reckoning:
    return Reckoning(author.now, author.now.date().isoformat(), lambda _policy, _matter: proposers)


def everybody(
    views: Views, reckoning: Reckoning, asked_at: AsOf | None = None
) -> dict[str, tuple[Waiting, ...]]:
    return {who: inbox(views, who, reckoning, asked_at).found for who in PEOPLE}


@unhurried
@given(steps, st.booleans())
def test_looking_back_equals_having_stopped(history: list[Step], proposers: bool) -> None:
    log = open_memory_log()
    with TemporaryDirectory() as name:
        author = founded(log)
        tell(author, history)
        reckoning = reckoned(author, proposers=proposers)
        until = Until(log, 0)
        runner = Runner(Path(name), until, VIEWS)
        stopped = []
        for until.end in range(1, log.head() + 1):
            runner.catch_up()
            stopped.append(everybody(runner.reading, reckoning))
        for position, then in enumerate(stopped, 1):
            assert everybody(runner.reading, reckoning, place(log, position)) == then
        runner.close()
    log.close()


@unhurried
@given(steps, st.booleans())
def test_the_inbox_agrees_with_the_domain(history: list[Step], proposers: bool) -> None:
    """What the domain would accept next in every review waits for those who may do it."""
    log = open_memory_log()
    with TemporaryDirectory() as name:
        author = founded(log)
        tell(author, history)
        runner = Runner(Path(name), log, VIEWS)
        runner.catch_up()
        reckoning = reckoned(author, proposers=proposers)
        found = {
            (who, one.what, one.review, one.seat)
            for who, waiting in everybody(runner.reading, reckoning).items()
            for one in waiting
        }
        assert found == set(expected(log, reckoning, proposers=proposers))
        runner.close()
    log.close()


def expected(
    log: SQLiteLog, reckoning: Reckoning, *, proposers: bool
) -> Iterator[tuple[str, str, str, str | None]]:
    folded: dict[str, Review | None] = {}
    for one in log.read(0, 10_000):
        if stream_kind(one.event.stream) == "review":
            state = folded.get(one.event.stream)
            folded[one.event.stream] = review.evolve(state, one.event, one.position)
    for stream, state in folded.items():
        for who in PEOPLE if state is not None else ():
            assert state is not None
            for what, seat in of_review(state, who, reckoning, proposers=proposers):
                yield who, what, stream, seat


def of_review(
    state: Review, who: str, reckoning: Reckoning, *, proposers: bool
) -> Iterator[tuple[str, str | None]]:
    if state.status == "reported" and who in state.people and who != state.recorder:
        yield "confirm", None
    if state.status != "open":
        return
    if who == state.opened_by and state.pack is None:
        yield "present", None
    if who == state.opened_by and len(state.answered) < state.asked:
        yield "answer", None
    if state.pack is None:
        return
    voted = {cast.ballot.seat for cast in state.counting()}
    able = [
        one
        for one in state.panel
        if one.person is not None
        and one.seat not in state.conflicts
        and (proposers or one.person not in state.proposers)
    ]
    missing = [one for one in able if one.seat not in voted]
    over = state.closes_at is not None and reckoning.moment >= state.closes_at
    if (over or not missing) and (who == state.opened_by or who in state.people):
        yield "rule", None
    if not over:
        for one in missing:
            if one.person == who:
                yield "vote", one.seat


# --- In words --------------------------------------------------------------------------------


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path / "data")
    yield told.governed(CONDITIONS_POLICY)
    told.close()


def waiting(office: Story, name: str) -> tuple[Waiting, ...]:
    person = office.person(name)
    office.house.views.catch_up()
    day = day_of(office.now, "UTC").isoformat()
    reckoning = Reckoning(office.now, day, proposer_decides(office.house))
    return inbox(office.house.views.reading, person, reckoning).found


def things(office: Story, name: str) -> list[str]:
    return [one.what for one in waiting(office, name)]


def test_a_review_without_a_pack_waits_for_whoever_opened_it(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    opened = works.house.log.head()
    (one,) = waiting(works, "pia")
    assert (one.what, one.review, one.gate) == ("present", stream, "start")
    assert one.position == opened
    assert things(works, "ana") == []


def test_a_pack_waits_for_every_seat_since_it_was_presented(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    works.presented(stream)
    presented = works.house.log.head()
    assert things(works, "pia") == []
    (one,) = waiting(works, "ana")
    assert (one.what, one.seat, one.position) == ("vote", "chair", presented)
    assert one.since == moment_text(works.house.log.read(presented - 1, 1)[0].event.at)
    works.voted(stream, "ana", "go")
    assert (things(works, "ana"), things(works, "ben")) == ([], ["vote"])


def test_a_new_pack_asks_everybody_again(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    works.presented(stream)
    works.voted(stream, "ana", "go")
    works.known("APX-A", "risk", number="10")
    works.presented(stream)
    (one,) = waiting(works, "ana")
    assert (one.what, one.position) == ("vote", works.house.log.head())


def test_a_question_waits_for_whoever_opened_the_review_since_it_was_asked(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    works.presented(stream)
    for text in ("Which pumps?", "Which river?"):
        works.house.reviews.ask(stream, AskQuestion(text=text), works.act("ben"))
    (one,) = waiting(works, "pia")
    assert (one.what, one.questions) == ("answer", (1, 2))
    works.house.reviews.answer(stream, 1, AnswerQuestion(text="Red ones."), works.act("pia"))
    (one,) = waiting(works, "pia")
    assert one.questions == (2,)
    works.house.reviews.answer(stream, 2, AnswerQuestion(text="The Inn."), works.act("pia"))
    assert things(works, "pia") == []


def test_once_every_seat_has_voted_the_ruling_waits_for_whoever_may_call_it(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    works.presented(stream)
    works.house.reviews.declare_conflict(
        stream, DeclareConflict(reason="My sister builds it."), works.act("cem")
    )
    assert things(works, "cem") == []
    works.voted(stream, "ana", "go")
    works.voted(stream, "ben", "go")
    last = works.house.log.head()
    for name in ("ana", "ben", "cem", "pia"):
        (one,) = waiting(works, name)
        assert (one.what, one.position) == ("rule", last)
    assert things(works, "hana") == []
    works.ruled(stream)
    assert [things(works, name) for name in ("ana", "pia")] == [[], []]


def test_a_window_that_is_over_waits_for_the_ruling_and_for_no_vote(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    works.presented(stream)
    closes_at = works.review(stream).closes_at
    assert closes_at is not None
    works.now = closes_at - timedelta(microseconds=1)
    assert things(works, "ana") == ["vote"]
    works.now = closes_at
    (one,) = waiting(works, "ana")
    assert (one.what, one.since, one.position) == ("rule", moment_text(closes_at), None)


def test_a_contested_ballot_waits_again_since_it_was_contested(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    works.presented(stream)
    minutes = works.attached("APX-A", "minutes", b"All agreed.")
    sitting = RecordSitting(
        on=works.now.date(),
        present=("chair",),
        minutes=minutes,
        ballots=(RoomBallot(seat="chair", option="go"),),
    )
    works.house.reviews.record_sitting(stream, sitting, works.act("sue"))
    assert things(works, "ana") == []
    contested = ContestBallot(seat="chair", reason="I said no.")
    works.house.reviews.contest(stream, contested, works.act("ana"))
    (one,) = waiting(works, "ana")
    assert (one.what, one.position) == ("vote", works.house.log.head())


def test_a_proposer_votes_only_where_the_policy_lets_them(tmp_path: Path) -> None:
    for number, (more, what) in enumerate(
        (("", []), ("    proposer_may_decide: true\n", ["vote"]))
    ):
        told = Story(tmp_path / str(number))
        text = BOARD_POLICY.replace("    otherwise: back\n", f"    otherwise: back\n{more}")
        text = text.replace('    otherwise: "no"\n', f'    otherwise: "no"\n{more}')
        told.people["pia"] = told.person("ana")
        told.governed(text)
        stream = told.opened(told.ready("APX-A"))
        told.presented(stream)
        assert things(told, "ana") == what
        told.close()


def test_a_reported_ruling_waits_for_the_panel_but_not_for_its_reporter(works: Story) -> None:
    code = works.ready("APX-A")
    minutes = works.attached(code, "minutes", b"All agreed.")
    command = ReportRuling(
        project=code, gate="start", option="go", minutes=minutes,
        decided_by=works.person("ana"), decided_at=works.now,
    )  # fmt: skip
    stream = str(works.house.rulings.report(command, works.act("ben")).content["review"])
    assert [things(works, name) for name in ("ana", "ben", "pia")] == [["confirm"], [], []]
    works.house.rulings.confirm(stream, works.act("cem"))
    assert things(works, "ana") == []


def test_a_review_that_was_withdrawn_waits_for_nobody(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    works.presented(stream)
    withdrawal = WithdrawReview(reason="Too early.")
    works.house.reviews.withdraw(stream, withdrawal, works.act("pia"))
    assert [things(works, name) for name in ("ana", "pia")] == [[], []]


def test_a_condition_waits_for_its_owner_until_it_is_settled(works: Story) -> None:
    code = obliged(works, asked(works, owner=works.person("hana")))
    (one,) = waiting(works, "hana")
    assert (one.what, one.condition, one.due, one.overdue) == (
        "satisfy",
        "permit",
        "2026-03-31",
        False,
    )
    assert one.subjects == ("project:APX-A",)
    works.now += timedelta(days=365)
    assert [one.overdue for one in waiting(works, "hana")] == [True]
    satisfied(works, code, "permit", "hana")
    assert things(works, "hana") == []


def test_what_waits_longest_comes_first(works: Story) -> None:
    obliged(works, asked(works), code="APX-A")
    works.opened(works.ready("APX-B"))
    assert things(works, "pia") == ["satisfy", "present"]
