"""The rounds of killing as often as asked: ``python -m tests.faults.soak [ROUNDS [SEED]]``.

ROUNDS is how often a process is killed at each thing, on each store. One seed repeats all delays.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stdout
from io import StringIO
from pathlib import Path
from random import Random, SystemRandom
from tempfile import TemporaryDirectory

from psycopg.conninfo import conninfo_to_dict

from tests.faults.places import Place, begun
from tests.faults.rounds import killed_again_and_again, scenes
from tests.workflows.store.servers import Server, programs

ROUNDS = 200
OFFICE_LASTS = 10
"""Rounds until another office is begun: verifying takes longer the longer its log is."""


def stores(stack: ExitStack) -> Iterator[tuple[str, Server | None]]:
    """Yield what an office can be kept in on this machine."""
    yield "files", None
    found = programs()
    if found is None:
        sys.stderr.write("no PostgreSQL on this machine: left out\n")
        return
    server = Server(found, "fsync=off")
    stack.callback(server.close)
    yield "postgres", server


def soak(rounds: int, seed: int) -> None:
    """Kill and look, and say what came of it; the first thing that is wrong ends it."""
    sys.stdout.write(f"{rounds} rounds each, seed {seed}\n")
    with ExitStack() as stack:
        for name, server in stores(stack):
            for scene in scenes():
                began, chance = time.monotonic(), Random(f"{seed} {scene} {name}")
                told = 0
                for done in range(0, rounds, OFFICE_LASTS):
                    told += _some_rounds(scene, server, chance, min(OFFICE_LASTS, rounds - done))
                sys.stdout.write(
                    f"{name:<9} {scene:<11} killed {rounds} times in"
                    f" {time.monotonic() - began:.0f} s, {told} acts acknowledged, none lost\n"
                )
                sys.stdout.flush()


def _some_rounds(scene: str, server: Server | None, chance: Random, rounds: int) -> int:
    """Return how many acts were acknowledged in some rounds on an office of their own."""
    with TemporaryDirectory(prefix="quorate-soak-") as directory:
        store = None if server is None else server.database()
        place, said = begun(Place(Path(directory) / "data", store)), StringIO()
        try:
            with redirect_stdout(said):
                return killed_again_and_again(scene, place, chance, rounds)
        except BaseException:
            sys.stderr.write(said.getvalue())
            raise
        finally:
            if server is not None and store is not None:
                name = conninfo_to_dict(store)["dbname"]
                server.statement(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SystemRandom().randrange(10**9)
    soak(rounds, seed)


if __name__ == "__main__":
    main()
