"""The command line: ``quorate``. One more door onto the same house as HTTP."""

import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import timedelta
from typing import Annotated

import typer
from pydantic import ValidationError

from api import (
    cli_account,
    cli_backup,
    cli_bundle,
    cli_changes,
    cli_export,
    cli_import,
    cli_inbox,
    cli_keeping,
    cli_log,
    cli_people,
    cli_policy,
    cli_portfolio,
    cli_privacy,
    cli_reading,
    cli_serve,
    cli_store,
    cli_takeon,
    cli_verify,
)
from api.cli_office import (
    DATA,
    Actor,
    AsJson,
    Data,
    Operator,
    found,
    looking,
    require_office,
    verified,
)
from api.cli_output import note, progress_bar, say, say_json
from api.clock import now
from api.house import House
from api.sign_in import Issuer, NotSignedIn, Role
from api.storing import configured_store, open_to_read
from domain.base import moment_text
from domain.catalogue import UnreadableEvent
from domain.checkpoint import NotANote
from domain.office import FoundOffice
from domain.refusals import Malformed, Refused
from projections.files import ViewsUnavailable
from projections.reading import ViewStopped
from workflows.log.signed import LogContradicted
from workflows.recheck import Recheck, recheck
from workflows.store.contract import StoreUnavailable

HOURS_MAX = 24 * 366
INTERRUPTED = 130

app = typer.Typer(
    name="quorate",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Decisions about projects and portfolios, on a record that can be checked.",
)
app.add_typer(cli_policy.app, name="policy")
app.add_typer(cli_import.app, name="import")
app.add_typer(cli_people.app, name="people")
app.add_typer(cli_privacy.app, name="privacy")
app.add_typer(cli_keeping.app, name="keeping")
app.command("authority")(cli_people.show_authority)
app.add_typer(cli_account.app, name="account")
app.add_typer(cli_log.app, name="signer")
app.command("checkpoint")(cli_log.checkpoint)
app.command("prove")(cli_log.prove)
app.command("backup")(cli_backup.backup)
app.command("restore")(cli_backup.restore)
app.command("bundle")(cli_bundle.write_to_file)
app.command("verify")(cli_verify.verify_log)
app.command("status")(cli_reading.status)
app.command("decisions")(cli_reading.show_decisions)
app.command("trail")(cli_reading.show_trail)
app.command("conditions")(cli_inbox.show_conditions)
app.command("inbox")(cli_inbox.show_inbox)
app.command("portfolio")(cli_portfolio.show_portfolio)
app.command("changes")(cli_changes.show_changes)
app.command("export")(cli_export.write_export)
app.command("check-export")(cli_export.check_export)
app.command("take-on")(cli_takeon.take_on)
app.command("serve")(cli_serve.serve)
app.command("demo")(cli_serve.demo)
app.command("migrate")(cli_store.migrate_store)


@app.command()
def init(  # noqa: PLR0913  one parameter for each option
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    title: Annotated[str, typer.Option(help="What the office is called.")] = "Project office",
    zone: Annotated[str, typer.Option(help="Time zone in which a day ends.")] = "UTC",
    currency: Annotated[str, typer.Option(help="Default currency.")] = "EUR",
    origin: Annotated[str, typer.Option(help="Name of the log, for proofs.")] = "quorate.local",
    actor: Actor = None,
) -> None:
    """Found an office in a data directory."""
    command = FoundOffice(title=title, zone=zone, currency=currency, origin=origin)
    with closing(House(data, writable=True, now=now, store=configured_store())) as house:
        operator = Operator(house, verified(data, actor))
        found(operator, command)
        if as_json:
            say_json({"position": house.log.head(), **command.as_json()})
            return
        say(f"Founded {title} in {data}, with {operator.person.name} as its founder.")
        say(f"Next: quorate policy adopt FILE --data {data}")


@app.command()
def token(
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    actor: Annotated[str, typer.Option("--actor", metavar="NAME", help="Name or e-mail address.")],
    role: Annotated[list[Role], typer.Option("--role", help="Which doors it opens; repeatable.")],
    hours: Annotated[int, typer.Option(min=1, max=HOURS_MAX, help="How long it holds.")] = 12,
) -> None:
    """Print a token a person signs in with."""
    require_office(data)
    issuer = Issuer(data, now)
    try:
        text = issuer.issue_token(actor, role, timedelta(hours=hours))
    except ValueError as fault:
        raise Malformed(f"--actor: {fault}", fix="Give a name or an e-mail address.") from None
    if as_json:
        person = issuer.verify(text)
        roles, expires = sorted(person.roles), moment_text(person.expires)
        say_json({"token": text, "actor": person.name, "roles": roles, "expires": expires})
    else:
        say(text)


@app.command("recheck")
def check_again(*, data: Data = DATA, as_json: AsJson = False) -> None:
    """Make every computed ruling again from the log, and compare."""
    require_office(data)
    with closing(open_to_read(data)) as log, progress_bar("Re-checking") as progress:
        report = recheck(log, progress)
    if as_json:
        say_json(report.as_json())
    else:
        _say_recheck(report)
    if report.faults:
        raise typer.Exit(1)


@app.command()
def rebuild(*, data: Data = DATA, as_json: AsJson = False) -> None:
    """Build every view anew from the log, beside the old ones, then swap."""
    with looking(data, None) as look, progress_bar("Rebuilding") as progress:
        position = look.house.views.rebuild(progress)
    if as_json:
        say_json({"position": position})
    else:
        say(f"Rebuilt the views up to position {position}.")


cli_store.offer_store(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):
            # What is answered is UTF-8, whatever the locale.
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app(args=arguments, prog_name="quorate", standalone_mode=True)
    except KeyboardInterrupt:
        _end(INTERRUPTED)
    except BrokenPipeError:
        _end_quietly()
    except ValidationError as fault:
        for detail in fault.errors():
            where = ".".join(str(part) for part in detail["loc"])
            note(f"quorate: {where}: {detail['msg'].removeprefix('Value error, ')}")
        _end(2)
    except _EXPLAINED as fault:
        why, fix = _explained(fault)
        for sentence in getattr(fault, "faults", ()):
            note(sentence)
        note(f"quorate: {why}")
        if fix:
            note(f"What to do: {fix}")
        _end(1)


_EXPLAINED = (
    Refused, NotSignedIn, StoreUnavailable, ViewsUnavailable, ViewStopped, UnreadableEvent,
    LogContradicted, NotANote, sqlite3.Error, OSError,
)  # fmt: skip


def _explained(fault: Exception) -> tuple[str, str]:
    """Return what went wrong, with where, and what to do about it."""
    match fault:
        case Refused() | NotSignedIn() | LogContradicted():
            return fault.why, fault.fix
        case UnreadableEvent():
            return str(fault), "Run `quorate recheck`: it names every event that is not sound."
        case NotANote():
            return str(fault), "See to the file; take it from a backup if it is damaged."
        case ViewStopped():
            return str(fault), "Run `quorate rebuild`, with a corrected release if it stops again."
        case StoreUnavailable() | ViewsUnavailable():
            text = str(fault)
            known = "; send" in text or "; stop" in text
            return (
                text,
                "" if known else "See to the directory and its disk, or give another --data.",
            )
        case OSError():
            where = f"{fault.filename}: " if fault.filename else ""
            return f"{where}{fault.strerror or fault}", "See to the file and its disk."
        case _:
            return str(fault), "Run `quorate recheck`; if the file is damaged, take a copy."


def _end(code: int) -> None:
    raise SystemExit(code)


def _end_quietly() -> None:
    """End because nobody reads on; what is left to write goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    _end(1)


def _say_recheck(report: Recheck) -> None:
    for fault in report.faults:
        say(f"position {fault.position}: {fault.kind}: {fault.why}")
    say(
        f"{report.computed} computed rulings made again up to position {report.position}:"
        f" {report.equal} the same."
    )
    say(f"{report.reported} reported rulings, which cannot be made again.")
    if report.faults:
        say(f"{len(report.faults)} faults.")
