"""The register as lists show it: one line of JSON to a project, made where the rows lie.

What is only sent on need not become an object first: of the time a page of the register takes, most
goes into making such objects and taking them apart again. Labels of phases come from the policies,
which no view reads, and are handed in.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from pydantic_core import from_json, to_json

from domain.baselines import GOING
from domain.event import stream_code
from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.hiding import code_shown
from projections.priorities import PRIORITIES
from projections.reading import FIRST_PAGE, Answer, Page, Reading, Views, cut
from projections.register import BETWEEN, EVERY_PROJECT, REGISTER, Wanted, column, found_in, given
from projections.view import View

FIELDS = (
    "code", "title", "portfolio", "phase", "phase_label", "standing", "since", "review_date",
    "superseded_by", "rank", "requested",
)  # fmt: skip
"""What is told of a project in a list, in this order."""


Row = tuple[str, int, str]
"""A code, whether it stands in the place of the title too, and the fields as a JSON object."""


def as_recorded(_code: str, recorded: str) -> str:
    """Return the title the record says openly."""
    return recorded


class Shown(NamedTuple):
    """What is shown of each project.

    Attributes:
        fields: out of `FIELDS`, and ``position``, the last event on its stream.
        labels: label of a phase by ``PORTFOLIO/phase``; the phase itself, where there is none.
        title: code and title on record to the title shown, asked where the code stands in its
            place: there the title is a private field, which no view holds.
    """

    fields: tuple[str, ...] = FIELDS
    labels: Mapping[str, str] = {}
    title: Callable[[str, str], str] = as_recorded


ALL_FIELDS = Shown()


def lines(
    views: Views,
    asked: AsOf | None = None,
    wanted: Wanted = EVERY_PROJECT,
    page: Page = FIRST_PAGE,
    shown: Shown = ALL_FIELDS,
) -> Answer[tuple[str, ...]]:
    """Return the projects in the order of their codes, each as JSON; the cursor is a code.

    Raises:
        ViewStopped: one of the views met an event it cannot fold.
    """
    with views.at(asked, *_views(shown)) as reading:
        rows, more = cut(_select(reading, wanted, page, shown), page)
        found = tuple(_titled(row, shown) if row[1] else row[2] for row in rows)
        return reading.answer(found, rows[-1][0] if more else None)


def line(views: Views, code: str, asked: AsOf | None, wanted: Wanted, shown: Shown) -> str:
    """Return one project as JSON.

    Raises:
        NotKnown: there was no such project then.
        ViewStopped: one of the views met an event it cannot fold.
    """
    with views.at(asked, *_views(shown)) as reading:
        for row in _select(reading, wanted, Page(limit=None), shown, code):
            return _titled(row, shown)
        raise NotKnown(f"there is no project {code} at position {reading.position}")


def place_of_register(views: Views) -> AsOf | None:
    """Return the place in the log to which the register has come, none while there is nothing.

    Raises:
        ViewStopped: the register met an event it cannot fold.
    """
    with views.at(None, REGISTER) as reading:
        if reading.as_of is None:
            return None
        return AsOf(position=reading.position, moment=reading.as_of)


def line_statement(wanted: Wanted, shown: Shown, *, one: bool = False) -> str:
    """Return the query for lines: as many seeks as the register itself takes."""
    made = {**_MADE, **{name: column(name, wanted) for name in _PLAIN}}
    superseded = column("superseded_by", wanted)
    made["superseded_by"] = _CODES.format(superseded)
    made["phase_label"] = f"coalesce(label.value, {made['phase']})"
    fields = ", ".join(f"'{name}', {made[name]}" for name in shown.fields)
    tables, joins = [], []
    for field, (table, key) in _BESIDE.items():
        if field in shown.fields:
            tables.append(f"{table} AS MATERIALIZED (SELECT key, value FROM json_each(:{table}))")
            joins.append(f" LEFT JOIN {table} ON {table}.key = {key.format(**made)}")
    first = f"WITH {', '.join(tables)} " if tables else ""
    source = found_in(wanted, one=one, beside="".join(joins))
    return f"{first}SELECT k.key, v.title = k.key, json_object({fields}) {source}"


def _views(shown: Shown) -> tuple[View, ...]:
    return (REGISTER, PRIORITIES) if "rank" in shown.fields else (REGISTER,)


def _select(
    reading: Reading, wanted: Wanted, page: Page, shown: Shown, code: str | None = None
) -> list[Row]:
    values = {
        **given(reading, wanted, page, code),
        "label": _json(shown.labels),
        "place": _json(_places(reading) if "rank" in shown.fields else {}),
        "hidden": _json([stream_code(project) for project in reading.hidden]),
    }
    query = line_statement(wanted, shown, one=code is not None)
    rows: Iterable[Row] = reading.connection.execute(query, values)
    return reading.sieve(
        rows, page, lambda row: row if code_shown(row[0], reading.hidden) else None
    )


def _titled(row: Row, shown: Shown) -> str:
    code, nameless, text = row
    if not nameless or "title" not in shown.fields:
        return text
    told = from_json(text)
    return _json({**told, "title": shown.title(code, told["title"])})


def _places(reading: Reading) -> dict[str, int]:
    """Return the place of each project in the order of a portfolio, by ``PORTFOLIO/CODE``."""
    return {
        f"{version.key}{BETWEEN}{code}": place
        for version in reading.ordered(PRIORITIES, Page(limit=None))
        for place, code in enumerate(version.state["order"], start=1)
    }


def _json(value: object) -> str:
    return to_json(value).decode()


_PLAIN = ("title", "portfolio", "phase", "standing", "since", "review_date")
_MADE = {
    "code": "k.key",
    "position": "v.position",
    # Of its portfolio's order, while it goes on; a project of another one has no rank in it.
    "rank": f"CASE WHEN v.standing IN ({', '.join(repr(str(s)) for s in sorted(GOING))})"
    " THEN place.value END",
    "requested": "CASE WHEN v.requested_amount IS NOT NULL THEN"
    " json_object('amount', v.requested_amount, 'currency', v.requested_currency) END",
}
_CODES = (
    "CASE WHEN {0} IS NULL THEN json_array() ELSE json((SELECT json_group_array(one.value)"
    """ FROM json_each('["' || replace({0}, '""" + BETWEEN + """', '","') || '"]') AS one"""
    " WHERE one.value NOT IN (SELECT value FROM json_each(:hidden)))) END"
)
"""The codes that a column lists but those of hidden projects. A code needs no escaping."""
_BESIDE = {
    "phase_label": ("label", "v.portfolio || '/' || {phase}"),
    "rank": ("place", "v.portfolio || '/' || k.key"),
}
"""Field to the table its value comes from, and the key of it there."""
