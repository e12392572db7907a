"""What approvals oblige people to: every condition, whether it is open, and whether it is overdue.

Being overdue is no event: it is the last day compared with the day asked about. A name may come
again once its condition is settled; each time it was imposed is a row of its own.
"""

from typing import Any, NamedTuple

from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Reading, Version, Views, cut
from projections.view import EVERYTHING, Own, State, View

BEGINS = frozenset({"condition.imposed/1", "condition.inherited/1", "condition.taken_over/1"})
_STATUS = {
    "condition.satisfied/1": "satisfied",
    "condition.waived/1": "waived",
    "condition.passed_on/1": "passed_on",
    "condition.lifted/1": "lifted",
}


class ConditionRow(NamedTuple):
    """One condition, as one ruling imposed it on one project.

    Attributes:
        project: code of the project. condition: its name.
        owner: id of the person who has to meet it.
        due: last day on which it is met in time, ``YYYY-MM-DD``.
        evidence: kind of evidence that shows it was met.
        status: ``open``, ``satisfied``, ``waived``, ``passed_on`` by a merge or a split, or
            ``lifted`` where the ruling that imposed it was undone.
        ruling: stream of the review that imposed it; absent where it was taken over.
        imposed_position, imposed_at: where in the log, and when it was recorded.
        settled_position, settled_at, settled_by: of the act that ended it on this project.
        sha256: digest of the evidence named. waiver: stream of the review that waived it.
        passed_to, taken_from: code of the project that took it over, and of the one it came from.
        undone_by: stream of the review that undid the ruling that imposed it, whatever became of
            the condition.
    """

    project: str
    condition: str
    owner: str
    due: str
    evidence: str | None
    status: str
    ruling: str | None
    imposed_position: int
    imposed_at: str
    settled_position: int | None
    settled_at: str | None
    settled_by: str | None
    sha256: str | None
    waiver: str | None
    passed_to: str | None
    taken_from: str | None
    undone_by: str | None

    def overdue(self, day: str) -> bool:
        """Return whether it is open after its last day, on a day in the office's zone."""
        return self.status == "open" and self.due < day


class Asked(NamedTuple):
    """Which conditions are wanted.

    Attributes:
        project: code of a project. owner: id of a person. status: see `ConditionRow`.
        overdue_on: only those overdue on this day, ``YYYY-MM-DD`` in the office's zone.
    """

    project: str | None = None
    owner: str | None = None
    status: str | None = None
    overdue_on: str | None = None


EVERY_CONDITION = Asked()


def conditions(
    views: Views,
    asked: AsOf | None = None,
    wanted: Asked = EVERY_CONDITION,
    page: Page = FIRST_PAGE,
) -> Answer[tuple[ConditionRow, ...]]:
    """Return conditions, the last imposed first; the cursor is the position of the imposing.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, CONDITIONS) as reading:
        rows, more = cut(listed(reading, wanted, page), page)
        return reading.answer(rows, rows[-1].imposed_position if more else None)


def listed(reading: Reading, wanted: Asked, page: Page) -> list[ConditionRow]:
    """Return the conditions wanted in one reading of the view, the last imposed first."""
    link = EVERYTHING
    if wanted.project is not None:
        link = _of_project(wanted.project)
    elif wanted.owner is not None:
        link = _of_owner(wanted.owner)
    where: dict[str, Any] = wanted._asdict()
    further = ""
    if wanted.overdue_on is not None:
        further = " AND v.status = 'open' AND v.due < :overdue_on"
    return [_row(one) for one in reading.newest(CONDITIONS, page, link, where, further)]


def _row(version: Version) -> ConditionRow:
    return ConditionRow(**version.state)


def _keys(happened: Occurrence, own: Own) -> tuple[str, ...]:
    """Touch the row of the newest condition of this name; imposing begins the next one."""
    base = f"{happened.stream.partition(':')[2]}/{happened.data['condition']}"
    number = 1
    while own(f"{base}/{number}") is not None:
        number += 1
    return (f"{base}/{number if happened.topic in BEGINS else number - 1}",)


def _fold(_key: str, last: State | None, happened: Occurrence) -> State | None:
    if happened.topic in BEGINS:
        return _imposed(happened)
    if last is not None and happened.topic == "condition.kept/1":
        return {**last, "undone_by": happened.data["ruling"]}
    if last is None or last["status"] != "open":
        return last
    data, status = happened.data, _STATUS[happened.topic]
    return {
        **last,
        "status": status,
        "settled_position": happened.position,
        "settled_at": happened.at,
        "settled_by": happened.by,
        "sha256": data.get("sha256"),
        "waiver": data.get("ruling") if status == "waived" else None,
        "passed_to": data.get("to"),
        "undone_by": data.get("ruling") if status == "lifted" else None,
    }


def _imposed(happened: Occurrence) -> State:
    data = happened.data
    return {
        "project": happened.stream.partition(":")[2],
        "condition": data["condition"],
        "owner": data["owner"],
        "due": data["due"],
        "evidence": data.get("evidence"),
        "status": "open",
        "ruling": data.get("ruling"),
        "imposed_position": happened.position,
        "imposed_at": happened.at,
        "settled_position": None,
        "settled_at": None,
        "settled_by": None,
        "sha256": None,
        "waiver": None,
        "passed_to": None,
        "taken_from": data.get("source"),
        "undone_by": None,
    }


def _of_project(code: str) -> str:
    return f"project:{code}"


def _of_owner(person: str) -> str:
    return f"person:{person}"


def _links(state: State) -> tuple[str, ...]:
    return _of_project(state["project"]), _of_owner(state["owner"])


def _about(_key: str, state: State) -> tuple[str, ...]:
    return (_of_project(state["project"]),)


CONDITIONS = View(
    name="conditions",
    schema=2,
    topics=BEGINS | frozenset({"condition.kept/1", *_STATUS}),
    keys=_keys,
    fold=_fold,
    columns=dict.fromkeys("project owner status due".split(), "TEXT NOT NULL"),
    links=_links,
    about=_about,
    others=("passed_to", "taken_from"),
)
