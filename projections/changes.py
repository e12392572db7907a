"""Which changes were requested, what they move, and what became of each."""

from typing import Any, NamedTuple

from domain.baseline_events import Promise
from domain.promises import compare
from domain.words import APPROVING, Outcome
from projections.as_of import AsOf
from projections.baselines import BASELINES
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Reading, Version, Views, cut
from projections.view import Own, State, View

LISTED = "/changes"
"""The link of every change; no code of a project holds a slash."""

_LEAVING = APPROVING | {Outcome.NO_RULING}
"""Outcomes that reject nothing: what they approve, the baseline itself says."""


class ChangeRow(NamedTuple):
    """One request for another baseline.

    Attributes:
        project: its code. number: counted from 1 within the project.
        status: ``requested``, ``withdrawn``, ``approved`` or ``rejected``.
        baseline: number of the baseline it starts from, absent for the first.
        moves: what of it is not as in that baseline.
        promise: what is to be promised, whole, as the event says it.
        impact: the difference to that baseline; see `domain.promises.Difference`.
        review: the last review about it. rise: by how much the cost rises, as put before it.
        became: number of the baseline it became.
        requested_by: id of a person. requested_at: when it was recorded.
        position: last event about it. born: its first.
    """

    project: str
    number: int
    status: str
    baseline: int | None
    moves: tuple[str, ...]
    promise: dict[str, Any]
    impact: dict[str, Any]
    review: str | None
    rise: dict[str, str] | None
    became: int | None
    requested_by: str
    requested_at: str
    position: int
    born: int


class Requested(NamedTuple):
    """Which changes are wanted.

    Attributes:
        project: code of the project. status: see `ChangeRow`.
    """

    project: str | None = None
    status: str | None = None


EVERY_CHANGE = Requested()


def changes(
    views: Views,
    asked: AsOf | None = None,
    wanted: Requested = EVERY_CHANGE,
    page: Page = FIRST_PAGE,
) -> Answer[tuple[ChangeRow, ...]]:
    """Return changes, the last requested first; the cursor is the position of a request.

    Raises:
        ViewStopped: the view, or that of the baselines, met an event it cannot fold.
    """
    link = LISTED if wanted.project is None else wanted.project
    with views.at(asked, CHANGES, BASELINES) as reading:
        found = reading.newest(CHANGES, page, link, {"status": wanted.status})
        rows, more = cut([_row(reading, version) for version in found], page)
        return reading.answer(rows, rows[-1].born if more else None)


def _row(reading: Reading, version: Version) -> ChangeRow:
    state = {**version.state, "moves": tuple(version.state["moves"])}
    before = None
    if state["baseline"] is not None:
        before = reading.state(BASELINES, f"{state['baseline']}@{state['project']}")
    promised = None if before is None else Promise.model_validate(before["promise"])
    impact = compare(promised, Promise.model_validate(state["promise"]))
    return ChangeRow(impact=impact.as_json(), position=version.position, **state)


def _keys(happened: Occurrence, own: Own) -> tuple[str, ...]:
    data = happened.data
    if not happened.stream.startswith("review:"):
        # Undoing may set a baseline again that was taken over, and so no change asked for.
        return (_key(data["change"], happened.stream),) if "change" in data else ()
    if happened.topic != "review.opened/1":
        review = own(happened.stream)
        return () if review is None else tuple(review["about"])
    change = data.get("proposal", {}).get("change")
    return () if change is None else (happened.stream, *_about(happened, change))


def _about(happened: Occurrence, change: int) -> list[str]:
    subjects = happened.data["subjects"]
    return [_key(change, subject) for subject in subjects if subject.startswith("project:")]


def _key(change: int, stream: str) -> str:
    # A code may hold an "@", a number does not: the first one ends it.
    return f"{change}@{stream.partition(':')[2]}"


def _fold(key: str, last: State | None, happened: Occurrence) -> State | None:
    data = happened.data
    if key == happened.stream:
        return {"status": None, "about": _about(happened, data["proposal"]["change"])}
    if happened.topic == "change.requested/1":
        return _requested(happened)
    if last is None:
        return None
    match happened.topic:
        case "change.withdrawn/1":
            return {**last, "status": "withdrawn"}
        case "baseline.set/1":
            return {**last, "status": "approved", "became": data["number"]}
        case "review.opened/1":
            rise = None if "gate" in data else data.get("amount")
            return {**last, "review": happened.stream, "rise": rise}
    return _reviewed(last, happened)


def _requested(happened: Occurrence) -> State:
    data = happened.data
    return {
        "project": happened.stream.partition(":")[2],
        "number": data["change"],
        "status": "requested",
        "baseline": data.get("baseline"),
        "moves": data["moves"],
        "promise": data["promise"],
        "review": None,
        "rise": None,
        "became": None,
        "requested_by": happened.by,
        "requested_at": happened.at,
        "born": happened.position,
    }


def _reviewed(last: State, happened: Occurrence) -> State | None:
    """Return what a ruling, or undoing it, makes of a change that it did not approve."""
    if last["review"] != happened.stream:
        return None
    if happened.topic != "review.ruled/1":
        return {**last, "status": "requested"} if last["status"] == "rejected" else None
    rejects = happened.data["verdict"]["outcome"] not in _LEAVING
    return {**last, "status": "rejected"} if rejects and last["status"] == "requested" else None


def _links(state: State) -> tuple[str, ...]:
    return () if state["status"] is None else (LISTED, state["project"])


def _project_of(_key: str, state: State) -> tuple[str, ...]:
    return () if state["status"] is None else (f"project:{state['project']}",)


CHANGES = View(
    name="changes",
    schema=1,
    topics=frozenset(
        "change.requested/1 change.withdrawn/1 baseline.set/1 review.opened/1 review.ruled/1"
        " ruling.set_aside/1 ruling.revoked/1".split()
    ),
    keys=_keys,
    fold=_fold,
    columns={"status": "TEXT"},
    links=_links,
    about=_project_of,
)
