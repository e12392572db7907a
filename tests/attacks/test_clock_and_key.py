"""Attacks that leave a well-formed log: on the clock, with the key, and by two faces.

T9 to T13 and T19 of the threat table in docs/log.md, on both stores.
"""

import json
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.verifying import Report
from domain.act import Act
from domain.base import moment_text
from domain.checkpoint import Checkpoint, Note, read_checkpoint, read_key
from domain.event import Draft, seal
from domain.person import PersonRegistered
from tests.api.test_cli import Line
from tests.attacks.owner import Owned
from workflows.log.keys import SigningKey, signed_by
from workflows.log.signed import LogContradicted
from workflows.store.opening import open_store

Held = list[tuple[Checkpoint, Note]]

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


# --- T10: the clock of the machine is moved ------------------------------------------------------


def acted(owned: Owned, at: timedelta) -> int:
    """Somebody acts while the clock says so much more, or less, than at the last event."""
    with closing(open_store(owned.data, owned.store, writable=True)) as log:
        head, founder = log.head(), log.at(1)
        last = log.at(head)
        assert founder is not None
        assert last is not None
        by, now = founder.event.by, last.event.at + at
        act = Act(by=by, recorded_by=by, command=f"c{head}", now=now, seed=bytes(32))
        draft = Draft(stream=f"person:p{head}", data=PersonRegistered())
        (position,) = log.append([seal(draft, act, 1, head)], {}, None)
    return position


def remarks(report: Report) -> list[tuple[int, str]]:
    return [(one.position, one.kind) for one in report.log.remarks]


@pytest.mark.parametrize(("minutes", "remarked"), [(5, False), (6, True)])
def test_t10_a_clock_set_back_stops_nothing_and_is_remarked_on(
    owned: Owned, minutes: int, remarked: bool
) -> None:
    back = acted(owned, -timedelta(minutes=minutes))
    report = owned.verified()
    assert remarks(report) == ([(back, "clock_went_back")] if remarked else [])
    assert (report.ok, report.log.faulty) == (True, 0)
    assert owned.signed()[0].size == back


@pytest.mark.parametrize(("minutes", "remarked"), [(5, False), (6, True)])
def test_t10_a_clock_set_forward_is_remarked_on_by_whoever_has_another(
    owned: Owned, minutes: int, remarked: bool
) -> None:
    last = datetime.fromisoformat(json.loads(owned.content(owned.head()))["at"])
    ahead = acted(owned, timedelta(minutes=minutes))
    report = owned.verified(now=last)
    assert remarks(report) == ([(ahead, "clock_ahead")] if remarked else [])
    assert report.ok
    assert owned.signed()[0].size == ahead


def test_t10_what_follows_on_a_clock_set_forward_and_right_again_is_remarked_on(
    owned: Owned,
) -> None:
    last = datetime.fromisoformat(json.loads(owned.content(owned.head()))["at"])
    ahead = [acted(owned, timedelta(days=400)), acted(owned, timedelta(minutes=1))]
    right = acted(owned, -timedelta(days=400))
    assert remarks(owned.verified(now=last + timedelta(hours=1))) == [
        (ahead[0], "clock_ahead"),
        (right, "clock_went_back"),
    ]


def test_t10_a_whole_history_under_a_wrong_clock_is_not_seen(owned: Owned) -> None:
    """The limit: only what somebody outside dated says when. A held checkpoint is such a thing."""
    acted(owned, timedelta(hours=3))
    assert remarks(owned.verified()) == []


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
    owned.signed()
    kinds = {kind for _, kind in owned.found()}
    assert "root_differs" not in kinds
    sizes = [checkpoint.size for checkpoint, _ in held]
    found = owned.found(*held)
    assert [position for position, kind in found if kind == "root_differs"] == sizes


# --- T12: two faces ------------------------------------------------------------------------------


@pytest.fixture
def faces(owned: Owned, held: Held) -> Owned:
    """Another log under the same name and key, as long as the one that somebody holds."""
    key = (owned.data / "signer/key").read_bytes()
    owned.edit(owned.place("project.proposed/1"), '"amount":"5000.00"', '"amount":"9000.00"')
    owned.grow_tree()
    owned.fold_views()
    owned.forget_signatures()
    (owned.data / "signer").mkdir()
    (owned.data / "signer/key").write_bytes(key)
    assert owned.signed()[0].size == held[-1][0].size
    return owned


def test_t12_two_signed_checkpoints_of_one_size_prove_two_faces(faces: Owned, held: Held) -> None:
    report = faces.verified(*held)
    size = faces.head()
    (fault,) = [one for one in report.log.faults if one.kind == "split_view"]
    assert (fault.position, "The two notes together prove it" in fault.why) == (size, True)
    (split,) = report.log.split
    assert (split.log, split.position) == (held[-1][0].origin, size)
    here = (faces.data / "log/checkpoint").read_bytes()
    assert [note.encode() for note in split.notes] == [here, held[-1][1].content]


def test_t12_the_proof_is_written_out_and_needs_nothing_but_the_key(
    faces: Owned, held: Held, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, proof = tmp_path / "kept", tmp_path / "misbehaviour.json"
    kept.write_bytes(held[-1][1].content)
    quorate = Line(faces.data, capsys)
    words = ("verify", "--checkpoint", str(kept), "--misbehaviour", str(proof))
    told = quorate(*words)
    assert told.code == 1
    assert f"position {faces.head()}: split_view: two signed checkpoints" in told.out
    (split,) = json.loads(proof.read_text())["split_views"]
    key = read_key((faces.data / "log/key").read_text())
    assert split["keys"] == [key.text]
    read = [read_checkpoint(note.encode()) for note in split["notes"]]
    assert [signed_by(note, [key]) for _, note in read] == [[key], [key]]
    (one, other) = (checkpoint for checkpoint, _ in read)
    assert (one.origin, one.size) == (other.origin, other.size)
    assert one.root != other.root
    again = quorate(*words)
    assert (again.code, "is there already" in again.err) == (1, True)


def test_t12_nothing_is_proved_by_a_checkpoint_that_nobody_trusted_has_signed(
    owned: Owned, held: Held, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever wants to blame the office forges a second note; it proves nothing."""
    forged = held[-1][0]._replace(root=bytes(32))
    stranger = SigningKey(forged.origin, bytes(32))
    (tmp_path / "kept").write_bytes(Note(forged.text, (stranger.sign(forged.text),)).content)
    proof = tmp_path / "misbehaviour.json"
    words = ("verify", "--checkpoint", str(tmp_path / "kept"), "--misbehaviour", str(proof))
    told = Line(owned.data, capsys)(*words)
    assert (told.code, "checkpoint_unsigned" in told.out) == (1, True)
    assert "split_view" not in told.out
    assert not proof.exists()


def test_t12_two_faces_of_which_nobody_compares_the_notes_are_not_seen(faces: Owned) -> None:
    """The limit: whoever is shown one face only has nothing to hold it against."""
    assert "split_view" not in {kind for _, kind in faces.found()}


# --- T13: an older copy is put back --------------------------------------------------------------


def test_t13_a_store_put_back_to_an_older_state_is_neither_opened_nor_signed(owned: Owned) -> None:
    head = owned.head()
    owned.cut(head - 3)
    for attempt in (owned.opened, owned.signed):
        with pytest.raises(LogContradicted, match=f"ends at position {head - 3}, .* {head} was"):
            attempt()


# --- T19: the program is swapped -----------------------------------------------------------------

SWAPPED = {
    "files": "CREATE TRIGGER swapped AFTER INSERT ON stored_events BEGIN UPDATE stored_events"
    " SET state = CAST(replace(state, 'p', 'q') AS BLOB)"
    " WHERE notification_id = NEW.notification_id; END",
    "database": "CREATE FUNCTION swapped() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " NEW.state := convert_to(replace(convert_from(NEW.state, 'UTF8'), 'p', 'q'), 'UTF8');"
    " RETURN NEW; END $$;"
    " CREATE TRIGGER swapped BEFORE INSERT ON stored_events"
    " FOR EACH ROW EXECUTE FUNCTION swapped()",
}


def test_t19_what_is_stored_otherwise_than_hashed_is_not_signed(owned: Owned, held: Held) -> None:
    with owned.sql() as connection:
        statement = SWAPPED["files" if owned.store is None else "database"]
        connection.connection.execute(statement)
    position = acted(owned, timedelta(minutes=1))
    with pytest.raises(LogContradicted, match=f"position {position}: the bytes do not have"):
        owned.signed()
    assert (owned.data / "log/checkpoint").read_bytes() == held[-1][1].content
    assert (position, "leaf_differs") in owned.found()


def test_t19_a_tree_kept_otherwise_than_it_grows_is_not_signed(owned: Owned, held: Held) -> None:
    fact = owned.place("fact.recorded/1")
    appended = [owned.append(fact, tree=False) for _ in range(2)]
    # Every second position completes a node.
    (position,) = (one for one in appended if one % 2 == 0)
    with owned.sql() as connection:
        connection.execute("INSERT INTO nodes VALUES (?, ?)", (position, bytes(32)))
    with pytest.raises(LogContradicted, match="up to position"):
        owned.signed()
    assert (owned.data / "log/checkpoint").read_bytes() == held[-1][1].content
    assert owned.found() == [(position, "nodes_differ")]


def test_t19_a_program_that_hashes_what_it_made_up_is_not_seen_by_the_signer(
    owned: Owned,
) -> None:
    """The limit: the signer reads no meaning. What the event says is judged by `quorate verify`."""
    forged = owned.append(owned.place("project.moved/1"), stream="project:APX-3")
    assert owned.signed()[0].size == forged
    assert (forged, "no_ruling") in owned.found()
