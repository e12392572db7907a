"""Baselines and changes, as of any place in any history; checked against a plain reading of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.base import moment_text
from domain.baseline_events import BaselineSet, ChangeRequested, ChangeWithdrawn, Promise
from domain.docket import Verdict
from domain.money import Money
from domain.promises import compare, moved
from domain.proposal import Proposal
from domain.review_events import ReviewOpened, ReviewRuled
from domain.undoing_events import RulingSetAside
from domain.words import Ground, Outcome
from projections.baselines import BASELINES, baselines
from projections.changes import CHANGES, ChangeRow, Requested, changes
from projections.reading import Page, Views
from projections.runner import Runner
from tests.projections.asking import ALL, Until, place
from tests.projections.histories import Author, Step, founded
from workflows.store.sqlite import SQLiteLog, open_memory_log

unhurried = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CODES = ("P-1", "P@2")
OUTCOMES = (Outcome.APPROVE, Outcome.REJECT, Outcome.NO_RULING, Outcome.REWORK)

histories = st.lists(
    st.builds(
        Step,
        kind=st.integers(0, 4),
        which=st.integers(0, 7),
        other=st.integers(0, 11),
        late_hours=st.sampled_from([0, 0, 1, 9]),
    ),
    max_size=20,
)


class Board:
    """Tells what happens to changes of two projects, and keeps what became of them."""

    def __init__(self, author: Author) -> None:
        self.author = author
        self.promises: dict[str, list[Promise]] = {code: [] for code in CODES}
        self.status: dict[tuple[str, int], str] = {}
        self.asked: dict[tuple[str, int], Promise] = {}
        self.ruled: list[tuple[str, tuple[str, int]]] = []

    def request(self, step: Step) -> tuple[str, int]:
        code = CODES[step.which % 2]
        number = 1 + sum(key[0] == code for key in self.asked)
        held = self.promises[code]
        promise = Promise(
            total=Money(amount=Decimal(step.other), currency="EUR"),
            start=date(2027, 1, 1),
            finish=date(2027, 2, 1 + step.other),
        )
        body = ChangeRequested(
            change=number,
            baseline=len(held) or None,
            promise=promise,
            moves=moved(held[-1] if held else None, promise),
        )
        self.author.write(f"project:{code}", body, late_hours=step.late_hours)
        self.asked[code, number], self.status[code, number] = promise, "requested"
        return code, number

    def waiting(self, step: Step) -> tuple[str, int]:
        found = sorted(key for key, status in self.status.items() if status == "requested")
        return found[step.which % len(found)] if found else self.request(step)

    def withdraw(self, step: Step) -> None:
        code, number = self.waiting(step)
        self.author.write(f"project:{code}", ChangeWithdrawn(change=number))
        self.status[code, number] = "withdrawn"

    def rule(self, step: Step) -> None:
        code, number = self.waiting(step)
        stream = f"review:{code}/change/{self.author.position}"
        subjects = (f"project:{code}",)
        opened = ReviewOpened(
            matter="change", subjects=subjects, board="head", policy="a" * 64, engine=1, panel=(),
            proposal=Proposal(change=number),
            amount=Money(amount=Decimal(step.other), currency="EUR"),
        )  # fmt: skip
        self.author.write(stream, opened)
        outcome = OUTCOMES[step.other % 4]
        verdict = Verdict(outcome=outcome, option="x", ground=Ground.CARRIED)
        ruled = ReviewRuled(subjects=subjects, policy="a" * 64, verdict=verdict)
        self.author.write(stream, ruled, late_hours=step.late_hours)
        if outcome is Outcome.APPROVE:
            self.replace(code, number, stream, step)
        elif outcome is not Outcome.NO_RULING:
            self.status[code, number] = "rejected"
            self.ruled.append((stream, (code, number)))

    def replace(self, code: str, number: int, stream: str, step: Step) -> None:
        promise = self.asked[code, number]
        self.promises[code].append(promise)
        body = BaselineSet(
            number=len(self.promises[code]), promise=promise, change=number, ruling=stream
        )
        self.author.write(f"project:{code}", body, late_hours=step.late_hours)
        self.status[code, number] = "approved"

    def undo(self, _step: Step) -> None:
        if self.ruled:
            stream, key = self.ruled.pop()
            self.author.write(stream, RulingSetAside(ruling="review:R/undo/1"))
            self.status[key] = "requested"

    def unrelated(self, step: Step) -> None:
        """A review and its ruling that are about no change."""
        stream, subjects = f"review:R/pause/{self.author.position}", (f"project:{CODES[0]}",)
        opened = ReviewOpened(
            matter="pause", subjects=subjects, board="head", policy="a" * 64, engine=1, panel=()
        )
        self.author.write(stream, opened)
        verdict = Verdict(outcome=OUTCOMES[step.other % 4], option="x", ground=Ground.CARRIED)
        self.author.write(stream, ReviewRuled(subjects=subjects, policy="a" * 64, verdict=verdict))

    def tell(self, steps: Sequence[Step]) -> None:
        told = (self.request, self.withdraw, self.rule, self.undo, self.unrelated)
        for step in steps:
            told[step.kind](step)
        self.author.commit()


@contextmanager
def told(steps: Sequence[Step]) -> Iterator[tuple[Path, SQLiteLog, Board]]:
    with TemporaryDirectory() as name:
        log = open_memory_log()
        try:
            board = Board(founded(log))
            board.tell(steps)
            yield Path(name), log, board
        finally:
            log.close()


@contextmanager
def following(directory: Path, log: SQLiteLog | Until) -> Iterator[Runner]:
    runner = Runner(directory, log, (BASELINES, CHANGES))
    try:
        yield runner
    finally:
        runner.close()


def everything(views: Views, asked: Any = None) -> list[Any]:
    answers: list[Any] = [
        changes(views, asked, page=ALL),
        changes(views, asked, page=Page(limit=2)),
    ]
    for status in ("requested", "withdrawn", "approved", "rejected"):
        answers.append(changes(views, asked, Requested(status=status), ALL))
        answers.append(changes(views, asked, Requested(CODES[1], status), ALL))
    return answers + [baselines(views, code, asked) for code in CODES]


@unhurried
@given(histories)
def test_looking_back_equals_having_stopped(steps: list[Step]) -> None:
    with told(steps) as (directory, log, _board):
        until = Until(log, 0)
        with following(directory, until) as runner:
            stopped = []
            for until.end in range(1, log.head() + 1):
                assert runner.catch_up() == until.end
                stopped.append(everything(runner.reading))
            for position, then in enumerate(stopped, 1):
                assert everything(runner.reading, place(log, position)) == then


@unhurried
@given(histories)
def test_the_views_say_what_the_events_say(steps: list[Step]) -> None:
    with told(steps) as (directory, log, board), following(directory, log) as runner:
        runner.catch_up()
        views = runner.reading
        every = changes(views, page=ALL).found
        assert {(row.project, row.number): row.status for row in every} == board.status
        assert [row.born for row in every] == sorted((row.born for row in every), reverse=True)
        for code in CODES:
            kept = baselines(views, code).found
            assert [row.number for row in kept] == list(range(1, len(kept) + 1))
            held = [Promise.model_validate(row.promise) for row in kept]
            assert held == board.promises[code]
            of_it = changes(views, None, Requested(code), ALL).found
            assert of_it == tuple(row for row in every if row.project == code)
            for row in of_it:
                before = None if row.baseline is None else held[row.baseline - 1]
                asked = board.asked[code, row.number]
                assert row.impact == compare(before, asked).as_json()
                assert row.became in {None, *(one.number for one in kept)}


@unhurried
@given(histories)
def test_pages_put_together_are_the_whole_list(steps: list[Step]) -> None:
    with told(steps) as (directory, log, _board), following(directory, log) as runner:
        runner.catch_up()
        seen: list[ChangeRow] = []
        page = Page(limit=1)
        while True:
            found = changes(runner.reading, page=page)
            seen += found.found
            if found.next is None:
                break
            page = Page(found.next, 1)
        assert tuple(seen) == changes(runner.reading, page=ALL).found


def test_a_baseline_recorded_late_is_known_from_its_record_on_and_holds_since_it_was_decided() -> (
    None
):
    steps = [Step(0, 0, 0, 0), Step(2, 0, 0, 9)]
    with told(steps) as (directory, log, _board), following(directory, log) as runner:
        runner.catch_up()
        (row,) = baselines(runner.reading, "P-1").found
        assert row.position == log.head()
        assert row.effective_at < moment_text(log.read(log.head() - 1)[0].event.at)
        assert baselines(runner.reading, "P-1", place(log, log.head() - 1)).found == ()
