"""Whoever owns the store attacks the log by SQL, triggers dropped; verification names the deed.

T1 to T8 and T22 of the threat table in docs/log.md, on both stores. Each store has one attack the
other has not: a column of a file takes values of any type, a column of a database can be declared
anew. Beside the log: test_beside_the_log.py.
"""

import json

import pytest

from domain.checkpoint import Checkpoint, Note
from domain.event import leaf_hash
from tests.attacks.owner import Owned
from workflows.store.contract import StoreUnavailable

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
        ("state", b"text", "leaf_differs"),
        ("leaf", b"", "leaf_differs"),
        ("topic", "office.founded/1", "unreadable_event"),
        ("originator_id", "project:OTHER", "unreadable_event"),
        ("originator_version", 77, "unreadable_event"),
        ("clock", "2001-01-01T00:00:00.000000Z", "clock_differs"),
        ("clock", "never", "clock_differs"),
    ],
)
def test_t1_what_a_row_says_beside_its_bytes_is_compared(
    owned: Owned, column: str, value: object, kind: str
) -> None:
    with owned.sql() as connection:
        connection.execute(
            f"UPDATE stored_events SET {column} = ? WHERE notification_id = 12", (value,)
        )
    assert (12, kind) in owned.found()


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("state", "text", "leaf_differs"),
        ("state", 7, "leaf_differs"),
        ("leaf", "text", "leaf_differs"),
        ("topic", b"office.founded/1", "unreadable_event"),
        ("originator_version", "one", "unreadable_event"),
        ("clock", 5, "clock_differs"),
    ],
)
def test_t1_a_value_of_another_type_in_a_file_is_named(
    owned_files: Owned, column: str, value: object, kind: str
) -> None:
    with owned_files.sql() as connection:
        connection.execute(
            f"UPDATE stored_events SET {column} = ? WHERE notification_id = 12", (value,)
        )
    assert (12, kind) in owned_files.found()


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("state", "leaf_differs"),
        ("leaf", "leaf_differs"),
        ("topic", "unreadable_event"),
        ("originator_id", "unreadable_event"),
        ("originator_version", "unreadable_event"),
        ("clock", "clock_differs"),
    ],
)
def test_t1_a_value_taken_out_of_a_database_is_named(
    owned_database: Owned, column: str, kind: str
) -> None:
    with owned_database.sql() as connection:
        connection.execute(f"ALTER TABLE stored_events ALTER {column} DROP NOT NULL")
        connection.execute(f"UPDATE stored_events SET {column} = NULL WHERE notification_id = 12")
    assert (12, kind) in owned_database.found()


@pytest.mark.parametrize(
    ("column", "declared", "kind"),
    [
        ("state", "text USING convert_from(state, 'UTF8')", "leaf_differs"),
        ("leaf", "text USING encode(leaf, 'hex')", "leaf_differs"),
        ("clock", "timestamptz USING clock::timestamptz", "clock_differs"),
    ],
)
def test_t1_a_column_of_a_database_declared_anew_is_named_at_every_position(
    owned_database: Owned, column: str, declared: str, kind: str
) -> None:
    with owned_database.sql() as connection:
        connection.execute(f"ALTER TABLE stored_events ALTER {column} TYPE {declared}")
    named = {position for position, found in owned_database.found() if found == kind}
    assert named == set(range(1, owned_database.head() + 1))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("ALTER TABLE stored_events ALTER originator_version TYPE text", "operator does not exist"),
        ("ALTER TABLE stored_events RENAME leaf TO hash", 'column "leaf" does not exist'),
        ("DROP TABLE nodes", 'relation "nodes" does not exist'),
    ],
)
def test_t1_tables_of_a_database_of_which_nothing_can_be_asked_are_no_log(
    owned_database: Owned, statement: str, why: str
) -> None:
    with owned_database.sql() as connection:
        connection.execute(statement)
    with pytest.raises(StoreUnavailable, match=why):
        owned_database.found()


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


def test_t3_a_cut_tail_is_missing_from_what_was_signed(owned: Owned) -> None:
    head = owned.head()
    owned.cut(head - 1)
    assert owned.found() == [(head, "events_missing")]


def test_t3_a_cut_and_regrown_tail_has_another_root(owned: Owned) -> None:
    head = owned.head()
    owned.cut(head - 1)
    owned.append(owned.place("fact.recorded/1"), data={"fact": "risk"})
    assert (head, "root_differs") in owned.found()


def test_t4_without_any_checkpoint_a_cut_tail_is_not_seen(owned: Owned) -> None:
    """The limit: what lies beside the log says nothing against whoever owns both."""
    owned.cut(owned.head() - 1)
    owned.forget_signatures()
    assert owned.found() == []


def test_t4_one_held_checkpoint_sees_the_cut_tail(owned: Owned, held: Held) -> None:
    head = owned.head()
    owned.cut(head - 1)
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
        head = connection.one("SELECT max(notification_id) FROM stored_events")
        for later in range(position + 1, head + 1):
            connection.execute(
                "UPDATE stored_events SET notification_id = ? WHERE notification_id = ?",
                (later - 1, later),
            )
    owned.grow_tree()
    kinds = {kind for _, kind in owned.found()}
    assert {"root_differs", "events_missing"} <= kinds


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
