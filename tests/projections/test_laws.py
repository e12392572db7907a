"""What holds for every view, every history and every place in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import board, policy_book, project, review
from domain.base import moment_text
from domain.event import Event, stream_kind
from domain.review_events import ReviewRuled
from projections.boards import boards
from projections.decisions import Decision, Ruled, decisions
from projections.every import VIEWS
from projections.evidence import evidence
from projections.facts import known
from projections.policies import policies
from projections.portfolios import portfolios
from projections.register import Wanted, register
from projections.reviews import ReviewRow, reviews
from projections.runner import Runner
from projections.trail import Span, trail
from tests.projections.asking import ALL, PROJECTS, Until, bytes_of, everything, place, steps
from tests.projections.histories import FOUNDED, Step, founded, tell
from workflows.store.contract import Recorded
from workflows.store.sqlite import SQLiteLog, open_log, open_memory_log

unhurried = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLACING = (
    "proposed", "taken_over", "moved", "rested", "resumed", "withdrawn", "restored", "superseded",
)  # fmt: skip


@contextmanager
def told(history: list[Step], *, on_file: bool = False) -> Iterator[tuple[Path, SQLiteLog]]:
    with TemporaryDirectory() as name:
        log = open_log(Path(name), writable=True) if on_file else open_memory_log()
        try:
            tell(founded(log), history)
            yield Path(name), log
        finally:
            log.close()


@contextmanager
def following(directory: Path, log: SQLiteLog | Until, rows_max: int = 100) -> Iterator[Runner]:
    runner = Runner(directory, log, VIEWS, rows_max=rows_max)
    try:
        yield runner
    finally:
        runner.close()


def moments_of(events: list[Recorded]) -> list[datetime]:
    return sorted({one.event.effective_at for one in events})


@unhurried
@given(steps)
def test_looking_back_equals_having_stopped(history: list[Step]) -> None:
    with told(history) as (directory, log):
        until = Until(log, 0)
        moments = moments_of(log.read())[::3]
        with following(directory, until) as runner:
            stopped = []
            for until.end in range(1, log.head() + 1):
                assert runner.catch_up() == until.end
                stopped.append(everything(runner.reading, None, moments))
            for position, then in enumerate(stopped, 1):
                assert everything(runner.reading, place(log, position), moments) == then


@unhurried
@given(steps, st.integers(1, 7), st.booleans())
def test_rebuilt_equals_followed_byte_for_byte(
    history: list[Step], stride: int, on_file: bool
) -> None:
    with told(history, on_file=on_file) as (directory, log):
        until = Until(log, 0)
        with following(directory, until, rows_max=1) as runner:
            for until.end in range(1, log.head() + stride, stride):
                runner.catch_up()
            followed = bytes_of(directory)
            assert runner.rebuild() == log.head()
        assert bytes_of(directory) == followed


@unhurried
@given(steps)
def test_the_register_knows_both_clocks(history: list[Step]) -> None:
    with told(history) as (directory, log), following(directory, log) as runner:
        runner.catch_up()
        events = log.read()
        for position in range(1, log.head() + 1, 2):
            for moment in moments_of(events)[::2]:
                answer = register(
                    runner.reading, place(log, position), Wanted(effective=moment), ALL
                )
                found = {row.code: (row.phase, row.standing, row.since) for row in answer.found}
                assert found == as_it_was(events[:position], moment)


def as_it_was(events: list[Recorded], moment: datetime) -> dict[str, tuple[str, str, str]]:
    """The plain reading: of all that was effective by then, the last effective, then recorded."""
    found: dict[str, tuple[datetime, int, tuple[str, str, str]]] = {}
    there: set[str] = set()
    for position, _clock, _content, event in events:
        noun, verb = event.topic.removesuffix("/1").split(".")
        if noun != "project" or verb not in PLACING or event.effective_at > moment:
            continue
        code = event.stream.partition(":")[2]
        if verb in {"proposed", "taken_over"}:
            there.add(code)
        body = event.data.as_json()
        row = (str(body["phase"]), str(body["standing"]), moment_text(event.effective_at))
        kept = found.get(code)
        if kept is None or (event.effective_at, position) > kept[:2]:
            found[code] = (event.effective_at, position, row)
    return {code: kept[2] for code, kept in found.items() if code in there}


@unhurried
@given(steps)
def test_facts_know_both_clocks(history: list[Step]) -> None:
    with told(history) as (directory, log), following(directory, log) as runner:
        runner.catch_up()
        events = log.read()
        for position in range(1, log.head() + 1):
            for moment in moments_of(events)[::4]:
                for subject in PROJECTS:
                    answer = known(runner.reading, subject, place(log, position), moment)
                    found = {one.fact: one.position for one in answer.found}
                    assert found == as_known(events[:position], subject, moment)


def as_known(events: list[Recorded], subject: str, moment: datetime) -> dict[str, int]:
    said = [e for e in events if e.event.stream == subject and e.event.topic.startswith("fact.")]
    wrong = {e.event.corrects for e in said}
    found: dict[str, tuple[datetime, int]] = {}
    for position, _clock, _content, event in said:
        fact = str(event.data.as_json()["fact"])
        if position not in wrong and event.effective_at <= moment:
            found[fact] = max(
                found.get(fact, (event.effective_at, 0)), (event.effective_at, position)
            )
    return {fact: position for fact, (_moment, position) in found.items()}


@unhurried
@given(steps)
def test_the_trail_holds_what_concerns_a_subject(history: list[Step]) -> None:
    with told(history) as (directory, log), following(directory, log) as runner:
        runner.catch_up()
        events = log.read()
        about: dict[str, tuple[str, ...]] = {}
        concerned: dict[str, list[int]] = {}
        for position, _clock, _content, event in events:
            for subject in concerns(event, about):
                concerned.setdefault(subject, []).append(position)
        for subject, positions in concerned.items():
            found = trail(runner.reading, subject, span=Span(after=0, limit=1_000)).found
            assert list(found) == positions


def concerns(event: Event, about: dict[str, tuple[str, ...]]) -> set[str]:
    body = event.data
    if event.topic in {"review.opened/1", "ruling.reported/1", "review.ruled/1"}:
        about[event.stream] = body.subjects  # type: ignore[attr-defined]
    found = {event.stream, f"person:{event.by}", f"person:{event.recorded_by}"}
    found |= {f"person:{event.on_behalf_of}"} if event.on_behalf_of else set()
    found |= {f"person:{body.person}"} if hasattr(body, "person") else set()
    subject = event.stream
    if event.topic == "act.refused/1":
        subject = body.subject  # type: ignore[attr-defined]
    return found | {subject} | set(about.get(subject, ()))


@unhurried
@given(steps)
def test_the_views_agree_with_the_domain(history: list[Step]) -> None:
    """The domain's own folds, which decide, say the same as the views, which show."""
    with told(history) as (directory, log), following(directory, log) as runner:
        runner.catch_up()
        folded: dict[str, object] = {}
        for position, _clock, _content, event in log.read():
            evolve = {
                "project": project.evolve,
                "review": review.evolve,
                "board": board.evolve,
                "policy": policy_book.evolve,
            }.get(stream_kind(event.stream))
            if evolve is not None:
                state = evolve(folded.get(event.stream), event, position)  # type: ignore[operator]
                if state is not None:
                    folded[event.stream] = state
        views = runner.reading
        for row in register(views, page=ALL).found:
            kept = folded[f"project:{row.code}"]
            assert isinstance(kept, project.Project)
            assert (row.title, row.portfolio, row.proposer) == (
                kept.title, kept.portfolio, kept.proposer
            )  # fmt: skip
            assert (row.phase, row.standing, row.left_phase) == (
                kept.phase, kept.standing, kept.left
            )  # fmt: skip
        for one in reviews(views, page=ALL).found:
            decided = folded.get(one.review)
            if isinstance(decided, review.Review):
                assert_same_review(one, decided)
        for seats in boards(views, page=ALL).found:
            held = folded[f"board:{seats.code}"]
            assert isinstance(held, board.Board)
            assert [t[:2] for t in seats.tenures] == [(t.seat, t.person) for t in held.tenures]
            assert [(t.since, t.until) for t in seats.tenures] == [
                (str(t.from_), t.until and str(t.until)) for t in held.tenures
            ]
        for book in policies(views, page=ALL).found:
            versions = folded[f"policy:{book.code}"]
            assert isinstance(versions, policy_book.PolicyBook)
            assert [v.digest for v in book.versions] == [v.digest for v in versions.versions]


def assert_same_review(shown: object, decided: review.Review) -> None:
    assert isinstance(shown, ReviewRow)
    assert shown.status == decided.status
    assert (shown.subjects, shown.pack) == (decided.subjects, decided.pack)
    assert shown.conflicts == decided.conflicts
    assert [(b.seat, b.position) for b in shown.ballots] == [
        (b.ballot.seat, b.position) for b in decided.counting()
    ]
    assert tuple(sorted(shown.answered)) == decided.answered
    assert shown.closes_at == (decided.closes_at and moment_text(decided.closes_at))
    assert (shown.verdict and shown.verdict["outcome"]) == (
        decided.verdict and decided.verdict.outcome
    )


@unhurried
@given(steps)
def test_lists_hold_what_the_events_say(history: list[Step]) -> None:
    with told(history) as (directory, log), following(directory, log) as runner:
        runner.catch_up()
        events, views = log.read(), runner.reading
        ruled = [one for one in events if one.event.topic == "review.ruled/1"]
        every = decisions(views, page=ALL).found
        assert [row.position for row in every] == [one.position for one in reversed(ruled)]
        marks = {"ruling.set_aside/1": "set_aside", "ruling.revoked/1": "revoked"}
        undone = {
            one.event.stream: marks[one.event.topic] for one in events if one.event.topic in marks
        }
        for row, one in zip(reversed(every), ruled, strict=True):
            assert_same_decision(row, one.event)
            assert row.undone == undone.get(row.review)
        for subject in PROJECTS:
            about = decisions(views, None, Ruled(subject=subject), ALL).found
            assert about == tuple(row for row in every if subject in row.subjects)
            attached = [
                (one.position, one.event.data.as_json()["sha256"])
                for one in events
                if one.event.topic == "evidence.attached/1" and one.event.stream == subject
            ]
            found = evidence(views, subject).found
            assert [(row.position, row.sha256) for row in found] == attached
        for outcome in ("approve", "hold"):
            asked = Ruled(
                outcome=outcome, reported=True, since=FOUNDED, until=log.clock(log.head())
            )
            wanted = tuple(row for row in every if row.reported and row.outcome == outcome)
            assert decisions(views, None, asked, ALL).found == wanted
        late = Ruled(until=FOUNDED)
        assert decisions(views, None, late, ALL).found == tuple(
            row for row in every if row.effective_at <= moment_text(FOUNDED)
        )
        chartered = {one.event.stream for one in events if "chartered" in one.event.topic}
        assert {f"portfolio:{row.code}" for row in portfolios(views, page=ALL).found} == chartered


def assert_same_decision(row: Decision, event: Event) -> None:
    body = event.data
    assert isinstance(body, ReviewRuled)
    known_of = body.reported or body.docket
    assert known_of is not None
    assert row.review == event.stream
    assert row.subjects == body.subjects
    assert (row.matter, row.gate, row.board) == (known_of.matter, known_of.gate, known_of.board)
    assert (row.outcome, row.ground) == (body.verdict.outcome, body.verdict.ground)
    assert (row.option, row.pack, row.policy) == (body.verdict.option, body.pack, body.policy)
    assert row.reported == (body.reported is not None)
    decider = body.reported.decided_by if body.reported else event.by
    assert (row.decided_by, row.recorded_by) == (decider, event.recorded_by)
    assert (row.at, row.effective_at) == (moment_text(event.at), moment_text(event.effective_at))
