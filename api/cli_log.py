"""The command line for whoever holds the log to account: checkpoints, proofs, the signer."""

import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.cli_office import DATA, Actor, AsJson, Data, acting, require_office
from api.cli_output import note, say, say_json
from api.clock import new_seed
from api.signing import (
    ENVIRONMENT,
    configured_signer,
    sign_on,
    sign_once,
    stop_at_end_of_input,
)
from api.storing import open_to_read
from domain.checkpoint import Checkpoint, NotANote, Note, b64, read_checkpoint
from domain.log_key import RotateLogKey
from domain.refusals import Malformed, NotKnown
from workflows.log.files import write_new
from workflows.log.proving import event_proof, growth_proof
from workflows.log.rotating import LogKeys
from workflows.log.signed import KEY, LOG, published
from workflows.log.signer import Signer
from workflows.store.contract import StoreUnavailable

WAIT_S = 20.0
_LOOK_S = 0.1

app = typer.Typer(
    no_args_is_help=True, help="The process that signs checkpoints of the log, and its keys."
)
SignerDirectory = Annotated[
    Path | None,
    typer.Option(
        "--signer",
        metavar="DIR",
        envvar=ENVIRONMENT,
        help="Where the signer keeps its key and memory; DATA/signer by default.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="A new file.")]


def checkpoint(
    *, data: Data = DATA, signer: SignerDirectory = None, out: Out = None, as_json: AsJson = False
) -> None:
    """Sign the log as it is, bring its static files up to date, and hand the checkpoint out."""
    require_office(data)
    found = _signed(data, signer or configured_signer(data))
    signed, content = found
    if out is not None:
        write_out(out, content.content)
    key = (data / LOG / KEY).read_text(encoding="utf-8").strip()
    if as_json:
        told = {"origin": signed.origin, "position": signed.size, "root": b64(signed.root)}
        say_json({**told, "key": key, "checkpoint": content.content.decode()})
        return
    say(f"Signed {signed.origin} up to position {signed.size}, root {b64(signed.root)}.")
    say(f"Key: {key}")
    if out is not None:
        say(f"Keep {out} where whoever runs this machine cannot reach it.")


def prove(
    *,
    data: Data = DATA,
    position: Annotated[
        int | None, typer.Argument(min=1, help="The event to prove; none with --since.")
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Prove that the log still begins as this checkpoint."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="A new file.")],
) -> None:
    """Write a proof that an event is in the log, or that the log only grew, for outsiders."""
    require_office(data)
    if (position is None) == (since is None):
        raise Malformed("prove one thing", fix="Give a position, or --since FILE.")
    signed = published(data)
    if signed is None:
        raise NotKnown("no checkpoint was signed yet", fix="Have one signed: quorate checkpoint.")
    with closing(open_to_read(data)) as log:
        if since is not None:
            old = held_checkpoint(since)[0]
            content = growth_proof(log.node, old.size, signed)
            what = f"the log of position {signed[0].size} begins with that of {old.size}"
        else:
            assert position is not None, "one of the two is given"
            content = event_proof(log.node, position, signed)
            what = f"position {position} is in the log of position {signed[0].size}"
    write_out(out, content)
    say(f"{out}: proof that {what}.")


@app.command("run")
def run_signer(
    *,
    data: Data = DATA,
    signer: SignerDirectory = None,
    beside: Annotated[
        bool, typer.Option("--beside", hidden=True, help="End when standard input does.")
    ] = False,
) -> None:
    """Sign whenever the log has grown, until interrupted; `quorate serve` does it by itself."""
    require_office(data)
    stop = stop_at_end_of_input() if beside else threading.Event()

    def told(signed: Checkpoint) -> None:
        if not beside:
            note(f"Signed position {signed.size}.")

    sign_on(data, signer or configured_signer(data), stop, told)


@app.command("rotate")
def rotate_key(*, data: Data = DATA, signer: SignerDirectory = None, actor: Actor = None) -> None:
    """Let a new key sign from here on, on record; both sign the checkpoint that covers it."""
    directory = signer or configured_signer(data)
    with acting(data, actor) as operator:
        house = operator.house
        with closing(Signer(house.log, data, directory, new_seed)) as signing:
            before = signing.key()
            key = signing.make_key()
            command = RotateLogKey(key=key.text, replaces=before.text)
            LogKeys(house.desk).rotate(command, operator.act())
            signing.sign()
    say(f"Key: {key.text}")
    say("Tell everybody who checks this log; the checkpoint just signed bears both keys.")


def held_checkpoint(path: Path) -> tuple[Checkpoint, Note]:
    """Return the checkpoint in a file that somebody kept.

    Raises:
        Malformed: the file holds none.
    """
    try:
        return read_checkpoint(path.read_bytes())
    except NotANote as fault:
        raise Malformed(f"{path}: {fault}", fix="Give a file of `quorate checkpoint`.") from None


def write_out(path: Path, content: bytes) -> None:
    """Write a new file for somebody to keep.

    Raises:
        Malformed: it is there already.
    """
    try:
        write_new(path, content)
    except FileExistsError:
        raise Malformed(
            f"{path} is there already, and may be a file worth keeping",
            fix="Give another name.",
        ) from None


def _signed(data: Path, directory: Path) -> tuple[Checkpoint, Note]:
    """Return a checkpoint of the log as it is now, signed here or by the signer at work."""
    with closing(open_to_read(data)) as log:
        head = log.head()
    try:
        signed = sign_once(data, directory)
    except StoreUnavailable as held:
        signed = _waited_for(data, head)
        if signed is None:
            raise held from None
    if signed is None:
        raise NotKnown("there is nothing to sign yet", fix="Found an office: quorate init.")
    return signed


def _waited_for(data: Path, head: int) -> tuple[Checkpoint, Note] | None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        signed = published(data)
        if signed is not None and signed[0].size >= head:
            return signed
        time.sleep(_LOOK_S)
    return None
