"""Exports from the command line: written to a file, and checked from the file alone."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.cli_office import DATA, AsJson, AsOfGiven, Data, looking, require_office
from api.cli_output import note, say, say_json
from api.clock import now
from api.export_files import read_export, to_csv, to_xlsx
from api.export_table import FORMS, NOT_SHOWN, Table, complaints
from api.exporting import export
from api.house import House
from api.storing import configured_store
from domain.refusals import Malformed, NotKnown
from projections.as_of import as_of as place_of

_WRITE = {".csv": to_csv, ".xlsx": to_xlsx}


def write_export(
    kind: Annotated[str, typer.Argument(metavar="|".join(FORMS), help="What to export.")],
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Ends in .csv or .xlsx.")
    ],
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME=VALUE", help="Narrow it, as the route does."),
    ] = None,
) -> None:
    """Write the register, the money of portfolios or the decisions to a file."""
    if kind not in FORMS or output.suffix not in _WRITE:
        raise Malformed(
            f"{kind} to {output.name}: export one of {', '.join(FORMS)} to a .csv or .xlsx file"
        )
    filters = dict(_filter(one) for one in only or ())
    with looking(data, as_of) as look:
        table = export(look.house, look.house.views.reading, kind, filters, look.asked)
    output.write_bytes(_WRITE[output.suffix](table))
    if as_json:
        say_json(dict(table.about()))
        return
    rows = len(table.rows)
    say(f"Wrote {rows} row{'' if rows == 1 else 's'} at position {table.position} to {output}.")
    say(f"Digest {table.digest}")


def check_export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .xlsx export.")],
    *,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Compare with this log, too."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the rows of an export are what it says they are, from the file alone."""
    try:
        table, said = read_export(file.read_bytes())
    except OSError as fault:
        raise NotKnown(
            f"cannot read {file}: {fault.strerror}", fix="Check the name of the file."
        ) from None
    wrong = complaints(table, said)
    if data is not None:
        wrong += _against(data, table)
    if as_json:
        say_json({**dict(table.about()), "holds": not wrong, "wrong": wrong})
    else:
        _say(file, table, wrong, compared=data is not None)
    if wrong:
        raise typer.Exit(1)


def _against(data: Path, table: Table) -> list[str]:
    """Return where a table differs from what a log says at its position."""
    require_office(data)
    with closing(House(data, writable=False, now=now, store=configured_store())) as house:
        house.views.catch_up()
        origin, zone = house.desk.load().office().origin, house.desk.load().office().zone
        if table.origin != origin:
            return [f"the file is of log {table.origin}, and this is {origin}"]
        if table.position > house.log.head():
            return [f"the log ends at {house.log.head()}, before position {table.position}"]
        asked = place_of(str(table.position), house.log, zone)
        fresh = export(house, house.views.reading, table.kind, dict(table.filters), asked)
    wrong = []
    if table.instant != fresh.instant:
        wrong.append(f"the file says instant {table.instant}, the log {fresh.instant}")
    gone = [row for row in fresh.rows if row not in set(table.rows)]
    new = [row for row in table.rows if row not in set(fresh.rows)]
    if table.not_shown:
        gone, new = [], _untrue(table, fresh)
    wrong += [f"the log has and the file lacks: {', '.join(filter(None, row))}" for row in gone]
    wrong += [f"the file has and the log lacks: {', '.join(filter(None, row))}" for row in new]
    if not wrong and not table.not_shown and table.digest != fresh.digest:
        wrong.append("the rows are those of the log in another order, or some are there twice")
    return wrong


def _untrue(table: Table, fresh: Table) -> list[tuple[str, ...]]:
    """Return what is not so in an export whose maker was not shown everything.

    What is left out of it is left out of the subjects of a decision as well.
    """
    columns = FORMS[table.kind].columns
    at = columns.index("subjects") if "subjects" in columns else len(columns)

    def parts(row: tuple[str, ...]) -> tuple[tuple[str, ...], set[str]]:
        return row[:at] + row[at + 1 :], set("".join(row[at : at + 1]).split())

    known = dict(map(parts, fresh.rows))
    said = [(row, *parts(row)) for row in table.rows if NOT_SHOWN not in row]
    return [row for row, rest, subjects in said if rest not in known or subjects - known[rest]]


def _say(file: Path, table: Table, wrong: list[str], *, compared: bool) -> None:
    for one in wrong:
        note(f"{file}: {one}")
    if wrong:
        note(f"{file} does not hold: {len(wrong)} thing{'' if len(wrong) == 1 else 's'} wrong.")
        return
    for name, value in table.about():
        say(f"{name}: {value}")
    beside = ", and the log says the same at that position" if compared else ""
    say(f"{file} holds: digest, count and totals are those of its rows{beside}.")


def _filter(given: str) -> tuple[str, str]:
    name, mark, value = given.partition("=")
    if not mark or not value:
        raise Malformed(f"--only {given}: write NAME=VALUE, for example --only standing=active")
    return name, value
