"""Backup and restore from the command line."""

from pathlib import Path
from typing import Annotated

import typer

from api.accounts_file import FILE as ACCOUNTS
from api.cli_log import SignerDirectory
from api.cli_office import DATA, AsJson, Data, require_office
from api.cli_output import say, say_json
from api.clock import now
from api.signing import configured_signer
from api.storing import configured_store
from workflows.backup.restoring import restore_backup
from workflows.backup.taking import Source, take_backup


def backup(
    into: Annotated[Path, typer.Argument(metavar="DIR", help="A directory of backups.")],
    *,
    data: Data = DATA,
    signer: SignerDirectory = None,
    keys: Annotated[
        bool,
        typer.Option("--keys/--no-keys", help="Whether the keys that sign go along."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take a backup, also while a server writes; it is whole, or it is not there."""
    require_office(data)
    source = Source(data, signer or configured_signer(data), (ACCOUNTS,), keys, configured_store())
    taken = take_backup(source, into, now())
    told = {"path": str(taken.path), "position": taken.manifest.position}
    if as_json:
        say_json({**told, "root": taken.manifest.root, "files": len(taken.manifest.files)})
        return
    say(f"{taken.path}: {len(taken.manifest.files)} files, up to position {told['position']}.")
    if not keys:
        say("The keys that sign tokens and checkpoints are not in it; --keys takes them along.")


def restore(
    source: Annotated[
        Path, typer.Argument(metavar="DIR", help="A backup, or a directory of them: the newest.")
    ],
    *,
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="A new data directory.")],
    as_json: AsJson = False,
) -> None:
    """Put a backup back into a new directory, with --store the log in it into an empty database.

    Nothing is overwritten.
    """
    store = configured_store()
    manifest = restore_backup(source, data, store)
    if as_json:
        say_json({"position": manifest.position, "root": manifest.root, "data": str(data)})
        return
    say(f"Restored {data} up to position {manifest.position}, as of {manifest.at.isoformat()}.")
    say("What was recorded after that is not in it. Hold it against a checkpoint you kept:")
    beside = "" if store is None else " --store URL"
    say(f"quorate verify --data {data}{beside} --checkpoint FILE")
