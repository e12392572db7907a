"""How long records are kept: text tables, one row exactly at each bound."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.act import Act
from domain.disposal import Chosen, Due, ProposeDisposal, propose
from domain.disposal_events import DisposalProposed, FileListed, RecordDisposed
from domain.event import Draft, Event, seal
from domain.holding import Traces, evolve
from domain.refusals import Malformed, Stale
from domain.retention import (
    Holding,
    Item,
    Record,
    RetentionClass,
    Schedule,
    SetSchedule,
    due,
    last_day,
    records,
    set_schedule,
)

LAST_DAYS = """
begun       months  last
2026-01-31  1       2026-02-28
2024-01-31  1       2024-02-29
2026-01-31  3       2026-04-30
2026-12-31  2       2027-02-28
2026-05-15  12      2027-05-15
2024-02-29  12      2025-02-28
2026-12-01  1       2027-01-01
2026-11-30  1       2026-12-30
2026-03-03  120     2036-03-03
"""

DUE = """
subject         ended       ruled       on          due
project:A       2026-01-31  -           2026-02-28  -
project:A       2026-01-31  -           2026-03-01  words
project:A       -           -           2099-01-01  -
project:F       2026-01-31  -           2027-01-31  -
project:F       2026-01-31  -           2027-02-01  files
project:F       2026-01-31  -           2036-01-31  files
project:F       2026-01-31  -           2036-02-01  files cases
review:A/g/1    -           2026-01-31  2026-07-31  -
review:A/g/1    -           2026-01-31  2026-08-01  talk
review:A/g/1    2020-01-01  -           2026-08-01  -
project:NONE    2020-01-01  -           2099-01-01  -
"""

ITEMS = {
    "project:A": (Item(position=1, people=("p",)),),
    "project:F": (
        Item(position=1, people=("p",), evidence="risk_report", sha256="a" * 64),
        Item(position=2, people=("p",), evidence="business_case", sha256="b" * 64),
        Item(position=3, people=("q",), evidence="risk_report"),
    ),
    "review:A/g/1": (Item(position=4, people=("p",)),),
    "project:NONE": (),
}


def kind(name: str, of: str, months: int, **fields: object) -> RetentionClass:
    return RetentionClass.model_validate(
        {"name": name, "kind": of, "months": months, "basis": "Rule 7", **fields}
    )


SCHEDULE = Schedule(
    number=1,
    classes=(
        kind("words", "project_words", 1),
        kind("files", "evidence", 12),
        kind("cases", "evidence", 120, evidence="business_case"),
        kind("talk", "review_words", 6, begins="ruled"),
    ),
)


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()[1:]]


def day(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


@pytest.mark.parametrize("row", rows(LAST_DAYS), ids=" ".join)
def test_months_are_those_of_the_calendar(row: list[str]) -> None:
    begun, months, last = row
    assert last_day(date.fromisoformat(begun), int(months)) == date.fromisoformat(last)


@pytest.mark.parametrize("row", rows(DUE), ids=" ".join)
def test_a_record_is_due_the_day_after_the_last_one_it_is_kept(row: list[str]) -> None:
    subject, ended, ruled, on, *classes = row
    holding = Holding(subject=subject, ended=day(ended), ruled=day(ruled), items=ITEMS[subject])
    found = due(SCHEDULE, [holding], date.fromisoformat(on))
    assert [one.under for one in found] == [one for one in classes if one != "-"]


def test_a_kind_of_evidence_with_a_class_of_its_own_is_not_in_the_general_one() -> None:
    holding = Holding(subject="project:F", items=ITEMS["project:F"])
    found = {one.under: [i.position for i in one.items] for one in records(SCHEDULE, holding)}
    assert found == {"files": [1, 3], "cases": [2]}


def test_what_is_in_no_class_and_without_a_schedule_is_kept_for_ever() -> None:
    holding = Holding(subject="project:A", ended=date(1990, 1, 1), items=ITEMS["project:A"])
    assert due(None, [holding], date(2099, 1, 1)) == ()
    assert due(SCHEDULE.changed(classes=SCHEDULE.classes[1:]), [holding], date(2099, 1, 1)) == ()


NONSENSE = [
    ([("a", "evidence", {}), ("a", "project_words", {})], "two classes are called a"),
    ([("a", "evidence", {}), ("b", "evidence", {})], "class b: another class is for evidence"),
    (
        [("a", "evidence", {"evidence": "x"}), ("b", "evidence", {"evidence": "x"})],
        "class b: another class is for evidence x",
    ),
    ([("a", "project_words", {"evidence": "x"})], "project_words are of no kind of evidence"),
    ([("a", "evidence", {"begins": "ruled"})], "a project, which is not ruled but ends"),
    ([("a", "project_words", {"begins": "ruled"})], "a project, which is not ruled but ends"),
]


@pytest.mark.parametrize(("classes", "why"), NONSENSE, ids=[why for _, why in NONSENSE])
def test_a_schedule_that_makes_no_sense_is_refused_and_says_where(
    classes: list[tuple[str, str, dict[str, object]]], why: str
) -> None:
    given = tuple(kind(name, of, 1, **fields) for name, of, fields in classes)
    with pytest.raises(Malformed, match=why):
        set_schedule(None, SetSchedule(classes=given, replaces=0))


@pytest.mark.parametrize("months", [-1, 0, 1201])
def test_months_are_from_one_to_a_century(months: int) -> None:
    kind("a", "evidence", 1)
    kind("a", "evidence", 1200)
    with pytest.raises(ValidationError, match="months"):
        kind("a", "evidence", months)


def test_who_sets_a_schedule_says_which_one_they_saw() -> None:
    with pytest.raises(Stale, match="schedule 1 is in force, not 0"):
        set_schedule(SCHEDULE, SetSchedule(classes=(), replaces=0))
    (draft,) = set_schedule(SCHEDULE, SetSchedule(classes=(), replaces=1))
    assert draft.data.as_json() == {"schedule": 2, "classes": []}


def test_what_was_disposed_of_is_kept_no_more() -> None:
    body = RecordDisposed(
        disposal=1, proposed_by="p", under="files", basis="x", positions=(1, 3),
        files=(FileListed(position=1, sha256="a" * 64),),
    )  # fmt: skip
    at = "2026-01-05T09:00:00.000000Z"
    act = Act.model_validate(
        {"by": "p", "recorded_by": "p", "command": "c", "now": at, "seed": bytes(32)}
    )
    event: Event = seal(Draft(stream="project:F", data=body), act, 9, 0).event
    left = evolve(Traces(items=ITEMS["project:F"]), event, 9)
    assert [one.position for one in left.items] == [2]


def long_record(items: int, subject: str = "project:A") -> Due:
    found = tuple(Item(position=at, people=("p",)) for at in range(1, items + 1))
    return Due(
        record=Record(under="words", basis="x", subject=subject, kept_until=None, items=found)
    )


@pytest.mark.parametrize(("items", "reached"), [(399, 399), (400, 400), (401, 400)])
def test_of_a_very_long_record_what_comes_first_goes(items: int, reached: int) -> None:
    chosen = Chosen(subject="project:A", under="words")
    command = ProposeDisposal(records=(chosen,))
    (draft,) = propose(command, 1, 1, {chosen: long_record(items)})
    assert isinstance(draft.data, DisposalProposed)
    assert draft.data.records[0].positions == tuple(range(1, reached + 1))


def test_one_disposal_reaches_so_many_events_and_no_more() -> None:
    chosen = tuple(Chosen(subject=f"project:{name}", under="words") for name in "AB")
    found = {one: long_record(200, one.subject) for one in chosen}
    assert len(propose(ProposeDisposal(records=chosen), 1, 1, found)) == 1
    found[chosen[1]] = long_record(201, "project:B")
    with pytest.raises(Malformed, match="reaches 401 events; one disposal reaches at most 400"):
        propose(ProposeDisposal(records=chosen), 1, 1, found)
