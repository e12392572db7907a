"""A backup of an office in PostgreSQL: one moment of it, which comes back to either store."""

import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from api.clock import now
from api.house import House
from domain.private import open_disclosure
from domain.refusals import Malformed
from tests.faults.places import Place, begun, words
from tests.workflows.store.events import refusal
from tests.workflows.store.servers import Server
from tests.workflows.store.test_privacy import erased, filled
from workflows.backup.manifest import backups_in
from workflows.backup.restoring import restore_backup
from workflows.log.signed import LogContradicted
from workflows.store.contract import StoreUnavailable
from workflows.store.postgres import open_postgres_log
from workflows.store.postgres_copy import TABLES
from workflows.store.sql import SQLLog
from workflows.store.sqlite import open_log

pytestmark = pytest.mark.postgres

STORES = ["files", "postgres"]


def erase(place: Place, name: str) -> str:
    """Erase whoever goes by a name, and return their id."""
    with closing(place.log(writable=True)) as log:
        stream = next(one for one in log.streams("person") if _called(log, one) == name)
        person = stream.partition(":")[2]
        log.append([erased(person, log.version(stream) + 1)], {}, None)
    return person


def _called(log: SQLLog, person: str) -> object:
    held = log.disclosed_of(person, "name")
    return None if held is None else open_disclosure(held.text)[1]


@pytest.fixture
def office(database: str, tmp_path: Path) -> Place:
    """An office in PostgreSQL."""
    return begun(Place(tmp_path / "data", database))


def new_place(server: Server, data: Path, kind: str) -> Place:
    return Place(data, server.database() if kind == "postgres" else None)


@pytest.mark.parametrize("back", STORES)
@pytest.mark.parametrize("of", STORES)
def test_a_backup_of_either_store_comes_back_to_either(
    of: str, back: str, server: Server, tmp_path: Path
) -> None:
    office = begun(new_place(server, tmp_path / "data", of))
    taken = office.backed_up(tmp_path / "backups", keys=True)
    restored = new_place(server, tmp_path / "restored", back)
    assert restore_backup(tmp_path / "backups", restored.data, restored.store) == taken.manifest
    with closing(office.log()) as before, closing(restored.log()) as after:
        head = before.head()
        assert after.contents(0, 1000) == before.contents(0, 1000)
        assert after.nodes(0, head) == before.nodes(0, head)
        assert after.documents() == before.documents()
        assert after.disclosed(range(1, head + 1)) == before.disclosed(range(1, head + 1))
        assert {"So says ana.", "So says cem."} < words(after)
        assert "So says ben." not in words(after)
        sent = {one.event.command for one in before.read() if one.event.command}
        kept = [before.command(one) for one in sorted(sent)]
        assert any(kept)
        assert [after.command(one) for one in sorted(sent)] == kept
    report = restored.verified()
    assert (report.ok, report.log.faults, report.log.files) == (True, (), 1)
    assert report.log.erased == 2
    assert (restored.data / "events.db").exists() == (back == "files")
    assert (restored.data / "vault.db").exists() == (back == "files")
    assert not list(tmp_path.rglob("arriving-*"))


@pytest.mark.parametrize("back", STORES)
def test_a_restored_office_goes_on(
    back: str, office: Place, server: Server, tmp_path: Path
) -> None:
    taken = office.backed_up(tmp_path / "backups", keys=True)
    restored = new_place(server, tmp_path / "restored", back)
    restore_backup(tmp_path / "backups", restored.data, restored.store)
    erase(restored, "cem")
    with closing(restored.log(writable=True)) as log:
        ben = next(one.event.stream for one in log.read() if one.event.topic == "person.erased/1")
        later = refusal(ben, log.version(ben) + 1, private={"name": "Ben again"})
        assert log.append([later], {}, None) == range(log.head(), log.head() + 1)
        assert {"So says ana.", "Ben again"} < words(log)
        assert not {"So says ben.", "So says cem."} & words(log)
    restored.signed()
    # Written past the doors, by people nobody knows; otherwise it all holds.
    faults = restored.verified().log.faults
    assert {one.kind for one in faults} == {"unknown_person"}
    assert restored.backed_up(tmp_path / "backups").manifest.position > taken.manifest.position


@pytest.mark.parametrize("back", STORES)
def test_whoever_is_erased_later_does_not_come_back_with_an_older_backup(
    back: str, office: Place, server: Server, tmp_path: Path
) -> None:
    older = office.backed_up(tmp_path / "backups").path
    cem = erase(office, "cem")
    office.backed_up(tmp_path / "backups")
    restored = new_place(server, tmp_path / "restored", back)
    restore_backup(older, restored.data, restored.store)
    # Files take them out when they are opened for writing; what came to a database never had them.
    with closing(restored.log(writable=back == "files")) as log:
        assert "So says ana." in words(log)
        assert "So says cem." not in words(log)
        assert log.unreadable(range(1, log.head() + 1)) == []
        assert log.private_streams(cem) == []


def test_an_older_dump_beside_newer_keys_brings_nobody_back(
    server: Server, database: str, tmp_path: Path
) -> None:
    """Databases have their own tools too; what those bring back is taken out at the next start."""
    with closing(open_postgres_log(database)) as log:
        filled(log)
        server.statement("CREATE TABLE public.older AS SELECT * FROM quorate.private", database)
        log.append([erased("p1", 2)], {}, None)
    server.statement("INSERT INTO quorate.private SELECT * FROM public.older"
                     " ON CONFLICT DO NOTHING", database)  # fmt: skip
    with closing(open_postgres_log(database, writable=False)) as log:
        assert log.private_streams("p1") != []
    with closing(open_postgres_log(database)) as log:
        assert log.private_streams("p1") == []
        assert words(log) == {"of two", "of the office"}
    server.statement("INSERT INTO quorate.private SELECT * FROM public.older"
                     " ON CONFLICT DO NOTHING", database)  # fmt: skip
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    server.statement(f"ALTER DATABASE {name} SET default_transaction_read_only TO on")
    with pytest.raises(StoreUnavailable, match="2 private values that were erased"):
        open_postgres_log(database)


def test_nothing_a_database_holds_is_left_out(database: str) -> None:
    """Whoever adds a table or a column adds it to the copy, or says here why not."""
    columns = (
        "SELECT table_name, string_agg(column_name, ', ' ORDER BY ordinal_position)"
        " FROM information_schema.columns WHERE table_schema = 'quorate' GROUP BY table_name"
    )
    with psycopg.connect(database) as connection:
        held: dict[str, str] = dict(connection.execute(columns.encode()).fetchall())
    assert held.pop("form") == "version"
    assert held == TABLES


def test_it_is_taken_while_others_write(office: Place, tmp_path: Path) -> None:
    """Whatever is acknowledged before the backup begins is in it, with its keys and its tree."""
    stop = threading.Event()
    with closing(office.log(writable=True)) as log:

        def write(stream: str) -> None:
            version = 0
            while not stop.is_set():
                batch = [
                    refusal(stream, version + n, private={"note": f"{stream} {version + n}"})
                    for n in (1, 2)
                ]
                log.append(batch, {}, None)
                version += 2

        with ThreadPoolExecutor(2) as pool:
            writing = [pool.submit(write, f"refusal:{n}") for n in range(2)]
            try:
                heads = []
                for _ in range(3):
                    acknowledged = log.head()
                    heads.append((acknowledged, office.backed_up(tmp_path / "backups")))
            finally:
                stop.set()
            for one in writing:
                one.result()
        for acknowledged, taken in heads:
            assert taken.manifest.position >= acknowledged
            restore_backup(taken.path, tmp_path / taken.path.name)
            with closing(open_log(tmp_path / taken.path.name, writable=False)) as copy:
                head = copy.head()
                assert head == taken.manifest.position
                assert copy.contents(0, head) == log.contents(0, head)
                assert copy.disclosed(range(1, head + 1)) == log.disclosed(range(1, head + 1))
                assert copy.root(head) == log.root(head)
            with closing(sqlite3.connect(tmp_path / taken.path.name / "events.db")) as copied:
                last = "SELECT max(position) FROM (SELECT position FROM private UNION ALL SELECT"
                (later,) = copied.execute(f"{last} position FROM nodes)").fetchone()
            assert later <= head, "what came after the events was copied is not half there"


def test_a_database_that_holds_something_is_left_as_it_is(
    office: Place, server: Server, tmp_path: Path
) -> None:
    office.backed_up(tmp_path / "backups")
    holding = new_place(server, tmp_path / "restored", "postgres")
    with closing(holding.log(writable=True)) as log:
        log.append([refusal()], {}, None)
    (holding.data / "store").unlink()
    with pytest.raises(Malformed, match=r"office_\d+ is not empty: quorate.stored_events holds 1"):
        restore_backup(tmp_path / "backups", holding.data, holding.store)
    keyed = server.database()
    server.statement("INSERT INTO quorate.keys VALUES ('p1', 0, '\\x00')", keyed)
    with pytest.raises(Malformed, match=r"not empty: quorate.keys holds 1 rows"):
        restore_backup(tmp_path / "backups", tmp_path / "restored", keyed)
    bare = server.database(migrated=False)
    with pytest.raises(StoreUnavailable, match="holds no log yet; make it once: quorate migrate"):
        restore_backup(tmp_path / "backups", tmp_path / "restored", bare)
    assert not any(holding.data.iterdir())
    with closing(holding.log()) as log:
        assert log.head() == 1


def test_a_restore_that_was_broken_off_after_the_database_goes_on(
    office: Place, server: Server, tmp_path: Path
) -> None:
    taken = office.backed_up(tmp_path / "backups")
    restored = new_place(server, tmp_path / "restored", "postgres")
    restore_backup(tmp_path / "backups", restored.data, restored.store)
    shutil.rmtree(restored.data)
    assert restore_backup(tmp_path / "backups", restored.data, restored.store) == taken.manifest
    assert (restored.data / "log/checkpoint").exists()
    with closing(restored.log()) as log:
        assert log.head() == taken.manifest.position


def test_without_the_keys_it_says_so_and_puts_nothing_back(
    office: Place, server: Server, tmp_path: Path
) -> None:
    office.backed_up(tmp_path / "backups")
    (tmp_path / "backups/vault.db").unlink()
    restored = new_place(server, tmp_path / "restored", "postgres")
    with pytest.raises(Malformed, match=r"vault.db is missing, and with it the keys"):
        restore_backup(tmp_path / "backups", restored.data, restored.store)
    assert not restored.data.exists()


def test_an_older_backup_is_not_served_where_the_signer_knows_more(
    office: Place, server: Server, tmp_path: Path
) -> None:
    """T13, in a database: what the signer has seen is not forgotten because a backup has not."""
    office.backed_up(tmp_path / "backups")
    with closing(office.log(writable=True)) as log:
        log.append([refusal()], {}, None)
    office.signed()
    restored = new_place(server, tmp_path / "restored", "postgres")
    restore_backup(tmp_path / "backups", restored.data, restored.store)
    with pytest.raises(LogContradicted, match="events are missing at its end"):
        House(restored.data, writable=True, now=now, signer=office.data / "signer",
              store=restored.store)  # fmt: skip


def test_a_directory_of_backups_is_of_one_office(office: Place, tmp_path: Path) -> None:
    office.backed_up(tmp_path / "backups")
    keys = (tmp_path / "backups/vault.db").read_bytes()
    other = Place(tmp_path / "other", None)
    with closing(other.log(writable=True)) as log:
        log.append([refusal(private={"note": "x"})], {}, None)
    with pytest.raises(Malformed, match="is a backup of another office"):
        other.backed_up(tmp_path / "backups")
    assert (tmp_path / "backups/vault.db").read_bytes() == keys
    assert len(backups_in(tmp_path / "backups")) == 1


def test_without_the_files_beside_it_a_database_is_not_backed_up(
    office: Place, tmp_path: Path
) -> None:
    elsewhere = Place(tmp_path / "elsewhere", office.store)
    with pytest.raises(Malformed, match="is not the data directory of an office whose log is in"):
        elsewhere.backed_up(tmp_path / "backups")
    assert not (tmp_path / "backups").exists()


def test_a_database_that_cannot_be_reached_leaves_no_half_of_a_backup(
    office: Place, server: Server, tmp_path: Path
) -> None:
    server.stop()
    try:
        with pytest.raises(StoreUnavailable, match="cannot open postgresql:///office_"):
            office.backed_up(tmp_path / "backups")
    finally:
        server.start()
    assert backups_in(tmp_path / "backups") == []
    assert not list((tmp_path / "backups").glob("arriving-*"))
