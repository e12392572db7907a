"""Policies from the command line: check a text, adopt it, show what is in force."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli_office import DATA, Actor, AsJson, AsOfGiven, Data, acting, looking
from api.cli_output import Column, note, say, say_json, say_table
from domain.base import moment_text
from domain.diagram import diagram, wording
from domain.policy import Policy
from domain.refusals import Malformed, NotKnown, PolicyFaulty
from projections.policies import PolicyRow, policies, policy
from projections.reading import Page
from workflows.governing import POLICY_CHARACTERS_MAX, AdoptPolicy
from workflows.policy_text import policy_from_document, read_policy
from workflows.presets import PRESETS, preset_text

app = typer.Typer(no_args_is_help=True, help="Check, adopt and show policies.")

Text = Annotated[
    str, typer.Argument(metavar="FILE|PRESET", help=f"A file, or one of: {', '.join(PRESETS)}.")
]


def policy_text(given: str) -> bytes:
    """Return the text of a preset or of a file.

    Raises:
        NotKnown: there is no such file.
    """
    if given in PRESETS:
        return preset_text(given)
    try:
        return Path(given).read_bytes()
    except OSError as fault:
        raise NotKnown(
            f"cannot read {given}: {fault.strerror}",
            fix=f"Give a file, or one of the presets: {', '.join(PRESETS)}.",
        ) from None


@app.command()
def check(
    text: Text,
    *,
    as_json: AsJson = False,
    draw: Annotated[
        bool, typer.Option("--diagram", help="Draw the lifecycle, in the language Mermaid.")
    ] = False,
) -> None:
    """Check the text of a policy; every fault is told with its line and column."""
    try:
        found = read_policy(policy_text(text), text)
    except PolicyFaulty as fault:
        if as_json:
            say_json({"policy": None, "faults": list(fault.faults), "warnings": []})
        for sentence in () if as_json else fault.faults:
            say(f"{text}: {sentence}")
        note(fault.why)
        raise typer.Exit(1) from None
    drawn = {"diagram": diagram(found.policy.lifecycle)} if draw else {}
    if as_json:
        told = {"policy": found.policy.policy, "digest": found.digest, "faults": []}
        say_json({**told, "warnings": list(found.warnings), **drawn})
        return
    for warning in found.warnings:
        note(f"{text}: {warning}")
    if draw:
        say(drawn["diagram"].rstrip("\n"))
    else:
        say(f"Policy {found.policy.policy} holds together. Digest {found.digest}")


@app.command()
def adopt(
    text: Text,
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    actor: Actor = None,
    effective_from: Annotated[
        str | None,
        typer.Option("--from", metavar="MOMENT", help="Since when it is to rule; now by default."),
    ] = None,
) -> None:
    """Adopt a version of a policy, or open the review that decides on it."""
    content = policy_text(text)
    if len(content) > POLICY_CHARACTERS_MAX:
        raise PolicyFaulty(f"policy {text} has {len(content)} bytes; a million are read")
    since = None if effective_from is None else _moment(effective_from)
    read_policy(content, text)
    command = AdoptPolicy(text=content.decode(), effective_from=since)
    with acting(data, actor) as operator:
        answer = operator.house.governing.adopt(command, operator.act(), text)
        if as_json:
            say_json({"position": answer.position, **answer.content})
        elif "review" in answer.content:
            say(f"Review {answer.content['review']} decides on it.")
        else:
            say(f"Adopted policy {answer.content['policy']} at position {answer.position}.")


@app.command()
def show(
    code: Annotated[str | None, typer.Argument(help="Code of a policy; all when absent.")] = None,
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
) -> None:
    """Show the policies, or the one in force under a code."""
    with looking(data, as_of) as look:
        views = look.house.views.reading
        if code is None:
            found = policies(views, look.asked, Page(limit=None))
            rows: tuple[PolicyRow, ...] = found.found
        else:
            one = policy(views, code, look.asked)
            found, rows = one, (one.found,)  # type: ignore[assignment]  # only its place is used
        moment = "" if found.as_of is None else moment_text(found.as_of)
        shown = [_shown(row, moment) for row in rows]
        content = None
        if code is not None and shown[0]["in_force"] is not None:
            content = look.house.desk.texts.content(str(shown[0]["in_force"]))
            shown[0]["text"] = json.loads(content)
        if as_json:
            told: dict[str, Any] = {"policies": shown} if code is None else {"policy": shown[0]}
            say_json({"position": found.position, "as_of": moment or None, **told})
            return
        _say_versions(rows, moment)
        if content is not None:
            _say_policy(policy_from_document(content))


def _shown(row: PolicyRow, moment: str) -> dict[str, Any]:
    version = row.in_force(moment)
    return {
        "code": row.code,
        "in_force": None if version is None else version.digest,
        "versions": [version._asdict() for version in row.versions],
    }


def _say_versions(rows: tuple[PolicyRow, ...], moment: str) -> None:
    columns = (Column("POLICY"), Column("SINCE"), Column(""), Column("DIGEST", gives_way=True))
    say_table(
        columns,
        (
            (
                row.code,
                version.effective_from[:10],
                "in force" if version == row.in_force(moment) else "",
                version.digest,
            )
            for row in rows
            for version in row.versions
        ),
    )


def _say_policy(text: Policy) -> None:
    say()
    say(wording(text.title, "en"))
    say()
    phases = ((p.id, wording(p.label, "en"), p.standing) for p in text.lifecycle.phases)
    say_table((Column("PHASE"), Column("LABEL", gives_way=True), Column("STANDING")), phases)
    say()
    gates = ((g.id, ", ".join(g.from_), g.to) for g in text.lifecycle.gates)
    say_table((Column("GATE"), Column("FROM", gives_way=True), Column("TO")), gates)
    say()
    matters = (
        (name, matter.kind, ", ".join(dict.fromkeys(d.board for d in matter.decided_by)))
        for name, matter in text.matters.items()
    )
    say_table((Column("MATTER"), Column("KIND"), Column("DECIDED BY", gives_way=True)), matters)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Malformed(
            f"--from {text} is no moment", fix="Write it with its offset: 2026-11-22T09:30:00Z"
        )
    return moment
