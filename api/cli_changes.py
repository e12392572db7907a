"""Change control from the command line: which changes were requested, and what became of them."""

from typing import Annotated, Any, Literal

import typer

from api.cli_office import DATA, AsJson, AsOfGiven, Data, looking
from api.cli_output import Column, say, say_json, say_table
from api.http.changes import shown_changes
from domain.base import moment_text
from projections.changes import ChangeRow, Requested, changes
from projections.reading import Page
from projections.register import project as registered

Status = Literal["requested", "withdrawn", "approved", "rejected"]


def show_changes(
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="CODE", help="Only of this project.")
    ] = None,
    status: Annotated[
        Status | None, typer.Option("--status", help="Only what came to this.")
    ] = None,
) -> None:
    """List the changes that were requested, the last first, with what each would move."""
    with looking(data, as_of) as look:
        views = look.house.views.reading
        if project is not None:
            registered(views, project, look.asked)
        found = changes(views, look.asked, Requested(project, status), Page(limit=None))
        moment = None if found.as_of is None else moment_text(found.as_of)
        if as_json:
            lines = shown_changes(look.house, found.found)
            say_json({"position": found.position, "as_of": moment, "changes": lines})
            return
        columns = (Column("PROJECT"), Column("NO.", right=True), Column("STATUS"),
                   Column("MOVES", gives_way=True), Column("COST", right=True),
                   Column("FINISH", right=True), Column("REQUESTED"))  # fmt: skip
        say_table(columns, map(_line, found.found))
        count = len(found.found)
        say()
        at = "" if moment is None else f", {moment[:19]}Z"
        say(f"{count} change{'' if count == 1 else 's'} at position {found.position}{at}")


def _line(row: ChangeRow) -> tuple[object, ...]:
    return (
        row.project, row.number, row.status, ", ".join(row.moves), _cost(row.impact),
        _days(row.impact), row.requested_at[:10],
    )  # fmt: skip


def _cost(impact: dict[str, Any]) -> str:
    """Return by how much the cost moves, with its sign, in the planning currency."""
    return ", ".join(
        f"{'' if one['difference'].startswith('-') else '+'}{one['difference']} {one['currency']}"
        for one in impact.get("planned", ())
        if one["difference"] != "0"
    )


def _days(impact: dict[str, Any]) -> str:
    days = impact.get("finish_days", 0)
    return f"{days:+} days" if days else ""
