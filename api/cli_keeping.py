"""Retention and disposal from the command line."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.cli_office import DATA, Actor, AsJson, Data, Looking, acting, looking
from api.cli_output import Column, note, say, say_json, say_table
from api.http.shown import Names, called
from api.keeping import Wanted, disposals_at, due_list, schedule_at, told
from api.storing import configured_store
from domain.disposal import (
    EVENTS_MAX,
    RECORDS_MAX,
    ApproveDisposal,
    Chosen,
    DeclineDisposal,
    Due,
    ProposeDisposal,
    listed,
)
from domain.refusals import Malformed
from domain.retention import SetSchedule
from projections.as_of import AsOf
from workflows.calendar import day_of

app = typer.Typer(no_args_is_help=True, help="How long records are kept, and their disposal.")

CLASSES = (
    Column("CLASS"),
    Column("KIND"),
    Column("EVIDENCE"),
    Column("MONTHS", right=True),
    Column("AFTER IT"),
    Column("BASIS", gives_way=True),
)
DUE = (
    Column("RECORD"),
    Column("KEPT UNTIL"),
    Column("EVENTS", right=True),
    Column("FILES", right=True),
    Column("HELD BY", gives_way=True),
)
DISPOSALS = (
    Column("NO.", right=True),
    Column("STATUS"),
    Column("PROPOSED BY", gives_way=True),
    Column("BY", gives_way=True),
    Column("ABOUT", gives_way=True),
)
OnDay = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="Due by this day; today by default.")
]
Number = Annotated[int, typer.Argument(metavar="DISPOSAL", min=1, help="Its number.")]


@app.command("schedule")
def show_schedule(*, data: Data = DATA, as_json: AsJson = False) -> None:
    """Show the retention schedule in force."""
    with looking(data, None) as look:
        found = schedule_at(look.house, _here(look))
    if as_json:
        say_json({"number": 0, "classes": []} if found is None else found.as_json())
    elif found is None:
        say("No retention schedule was ever set: everything is kept for ever.")
    else:
        say(f"Schedule {found.number}. What is in no class is kept for ever.")
        rows = [(c.name, c.kind, c.evidence, c.months, c.begins, c.basis) for c in found.classes]
        say_table(CLASSES, rows)


@app.command("set")
def set_schedule(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help='JSON: {"classes": […]}, as `schedule --json`.')
    ],
    *,
    data: Data = DATA,
    actor: Actor = None,
) -> None:
    """Set the retention schedule of the office, whole."""
    with acting(data, actor) as operator:
        house = operator.house
        found = house.desk.load().state("retention:1")
        command = _read_schedule(file, 0 if found is None else found.number)
        answer = house.keeping.set_schedule(command, operator.act())
    say(f"Schedule {answer.content['schedule']} is in force, with {len(command.classes)} classes.")


@app.command("due")
def show_due(*, on: OnDay = None, data: Data = DATA, as_json: AsJson = False) -> None:
    """List what is due to be disposed of, and the legal holds that stand against it."""
    with looking(data, None) as look:
        rows = [told(one, frozenset()) for one in _due(look, on)]
    if as_json:
        say_json({"due": rows})
        return
    say_table(DUE, [_due_row(one) for one in rows])
    note("Propose with `quorate keeping propose RECORD…`, or `--all` for what is not held.")


@app.command("propose")
def propose(
    records: Annotated[
        list[str] | None,
        typer.Argument(metavar="RECORD", help="As `due` lists them: project:APX-1=files."),
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="All that is due and not held, as far as one goes.")
    ] = False,
    data: Data = DATA,
    actor: Actor = None,
) -> None:
    """Propose to dispose of records that are due; a second person approves."""
    if bool(records) == everything:
        raise Malformed("name records, or give --all", fix="List them: quorate keeping due.")
    chosen = tuple(_chosen(one) for one in records or ())
    if everything:
        with looking(data, None) as look:
            chosen = _fitting(_due(look, None))
        if not chosen:
            say("Nothing is due that is not held.")
            return
    with acting(data, actor) as operator:
        command = ProposeDisposal(records=chosen)
        answer = operator.house.keeping.propose(command, operator.act())
    number = answer.content["disposal"]
    say(f"Disposal {number} is proposed, {len(chosen)} records. Nothing is destroyed yet.")
    note(f"Somebody else approves it: quorate keeping approve {number} --actor NAME")


@app.command("approve")
def approve(number: Number, *, data: Data = DATA, actor: Actor = None) -> None:
    """Approve a disposal somebody else proposed: its records are destroyed for good."""
    with acting(data, actor) as operator:
        command = ApproveDisposal(disposal=number)
        content = operator.house.keeping.approve(command, operator.act()).content
    destroyed, kept = content["destroyed"], content["kept"]
    assert isinstance(destroyed, list), "digests"
    assert isinstance(kept, list), "digests"
    say(
        f"Disposal {number} is carried out: the private values of {content['events']} events and"
        f" {len(destroyed)} files are destroyed."
    )
    for one in kept:
        say(f"Kept, because another record holds the same file: {one}.")
    if configured_store() is None:
        note("Run `quorate backup` into every directory of backups: files go there, too.")
    else:
        note("Replace the copies of the tables keys and disposed: docs/postgresql.md says how.")


@app.command("decline")
def decline(
    number: Number,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept as a private field.")],
    data: Data = DATA,
    actor: Actor = None,
) -> None:
    """Turn a proposed disposal down, or take your own back."""
    with acting(data, actor) as operator:
        command = DeclineDisposal(disposal=number, reason=reason)
        operator.house.keeping.decline(command, operator.act())
    say(f"Disposal {number} is declined.")


@app.command("disposals")
def show_disposals(*, data: Data = DATA, as_json: AsJson = False) -> None:
    """List the disposals, the newest first."""
    with looking(data, None) as look:
        names = Names(look.house)
        found = disposals_at(look.house, _here(look), frozenset())
        people = [(names.person(one.proposed_by), names.person(one.settled_by)) for one in found]
    if as_json:
        say_json({"disposals": [one.as_json() for one in found]})
        return
    rows = [
        (
            one.number,
            one.status,
            called(by or {}),
            settled and called(settled),
            *_about(one.subjects),
        )
        for one, (by, settled) in zip(found, people, strict=True)
    ]
    say_table(DISPOSALS, rows)


def _about(subjects: tuple[str, ...]) -> tuple[str]:
    return (", ".join(subjects),)


def _here(look: Looking) -> AsOf:
    head = look.house.log.head()
    return AsOf(position=head, moment=look.house.log.clock(head) or look.house.now())


def _due(look: Looking, on: str | None) -> tuple[Due, ...]:
    try:
        day = day_of(look.house.now(), look.zone) if on is None else date.fromisoformat(on)
    except ValueError:
        raise Malformed(f"--on: {on} is no date", fix="Write it as 2026-11-23.") from None
    return due_list(look.house, _here(look), Wanted(day)).rows


def _fitting(due: tuple[Due, ...]) -> tuple[Chosen, ...]:
    """Return what is not held, as far as one disposal reaches."""
    chosen: list[Chosen] = []
    reached = 0
    for one in due:
        reached += 0 if one.holds else len(listed(one.record).positions)
        if reached > EVENTS_MAX or len(chosen) == RECORDS_MAX:
            break
        if not one.holds:
            chosen.append(Chosen(subject=one.record.subject, under=one.record.under))
    return tuple(chosen)


def _due_row(one: dict[str, Any]) -> tuple[object, ...]:
    holds = ", ".join(f"{hold['on']} {hold['hold']} {hold['reference']}" for hold in one["holds"])
    return (
        f"{one['subject']}={one['under']}",
        one["kept_until"],
        len(one["positions"]),
        len(one["files"]),
        holds,
    )


def _chosen(text: str) -> Chosen:
    subject, equals, under = text.rpartition("=")
    if not equals:
        raise Malformed(
            f"{text} names no class", fix="Write SUBJECT=CLASS, such as project:APX-1=files."
        )
    return Chosen(subject=subject, under=under)


def _read_schedule(file: Path, replaces: int) -> SetSchedule:
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        return SetSchedule.model_validate({"classes": given["classes"], "replaces": replaces})
    except (OSError, UnicodeDecodeError) as fault:
        raise Malformed(f"{file} cannot be read: {fault}") from None
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Malformed(f"{file}: {where}: {first['msg']}", fix="See docs/keeping.md.") from None
    except (ValueError, TypeError, KeyError) as fault:
        raise Malformed(f"{file} is no schedule: {fault!r}", fix="See docs/keeping.md.") from None
