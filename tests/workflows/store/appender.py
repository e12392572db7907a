"""A process that appends for ever from several threads, and says what was acknowledged.

Run as ``python -m tests.workflows.store.appender DIRECTORY``; made to be killed.
"""

import os
import sys
import threading
from pathlib import Path

from domain.base import digest, document
from tests.workflows.store.events import command, refusal
from workflows.store.sqlite import SQLiteLog, open_log

THREADS = 4


def append_for_ever(log: SQLiteLog, stream: str) -> None:
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


def main() -> None:
    log = open_log(Path(sys.argv[1]), writable=True)
    threads = [
        threading.Thread(target=append_for_ever, args=(log, f"a:{number}"))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()


if __name__ == "__main__":
    main()
