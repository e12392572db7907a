"""`quorate verify` says what it found, at the command line and on /health."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.signing import sign_once
from domain.base import moment_text
from domain.checkpoint import read_key
from tests.api.conftest import POLICY, Served, made, serving
from tests.api.test_cli import Line
from tests.attacks.owner import Owned
from workflows.log.keys import SigningKey


@pytest.fixture
def quorate(owned: Owned, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(owned.data, capsys)


def test_a_record_that_holds_ends_with_code_0_and_says_what_was_not_found_out(
    quorate: Line,
) -> None:
    told = quorate("verify")
    assert (told.code, "Everything holds." in told.out) == (0, True)
    assert "Without a checkpoint kept elsewhere" in told.out
    assert "Not found out from the record alone:" in told.out


def test_a_fault_ends_with_code_1_and_names_position_and_kind(quorate: Line, owned: Owned) -> None:
    content = owned.content(12)
    owned.put(12, content[:-2] + b"~}", leaf=False)
    told = quorate("verify")
    assert told.code == 1
    assert "position 12: leaf_differs:" in told.out
    report = quorate("verify", "--json")
    assert report.code == 1
    faults = [(fault["position"], fault["kind"]) for fault in report.json["log"]["faults"]]
    assert (12, "leaf_differs") in faults
    assert report.json["ok"] is False


def test_held_checkpoints_and_trusted_keys_are_given_by_whoever_verifies(
    quorate: Line, owned: Owned, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    shutil.copy(owned.data / "log/checkpoint", held)
    key = (owned.data / "log/key").read_text().strip()
    told = quorate("verify", "--json", "--checkpoint", str(held), "--key", key)
    assert (told.code, told.json["log"]["held"], told.json["log"]["checkpoints"]) == (0, 1, 2)
    stranger = SigningKey(read_key(key).name, bytes(32)).verifier.text
    told = quorate("verify", "--json", "--key", stranger)
    kinds = {fault["kind"] for fault in told.json["log"]["faults"]}
    assert (told.code, kinds) == (1, {"checkpoint_unsigned"})


@pytest.mark.parametrize("content", [b"", b"a\n1\nAA==\n\n"])
def test_a_file_that_is_no_checkpoint_is_refused(
    quorate: Line, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "held").write_bytes(content)
    told = quorate("verify", "--checkpoint", str(tmp_path / "held"))
    assert (told.code, "Give a file of `quorate checkpoint`" in told.err) == (1, True)
    told = quorate("verify", "--key", "nonsense")
    assert (told.code, "--key:" in told.err) == (1, True)


def test_a_key_on_record_is_trusted_with_the_one_it_replaced(quorate: Line) -> None:
    first = (quorate.data / "log/key").read_text().strip()
    told = quorate("signer", "rotate")
    assert told.code == 0, told.err
    assert quorate("checkpoint").code == 0
    for key in (first, (quorate.data / "log/key").read_text().strip()):
        told = quorate("verify", "--json", "--key", key)
        assert (told.code, told.json["log"]["faults"]) == (0, []), told.out


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "data") as served:
        made(served.caller("Olga", "office").post("/office", {"title": "Works"}))
        yield served


def test_the_last_run_is_on_health(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    before = served.caller("Dua", "auditor").http.get("/health").json()
    assert (before["verified"], before["signed"]) == (None, 0)
    line = Line(served.directory, capsys)
    assert line("checkpoint").code == 0
    assert line("verify").code == 0
    health = served.caller("Dua", "auditor").http.get("/health").json()
    assert health["signed"] == health["verified"]["position"] == health["head"]
    assert (health["verified"]["ok"], health["verified"]["faults"]) == (True, 0)
    assert health["verified"]["age_s"] >= 0
    last = served.directory / "verified.json"
    last.write_text(json.dumps({**json.loads(last.read_text()), "ok": False, "faults": 3}))
    health = served.caller("Dua", "auditor").http.get("/health").json()
    assert (health["status"], health["verified"]["faults"]) == ("degraded", 3)
    last.write_text("torn")
    assert served.caller("Dua", "auditor").http.get("/health").json()["verified"] is None


def test_t20_without_a_signer_work_goes_on_and_health_says_since_when(served: Served) -> None:
    """Nobody outside is asked for a signature here: witnesses are not part of this program."""
    olga = served.caller("Olga", "office")
    first = served.house.log.clock(1)
    assert first is not None

    def health() -> dict[str, object]:
        told: dict[str, object] = olga.http.get("/health").json()
        return {name: told[name] for name in ("status", "signed", "unsigned_since")}

    assert health() == {"status": "ok", "signed": 0, "unsigned_since": moment_text(first)}
    head = served.house.log.head()
    sign_once(served.directory, served.directory / "signer")
    assert health() == {"status": "ok", "signed": head, "unsigned_since": None}
    for text in (POLICY, POLICY.replace("policy: gates", "policy: others")):
        made(olga.post("/policies", {"text": text}))
    waiting = served.house.log.clock(head + 1)
    assert waiting is not None
    assert health() == {"status": "ok", "signed": head, "unsigned_since": moment_text(waiting)}
    sign_once(served.directory, served.directory / "signer")
    assert health()["unsigned_since"] is None
