"""Where does every project stand: now, as we knew it then, or as it was.

A project's place is its phase and standing with what belongs to them: the phase it left, the day it
is to be looked at again, and since when. As we knew it, the place is what was recorded last. As it
was at a moment, it is what was effective last by then, however late it was recorded.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from domain.base import moment_text
from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.hiding import Hidden, code_shown
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Reading, Views, cut
from projections.tables import as_of_join
from projections.view import EVERYTHING, Own, State, View, own_code

_PLACING = frozenset(
    "project.proposed/1 project.taken_over/1 project.moved/1 project.rested/1 project.resumed/1"
    " project.withdrawn/1 project.restored/1 project.superseded/1".split()
)
_BEGINNING = frozenset({"project.proposed/1", "project.taken_over/1"})
_PLACE = (
    "phase", "standing", "left_phase", "review_date", "superseded_by", "since_position", "since",
)  # fmt: skip


class ProjectRow(NamedTuple):
    """One line of the register.

    Attributes:
        left_phase: the phase it left when it came to rest.
        review_date: day by which it is to be looked at again, ``YYYY-MM-DD``.
        proposer: id of a person.
        requested_amount, requested_currency: money asked for, if any; exact decimal text.
        superseded_by: codes of the projects that replace it, as `codes` reads them.
        came_from: codes of the projects it was merged or split from; likewise.
        since_position, since: event that put it where it is, and since when that holds.
        version: version of its stream.
        position: last event on its stream.
    """

    code: str
    title: str
    portfolio: str
    phase: str
    standing: str
    left_phase: str | None
    review_date: str | None
    superseded_by: str | None
    came_from: str | None
    since_position: int
    since: str
    proposer: str
    proposed_at: str
    requested_amount: str | None
    requested_currency: str | None
    version: int
    position: int


class Wanted(NamedTuple):
    """Which projects are wanted.

    Attributes:
        effective: as it was at this moment; as we knew it when absent. A moment of the clock,
            with its offset.
        portfolio: code of the portfolio they belong to.
        standing: the standing they are in.
        phase: the phase they are in.
    """

    effective: datetime | None = None
    portfolio: str | None = None
    standing: str | None = None
    phase: str | None = None


EVERY_PROJECT = Wanted()
BETWEEN = "/"
"""What stands between codes listed in a column: no code holds it."""


def register(
    views: Views, asked: AsOf | None = None, wanted: Wanted = EVERY_PROJECT, page: Page = FIRST_PAGE
) -> Answer[tuple[ProjectRow, ...]]:
    """Return the projects in the order of their codes; the cursor is a code.

    Raises:
        ViewStopped: the register met an event it cannot fold.
    """
    with views.at(asked, REGISTER) as reading:
        rows, more = cut(_select(reading, wanted, page), page)
        return reading.answer(rows, rows[-1].code if more else None)


def project(
    views: Views, code: str, asked: AsOf | None = None, effective: datetime | None = None
) -> Answer[ProjectRow]:
    """Return one project.

    Raises:
        NotKnown: there was no such project then.
        ViewStopped: the register met an event it cannot fold.
    """
    with views.at(asked, REGISTER) as reading:
        rows = _select(reading, Wanted(effective=effective), Page(limit=None), code)
        if not rows:
            raise NotKnown(f"there is no project {code} at position {reading.position}")
        return reading.answer(rows[0])


def codes(listed: str | None) -> tuple[str, ...]:
    """Return the codes that a column lists."""
    return tuple(listed.split(BETWEEN)) if listed else ()


def _select(
    reading: Reading, wanted: Wanted, page: Page, code: str | None = None
) -> list[ProjectRow]:
    values = given(reading, wanted, page, code)
    rows = reading.connection.execute(statement(wanted, one=code is not None), values)
    return reading.sieve(map(ProjectRow._make, rows), page, lambda row: _seen(row, reading.hidden))


def _seen(row: ProjectRow, hidden: Hidden) -> ProjectRow | None:
    """Return what is shown of a row: nothing, or all but the other projects that are hidden."""
    if not code_shown(row.code, hidden):
        return None
    return row._replace(
        superseded_by=_listed(one for one in codes(row.superseded_by) if code_shown(one, hidden)),
        came_from=_listed(one for one in codes(row.came_from) if code_shown(one, hidden)),
    )


def _listed(shown: Iterable[str]) -> str | None:
    return BETWEEN.join(shown) or None


def statement(wanted: Wanted, *, one: bool = False) -> str:
    """Return the query for some projects: one seek per project and clock, whatever their past."""
    columns = ", ".join(column(name, wanted) for name in _COLUMNS)
    return f"SELECT k.key, {columns}, v.position {found_in(wanted, one=one)}"


def column(name: str, wanted: Wanted) -> str:
    """Return what a column is called in `found_in`: on which clock it is read."""
    return f"{'e' if name in _PLACE and wanted.effective is not None else 'v'}.{name}"


def found_in(wanted: Wanted, *, one: bool = False, beside: str = "") -> str:
    """Return a query for some projects from its FROM on; its values are those of `given`.

    Args:
        wanted: which projects.
        one: whether it is the one of a code, instead of a page of them.
        beside: further joins, which may name the key of ``k`` and any `column`.
    """
    source = as_of_join(REGISTER)
    tests = ["k.link = :link", "k.born <= :position"]
    tests.append("k.key = :code" if one else "k.key > :after")
    if wanted.effective is not None:
        source = f"{source}{_EFFECTIVE}"
        tests.append("v.proposed_at <= :effective")
    for name in ("portfolio", "standing", "phase"):
        if getattr(wanted, name) is not None:
            tests.append(f"{column(name, wanted)} = :{name}")
    return f"FROM {source}{beside} WHERE {' AND '.join(tests)} ORDER BY k.key LIMIT :rows"


def given(
    reading: Reading, wanted: Wanted, page: Page, code: str | None = None
) -> dict[str, str | int | None]:
    """Return the values of a query for some projects, by the names it gives them."""
    return {
        "position": reading.position,
        "link": EVERYTHING if wanted.portfolio is None else wanted.portfolio,
        "portfolio": wanted.portfolio,
        "standing": wanted.standing,
        "phase": wanted.phase,
        "effective": None if wanted.effective is None else moment_text(wanted.effective),
        "after": page.after or "",
        "code": code,
        "rows": reading.rows(page),
    }


_EFFECTIVE = (
    " CROSS JOIN register AS e ON e.key = k.key AND e.position = (SELECT x.position"
    " FROM register AS x INDEXED BY register_placed WHERE x.key = k.key AND x.placed = 1"
    " AND x.effective_at <= :effective AND x.position <= :position"
    " ORDER BY x.effective_at DESC, x.position DESC LIMIT 1)"
)
_COLUMNS = ProjectRow._fields[1:-1]


def _fold(code: str, last: State | None, happened: Occurrence) -> State | None:
    placed = happened.topic in _PLACING
    if last is None:
        if happened.topic not in _BEGINNING:
            return None
        return _proposed(happened) | _placed(happened, None)
    state = {**last, "version": happened.version, "placed": int(placed)}
    if placed:
        return state | _placed(happened, last["linked"])
    match happened.topic:
        case "project.retitled/1":
            state["title"] = happened.data["title"]
        case "project.transferred/1":
            state["portfolio"] = happened.data["portfolio"]
        case "project.succeeded/1":
            sources = [one for one in happened.data["sources"] if one != code]
            state["came_from"] = BETWEEN.join(sources)
            state["proposer"] = happened.data.get("proposer", last["proposer"])
    return state


def _proposed(happened: Occurrence) -> State:
    data = happened.data
    requested = data.get("requested", {})
    return {
        "title": data["title"],
        "portfolio": data["portfolio"],
        # A project that was taken over is stood for by its manager, not by who sent the book.
        "proposer": data.get("manager", happened.by),
        "proposed_at": happened.effective_at,
        "requested_amount": requested.get("amount"),
        "requested_currency": requested.get("currency"),
        "came_from": None,
        "version": happened.version,
        "placed": 1,
    }


def _placed(happened: Occurrence, linked: str | None) -> State:
    data = happened.data
    superseded = data["standing"] == "superseded"
    if happened.topic == "project.superseded/1":
        linked = BETWEEN.join(data["superseded_by"])
    elif superseded and happened.topic != "project.restored/1":
        linked = None  # by a gate, or by an older effect: nobody said by what
    return {
        "superseded_by": linked if superseded else None,
        "linked": linked,
        "phase": data["phase"],
        "standing": data["standing"],
        "left_phase": data.get("left"),
        "review_date": data.get("review_date"),
        "since_position": happened.position,
        "since": happened.effective_at,
    }


def _keys(happened: Occurrence, own: Own) -> tuple[str, ...]:
    return own_code(happened, own) if happened.stream.startswith("project:") else ()


def _links(state: State) -> tuple[str, ...]:
    return (state["portfolio"], *(f"{BETWEEN}{one}" for one in codes(state["superseded_by"])))


def _about(code: str, _state: State) -> tuple[str, ...]:
    return (f"project:{code}",)


REGISTER = View(
    name="register",
    schema=3,
    topics=None,  # any event on a project's stream is a new version of it
    keys=_keys,
    fold=_fold,
    columns={
        **dict.fromkeys("title portfolio phase standing".split(), "TEXT NOT NULL"),
        "left_phase": "TEXT",
        "review_date": "TEXT",
        "superseded_by": "TEXT",
        "came_from": "TEXT",
        "since_position": "INTEGER NOT NULL",
        "since": "TEXT NOT NULL",
        "proposer": "TEXT NOT NULL",
        "proposed_at": "TEXT NOT NULL",
        "requested_amount": "TEXT",
        "requested_currency": "TEXT",
        "version": "INTEGER NOT NULL",
        "placed": "INTEGER NOT NULL",
    },
    links=_links,
    about=_about,
    indexes=(
        "CREATE INDEX register_placed ON register (key, effective_at, position) WHERE placed = 1",
    ),
)
