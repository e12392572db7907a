"""Looking at an office from the command line: status, decisions, trail."""

from typing import Annotated, Any

import typer

from api.cli_counts import say_counts
from api.cli_office import DATA, AsJson, AsOfGiven, Data, Looking, looking
from api.cli_output import Column, note, say, say_json, say_table
from api.http.shown import Names, PhaseLabels, Titles, at_answer, called, texts
from api.http.trail import happened
from domain.base import moment_text
from domain.project import project_stream
from domain.refusals import Malformed, NotKnown
from projections.as_of import instant
from projections.decisions import Ruled, decisions
from projections.priorities import ranks
from projections.reading import Answer, Page
from projections.register import ProjectRow, Wanted, codes, register
from projections.supersedes import supersedes
from projections.trail import Span, trail

EVERYTHING = Page(limit=None)
TRAIL_LINES = 100
_HEADER = (
    "topic stream version at effective_at by on_behalf_of recorded_by channel corrects source_ref"
    " data"
).split()


def status(
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
    effective: Annotated[
        str | None,
        typer.Option("--effective", metavar="WHEN", help="As it was: a moment, or a date."),
    ] = None,
    portfolio: Annotated[
        str | None, typer.Option("--portfolio", metavar="CODE", help="Only this portfolio.")
    ] = None,
) -> None:
    """Show where every project stands."""
    with looking(data, as_of) as look:
        moment = None if effective is None else instant(effective, look.zone)
        wanted = Wanted(effective=moment, portfolio=portfolio)
        found = register(look.house.views.reading, look.asked, wanted, EVERYTHING)
        lines = _projects(look, found)
        if as_json:
            about = {} if moment is None else {"effective": moment_text(moment)}
            say_json({**_place(found), **about, "projects": lines})
            return
        columns = (Column("CODE"), Column("TITLE", gives_way=True), Column("PHASE"),
                   Column("STANDING"), Column("SINCE"), Column("RANK", right=True))  # fmt: skip
        shown = "code title phase_label standing since_day rank".split()
        cells = (
            [{**line, "standing": _standing(line), "since_day": _day(line)}[name] for name in shown]
            for line in lines
        )
        # The column of ranks is there for who gives any.
        given = any(line["rank"] is not None for line in lines)
        say_table(
            columns if given else columns[:-1], (cell if given else cell[:-1] for cell in cells)
        )
        _end(found, len(lines), "project")


def show_decisions(
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="CODE", help="Only about this project.")
    ] = None,
    counts: Annotated[
        bool, typer.Option("--counts", help="Count them by portfolio, matter and outcome.")
    ] = False,
) -> None:
    """List what was decided, the last recorded first, or count it."""
    with looking(data, as_of) as look:
        if counts:
            if project is not None:
                raise Malformed("counts are of whole portfolios", fix="Leave --project out.")
            say_counts(look, as_json=as_json)
            return
        subject = None if project is None else _existing(look, project_stream(project))
        found = decisions(look.house.views.reading, look.asked, Ruled(subject), EVERYTHING)
        names = Names(look.house)
        lines = [names.of(row._asdict(), "decided_by", "recorded_by") for row in found.found]
        if as_json:
            say_json({**_place(found), "decisions": lines})
            return
        columns = (Column("POSITION", right=True), Column("DECIDED"), Column("ABOUT"),
                   Column("GATE OR MATTER", gives_way=True), Column("OUTCOME"),
                   Column("GROUND"))  # fmt: skip
        say_table(columns, (_decision(line) for line in lines))
        _end(found, len(lines), "decision")


def show_trail(
    subject: Annotated[
        str | None,
        typer.Argument(help="A project's code, or a stream such as person:ID; all when absent."),
    ] = None,
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Lines at most; with --json all by default."),
    ] = None,
) -> None:
    """Show who did what when, the newest first."""
    with looking(data, as_of) as look:
        stream = None
        if subject is not None:
            stream = _existing(look, subject if ":" in subject else project_stream(subject))
        most = limit or (max(1, look.house.log.head()) if as_json else TRAIL_LINES)
        found = trail(look.house.views.reading, stream, look.asked, Span(limit=most))
        entries = _entries(look, found.found)
        if as_json:
            say_json({**_place(found), "next": found.next, "trail": entries})
            return
        columns = (Column("POSITION", right=True), Column("EFFECTIVE"), Column("WHAT"),
                   Column("ON", gives_way=True), Column("BY"))  # fmt: skip
        say_table(columns, (_event(entry) for entry in entries))
        _end(found, len(entries), "event")
        if found.next is not None:
            note(f"There are older ones; ask with --as-of {found.next} or a higher --limit.")


def _projects(look: Looking, found: Answer[tuple[ProjectRow, ...]]) -> list[dict[str, Any]]:
    at, names, titles = at_answer(found), Names(look.house), Titles(look.house)
    labels = None if at is None else PhaseLabels(look.house, at)
    replacing = supersedes(look.house.views.reading, at)
    placed = {} if at is None else ranks(look.house.views.reading, at).found
    lines = []
    for row in found.found:
        line = names.of(row._asdict(), "proposer")
        line["title"] = titles.title(row.code, row.title)
        line["rank"] = placed.get(row.code)
        line["phase_label"] = labels.label(row.portfolio, row.phase) if labels else row.phase
        amount, currency = line.pop("requested_amount"), line.pop("requested_currency")
        asked = None if amount is None else {"amount": amount, "currency": currency}
        linked = {name: codes(line[name]) for name in ("superseded_by", "came_from")}
        others = replacing.get(row.code, ())
        lines.append({**line, **linked, "supersedes": others, "requested": asked})
    return lines


def _entries(look: Looking, positions: tuple[int, ...]) -> list[dict[str, Any]]:
    names, words = Names(look.house), texts(look.house, positions)
    entries = []
    for position, fields in happened(look.house.log, positions):
        header = {name: fields.get(name) for name in _HEADER}
        shown = names.of(header, "by", "on_behalf_of", "recorded_by")
        entries.append({"position": position, **shown, "texts": words.get(position, {})})
    return entries


def _existing(look: Looking, stream: str) -> str:
    if look.house.log.version(stream) == 0:
        raise NotKnown(f"there is no {stream.replace(':', ' ', 1)}")
    return stream


def _place(found: Answer[Any]) -> dict[str, Any]:
    return {
        "position": found.position,
        "as_of": None if found.as_of is None else moment_text(found.as_of),
    }


def _end(found: Answer[Any], count: int, what: str) -> None:
    say()
    moment = "" if found.as_of is None else f", {moment_text(found.as_of)[:19]}Z"
    say(f"{count} {what}{'' if count == 1 else 's'} at position {found.position}{moment}")


def _standing(line: dict[str, Any]) -> str:
    by = ", ".join(line["superseded_by"])
    return f"{line['standing']} by {by}" if by else str(line["standing"])


def _day(line: dict[str, Any]) -> str:
    return str(line["since"])[:10]


def _decision(line: dict[str, Any]) -> tuple[object, ...]:
    about = ", ".join(subject.removeprefix("project:") for subject in line["subjects"])
    what = line["gate"] or line["matter"] or line["review"]
    return (
        line["position"], str(line["effective_at"])[:10], about, what, line["outcome"],
        line["ground"],
    )  # fmt: skip


def _event(entry: dict[str, Any]) -> tuple[object, ...]:
    topic = str(entry["topic"]).partition("/")[0]
    who = None if entry["by"] is None else called(entry["by"])
    return entry["position"], str(entry["effective_at"])[:10], topic, entry["stream"], who
