"""Every question there is, asked at one place; and a log that is not read beyond a place."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from projections.as_of import AsOf
from projections.boards import boards
from projections.decisions import Ruled, decisions
from projections.evidence import evidence
from projections.facts import history, known
from projections.policies import policies
from projections.portfolios import portfolios
from projections.reading import Page, Views
from projections.register import Wanted, register
from projections.reviews import Before, reviews
from projections.trail import Span, trail
from tests.projections.histories import Step
from workflows.store.contract import Stored
from workflows.store.sql import SQLLog

PROJECTS = tuple(f"project:P-{n:03d}" for n in range(4))
SUBJECTS = (*PROJECTS, "board:board", "policy:gates", "portfolio:A", "person:ada", "person:cyd")
ALL = Page(limit=None)

steps = st.lists(
    st.builds(
        Step,
        kind=st.integers(0, 28),
        which=st.integers(0, 7),
        other=st.integers(0, 11),
        late_hours=st.sampled_from([0, 0, 0, 1, 3, 4, 9, 30]),
    ),
    max_size=24,
)


class Until:
    """A log as it was when it ended at some position."""

    def __init__(self, log: SQLLog, end: int) -> None:
        self.log = log
        self.end = end

    def head(self) -> int:
        return min(self.end, self.log.head())

    def contents(self, after: int = 0, limit: int = 500) -> list[Stored]:
        return [one for one in self.log.contents(after, limit) if one.position <= self.end]

    def wait(self, after: int, timeout_s: float) -> int:
        return min(self.end, self.log.wait(after, timeout_s))

    def clock(self, position: int) -> datetime | None:
        return self.log.clock(position)

    def position_at(self, moment: datetime) -> int:
        return min(self.end, self.log.position_at(moment))

    def disclosed(self, positions: Sequence[int]) -> Sequence[Any]:
        return self.log.disclosed(positions)


def place(log: SQLLog, position: int) -> AsOf:
    moment = log.clock(position)
    assert moment is not None
    return AsOf(position=position, moment=moment)


def everything(views: Views, asked: AsOf | None, moments: Sequence[datetime] = ()) -> list[Any]:
    """Every view's whole answer, filters and pages included."""
    answers: list[Any] = [
        register(views, asked, page=ALL),
        register(views, asked, Wanted(portfolio="A"), Page(limit=1)),
        register(views, asked, Wanted(standing="active"), Page(after="P-000", limit=2)),
        decisions(views, asked, page=ALL),
        decisions(views, asked, Ruled(reported=True), Page(limit=2)),
        decisions(views, asked, Ruled(subject=PROJECTS[1], outcome="approve"), ALL),
        reviews(views, asked, page=ALL),
        reviews(views, asked, Before(subject=PROJECTS[0], status="open"), Page(limit=2)),
        portfolios(views, asked, ALL),
        policies(views, asked, ALL),
        boards(views, asked, ALL),
        trail(views, None, asked),
        trail(views, None, asked, Span(after=2, limit=3)),
    ]
    answers += [trail(views, subject, asked, Span(limit=7)) for subject in SUBJECTS]
    answers += [trail(views, subject, asked, Span(after=3, limit=7)) for subject in SUBJECTS]
    answers += [evidence(views, subject, asked) for subject in PROJECTS]
    answers += [known(views, subject, asked) for subject in PROJECTS]
    answers += [history(views, subject, "cost", asked) for subject in PROJECTS]
    for moment in moments:
        answers.append(register(views, asked, Wanted(effective=moment), ALL))
        answers += [known(views, subject, asked, moment) for subject in PROJECTS]
    return answers


def bytes_of(directory: Path) -> str:
    """Everything in ``views.db``, tracking included, as text."""
    with sqlite3.connect(directory / (directory / "views.db").readlink()) as connection:
        text = "\n".join(connection.iterdump())
    connection.close()
    return text
