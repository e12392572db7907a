"""A process that appends for ever from several threads, and says what was acknowledged.

Run as ``python -m tests.workflows.store.appender DIRECTORY|ADDRESS [KIND]``; made to be killed.
"""

import os
import sys
import tempfile
import threading
from pathlib import Path

from domain.base import digest, document
from tests.workflows.store.events import command, refusal
from workflows.store.opening import SCHEMES, open_store
from workflows.store.sql import SQLLog

THREADS = 4


def append_for_ever(log: SQLLog, stream: str) -> None:
    version = log.version(stream)
    while True:
        events = [
            refusal(stream, version + 1, private={"name": "Ana"}),
            refusal(stream, version + 2, documents=(document({"n": version}),)),
        ]
        positions = log.append(events, {stream: version}, command(f"{stream}/{version}"))
        lines = [
            f"{position} {digest(one.content)}\n"
            for position, one in zip(positions, events, strict=True)
        ]
        os.write(1, "".join(lines).encode())  # one call, so that lines never mix
        version += 2


def opened(place: str, *, writable: bool) -> SQLLog:
    """Open the log of a directory or of a database."""
    if place.startswith(SCHEMES):
        return open_store(Path(tempfile.gettempdir()), place, writable=writable)
    return open_store(Path(place), None, writable=writable)


def main() -> None:
    name = sys.argv[2] if len(sys.argv) > 2 else "a"
    log = opened(sys.argv[1], writable=True)
    threads = [
        threading.Thread(target=append_for_ever, args=(log, f"{name}:{number}"))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()


if __name__ == "__main__":
    main()
