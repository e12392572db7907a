"""What was promised: every baseline of a project, from the original to the one that holds."""

from typing import Any, NamedTuple

from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import Answer, Page, Reading, Version, Views
from projections.view import Own, State, View


class BaselineRow(NamedTuple):
    """One baseline.

    Attributes:
        project: its code. number: counted from 1 within the project.
        promise: cost, dates, benefits and the digest of the scope, as the event says them.
        change: number of the request that was approved; absent for a share of a merge or a split,
            and where the promise was taken over.
        sources: of such a share, codes of the projects whose promises were divided.
        ruling: review that decided it; absent where the promise was taken over.
        effective_at: since when it holds. position: where it was set.
        withdrawn: review by which it holds no more, with nothing promised in its stead.
    """

    project: str
    number: int
    promise: dict[str, Any]
    change: int | None
    sources: tuple[str, ...]
    ruling: str | None
    effective_at: str
    position: int
    withdrawn: str | None = None


def baselines(
    views: Views, project: str, asked: AsOf | None = None
) -> Answer[tuple[BaselineRow, ...]]:
    """Return the baselines of a project, the original first, the newest last.

    The newest holds, unless it was withdrawn: then none does.

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
        sources=tuple(state["sources"]),
        ruling=state["ruling"],
        effective_at=state["since"],
        position=state["set"],
        withdrawn=state["withdrawn"],
    )


def _keys(happened: Occurrence, _own: Own) -> tuple[str, ...]:
    # A code may hold an "@", a number does not: the first one ends it.
    return (f"{happened.data['number']}@{happened.stream.partition(':')[2]}",)


def _fold(_key: str, last: State | None, happened: Occurrence) -> State | None:
    if happened.topic == "baseline.withdrawn/1":
        return None if last is None else {**last, "withdrawn": happened.data["ruling"]}
    return {
        "project": happened.stream.partition(":")[2],
        "number": happened.data["number"],
        "promise": happened.data["promise"],
        "change": happened.data.get("change"),
        "sources": happened.data.get("sources", []),
        "ruling": happened.data.get("ruling"),
        "since": happened.effective_at,
        "set": happened.position,
        "withdrawn": None,
    }


def _links(state: State) -> tuple[str, ...]:
    return (state["project"],)


def _about(_key: str, state: State) -> tuple[str, ...]:
    return (f"project:{state['project']}",)


BASELINES = View(
    name="baselines",
    schema=2,
    topics=frozenset(
        "baseline.set/1 baseline.divided/1 baseline.taken_over/1 baseline.withdrawn/1".split()
    ),
    keys=_keys,
    fold=_fold,
    links=_links,
    about=_about,
    others=("sources",),
)
