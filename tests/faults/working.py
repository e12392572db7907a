"""Processes made to be killed: each does one thing for ever, and tells what was acknowledged.

They are started by a server that has read the program already, so that a round is short.
"""

import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from secrets import randbelow, token_hex
from typing import NamedTuple

from api.clock import new_seed, now
from api.house import House
from domain.act import Act, SignedIn
from domain.person import RegisterPerson
from domain.project_acts import AttachEvidence, ProposeProject
from projections.every import VIEWS
from projections.runner import Runner
from tests.faults.places import Place
from workflows.desk import Answer
from workflows.log.signed import LOG
from workflows.log.signer import Signer

FOUNDER = "0" * 26
THREADS = 2
FILE_EVERY = 5


class Acknowledged(NamedTuple):
    """An act of which its person was told that it is recorded."""

    command: str
    position: int


class Clerk:
    """Somebody who acts again and again: people, projects, files; each a real act at the desk."""

    def __init__(self, house: House) -> None:
        self._house = house

    def acts(self) -> list[Acknowledged]:
        """Register somebody, propose a project, and now and then attach a file to it."""
        name = token_hex(6)
        one = RegisterPerson(name=f"Name {name}", email=f"{name}@example.org")
        told = [self._told(lambda act: self._house.people.register(one, act))]
        proposal = ProposeProject(portfolio="APX", title=f"Project {name}")
        made: list[Answer] = []

        def propose(act: Act) -> Answer:
            made.append(self._house.projects.propose(proposal, act))
            return made[-1]

        told.append(self._told(propose))
        if randbelow(FILE_EVERY):
            return told
        code = str(made[-1].content["project"])
        kept = self._house.evidence.keep([name.encode() * 500], 100_000)
        file = AttachEvidence(
            evidence="business_case", name=f"{name}.pdf", sha256=kept.sha256, size=kept.size
        )
        told.append(self._told(lambda act: self._house.projects.attach(code, file, act)))
        return told

    def _told(self, perform: Callable[[Act], Answer]) -> Acknowledged:
        at = now()
        act = Act(
            by=FOUNDER, recorded_by=FOUNDER, command=f"{FOUNDER}:{token_hex(8)}", now=at,
            signed_in=SignedIn(issuer="test", token=token_hex(4), at=at), seed=new_seed(),
        )  # fmt: skip
        perform(act)
        # The head when it was answered may be that of somebody else's act already.
        row = self._house.log.command(act.command)
        assert row is not None
        return Acknowledged(act.command, row.last)


class Telling:
    """Where a process says what was acknowledged; a line is whole, or was never said."""

    def __init__(self, to: Connection) -> None:
        self._to = to
        self._turn = threading.Lock()

    def __call__(self, *told: Acknowledged) -> None:
        with self._turn:
            self._to.send(told)


def append(place: Place, tell: Telling) -> None:
    house = place.house()

    def act_on() -> None:
        while True:
            tell(*Clerk(house).acts())

    tell()
    threads = [threading.Thread(target=act_on) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def project(place: Place, tell: Telling) -> None:
    """Hold the views, and write them: following, then all anew, then following again."""
    log = place.log()
    runner = Runner(place.data, log, VIEWS)
    assert runner.writes
    tell()
    while True:
        runner.catch_up()
        runner.rebuild()


def sign(place: Place, tell: Telling) -> None:
    with closing(Signer(place.log(), place.data, place.signer, new_seed)) as signer:
        tell()
        while True:
            signer.sign()


def write_tiles(place: Place, tell: Telling) -> None:
    """Lose every tile, and write them all again."""
    log = place.log()
    tell()
    while True:
        shutil.rmtree(place.data / LOG / "tile", ignore_errors=True)
        with closing(Signer(log, place.data, place.signer, new_seed)) as signer:
            signer.sign()


def back_up(place: Place, tell: Telling) -> None:
    tell()
    while True:
        place.backed_up(backups_of(place))


def backups_of(place: Place) -> Path:
    return place.data.parent / f"{place.data.name}-backups"


SCENES: dict[str, Callable[[Place, Telling], None]] = {
    "append": append,
    "projection": project,
    "signing": sign,
    "tiles": write_tiles,
    "backup": back_up,
}


def work(scene: str, place: Place, to: Connection) -> None:
    """Do one thing for ever. The first thing told is that it has begun."""
    SCENES[scene](place, Telling(to))
