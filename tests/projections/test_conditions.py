"""The view of conditions: open, settled, overdue, and the same looking back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.condition_events import (
    ConditionImposed,
    ConditionInherited,
    ConditionPassedOn,
    ConditionSatisfied,
    ConditionWaived,
)
from domain.project_events import ProjectProposed
from domain.words import Standing
from projections.conditions import CONDITIONS, EVERY_CONDITION, Asked, ConditionRow, conditions
from projections.every import VIEWS
from projections.reading import Answer, Page
from projections.runner import Runner
from tests.projections.asking import ALL, Until, bytes_of, place
from tests.projections.histories import Author, founded
from tests.projections.test_laws import unhurried
from tests.story import Story
from tests.workflows.test_conditions import CONDITIONS_POLICY, asked, obliged, satisfied, waiving
from workflows.calendar import day_of
from workflows.store.sqlite import open_memory_log

NAMES = ("permit", "noise")
OWNERS = ("ada", "bob")


class Turn(NamedTuple):
    """What happens next to one condition of one project."""

    kind: int
    project: int
    name: int
    owner: int
    day: int


turns = st.lists(
    st.builds(
        Turn,
        kind=st.integers(0, 4),
        project=st.integers(0, 1),
        name=st.integers(0, 1),
        owner=st.integers(0, 1),
        day=st.integers(1, 9),
    ),
    max_size=20,
)


def tell(author: Author, history: list[Turn]) -> list[list[str]]:
    """Let the turns happen, each as far as it can; return what is open after each event."""
    held: dict[tuple[str, str], str] = {}
    opened: list[list[str]] = [[]]
    for turn in history:
        stream = f"project:P-{turn.project}"
        name = NAMES[turn.name]
        key = (stream, name)
        if stream not in author.versions:
            body = ProjectProposed(
                title="P", portfolio="A", phase="idea", standing=Standing.PROPOSED
            )
            author.write(stream, body)
        elif key not in held:
            owner, due = OWNERS[turn.owner], date(2026, 1, turn.day)
            imposed = ConditionImposed(condition=name, owner=owner, due=due, ruling="review:R/1")
            author.write(stream, imposed)
            held[key] = owner
        elif turn.kind == 4 and turn.day % 2:
            # A merge or a split: the other project takes it over, unless it has one of that name.
            other = f"project:P-{1 - turn.project}"
            if other not in author.versions or (other, name) in held:
                continue
            code = stream.partition(":")[2]
            passed = ConditionPassedOn(condition=name, to=code, division="review:R/3")
            author.write(stream, passed)
            owner = held.pop(key)
            opened.append(sorted(f"{stream}/{name}" for stream, name in held))
            taken = ConditionInherited(
                condition=name,
                owner=owner,
                due=date(2026, 1, turn.day),
                ruling="review:R/1",
                source=code,
                division="review:R/3",
            )
            author.write(other, taken)
            held[other, name] = owner
        elif turn.kind % 2:
            author.write(stream, ConditionSatisfied(condition=name), by=held.pop(key))
        else:
            author.write(stream, ConditionWaived(condition=name, ruling="review:R/2"))
            del held[key]
        opened.append(sorted(f"{stream}/{name}" for stream, name in held))
    author.commit()
    return opened


def every_question(runner: Runner, at: object) -> list[Answer[tuple[ConditionRow, ...]]]:
    wanted = (
        EVERY_CONDITION,
        Asked(project="P-0"),
        Asked(owner="ada"),
        Asked(project="P-1", owner="bob", status="open"),
        Asked(overdue_on="2026-01-05"),
        Asked(project="P-0", overdue_on="2026-01-05"),
    )
    pages = (ALL, Page(limit=1))
    return [conditions(runner.reading, at, one, page) for one in wanted for page in pages]  # type: ignore[arg-type]


@unhurried
@given(turns)
def test_looking_back_equals_having_stopped(history: list[Turn]) -> None:
    log = open_memory_log()
    with TemporaryDirectory() as name:
        opened = tell(founded(log), history)
        until = Until(log, 0)
        runner = Runner(Path(name), until, VIEWS)
        stopped = []
        for until.end in range(1, log.head() + 1):
            runner.catch_up()
            stopped.append(every_question(runner, None))
            rows = conditions(runner.reading, None, Asked(status="open"), ALL).found
            now_open = sorted(f"project:{row.project}/{row.condition}" for row in rows)
            assert now_open == opened[until.end - 1]
        for position, then in enumerate(stopped, 1):
            assert every_question(runner, place(log, position)) == then
        followed = bytes_of(Path(name))
        runner.rebuild()
        assert bytes_of(Path(name)) == followed
        runner.close()
    log.close()


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path / "data")
    yield told.governed(CONDITIONS_POLICY)
    told.close()


def rows(office: Story, wanted: Asked = EVERY_CONDITION) -> tuple[ConditionRow, ...]:
    office.house.views.catch_up()
    return conditions(office.house.views.reading, None, wanted, ALL).found


@pytest.mark.parametrize(
    ("moment", "overdue"),
    [
        (datetime(2026, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC), False),
        (datetime(2026, 4, 1, tzinfo=UTC), True),
        (datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC), True),
    ],
)
def test_a_condition_is_not_overdue_on_its_last_day_and_is_from_then_on(
    works: Story, moment: datetime, overdue: bool
) -> None:
    obliged(works, asked(works, due=date(2026, 3, 31)))
    day = day_of(moment, "UTC").isoformat()
    assert [row.overdue(day) for row in rows(works)] == [overdue]
    assert len(rows(works, Asked(overdue_on=day))) == int(overdue)


def test_the_last_day_ends_where_the_office_is() -> None:
    late = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    assert day_of(late - timedelta(microseconds=1), "Europe/Berlin").isoformat() == "2026-03-31"
    assert day_of(late, "Europe/Berlin").isoformat() == "2026-04-01"


def test_what_is_settled_is_no_longer_overdue(works: Story) -> None:
    code = obliged(works, asked(works))
    satisfied(works, code, "permit", "pia")
    assert rows(works, Asked(overdue_on="2027-01-01")) == ()


def test_a_row_says_who_settled_it_and_by_what(works: Story) -> None:
    code = obliged(works, asked(works), asked(works, id="noise", evidence="minutes"))
    digest = works.attached(code, "minutes", b"Hush.")
    satisfied(works, code, "noise", "ana", sha256=digest)
    stream = waiving(works, code, "permit")
    works.ruled(stream, by="hana")
    noise, permit = rows(works)
    assert (noise.condition, noise.status, noise.sha256) == ("noise", "satisfied", digest)
    assert (noise.settled_by, noise.waiver) == (works.person("ana"), None)
    assert (permit.status, permit.waiver, permit.settled_by) == (
        "waived",
        stream,
        works.person("hana"),
    )
    assert permit.settled_position == works.house.log.head()
    assert permit.ruling == noise.ruling == "review:APX-A/start/1"


def test_every_imposing_is_a_row_of_its_own_also_under_the_same_name() -> None:
    log = open_memory_log()
    author = founded(log)
    imposed = ConditionImposed(
        condition="permit", owner="ada", due=date(2026, 1, 9), ruling="review:R/1"
    )
    for body in (imposed, ConditionSatisfied(condition="permit"), imposed):
        author.write("project:P-1", body)
    author.commit()
    with TemporaryDirectory() as name:
        runner = Runner(Path(name), log, (CONDITIONS,))
        runner.catch_up()
        found = conditions(runner.reading, None, Asked(project="P-1"), ALL).found
        assert [(row.status, row.imposed_position) for row in found] == [
            ("open", 4),
            ("satisfied", 2),
        ]
        runner.close()
    log.close()
