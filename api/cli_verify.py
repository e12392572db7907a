"""The command line for auditors: ``quorate verify``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli_log import SignerDirectory, held_checkpoint, write_out
from api.cli_office import DATA, AsJson, Data, require_office
from api.cli_output import progress_bar, say, say_json
from api.clock import now
from api.signing import configured_signer
from api.verifying import Given, Report, verify_all
from domain.checkpoint import NotANote, VerifierKey, read_key
from domain.refusals import Malformed


def verify_log(
    *,
    data: Data = DATA,
    signer: SignerDirectory = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A checkpoint kept elsewhere; repeatable."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A verifier key you trust; that of the log by default."),
    ] = None,
    misbehaviour: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A new file for signed notes that contradict each other, if any."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold the whole log to account: bytes, tree, checkpoints, rulings, authority, views, files."""
    require_office(data)
    given = Given(
        signer=signer or configured_signer(data),
        held=tuple(held_checkpoint(path) for path in checkpoint or ()),
        keys=tuple(_key(text) for text in key or ()),
    )
    with progress_bar("Verifying the log") as log:
        report = verify_all(data, given, now, (log, log))
    if misbehaviour is not None and report.log.split:
        proof = [one.as_json() for one in report.log.split]
        write_out(misbehaviour, json.dumps({"v": 1, "split_views": proof}, indent=2).encode())
    if as_json:
        say_json(report.as_json())
    else:
        _say(report)
    if not report.ok:
        raise typer.Exit(1)


def _say(report: Report) -> None:
    log = report.log
    for fault in log.faults:
        say(f"position {fault.position}: {fault.kind}: {fault.why}")
    for remark in log.remarks:
        say(f"position {remark.position}: look at this: {remark.kind}: {remark.why}")
    if log.split:
        say("Keep both notes of each split view elsewhere: --misbehaviour FILE writes them out.")
    for gone in log.disposals:
        say(f"position {gone.position}: {gone.kind}: {gone.why}")
    say(f"{log.position} events in {log.streams} streams, root {log.root}.")
    say(f"{log.checkpoints} checkpoints, of which {log.held} were kept elsewhere.")
    if not log.held:
        say("Without a checkpoint kept elsewhere, a history rewritten as a whole is not seen.")
    say(f"{log.computed} rulings made again; {log.reported} reported ones cannot be.")
    say(
        f"{log.documents} documents, {log.private} private values and {log.files} files compared"
        f" with their digests; {log.elsewhere} files are held elsewhere and were not opened."
    )
    if log.erased:
        say(f"{log.erased} private values are erased; the proofs of their events hold.")
    if log.disposed:
        say(f"{log.disposed} private values and files were disposed of; the proofs hold.")
    say(f"{len(report.views)} views compared with a fresh fold.")
    if report.behind:
        say(f"Not compared, stopped or not built: {', '.join(report.behind)}.")
    say("Not found out from the record alone:")
    for text in report.not_recomputed:
        say(f"- {text}")
    said = "Everything holds." if report.ok else f"{log.faulty} faults."
    say(f"{said} {report.seconds} s, {report.peak_mib} MiB.")


def _key(text: str) -> VerifierKey:
    try:
        return read_key(text)
    except NotANote as fault:
        raise Malformed(
            f"--key: {fault}", fix="Give the key as `quorate checkpoint` prints it."
        ) from None
