"""What is still to be done, from the command line: conditions of approvals, and inboxes."""

from typing import Annotated, Any

import typer

from api.cli_office import DATA, AsJson, AsOfGiven, Data, Looking, looking
from api.cli_output import Column, note, say, say_json, say_table
from api.house import House
from api.http.conditions import condition_lines
from api.http.inbox import board_rule, proposer_decides, waiting_lines
from api.http.shown import Names, called
from api.sign_in import subject_of
from domain.base import moment_text
from domain.event import stream_code
from domain.person import person_stream
from domain.project import project_stream
from domain.refusals import Malformed, NotKnown
from projections.conditions import Asked, conditions
from projections.inbox import Reckoning, inbox
from projections.reading import Answer, Page
from workflows.calendar import day_of
from workflows.people import IMPORT_ISSUER, OFFICE_ISSUER, Vouched

EVERYTHING = Page(limit=None)


def show_conditions(
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="CODE", help="Only of this project.")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those open after their last day.")
    ] = False,
) -> None:
    """List the conditions of approvals, the last imposed first."""
    with looking(data, as_of) as look:
        if project is not None and look.house.log.version(project_stream(project)) == 0:
            raise NotKnown(f"there is no project {project}")
        day = _day(look)
        wanted = Asked(project=project, overdue_on=day if overdue else None)
        found = conditions(look.house.views.reading, look.asked, wanted, EVERYTHING)
        lines = condition_lines(look.house, found.found, day)
        if as_json:
            say_json({**_place(found), "day": day, "conditions": lines})
            return
        columns = (Column("PROJECT"), Column("CONDITION", gives_way=True), Column("OWNER"),
                   Column("DUE"), Column("STATUS"))  # fmt: skip
        say_table(columns, (_condition(line) for line in lines))
        _end(found, len(lines), "condition")
        if any(line["overdue"] for line in lines):
            note("Overdue conditions are shown; nothing happens to them by itself.")


def show_inbox(
    *,
    person: Annotated[
        str, typer.Option("--person", metavar="NAME", help="Whose: a name, an address or an id.")
    ],
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
) -> None:
    """Show what waits for a person, what waits longest first."""
    with looking(data, as_of) as look:
        who, day = person_of(look.house, person), _day(look)
        moment = look.house.now() if look.asked is None else look.asked.moment
        reckoning = Reckoning(moment, day, proposer_decides(look.house), board_rule(look.house))
        found = inbox(look.house.views.reading, who, reckoning, look.asked)
        lines = waiting_lines(found)
        if as_json:
            shown = Names(look.house).person(who)
            say_json({**_place(found), "day": day, "person": shown, "waiting": lines})
            return
        columns = (Column("SINCE"), Column("TO DO"), Column("ABOUT", gives_way=True),
                   Column("REVIEW", gives_way=True), Column("UNTIL"))  # fmt: skip
        say_table(columns, (_waiting(line) for line in lines))
        _end(found, len(lines), "thing")


def person_of(house: House, given: str) -> str:
    """Return the id of a person by id, name or address.

    Raises:
        NotKnown: nobody is known by it.
        Malformed: several people are.
    """
    if house.log.version(person_stream(given)) > 0:
        return given
    subjects = dict.fromkeys((given, given.casefold(), subject_of(given)))
    vouched = [Vouched(issuer=OFFICE_ISSUER, subject=subject) for subject in subjects]
    vouched.append(Vouched(issuer=IMPORT_ISSUER, subject=given))
    found = {known for one in vouched if (known := house.people.known(one)) is not None}
    found = found or _named(house, given)
    if not found:
        raise NotKnown(f"nobody is known as {given}", fix="Give a name, an address or an id.")
    if len(found) > 1:
        ids = ", ".join(sorted(found))
        raise Malformed(f"several people are known as {given}: {ids}", fix="Give the id.")
    return found.pop()


def _named(house: House, name: str) -> set[str]:
    """Return who bears a name: whoever was registered by an address is known by that alone."""
    names, office = Names(house), house.desk.load().office()
    every = {office.one(stream_code(one)) for one in house.log.streams("person")}
    shown = {person: (names.person(person) or {}).get("name") for person in every}
    return {person for person, held in shown.items() if held and held.casefold() == name.casefold()}


def _day(look: Looking) -> str:
    moment = look.house.now() if look.asked is None else look.asked.moment
    return day_of(moment, look.zone).isoformat()


def _condition(line: dict[str, Any]) -> tuple[object, ...]:
    status = "overdue" if line["overdue"] else line["status"]
    return line["project"], line["condition"], _name(line["owner"]), line["due"], status


def _waiting(line: dict[str, Any]) -> tuple[object, ...]:
    about = ", ".join(subject.partition(":")[2] for subject in line["subjects"])
    closes = str(line.get("closes_at", ""))[:16]
    until = line.get("due", closes)
    what = f"{line['what']} {line['condition']}" if "condition" in line else line["what"]
    return line["since"][:10], what, about, line["review"].removeprefix("review:"), until


def _name(person: dict[str, Any]) -> object:
    return called(person)


def _place(found: Answer[Any]) -> dict[str, Any]:
    moment = None if found.as_of is None else moment_text(found.as_of)
    return {"position": found.position, "as_of": moment}


def _end(found: Answer[Any], count: int, what: str) -> None:
    say()
    moment = "" if found.as_of is None else f", {moment_text(found.as_of)[:19]}Z"
    say(f"{count} {what}{'' if count == 1 else 's'} at position {found.position}{moment}")
