"""Evidence files are held under their digest, whole or not at all."""

import os
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import Malformed, NotKnown
from workflows.store.contract import StoreUnavailable
from workflows.store.evidence import Evidence, Kept

MINUTES = sha256(b"minutes of the meeting").hexdigest()


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(tmp_path)


def test_a_file_is_held_under_its_digest(evidence: Evidence, tmp_path: Path) -> None:
    assert evidence.keep([b"minutes of ", b"", b"the meeting"], 22) == Kept(MINUTES, 22)
    path = tmp_path / "evidence" / "sha256" / MINUTES[:2] / MINUTES
    assert path.read_bytes() == b"minutes of the meeting"
    assert path.stat().st_mode & 0o777 == 0o440
    assert _files(tmp_path) == [path]
    with evidence.open(MINUTES) as file:
        assert file.read() == b"minutes of the meeting"
    assert evidence.check(MINUTES)


def test_an_empty_file_can_be_held(evidence: Evidence) -> None:
    kept = evidence.keep([], 0)
    assert kept == Kept(sha256().hexdigest(), 0)
    assert evidence.check(kept.sha256)


def test_a_file_longer_than_the_limit_is_refused_and_nothing_is_left(
    evidence: Evidence, tmp_path: Path
) -> None:
    with pytest.raises(Malformed, match="longer than 21 bytes"):
        evidence.keep([b"minutes of ", b"the meeting"], 21)
    assert _files(tmp_path) == []


def test_an_upload_that_breaks_off_leaves_nothing(evidence: Evidence, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"minutes of "
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        evidence.keep(broken(), 100)
    assert _files(tmp_path) == []


def test_a_file_that_is_held_is_never_overwritten(evidence: Evidence, tmp_path: Path) -> None:
    evidence.keep([b"minutes of the meeting"], 100)
    (path,) = _files(tmp_path)
    before = path.stat()
    assert evidence.keep([b"minutes of the meeting"], 100) == Kept(MINUTES, 22)
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert _files(tmp_path) == [path]


def test_a_changed_file_does_not_pass_the_check(evidence: Evidence, tmp_path: Path) -> None:
    evidence.keep([b"minutes of the meeting"], 100)
    (path,) = _files(tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"minutes of another day")
    assert not evidence.check(MINUTES)


def test_a_file_that_is_not_held_is_not_known(evidence: Evidence) -> None:
    assert not evidence.check("0" * 64)
    with pytest.raises(NotKnown):
        evidence.open("0" * 64)


@pytest.mark.parametrize(
    "digest",
    ["", "../../events.db", "0" * 63, "0" * 65, "A" * 64, "0" * 63 + "/", "0" * 64 + "\n",
     "/" + "0" * 63, "\u0660" * 64],
)  # fmt: skip
def test_only_a_digest_can_be_asked_for(evidence: Evidence, digest: str) -> None:
    with pytest.raises(Malformed):
        evidence.open(digest)
    with pytest.raises(Malformed):
        evidence.check(digest)


def test_a_disk_that_is_full_keeps_nothing_and_says_so(evidence: Evidence, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(StoreUnavailable, match="the file was not kept"):
            evidence.keep([b"x" * 600_000] * 3, 10_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _files(tmp_path) == []
    assert evidence.keep([b"x" * 600_000] * 3, 10_000_000).size == 1_800_000


def test_what_a_killed_process_left_half_written_is_cleared(
    evidence: Evidence, tmp_path: Path
) -> None:
    evidence.keep([b"minutes of the meeting"], 100)
    (tmp_path / "evidence" / "sha256" / "arriving-x1").write_bytes(b"half")
    evidence.clear_abandoned()
    assert [path.name for path in _files(tmp_path)] == [MINUTES]


def test_beside_others_only_what_was_left_long_ago_is_cleared(
    evidence: Evidence, tmp_path: Path
) -> None:
    evidence.keep([b"minutes of the meeting"], 100)
    arriving = tmp_path / "evidence" / "sha256" / "arriving-x1"
    arriving.write_bytes(b"half")
    written = datetime(2026, 11, 22, tzinfo=UTC)
    os.utime(arriving, (written.timestamp(),) * 2)
    evidence.clear_abandoned(written)
    assert arriving.exists()
    evidence.clear_abandoned(written + timedelta(microseconds=1))
    assert [path.name for path in _files(tmp_path)] == [MINUTES]


def test_the_same_file_arriving_many_times_at_once_is_held_once(
    evidence: Evidence, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(lambda _: evidence.keep([b"x" * 1000] * 50, 10**6), range(16)))
    assert len(kept) == len(_files(tmp_path)) == 1


@given(chunks=st.lists(st.binary(max_size=50), max_size=8))
def test_what_is_held_does_not_depend_on_how_it_was_cut(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]
) -> None:
    evidence = Evidence(tmp_path_factory.mktemp("evidence"))
    whole = b"".join(chunks)
    kept = evidence.keep(chunks, len(whole))
    assert kept == Kept(sha256(whole).hexdigest(), len(whole))
    with evidence.open(kept.sha256) as file:
        assert file.read() == whole
