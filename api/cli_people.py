"""People and authority from the command line: who is who, and who may decide what on a day."""

from datetime import date
from typing import Annotated, Any

import typer

from api.cli_inbox import person_of
from api.cli_office import DATA, Actor, AsJson, AsOfGiven, Data, acting, looking
from api.cli_output import Column, note, say, say_json, say_table
from api.http.authority import authority_lines, ruling_boards
from api.http.shown import Names, called
from domain.base import moment_text
from domain.person import JoinPeople, LinkIdentity, RegisterPerson
from domain.refusals import Malformed
from projections.authority import authority
from workflows.calendar import day_of

app = typer.Typer(no_args_is_help=True, help="Register, link and join people.")

COLUMNS = (
    Column("BOARD"),
    Column("SEAT"),
    Column("HELD BY", gives_way=True),
    Column("STANDS IN", gives_way=True),
    Column("UP TO", gives_way=True),
)
Who = Annotated[str, typer.Argument(metavar="PERSON", help="A name, an address or an id.")]


@app.command("register")
def register(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it is to be shown.")],
    *,
    email: Annotated[
        str | None, typer.Option("--email", help="Whoever signs in with it is this person.")
    ] = None,
    data: Data = DATA,
    actor: Actor = None,
) -> None:
    """Make a person known before they first sign in."""
    with acting(data, actor) as operator:
        command = RegisterPerson(name=name, email=email)
        answer = operator.house.people.register(command, operator.act())
        say(f"{name} is {answer.content['person']}.")


@app.command("link")
def link(
    person: Who,
    *,
    issuer: Annotated[str, typer.Option("--issuer", help="Who vouches for the identity.")],
    subject: Annotated[str, typer.Option("--subject", help="The identity, as it names it.")],
    data: Data = DATA,
    actor: Actor = None,
) -> None:
    """Let an identity belong to a person, before they first sign in with it."""
    with acting(data, actor) as operator:
        who = person_of(operator.house, person)
        command = LinkIdentity(issuer=issuer, subject=subject)
        operator.house.people.link(who, command, operator.act())
        say(f"{subject} of {issuer} is {who}.")


@app.command("join")
def join(
    person: Who,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who they are as well.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="How that is known.")],
    data: Data = DATA,
    actor: Actor = None,
) -> None:
    """Say that two people on record are one; from here on they count once, everywhere."""
    with acting(data, actor) as operator:
        house = operator.house
        one, other = person_of(house, person), person_of(house, into)
        answer = house.people.join(
            JoinPeople(person=one, into=other, reason=reason), operator.act()
        )
        say(f"{answer.content['person']} stands for {answer.content['joined']} from now on.")


def show_authority(
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day asked about, YYYY-MM-DD.")
    ] = None,
    board: Annotated[
        str | None, typer.Option("--board", metavar="NAME", help="Only of this board.")
    ] = None,
) -> None:
    """Show who may decide on a day: seats, who stands in for whom, grants, gaps, overlaps."""
    with looking(data, as_of) as look:
        moment = look.house.now() if look.asked is None else look.asked.moment
        day = _day(on) or day_of(moment, look.zone)
        rules = ruling_boards(look.house, moment_text(moment), look.asked, board)
        found = authority(look.house.views.reading, day, rules, look.asked)
        lines = authority_lines(found.found, Names(look.house))
        if as_json:
            say_json({"position": found.position, "on": day.isoformat(), **lines})
            return
        say_table(COLUMNS, (_seat(line) for line in lines["seats"]))
        say()
        say(f"{len(lines['seats'])} seats on {day} at position {found.position}")
        for gap in lines["gaps"]:
            note(f"Gap: nobody holds seat {gap['seat']} of board {gap['board']}.")
        for one in lines["overlaps"]:
            people, seats = ", ".join(map(_name, one["people"])), ", ".join(one["seats"])
            note(f"Overlap, {one['kind']}: {people} for {seats} of board {one['board']}.")


def _seat(line: dict[str, Any]) -> tuple[object, ...]:
    stand_ins = "; ".join(
        f"{_name(one['person'])}, {one['kind']} {one['number']}, {one.get('until', 'standing')}"
        for one in line["stand_ins"]
    )
    grants = "; ".join(
        f"{', '.join(one['matters'])}: {one['up_to']['amount']} {one['up_to']['currency']}"
        for one in line["grants"]
    )
    held_by = "nobody" if line["person"] is None else _name(line["person"])
    return line["board"], line["seat"], held_by, stand_ins, grants


def _name(person: dict[str, Any]) -> str:
    return called(person)


def _day(given: str | None) -> date | None:
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError:
        raise Malformed(f"--on {given}: no day", fix="Write it as 2026-11-22.") from None
