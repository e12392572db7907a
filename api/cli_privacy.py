"""Erasing people and placing legal holds from the command line."""

from typing import Annotated

import typer

from api.cli_inbox import person_of
from api.cli_office import DATA, Actor, AsJson, Data, acting, looking
from api.cli_output import Column, note, say, say_json, say_table
from api.storing import configured_store
from domain.erasure import ErasePerson
from domain.hold import LiftHold, PlaceHold

app = typer.Typer(no_args_is_help=True, help="Erase people, and hold what must not be erased.")

COLUMNS = (Column("ON"), Column("HOLD"), Column("REFERENCE", gives_way=True))
Subject = Annotated[
    str, typer.Argument(metavar="SUBJECT", help="A stream, as project:APX-1 or person:ID.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept as a private field.")]


@app.command("erase")
def erase_person(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A name, address or id.")],
    *,
    basis: Annotated[
        str, typer.Option("--basis", help="Why, in law; shown for ever, without personal data.")
    ],
    data: Data = DATA,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Destroy name, address and words of a person; what happened stays on record."""
    with acting(data, actor) as operator:
        who = person_of(operator.house, person)
        answer = operator.house.privacy.erase(who, ErasePerson(basis=basis), operator.act())
    if as_json:
        say_json({"position": answer.position, **answer.content})
        return
    say(f"Erased {answer.content['person']}, recorded at position {answer.position}.")
    if configured_store() is None:
        note("Run `quorate backup` into every directory of backups: the keys there go with it.")
    else:
        note("Replace the copies of the table quorate.keys: docs/postgresql.md says how.")
    note("Not reached: files they attached, exports, mails, and their account on the pages.")


@app.command("hold")
def place_hold(
    subject: Subject,
    *,
    reference: Annotated[str, typer.Option("--reference", help="What it is called.")],
    reason: Reason,
    data: Data = DATA,
    actor: Actor = None,
) -> None:
    """Place a legal hold: nothing about the subject is erased while it is in force."""
    with acting(data, actor) as operator:
        command = PlaceHold(on=subject, reference=reference, reason=reason)
        answer = operator.house.privacy.place(command, operator.act())
    say(f"{subject} is under legal hold {answer.content['hold']}, {reference}.")


@app.command("lift")
def lift_hold(
    subject: Subject,
    hold: Annotated[int, typer.Argument(min=1, help="Its number on the subject.")],
    *,
    reason: Reason,
    data: Data = DATA,
    actor: Actor = None,
) -> None:
    """Lift a legal hold."""
    with acting(data, actor) as operator:
        command = LiftHold(on=subject, hold=hold, reason=reason)
        operator.house.privacy.lift(command, operator.act())
    say(f"Legal hold {hold} on {subject} is lifted.")


@app.command("holds")
def show_holds(*, data: Data = DATA, as_json: AsJson = False) -> None:
    """List the legal holds in force."""
    with looking(data, None) as look:
        loaded = look.house.desk.load()
        streams = look.house.log.streams("hold")
        found = [hold for stream in streams for hold in loaded.state(stream).in_force]
    if as_json:
        say_json({"holds": [one.as_json() for one in found]})
        return
    say_table(COLUMNS, [(one.on, one.hold, one.reference) for one in found])
