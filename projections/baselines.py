"""What was promised: every baseline of a project, from the original to the one that holds."""

from typing import Any, NamedTuple

from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import Answer, Page, Reading, Version, Views
from projections.view import Own, State, View, never


class BaselineRow(NamedTuple):
    """One baseline.

    Attributes:
        project: its code. number: counted from 1 within the project.
        promise: cost, dates, benefits and the digest of the scope, as the event says them.
        change: number of the request that was approved. ruling: review that approved it; both
            absent where the promise was taken over.
        effective_at: since when it holds. position: where it was set.
    """

    project: str
    number: int
    promise: dict[str, Any]
    change: int | None
    ruling: str | None
    effective_at: str
    position: int


def baselines(
    views: Views, project: str, asked: AsOf | None = None
) -> Answer[tuple[BaselineRow, ...]]:
    """Return the baselines of a project, the original first, the one that holds last.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, BASELINES) as reading:
        return reading.answer(rows_of(reading, project))


def rows_of(reading: Reading, project: str) -> tuple[BaselineRow, ...]:
    """Return the baselines of a project within a reading of this view and others."""
    found = reading.ordered(BASELINES, Page(limit=None), project)
    return tuple(sorted(map(_row, found), key=lambda row: row.number))


def _row(version: Version) -> BaselineRow:
    state = version.state
    return BaselineRow(
        project=state["project"],
        number=state["number"],
        promise=state["promise"],
        change=state["change"],
        ruling=state["ruling"],
        effective_at=version.effective_at,
        position=version.position,
    )


def _keys(happened: Occurrence, _own: Own) -> tuple[str, ...]:
    # A code may hold an "@", a number does not: the first one ends it.
    return (f"{happened.data['number']}@{happened.stream.partition(':')[2]}",)


def _fold(_key: str, _last: State | None, happened: Occurrence) -> State:
    return {
        "project": happened.stream.partition(":")[2],
        "number": happened.data["number"],
        "promise": happened.data["promise"],
        "change": happened.data.get("change"),
        "ruling": happened.data.get("ruling"),
    }


def _links(state: State) -> tuple[str, ...]:
    return (state["project"],)


BASELINES = View(
    name="baselines",
    schema=2,
    topics=frozenset({"baseline.set/1", "baseline.taken_over/1"}),
    keys=_keys,
    fold=_fold,
    links=_links,
    remembers=never,
)
