"""The whole verification: the log by itself, and the views against the log; and its last result."""

import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from api.storing import open_to_read
from domain.base import Moment, Value
from domain.checkpoint import (
    Checkpoint,
    NotANote,
    Note,
    VerifierKey,
    read_checkpoint,
    read_key,
    read_records,
)
from domain.log_key import LogKeyRotated
from domain.office import OFFICE
from projections.every import VIEWS
from projections.files import ViewsUnavailable
from projections.verifying import compare
from workflows.log.authority import NOT_RECOMPUTED
from workflows.log.files import write_whole
from workflows.log.signed import CHECKPOINT, KEY, LOG, SIGNED, remembered
from workflows.log.verification import Against, Fault, Progress, Verified, verify
from workflows.store.contract import Log

LAST = "verified.json"
_KIB = 1024

Pair = tuple[Checkpoint, Note]


class ViewVerified(Value):
    """A view that was folded anew and compared."""

    name: str
    position: int
    rows: int
    digest: str


class Report(Value):
    """What a verification came to.

    Attributes:
        ok: whether everything holds.
        seconds: how long it took. peak_mib: memory at its most.
        log: what came of the log by itself.
        views: views compared. behind: views that have stopped or were never built.
        not_recomputed: what nobody can find out from the record alone.
    """

    at: Moment
    ok: bool
    seconds: str
    peak_mib: int
    log: Verified
    views: tuple[ViewVerified, ...] = ()
    behind: tuple[str, ...] = ()
    not_recomputed: tuple[str, ...] = NOT_RECOMPUTED


class LastRun(Value):
    """What is kept of the last verification, for whoever asks how the house is doing."""

    at: Moment
    ok: bool
    position: int
    faults: int


class Given(NamedTuple):
    """What whoever verifies brings along.

    Attributes:
        signer: directory of the signer, whose memory is looked at where that is allowed.
        held: checkpoints kept elsewhere.
        keys: keys trusted; those found with the log, when there are none.
    """

    signer: Path
    held: tuple[Pair, ...] = ()
    keys: tuple[VerifierKey, ...] = ()


def verify_all(
    data: Path,
    given: Given,
    now: Callable[[], datetime],
    progress: tuple[Progress | None, Progress | None] = (None, None),
) -> Report:
    """Verify the log and the views of a data directory, and keep the result in it.

    Raises:
        StoreUnavailable: there is no log that can be opened.
    """
    began = time.monotonic()
    faults: list[Fault] = []
    with closing(open_to_read(data)) as log:
        against = _against(log, data, given, faults)._replace(now=now())
        verified = verify(log, data, against, progress[0])
        views, behind = _views(data, log, faults, progress[1])
    found = sorted((*verified.faults, *faults), key=lambda fault: (fault.position, fault.kind))
    verified = verified.changed(faults=tuple(found), faulty=verified.faulty + len(faults))
    report = Report(
        at=now(),
        ok=not verified.faulty,
        seconds=f"{time.monotonic() - began:.2f}",
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _per_mib(),
        log=verified,
        views=views,
        behind=behind,
    )
    _keep(data, report)
    return report


def last_run(data: Path) -> LastRun | None:
    """Return what is kept of the last verification, nothing where there was none."""
    try:
        return LastRun.model_validate_json((data / LAST).read_bytes())
    except (OSError, ValidationError):
        return None


def _against(log: Log, data: Path, given: Given, faults: list[Fault]) -> Against:
    signed: list[Pair] = []
    try:
        signed += remembered(given.signer)
    except NotANote as fault:
        faults.append(Fault(position=0, kind="checkpoint_unreadable", why=f"signer: {fault}"))
    for name in (SIGNED, CHECKPOINT):
        path = data / LOG / name
        try:
            content = path.read_bytes()
            read = read_records(content)[0] if name == SIGNED else (read_checkpoint(content),)
            signed += [pair for pair in read if pair not in signed]
        except FileNotFoundError:
            continue
        except (NotANote, OSError) as fault:
            why = f"{LOG}/{name}: {fault}"
            faults.append(Fault(position=0, kind="checkpoint_unreadable", why=why))
    keys = given.keys or _published_key(data, faults)
    return Against(trusted=_chained(log, keys), signed=tuple(signed), held=given.held)


def _published_key(data: Path, faults: list[Fault]) -> tuple[VerifierKey, ...]:
    try:
        return (read_key((data / LOG / KEY).read_text(encoding="utf-8")),)
    except FileNotFoundError:
        return ()
    except (NotANote, OSError, UnicodeDecodeError) as fault:
        faults.append(Fault(position=0, kind="key_unreadable", why=f"{LOG}/{KEY}: {fault}"))
        return ()


def _chained(log: Log, keys: tuple[VerifierKey, ...]) -> tuple[VerifierKey, ...]:
    """Return the keys trusted, with those that took their place, or that they took, on record."""
    trusted = {key.text: key for key in keys}
    try:
        rotations = [
            one.event.data
            for one in log.stream(OFFICE)
            if isinstance(one.event.data, LogKeyRotated)
        ]
        for rotation in (*rotations, *reversed(rotations)):
            if trusted.keys() & {rotation.key, rotation.replaces}:
                for text in (rotation.key, rotation.replaces):
                    trusted[text] = read_key(text)
    except ValueError:
        pass  # an event that cannot be read is told of where it stands
    return tuple(trusted.values())


def _views(
    data: Path, log: Log, faults: list[Fault], progress: Progress | None
) -> tuple[tuple[ViewVerified, ...], tuple[str, ...]]:
    try:
        compared = compare(data, log, VIEWS, progress)
    except ViewsUnavailable:
        # Views are made from the log at the next start; without them nothing is shown wrongly.
        return (), tuple(view.name for view in VIEWS)
    for doubt in compared.doubts:
        faults.append(Fault(position=doubt.position, kind="view_differs", why=doubt.why))
    return tuple(ViewVerified(**view._asdict()) for view in compared.views), compared.behind


def _keep(data: Path, report: Report) -> None:
    log = report.log
    kept = LastRun(at=report.at, ok=report.ok, position=log.position, faults=log.faulty)
    try:
        write_whole(data / LAST, json.dumps(kept.as_json()).encode(), data)
    except OSError as fault:
        sys.stderr.write(f"the result is not kept: {fault}\n")


def _per_mib() -> int:
    """Return in what the system counts memory: kibibytes, but bytes on a Mac."""
    return _KIB * _KIB if sys.platform == "darwin" else _KIB
