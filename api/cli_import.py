"""Taking histories over from the command line."""

import re
from pathlib import Path
from typing import Annotated

import typer

from api.cli_office import DATA, Actor, AsJson, Data, acting
from api.cli_output import note, progress_bar, say, say_json
from api.cli_policy import policy_text
from domain.refusals import Malformed, NotKnown, PolicyFaulty
from workflows.actuals import Actuals, ActualsReport, ImportActuals
from workflows.history_file import RowFault
from workflows.imports import ImportHistory, ImportReport

SOURCE_CHARACTERS_MAX = 32
LINES_SHOWN_MAX = 8

app = typer.Typer(no_args_is_help=True, help="Take over what was decided elsewhere.")


@app.callback()
def importing() -> None:
    """Take over what was decided elsewhere."""


SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Leave rows with a fault out, and list them.")
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="Name its rows are known by; the file's."),
]


@app.command()
def history(  # noqa: PLR0913  one parameter for each option
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; see workflows/history_file.")],
    *,
    policy: Annotated[
        str,
        typer.Option("--policy", metavar="PRESET|FILE", help="The policy the history is read by."),
    ],
    data: Data = DATA,
    as_json: AsJson = False,
    skip_bad_rows: SkipBadRows = False,
    source: Source = None,
    actor: Actor = None,
) -> None:
    """Import a decision history. The same file twice changes nothing."""
    content = _content(file)
    order = ImportHistory(
        source=_source(file, source),
        policy=_decoded(policy),
        policy_name=policy,
        skip_bad_rows=skip_bad_rows,
    )
    with acting(data, actor, founds=True) as operator:
        imports = operator.house.imports
        with progress_bar(f"Importing {file.name}") as progress:
            report = imports.history(content, order, operator.acts(), progress)
        operator.house.views.catch_up()
    if as_json:
        say_json(report.as_json())
    else:
        _say_report(file, report)
    if report.refused:
        raise typer.Exit(1)


@app.command()
def actuals(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV: code, period, kind, amount and more.")
    ],
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    skip_bad_rows: SkipBadRows = False,
    source: Source = None,
    actor: Actor = None,
) -> None:
    """Import actual costs. The same file twice changes nothing."""
    content = _content(file)
    order = ImportActuals(source=_source(file, source), skip_bad_rows=skip_bad_rows)
    with acting(data, actor) as operator:
        costs = Actuals(operator.house.desk, operator.house.funds)
        with progress_bar(f"Importing {file.name}") as progress:
            report = costs.take(content, order, operator.acts(), progress)
        operator.house.views.catch_up()
    if as_json:
        say_json(report.as_json())
    else:
        _say_actuals(file, report)
    if report.refused:
        raise typer.Exit(1)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise NotKnown(
            f"cannot read {file}: {fault.strerror}", fix="Check the name of the file."
        ) from None


def _source(file: Path, given: str | None) -> str:
    name = re.sub("[^A-Za-z0-9._-]", "_", file.stem) if given is None else given
    if not re.fullmatch(f"[A-Za-z0-9._-]{{1,{SOURCE_CHARACTERS_MAX}}}", name):
        raise Malformed(
            f"{name!r} cannot name a source",
            fix="Give --source: up to 32 letters, digits, dots, dashes and underscores.",
        )
    return name


def _decoded(policy: str) -> str:
    try:
        return policy_text(policy).decode()
    except UnicodeDecodeError:
        raise PolicyFaulty(f"policy {policy} is not UTF-8") from None


def _say_actuals(file: Path, report: ActualsReport) -> None:
    _say_faults(file, report.skipped, refused=report.refused)
    if report.refused:
        return
    left = len({fault.line for fault in report.skipped})
    say(
        f"Imported {report.imported} of {_count(report.rows, 'row')} from source {report.source};"
        f" {report.already_known} known already, {left} left out."
    )
    if not report.imported:
        say("Nothing changed.")


def _say_faults(file: Path, faults: tuple[RowFault, ...], *, refused: bool) -> None:
    tell = note if refused else say
    for fault in faults:
        tell(f"{file}:{fault.line}: {fault.kind}: {fault.why}")
    if refused:
        note(f"Refused: {_count(len(faults), 'fault')}; nothing was written.")
        note("Mend the rows, or import the others with --skip-bad-rows.")


def _say_report(file: Path, report: ImportReport) -> None:
    _say_faults(file, report.skipped, refused=report.refused)
    if report.refused:
        return
    for kind, lines in report.departures.items():
        shown = ", ".join(str(line) for line in lines[:LINES_SHOWN_MAX])
        more = ", ..." if len(lines) > LINES_SHOWN_MAX else ""
        say(f"{len(lines):>6}  {kind}: line {shown}{more}")
    left = len({fault.line for fault in report.skipped})
    say(
        f"Imported {report.imported} of {_count(report.rows, 'row')} into portfolio"
        f" {report.portfolio} from source {report.source};"
        f" {report.already_known} known already, {left} left out."
    )
    if not report.imported:
        say("Nothing changed.")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
