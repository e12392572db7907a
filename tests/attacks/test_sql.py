"""Whoever owns the database attacks it by SQL, triggers dropped; verification names what was done.

The numbers are those of the threat table: T1 to T9 on the log, T14 to T18 beside it.
"""

import json
from datetime import datetime, timedelta

import pytest

from api.signing import sign_once
from domain.base import moment_text
from domain.checkpoint import Checkpoint, Note
from domain.event import leaf_hash
from tests.attacks.owner import Owned

Held = list[tuple[Checkpoint, Note]]


def test_a_record_nobody_touched_holds(owned: Owned, held: Held) -> None:
    report = owned.verified(*held)
    assert report.log.faults == ()
    assert report.log.remarks == ()
    assert report.ok
    assert (report.log.position, report.log.checkpoints, report.log.held) == (owned.head(), 2, 2)
    assert (report.log.computed, report.log.files) == (2, 3)
    assert report.log.private > 0
    assert report.log.documents > 0
    assert len(report.views) > 10
    assert report.behind == ()


# --- T1: an event is edited --------------------------------------------------------------------


def test_t1_edited_bytes_do_not_have_their_hash(owned: Owned) -> None:
    ballot = owned.place("ballot.cast/1", 3)
    owned.edit(ballot, '"option":"no"', '"option":"go"', leaf=False)
    found = owned.found()
    assert (ballot, "leaf_differs") in found
    assert {position for position, kind in found if kind == "ballot_differs"} == {ballot}


@pytest.mark.parametrize("number", range(0, 60, 7))
def test_t1_any_byte_edited_names_the_position(owned: Owned, number: int) -> None:
    position = 1 + number % owned.head()
    content = bytearray(owned.content(position))
    content[number * 5 % len(content)] ^= 1
    owned.put(position, bytes(content), leaf=False)
    assert (position, "leaf_differs") in owned.found()


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("state", "text", "leaf_differs"),
        ("state", None, "leaf_differs"),
        ("leaf", b"", "leaf_differs"),
        ("topic", "office.founded/1", "unreadable_event"),
        ("originator_id", "project:OTHER", "unreadable_event"),
        ("originator_version", 77, "unreadable_event"),
        ("clock", "2001-01-01T00:00:00.000000Z", "clock_differs"),
        ("clock", "never", "clock_differs"),
        ("clock", 5, "clock_differs"),
    ],
)
def test_t1_what_a_row_says_beside_its_bytes_is_compared(
    owned: Owned, column: str, value: object, kind: str
) -> None:
    with owned.sql() as connection:
        if value is None:
            value = 7
        connection.execute(
            f"UPDATE stored_events SET {column} = ? WHERE notification_id = 12", (value,)
        )
    assert (12, kind) in owned.found()


# --- T2: consistently rewritten -----------------------------------------------------------------


def test_t2_an_event_edited_with_its_leaf_contradicts_the_tree(owned: Owned) -> None:
    project = owned.place("project.proposed/1")
    owned.edit(project, '"amount":"5000.00"', '"amount":"9000.00"')
    kinds = {kind for _, kind in owned.found()}
    assert {"nodes_differ", "root_differs"} <= kinds


def test_t2_an_event_edited_with_leaf_and_nodes_contradicts_what_was_signed(
    owned: Owned, held: Held
) -> None:
    project = owned.place("project.proposed/1", 1)
    owned.edit(project, '"amount":"5000.00"', '"amount":"9000.00"')
    owned.grow_tree()
    owned.fold_views()
    first, last = (checkpoint.size for checkpoint, _ in held)
    found = owned.verified()
    roots = [fault for fault in found.log.faults if fault.kind == "root_differs"]
    assert [fault.position for fault in roots] == [last]
    assert f"after position {first} and up to {last}" in roots[0].why
    assert first < project <= last


# --- T3, T4: the tail is cut --------------------------------------------------------------------


def cut(owned: Owned, last: int) -> None:
    with owned.sql() as connection:
        connection.execute("DELETE FROM stored_events WHERE notification_id > ?", (last,))
        connection.execute("DELETE FROM private WHERE position > ?", (last,))
        connection.execute("DELETE FROM nodes WHERE position > ?", (last,))
    owned.fold_views()


def test_t3_a_cut_tail_is_missing_from_what_was_signed(owned: Owned) -> None:
    head = owned.head()
    cut(owned, head - 1)
    assert owned.found() == [(head, "events_missing")]


def test_t3_a_cut_and_regrown_tail_has_another_root(owned: Owned) -> None:
    head = owned.head()
    cut(owned, head - 1)
    owned.append(owned.place("fact.recorded/1"), data={"fact": "risk"})
    assert (head, "root_differs") in owned.found()


def test_t4_without_any_checkpoint_a_cut_tail_is_not_seen(owned: Owned) -> None:
    """The limit: what lies beside the log says nothing against whoever owns both."""
    cut(owned, owned.head() - 1)
    owned.forget_signatures()
    assert owned.found() == []


def test_t4_one_held_checkpoint_sees_the_cut_tail(owned: Owned, held: Held) -> None:
    head = owned.head()
    cut(owned, head - 1)
    owned.forget_signatures()
    found = owned.verified(held[-1])
    kinds = [(fault.position, fault.kind) for fault in found.log.faults]
    assert (head, "events_missing") in kinds
    assert any(f"the log ends at {head - 1}" in fault.why for fault in found.log.faults)


# --- T5 to T7: out of the middle, out of order, from behind ------------------------------------


@pytest.mark.parametrize("with_nodes", [False, True])
def test_t5_an_event_deleted_from_the_middle_is_missing(owned: Owned, with_nodes: bool) -> None:
    with owned.sql() as connection:
        connection.execute("DELETE FROM stored_events WHERE notification_id = 20")
        if with_nodes:
            connection.execute("DELETE FROM nodes WHERE position = 20")
    assert owned.found()[0] == (20, "event_missing")


def test_t5_an_event_deleted_and_the_rest_moved_up_is_out_of_step(owned: Owned) -> None:
    with owned.sql() as connection:
        position = 20
        connection.execute("DELETE FROM stored_events WHERE notification_id = ?", (position,))
        for later in range(position + 1, owned_head(connection) + 1):
            connection.execute(
                "UPDATE stored_events SET notification_id = ? WHERE notification_id = ?",
                (later - 1, later),
            )
    owned.grow_tree()
    kinds = {kind for _, kind in owned.found()}
    assert {"root_differs", "events_missing"} <= kinds


def owned_head(connection: object) -> int:
    (head,) = connection.execute(  # type: ignore[attr-defined]  # a connection
        "SELECT max(notification_id) FROM stored_events"
    ).fetchone()
    return int(head)


def test_t6_two_events_that_changed_places_contradict_tree_and_order(owned: Owned) -> None:
    first = owned.place("ballot.cast/1")
    with owned.sql() as connection:
        for old, new in ((first, -1), (first + 1, first), (-1, first + 1)):
            connection.execute(
                "UPDATE stored_events SET notification_id = ? WHERE notification_id = ?", (new, old)
            )
    owned.grow_tree()
    found = owned.found()
    assert (first, "version_differs") in found
    assert "root_differs" in {kind for _, kind in found}


def test_t7_events_inserted_behind_the_programs_back_have_no_nodes(owned: Owned) -> None:
    fact = owned.place("fact.recorded/1")
    inserted = [owned.append(fact, tree=False) for _ in range(2)]
    found = owned.found()
    # A place in two completes a node; the other is a well-formed event, for T8 to judge.
    assert found == [(position, "nodes_differ") for position in inserted if position % 2 == 0]


# --- T8: a forged act in an honest log ---------------------------------------------------------


def test_t8_a_forged_effect_has_no_ruling(owned: Owned) -> None:
    forged = owned.append(owned.place("project.moved/1"), stream="project:APX-3")
    assert (forged, "no_ruling") in owned.found()


def test_t8_a_forged_ballot_is_not_that_of_its_seat(owned: Owned) -> None:
    pia = json.loads(owned.content(owned.place("project.proposed/1")))["by"]
    stream = json.loads(owned.content(owned.place("review.opened/1", 2)))["stream"]
    ballot = owned.place("ballot.cast/1")
    forged = owned.append(ballot, stream=stream, by=pia, recorded_by=pia)
    assert (forged, "not_their_seat") in owned.found()


def test_t8_a_ballot_of_nobody_and_one_by_another_hand_are_named(owned: Owned) -> None:
    stream = json.loads(owned.content(owned.place("review.opened/1", 2)))["stream"]
    ballot = owned.place("ballot.cast/1")
    founder = json.loads(owned.content(1))["by"]
    first = owned.append(ballot, stream=stream, recorded_by=founder)
    second = owned.append(ballot, stream=stream, by="x" * 26, command="forged:2")
    found = owned.found()
    assert (first, "another_hand") in found
    assert (second, "unknown_person") in found


def test_t8_a_ballot_after_the_ruling_has_no_review(owned: Owned) -> None:
    forged = owned.append(owned.place("ballot.cast/1"))
    assert (forged, "no_review") in owned.found()


def test_t8_a_seat_given_by_nobody_who_may_is_named(owned: Owned) -> None:
    pia = json.loads(owned.content(owned.place("project.proposed/1")))["by"]
    forged = owned.append(
        owned.place("member.appointed/1"), by=pia, recorded_by=pia, data={"person": pia}
    )
    assert (forged, "not_the_founder") in owned.found()


def test_t8_a_review_opened_with_a_panel_of_friends_is_named(owned: Owned) -> None:
    opened = owned.place("review.opened/1", 2)
    fields = json.loads(owned.content(opened))
    pia = fields["by"]
    panel = [{**seat, "person": pia} for seat in fields["data"]["panel"]]
    forged = owned.append(opened, stream="review:APX-3/start/2", data={"panel": panel})
    assert (forged, "panel_differs") in owned.found()


def test_t8_a_ballot_forged_as_the_member_is_not_seen(owned: Owned) -> None:
    """The limit: no signature of a person is on record. What was signed of the log still holds."""
    stream = json.loads(owned.content(owned.place("review.opened/1", 2)))["stream"]
    owned.append(owned.place("ballot.cast/1"), stream=stream)
    assert owned.found() == []
    assert any("no signature of theirs" in text for text in owned.verified().not_recomputed)


# --- T9: backdated ------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "remarked"), [(5, False), (6, True)])
def test_t9_an_event_recorded_before_its_predecessor_is_remarked_on(
    owned: Owned, minutes: int, remarked: bool
) -> None:
    last = datetime.fromisoformat(json.loads(owned.content(owned.head()))["at"])
    at = moment_text(last - timedelta(minutes=minutes))
    forged = owned.append(owned.place("fact.recorded/1"), at=at, effective_at=at)
    report = owned.verified()
    assert report.ok
    expected = [(forged, "clock_went_back")] if remarked else []
    assert [(one.position, one.kind) for one in report.log.remarks] == expected


# --- T11, T12: the key is stolen ----------------------------------------------------------------


def test_t11_a_history_rewritten_and_signed_anew_is_seen_by_a_held_checkpoint_only(
    owned: Owned, held: Held
) -> None:
    key = (owned.data / "signer/key").read_bytes()
    owned.edit(owned.place("project.proposed/1"), '"amount":"5000.00"', '"amount":"9000.00"')
    owned.grow_tree()
    owned.fold_views()
    owned.forget_signatures()
    (owned.data / "signer").mkdir()
    (owned.data / "signer/key").write_bytes(key)
    sign_once(owned.data, owned.data / "signer")
    kinds = {kind for _, kind in owned.found()}
    assert "root_differs" not in kinds
    sizes = [checkpoint.size for checkpoint, _ in held]
    found = owned.found(*held)
    assert [position for position, kind in found if kind == "root_differs"] == sizes


# --- T14 to T18: beside the log -----------------------------------------------------------------


def test_t14_a_policy_edited_afterwards_is_named_where_it_was_adopted(owned: Owned) -> None:
    adopted = owned.place("policy.adopted/1")
    digest = json.loads(owned.content(adopted))["data"]["digest"]
    with owned.sql() as connection:
        connection.execute(
            "UPDATE documents SET bytes = replace(CAST(bytes AS TEXT), 'quorum', 'Quorum')"
            " WHERE digest = ?",
            (digest,),
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


def test_an_erased_private_value_breaks_nothing(owned: Owned) -> None:
    with owned.sql() as connection:
        connection.execute("DELETE FROM private WHERE name = 'comment'")
    assert owned.found() == []


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
    with owned.sql("views.db") as views:
        assert views.execute(statement).rowcount > 0
    report = owned.verified()
    (fault,) = report.log.faults
    assert (fault.kind, why in fault.why) == ("view_differs", True)
    assert "APX-2" in owned.content(fault.position).decode()
    assert not report.ok


def test_t17_a_row_of_no_event_is_named(owned: Owned) -> None:
    with owned.sql("views.db") as views:
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


# --- T22: bytes that two readers read in two ways ----------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"at":', b'{"at":"x","at":'),
        (b'{"at":', b'{ "at":'),
        (b'"version":1', b'"version":1.0'),
        (b'"version":1', b'"version":01'),
        (b'"v":1', b'"v":1,"z":null'),
        (b'"act"', b'"\\u0061ct"'),
        (b"}", b"} "),
    ],
)
def test_t22_an_event_in_another_form_is_not_read(owned: Owned, old: bytes, new: bytes) -> None:
    content = owned.content(1)
    changed = content.replace(old, new, 1) if old in content else content + new
    owned.put(1, changed)
    assert leaf_hash(changed) != leaf_hash(content)
    assert (1, "unreadable_event") in owned.found()
