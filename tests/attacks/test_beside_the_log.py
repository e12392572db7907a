"""What lies beside the log is edited: documents, files, private values, views, what is published.

T14 to T18 of the threat table in docs/log.md, on both stores. Views, evidence and published files
are files in the data directory on both; documents and private values are in the store.
"""

import json

import pytest

from domain.private import disclose
from tests.attacks.owner import Owned


def test_t14_a_policy_edited_afterwards_is_named_where_it_was_adopted(owned: Owned) -> None:
    adopted = owned.place("policy.adopted/1")
    digest = json.loads(owned.content(adopted))["data"]["digest"]
    with owned.sql() as connection:
        content = connection.one("SELECT bytes FROM documents WHERE digest = ?", (digest,))
        connection.execute(
            "UPDATE documents SET bytes = ? WHERE digest = ?",
            (bytes(content).replace(b"quorum", b"Quorum"), digest),
        )
    found = owned.found()
    assert (adopted, "document_altered") in found
    ruled = [owned.place("review.ruled/1", number) for number in (0, 1)]
    assert [p for p, kind in found if kind == "document_altered" and p in ruled] == ruled


def test_t14_a_document_that_is_gone_is_missing(owned: Owned) -> None:
    adopted = owned.place("policy.adopted/1")
    digest = json.loads(owned.content(adopted))["data"]["digest"]
    with owned.sql() as connection:
        connection.execute("DELETE FROM documents WHERE digest = ?", (digest,))
    assert (adopted, "document_missing") in owned.found()


def test_t14_a_document_without_bytes_is_altered(owned_database: Owned) -> None:
    adopted = owned_database.place("policy.adopted/1")
    digest = json.loads(owned_database.content(adopted))["data"]["digest"]
    with owned_database.sql() as connection:
        connection.execute("ALTER TABLE documents ALTER bytes DROP NOT NULL")
        connection.execute("UPDATE documents SET bytes = NULL WHERE digest = ?", (digest,))
    assert (adopted, "document_altered") in owned_database.found()


def test_t14_a_ruling_edited_comes_out_otherwise(owned: Owned) -> None:
    ruled = owned.place("review.ruled/1", 1)
    owned.edit(ruled, '"outcome":"reject"', '"outcome":"cancel"')
    assert (ruled, "verdict_differs") in owned.found()


@pytest.mark.parametrize("kind", ["evidence_altered", "evidence_missing"])
def test_t15_a_file_replaced_or_gone_is_named_where_it_was_attached(
    owned: Owned, kind: str
) -> None:
    attached = [owned.place("evidence.attached/1", number) for number in range(3)]
    (file,) = (path for path in (owned.data / "evidence/sha256").rglob("*") if path.is_file())
    file.unlink()
    if kind == "evidence_altered":
        file.write_bytes(b"another file")
    assert owned.found() == [(position, kind) for position in attached]


@pytest.mark.parametrize("how", ["another", "garbage", "relabelled"])
def test_t16_a_private_value_edited_is_named(owned: Owned, how: str) -> None:
    with owned.sql() as connection:
        position, name = connection.execute(
            "SELECT position, name FROM private WHERE name = 'comment'"
        ).fetchone()
        statement = {
            "another": "UPDATE private SET disclosure ="
            " (SELECT disclosure FROM private WHERE name = 'name' LIMIT 1)",
            "garbage": "UPDATE private SET disclosure = 'x'",
            "relabelled": "UPDATE private SET name = 'reason'",
        }[how]
        connection.execute(f"{statement} WHERE position = ? AND name = ?", (position, name))
    assert owned.found() == [(position, "private_altered")]


def test_t16_a_key_damaged_is_named_at_every_value_it_opens(owned: Owned) -> None:
    query = "SELECT owner FROM private WHERE name = 'comment' ORDER BY position LIMIT 1"
    with owned.sql() as connection:
        name = connection.one(query)
        places = "SELECT position FROM private WHERE owner = ? ORDER BY position"
        positions = [row[0] for row in connection.execute(places, (name,)).fetchall()]
    owner, _, generation = name.rpartition("/")
    with owned.vault() as vault:
        damage = "UPDATE keys SET key = ? WHERE owner = ? AND generation = ?"
        vault.execute(damage, (b"short", owner, int(generation)))
    assert owned.found() == [(position, "private_unreadable") for position in positions]


def test_t16_a_private_value_moved_to_another_stream_is_named(owned: Owned) -> None:
    """Else somebody's name would be shown for another person."""
    with owned.sql() as connection:
        query = "SELECT position, stream FROM private WHERE name = 'name' ORDER BY position"
        (position, own), (_, other) = connection.execute(query).fetchall()[:2]
        assert own != other
        moved = "UPDATE private SET stream = ? WHERE position = ? AND name = 'name'"
        connection.execute(moved, (other, position))
    assert owned.found() == [(position, "private_altered")]


@pytest.mark.parametrize("place", [-1, 0, 10**9])
def test_t16_a_private_value_of_no_event_is_named(owned: Owned, place: int) -> None:
    """The newest value of a name is the one shown: so it must not come from nowhere."""
    forged = disclose(bytes(16), "name", "Somebody Else")
    with owned.sql() as connection:
        stream = connection.one("SELECT stream FROM private WHERE name = 'name' LIMIT 1")
        columns = "digest, position, stream, name, disclosure, owner"
        values = (forged.digest, place, stream, "name", forged.text.encode(), "")
        connection.execute(f"INSERT INTO private ({columns}) VALUES (?, ?, ?, ?, ?, ?)", values)
    assert owned.found() == [(place, "private_altered")]


@pytest.mark.parametrize("name", [b"x", 7, None])
def test_t14_a_document_under_a_name_that_is_none_is_named(
    owned_files: Owned, name: object
) -> None:
    adopted = owned_files.place("policy.adopted/1")
    digest = json.loads(owned_files.content(adopted))["data"]["digest"]
    with owned_files.sql() as connection:
        connection.execute("UPDATE documents SET digest = ? WHERE digest = ?", (name, digest))
    assert (adopted, "document_missing") in owned_files.found()


@pytest.mark.parametrize("column", ["digest", "name", "disclosure"])
def test_t16_a_private_value_whose_row_has_a_hole_is_named(
    owned_database: Owned, column: str
) -> None:
    with owned_database.sql() as connection:
        position = connection.one("SELECT min(position) FROM private WHERE name = 'comment'")
        connection.execute("ALTER TABLE private DROP CONSTRAINT private_pkey")
        connection.execute(f"ALTER TABLE private ALTER {column} DROP NOT NULL")
        where = "WHERE position = ? AND name = 'comment'"
        connection.execute(f"UPDATE private SET {column} = NULL {where}", (position,))
    assert (position, "private_altered") in owned_database.found()


def test_t16_a_private_value_taken_out_with_nobody_erased_is_named(owned: Owned) -> None:
    with owned.sql() as connection:
        position = connection.one("SELECT min(position) FROM private WHERE name = 'comment'")
        connection.execute(
            "DELETE FROM private WHERE name = 'comment' AND position = ?", (position,)
        )
    assert owned.found() == [(position, "private_missing")]


def test_t16_a_key_destroyed_with_nobody_erased_is_remarked_on(owned: Owned) -> None:
    with owned.sql() as connection:
        position, owner = connection.execute(
            "SELECT position, owner FROM private WHERE name = 'comment' ORDER BY position"
        ).fetchone()
    person, _, generation = owner.rpartition("/")
    with owned.vault() as vault:
        spent = "UPDATE keys SET key = NULL WHERE owner = ? AND generation = ?"
        vault.execute(spent, (person, int(generation)))
    report = owned.verified()
    assert report.ok
    remarks = [one for one in report.log.remarks if one.kind == "erased_unseen"]
    assert position in [one.position for one in remarks]
    assert all(person in one.why for one in remarks)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE register SET standing = 'active' WHERE key LIKE '%APX-2%'", "is not what"),
        ("DELETE FROM register WHERE key LIKE '%APX-2%'", "is missing"),
        ("DELETE FROM register_keys WHERE key LIKE '%APX-2%'", "is missing"),
    ],
)  # fmt: skip
def test_t17_a_view_edited_is_named_at_the_event_of_its_row(
    owned: Owned, statement: str, why: str
) -> None:
    with owned.views() as views:
        assert views.execute(statement).rowcount > 0
    report = owned.verified()
    (fault,) = report.log.faults
    assert (fault.kind, why in fault.why) == ("view_differs", True)
    assert "APX-2" in owned.content(fault.position).decode()
    assert not report.ok


def test_t17_a_row_of_no_event_is_named(owned: Owned) -> None:
    with owned.views() as views:
        columns = [row[1] for row in views.execute("PRAGMA table_info(register)")]
        rest = ", ".join(columns[2:])
        views.execute(
            "INSERT INTO register"
            f" SELECT 'project:ZZZ', position + 900, {rest} FROM register LIMIT 1"
        )
    (fault,) = owned.verified().log.faults
    assert (fault.kind, fault.position > 900) == ("view_differs", True)
    assert "follows from no event" in fault.why


def test_t18_published_files_edited_or_gone_are_named(owned: Owned) -> None:
    files = sorted(path for path in (owned.data / "log/tile").rglob("*") if path.is_file())
    size = owned.head()
    current = [path for path in files if path.name == str(size)]
    assert len(current) == 2
    for path in current:
        content = path.read_bytes()
        path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
        assert owned.found() == [(size, "tile_differs")]
        path.unlink()
        assert owned.found() == [(size, "tile_missing")]
        path.write_bytes(content)


def test_t18_a_checkpoint_edited_is_signed_by_nobody(owned: Owned) -> None:
    path = owned.data / "log/checkpoint"
    text = path.read_bytes()
    path.write_bytes(text.replace(b"\n\n\xe2\x80\x94 ", b"\n\n\xe2\x80\x94 x"))
    assert (owned.head(), "checkpoint_unsigned") in owned.found()
    path.write_bytes(b"garbage")
    assert (0, "checkpoint_unreadable") in owned.found()
