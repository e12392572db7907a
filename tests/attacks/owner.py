"""What somebody can do who owns the files, or the database: SQL with the triggers dropped."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.house import House
from api.signing import sign_once
from api.storing import ENVIRONMENT
from api.verifying import Given, Report, verify_all
from domain.base import canonical, read_canonical
from domain.checkpoint import Checkpoint, Note
from domain.event import leaf_hash
from domain.merkle import completed
from tests.attacks.prompts import DatabasePrompt, FilePrompt, Prompt
from tests.story import START, Story

NEXT_DAY = START + timedelta(days=1)
"""When verification takes place: after everything that happened."""


class Whole(NamedTuple):
    """An office whose record holds: its data directory, and its database if it has one."""

    data: Path
    store: str | None


def built(directory: Path, store: str | None = None) -> Whole:
    """Make an office with two rulings, signed twice: before the second review, and at the end."""
    with pytest.MonkeyPatch.context() as patch:
        if store is not None:
            patch.setenv(ENVIRONMENT, store)
        story = Story(directory, store=store).governed()
        review = story.opened(story.ready("APX-1"))
        story.presented(review)
        for name in ("ana", "ben", "cem"):
            story.voted(review, name, "go", comment="As discussed.")
        assert story.ruled(review)["outcome"] == "approve"
        sign_once(directory, directory / "signer")
        review = story.opened(story.ready("APX-2"))
        story.presented(review)
        for name in ("ana", "ben", "cem"):
            story.voted(review, name, "no")
        assert story.ruled(review)["outcome"] == "reject"
        story.opened(story.ready("APX-3"))
        story.house.views.catch_up()
        story.close()
        sign_once(directory, directory / "signer")
    return Whole(directory, store)


class Owned:
    """An office in the hands of whoever owns its files and its database."""

    def __init__(self, directory: Path, store: str | None = None) -> None:
        self.data = directory
        self.store = store

    @contextmanager
    def sql(self) -> Iterator[Prompt]:
        """Open the log at a prompt, every trigger dropped; all is kept when it ends well."""
        made = FilePrompt(self.data / "events.db") if self.store is None else None
        with closing(made or DatabasePrompt(str(self.store))) as prompt:
            prompt.drop_triggers()
            yield prompt
            prompt.commit()

    @contextmanager
    def vault(self) -> Iterator[Prompt]:
        """Open the keys of private values, which a database holds beside the log."""
        made = FilePrompt(self.data / "vault.db") if self.store is None else None
        with closing(made or DatabasePrompt(str(self.store))) as prompt:
            yield prompt
            prompt.commit()

    @contextmanager
    def views(self) -> Iterator[sqlite3.Connection]:
        """Open the views, which are files on both stores."""
        with closing(sqlite3.connect(self.data / "views.db")) as connection, connection:
            yield connection

    def place(self, topic: str, number: int = 0, stream: str = "") -> int:
        query = (
            "SELECT notification_id FROM stored_events WHERE topic = ? AND originator_id LIKE ?"
            " ORDER BY notification_id"
        )
        with self.sql() as connection:
            found = connection.execute(query, (topic, f"{stream}%")).fetchall()
        return int(found[number][0])

    def head(self) -> int:
        with self.sql() as connection:
            return int(connection.one("SELECT max(notification_id) FROM stored_events"))

    def content(self, position: int) -> bytes:
        query = "SELECT state FROM stored_events WHERE notification_id = ?"
        with self.sql() as connection:
            return bytes(connection.one(query, (position,)))

    def edit(self, position: int, old: str, new: str, *, leaf: bool = True) -> None:
        """Change the bytes of an event, with their leaf unless told otherwise."""
        content = self.content(position)
        assert old.encode() in content
        changed = content.replace(old.encode(), new.encode())
        assert canonical(read_canonical(changed)) == changed
        self.put(position, changed, leaf=leaf)

    def put(self, position: int, content: bytes, *, leaf: bool = True) -> None:
        with self.sql() as connection:
            connection.execute(
                "UPDATE stored_events SET state = ? WHERE notification_id = ?", (content, position)
            )
            if leaf:
                connection.execute(
                    "UPDATE stored_events SET leaf = ? WHERE notification_id = ?",
                    (leaf_hash(content), position),
                )

    def append(self, like: int, *, tree: bool = True, **changes: Any) -> int:
        """Append a forged event, well-formed in everything, made after the model of another."""
        fields: dict[str, Any] = json.loads(self.content(like))
        data = {**fields["data"], **changes.pop("data", {})}
        last = json.loads(self.content(self.head()))
        fields |= {"at": last["at"], "effective_at": last["at"], "command": "forged:1"}
        fields |= {"data": data, "basis": self.head(), **changes}
        # A forger would not name private values there are none of.
        fields.pop("_sd", None)
        with self.sql() as connection:
            query = (
                "SELECT coalesce(max(originator_version), 0) FROM stored_events"
                " WHERE originator_id = ?"
            )
            version = connection.one(query, (fields["stream"],))
            fields["version"] = version + 1
            content = canonical(fields)
            head, clock = connection.execute(
                "SELECT max(notification_id), max(clock) FROM stored_events"
            ).fetchone()
            row = (head + 1, fields["stream"], version + 1, fields["topic"], content)
            clock = max(clock, fields["at"])
            connection.execute(
                "INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, leaf_hash(content), clock),
            )
        if tree:
            self.grow_tree()
        return int(head) + 1

    def grow_tree(self) -> None:
        """Compute every node anew, as whoever rewrites history has to."""
        with self.sql() as connection:
            connection.execute("DELETE FROM nodes")
            ending: dict[int, bytes] = {}
            rows = connection.execute(
                "SELECT notification_id, leaf FROM stored_events ORDER BY notification_id"
            ).fetchall()
            for position, leaf in rows:
                try:
                    made = completed(position, leaf, ending.__getitem__)
                except KeyError:
                    return
                ending[position] = made[-1] if made else leaf
                if made:
                    connection.execute(
                        "INSERT INTO nodes VALUES (?, ?)", (position, b"".join(made))
                    )

    def cut(self, last: int) -> None:
        """Delete everything after a position."""
        with self.sql() as connection:
            connection.execute("DELETE FROM stored_events WHERE notification_id > ?", (last,))
            connection.execute("DELETE FROM private WHERE position > ?", (last,))
            connection.execute("DELETE FROM nodes WHERE position > ?", (last,))
        self.fold_views()

    def forget_signatures(self) -> None:
        """Drop everything that was signed and lies in the data directory."""
        shutil.rmtree(self.data / "log")
        shutil.rmtree(self.data / "signer")

    def fold_views(self) -> None:
        """Let the views follow what the log says now."""
        for path in self.data.glob("views*"):
            path.unlink()

    def signed(self) -> tuple[Checkpoint, Note]:
        """Have the signer sign what is there."""
        signed = sign_once(self.data, self.data / "signer")
        assert signed is not None
        return signed

    def opened(self) -> House:
        """Open the office as `quorate serve` does."""
        return House(self.data, writable=True, now=lambda: NEXT_DAY, store=self.store)

    def verified(self, *held: tuple[Checkpoint, Note], now: datetime = NEXT_DAY) -> Report:
        given = Given(signer=self.data / "signer", held=held)
        return verify_all(self.data, given, lambda: now)

    def found(self, *held: tuple[Checkpoint, Note]) -> list[tuple[int, str]]:
        faults = self.verified(*held).log.faults
        return [(fault.position, fault.kind) for fault in faults]
