"""What leaves the office as a table: its rows, the question they answer, and what proves them.

The digest is over the question, the place in the log and the rows, as text, so a table has the same
digest whatever file it is written to. Numbers count without trailing zeros, as in spreadsheets.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from domain.base import Json, canonical, number_text

FORMAT = "1"
"""Number of this form of exports."""
NOT_SHOWN = "not shown"
"""What is said of rows left out of an export; and the title of a line that sums what is hidden."""


class Form(NamedTuple):
    """The form of one kind of table.

    Attributes:
        columns: headings, in order. numbers: those that hold numbers.
        unit: column of the currency by which numbers are summed, if there are any.
        counted: column by whose values rows are counted.
        filters: what the question may be narrowed by.
    """

    columns: tuple[str, ...]
    numbers: frozenset[str]
    unit: str | None
    counted: str
    filters: tuple[str, ...]


_MONEY = "envelope approved funded unfunded allocated released held free actual".split()
FORMS: dict[str, Form] = {
    "register": Form(
        columns=tuple(
            "code title portfolio phase phase_label standing since review_date requested"
            " currency".split()
        ),
        numbers=frozenset({"requested"}),
        unit="currency",
        counted="standing",
        filters=("portfolio", "standing", "phase", "effective"),
    ),
    "portfolio": Form(
        columns=(
            *"portfolio period kind currency project title phase standing requested".split(),
            *_MONEY,
        ),
        numbers=frozenset(_MONEY),
        unit="currency",
        counted="portfolio",
        filters=("portfolio",),
    ),
    "decisions": Form(
        columns=tuple(
            "position review subjects matter gate board option outcome ground reported"
            " effective_at recorded_at decided_by undone".split()
        ),
        numbers=frozenset({"position"}),
        unit=None,
        counted="outcome",
        filters=("project", "outcome", "reported", "since", "until"),
    ),
}


class Table(NamedTuple):
    """A table that left the office, or is about to.

    Attributes:
        kind: one of `FORMS`. filters: what the question was narrowed by, sorted by name.
        instant: as of when it holds, canonical text. position: place in the log.
        origin: name of the log.
        rows: each with a text for every column.
        not_shown: how many rows, or projects in lines of sums, whoever made it may not see.
    """

    kind: str
    filters: tuple[tuple[str, str], ...]
    instant: str
    position: int
    origin: str
    rows: tuple[tuple[str, ...], ...]
    not_shown: int = 0

    @property
    def digest(self) -> str:
        """Return the SHA-256 over the question, the place, the columns and the rows."""
        about: list[Json] = [FORMAT, self.kind, self.origin, self.instant, self.position]
        asked: list[Json] = [list(one) for one in self.filters]
        if self.not_shown:
            about.append(self.not_shown)
        content = sha256(canonical([*about, asked, list(FORMS[self.kind].columns)]))
        for row in self.rows:
            content.update(b"\n" + canonical(list(row)))
        return content.hexdigest()

    @property
    def totals(self) -> dict[str, str]:
        """Return the control totals: sums of numbers by currency, and rows by kind."""
        form = FORMS[self.kind]
        places = {name: at for at, name in enumerate(form.columns)}
        sums: dict[str, Decimal] = {}
        for row in self.rows:
            counted = f"rows {row[places[form.counted]] or 'without'}"
            sums[counted] = sums.get(counted, Decimal(0)) + 1
            for name in sorted(form.numbers) if form.unit is not None else ():
                if row[places[name]]:
                    key = f"{name} {row[places[form.unit or '']]}".rstrip()
                    sums[key] = sums.get(key, Decimal(0)) + Decimal(row[places[name]])
        return {key: number_text(sums[key]) for key in sorted(sums)}

    def about(self) -> list[tuple[str, str]]:
        """Return what is said of the rows: the question, the place, and what proves them."""
        return [
            ("export", self.kind),
            ("format", FORMAT),
            ("log", self.origin),
            ("instant", self.instant),
            ("position", str(self.position)),
            *((f"filter {name}", value) for name, value in self.filters),
            ("rows", str(len(self.rows))),
            *([(NOT_SHOWN, str(self.not_shown))] if self.not_shown else []),
            *((f"total {name}", value) for name, value in self.totals.items()),
            ("digest", self.digest),
        ]


def row_of(kind: str, said: Mapping[str, object]) -> tuple[str, ...]:
    """Return a row of texts from what is said by column; a missing value is an empty text."""
    form = FORMS[kind]
    return tuple(cell_text(form, name, said.get(name)) for name in form.columns)


def cell_text(form: Form, column: str, value: object) -> str:
    """Return the text a cell counts with: numbers without trailing zeros."""
    if value is None or value == "":
        return ""
    return number_text(Decimal(str(value))) if column in form.numbers else str(value)


def complaints(table: Table, said: Sequence[tuple[str, str]]) -> list[str]:
    """Return where what a file says of its rows is not what they come to."""
    given, found = dict(said), dict(table.about())
    wrong = [f"{name} is given twice" for name in given if [n for n, _ in said].count(name) > 1]
    for name in dict.fromkeys((*found, *given)):
        if given.get(name) != found.get(name):
            says = "says nothing of" if name not in given else f"says {given[name]} for"
            wrong.append(f"the file {says} {name}; it comes to {found.get(name, 'nothing')}")
    return wrong
