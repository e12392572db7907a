"""Logs to sign: an office and many small events, in a data directory of its own."""

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from domain.act import Act
from domain.event import Draft, seal
from domain.office import OFFICE, OfficeFounded
from tests.workflows.store.events import NOON, refusal
from workflows.log.signer import Signer
from workflows.store.sqlite import SQLiteLog, open_log

ORIGIN = "log.example"
_SEEDS = itertools.count()


def seed() -> bytes:
    return sha256(f"seed {next(_SEEDS)}".encode()).digest()


def begun(directory: Path) -> SQLiteLog:
    log = open_log(directory, writable=True)
    founded = OfficeFounded(
        origin=ORIGIN, title="T", zone="UTC", currency="EUR", languages=("en",), founder="p1"
    )
    act = Act(by="p1", recorded_by="p1", command="c0", now=NOON, seed=seed())
    log.append([seal(Draft(stream=OFFICE, data=founded), act, 1, 0)], {}, None)
    return log


def grown(log: SQLiteLog, to: int, stream: str = "refusal:x") -> None:
    """Append until the log ends at a position."""
    version, missing = log.version(stream), to - log.head()
    events = [refusal(stream, version + number) for number in range(1, missing + 1)]
    log.append(events, {}, None)


@contextmanager
def signing(log: SQLiteLog, data: Path) -> Iterator[Signer]:
    with closing(Signer(log, data, data / "signer", seed)) as signer:
        yield signer


def everything_in(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
