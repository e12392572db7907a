"""Bundles from the command line: a ruling, a stream or a range, for whoever checks it offline."""

import re
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from api.bundling import key_of, signed_of
from api.cli_office import DATA, AsJson, Data, require_office
from api.cli_output import say, say_json
from api.storing import open_to_read
from domain.base import digest
from domain.refusals import Malformed
from workflows.bundles.gathering import Recipient, Wanted, gather
from workflows.bundles.packing import write_bundle
from workflows.bundles.verifier import verifier
from workflows.log.files import write_new
from workflows.store.evidence import Evidence

_RANGE = re.compile(r"([1-9][0-9]{0,14})-([1-9][0-9]{0,14})")


def write_to_file(  # noqa: PLR0913  one parameter for each option
    ruling: Annotated[
        str | None, typer.Argument(metavar="[RULING]", help="A review, such as APX-1/start/1.")
    ] = None,
    *,
    data: Data = DATA,
    stream: Annotated[
        str | None, typer.Option("--stream", metavar="S", help="All of it, as project:APX-1.")
    ] = None,
    span: Annotated[
        str | None, typer.Option("--range", metavar="A-B", help="Every event from A to B.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private/--no-private", help="Whether names and words are shown.")
    ] = True,
    verifier_only: Annotated[
        bool, typer.Option("--verifier", help="Only verify.py itself, to hand out beforehand.")
    ] = False,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="A new file.")],
    as_json: AsJson = False,
) -> None:
    """Write a bundle that an outsider verifies offline, with a key of their own."""
    given = [one for one in (ruling, stream, span) if one is not None]
    if len(given) + verifier_only != 1:
        raise Malformed(
            "a bundle is about one thing", fix="Give RULING, --stream, --range or --verifier."
        )
    if verifier_only:
        _write(out, verifier())
        say(f"{out}: verify.py, SHA-256 {digest(verifier())}.")
        return
    require_office(data)
    evidence = Evidence(data)
    with closing(open_to_read(data)) as log:
        recipient = Recipient(private=private)
        bundle = gather(log, evidence, signed_of(data), _wanted(ruling, stream, span), recipient)
        content = BytesIO()
        write_bundle(bundle, key_of(data), evidence, content)
    _write(out, content.getvalue())
    told = {"events": len(bundle.events), "files": len(bundle.evidence), "bytes": content.tell()}
    if as_json:
        say_json({**bundle.manifest, **told})
        return
    say(f"{out}: {told['events']} events, {told['files']} files, {told['bytes']} bytes.")
    say("Whoever receives it needs the key of the log from somebody they trust, and runs:")
    say(f"python verify.py --key KEYFILE {out.name}")


def _wanted(ruling: str | None, stream: str | None, span: str | None) -> Wanted:
    if ruling is not None:
        return Wanted("ruling", f"review:{ruling.removeprefix('review:')}")
    if stream is not None:
        return Wanted("stream", stream)
    bounds = _RANGE.fullmatch(span or "")
    if bounds is None:
        raise Malformed(f"{span} is no range", fix="Give two positions, such as 1-200.")
    return Wanted("range", first=int(bounds[1]), last=int(bounds[2]))


def _write(path: Path, content: bytes) -> None:
    try:
        write_new(path, content)
    except FileExistsError:
        raise Malformed(f"{path} is there already", fix="Give a new file.") from None
