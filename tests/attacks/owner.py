"""What somebody can do who owns the files: SQL with the triggers dropped."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from api.signing import sign_once
from api.verifying import Given, Report, verify_all
from domain.base import canonical, read_canonical
from domain.checkpoint import Checkpoint, Note
from domain.event import leaf_hash
from domain.merkle import completed
from tests.story import START, Story


def built(directory: Path) -> None:
    """Make an office with two rulings, signed twice: before the second review, and at the end."""
    story = Story(directory).governed()
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


class Owned:
    """A data directory in the hands of its owner."""

    def __init__(self, directory: Path) -> None:
        self.data = directory

    @contextmanager
    def sql(self, file: str = "events.db") -> Iterator[sqlite3.Connection]:
        """Open a database at a prompt, every trigger dropped."""
        with closing(sqlite3.connect(self.data / file)) as connection, connection:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in connection.execute(names).fetchall():
                connection.execute(f"DROP TRIGGER {name}")
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
            (head,) = connection.execute(
                "SELECT max(notification_id) FROM stored_events"
            ).fetchone()
        return int(head)

    def content(self, position: int) -> bytes:
        query = "SELECT state FROM stored_events WHERE notification_id = ?"
        with self.sql() as connection:
            (content,) = connection.execute(query, (position,)).fetchone()
        return bytes(content)

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
        with self.sql() as connection:
            query = (
                "SELECT coalesce(max(originator_version), 0) FROM stored_events"
                " WHERE originator_id = ?"
            )
            (version,) = connection.execute(query, (fields["stream"],)).fetchone()
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

    def forget_signatures(self) -> None:
        """Drop everything that was signed and lies in the data directory."""
        shutil.rmtree(self.data / "log")
        shutil.rmtree(self.data / "signer")

    def fold_views(self) -> None:
        """Let the views follow what the log says now."""
        for path in self.data.glob("views*"):
            path.unlink()

    def verified(self, *held: tuple[Checkpoint, Note]) -> Report:
        given = Given(signer=self.data / "signer", held=held)
        return verify_all(self.data, given, lambda: START)

    def found(self, *held: tuple[Checkpoint, Note]) -> list[tuple[int, str]]:
        faults = self.verified(*held).log.faults
        return [(fault.position, fault.kind) for fault in faults]
