"""An office, wherever its log is: built, opened, signed, backed up and verified."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from api.clock import now
from api.house import House
from api.signing import sign_once
from api.verifying import Given, Report, verify_all
from domain.erasure import ErasePerson
from domain.private import open_disclosure
from tests.story import Story
from workflows.backup.taking import Source, Taken, take_backup
from workflows.store.opening import open_store
from workflows.store.sql import SQLLog

STORE = "QUORATE_STORE"
PATIENCE_S = 60.0
"""How long a busy machine may take for what is sure to come."""


def until(true: Callable[[], object], what: str) -> None:
    """Wait for something, and say what did not come."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


class Place(NamedTuple):
    """An office: its data directory, and the database that holds its log, if one does."""

    data: Path
    store: str | None

    @property
    def signer(self) -> Path:
        return self.data / "signer"

    def log(self, *, writable: bool = False) -> SQLLog:
        return open_store(self.data, self.store, writable=writable)

    def house(self, clock: Callable[[], datetime] = now) -> House:
        return House(self.data, writable=True, now=clock, signer=self.signer, store=self.store)

    def backed_up(self, into: Path, *, keys: bool = False) -> Taken:
        source = Source(self.data, self.signer, ("accounts.db",), keys, self.store)
        return take_backup(source, into, now())

    def verified(self) -> Report:
        with self._named():
            return verify_all(self.data, Given(self.signer), now)

    def signed(self) -> None:
        with self._named():
            sign_once(self.data, self.signer)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Let the environment name the store, as it does for a command."""
        before = os.environ.pop(STORE, None)
        if self.store is not None:
            os.environ[STORE] = self.store
        try:
            yield
        finally:
            os.environ.pop(STORE, None)
            if before is not None:
                os.environ[STORE] = before


def begun(place: Place) -> Place:
    """Make an office: a ruling with its file and comments, Ben erased, all of it signed."""
    with closing(Story(place.data, store=place.store)) as story:
        story.governed()
        review = story.opened(story.ready("APX-1"))
        story.presented(review)
        for name in ("ana", "ben", "cem"):
            story.voted(review, name, "go", comment=f"So says {name}.")
        assert story.ruled(review)["outcome"] == "approve"
        command = ErasePerson(basis="GDPR Art. 17")
        story.house.privacy.erase(story.person("ben"), command, story.act("founder"))
    place.signed()
    return place


def words(log: SQLLog) -> set[object]:
    """Return every private value that can be opened."""
    return {open_disclosure(one.text)[1] for one in log.disclosed(range(1, log.head() + 1))}
