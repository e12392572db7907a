"""Checkpoints and proofs at the command line, and the log as static files over HTTP."""

import json
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from api.signing import sign_once
from domain.checkpoint import read_checkpoint, read_key, unb64
from domain.merkle import is_consistent
from tests.api.conftest import Bridge, Served, refused
from tests.api.test_cli import QUORATE, Line
from workflows.log.keys import signed_by
from workflows.log.proving import check_event_proof
from workflows.log.tiles import entry
from workflows.store.sqlite import open_log


@pytest.fixture
def quorate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    line = Line(tmp_path / "data", capsys)
    assert line("init", "--origin", "works.example").code == 0
    return line


def test_a_checkpoint_is_signed_and_handed_out_once(quorate: Line, tmp_path: Path) -> None:
    out = tmp_path / "held"
    told = quorate("checkpoint", "--json", "--out", str(out))
    assert told.code == 0, told.err
    checkpoint, note = read_checkpoint(out.read_bytes())
    assert (checkpoint.origin, checkpoint.size) == ("works.example", told.json["position"])
    key = read_key(told.json["key"])
    assert signed_by(note, [key]) == [key]
    assert out.read_bytes() == told.json["checkpoint"].encode()
    again = quorate("checkpoint", "--out", str(out))
    assert (again.code, "worth keeping" in again.err) == (1, True)


def test_an_event_and_the_growth_of_the_log_are_proved(quorate: Line, tmp_path: Path) -> None:
    held, proof, growth = tmp_path / "held", tmp_path / "p.tlog-proof", tmp_path / "growth"
    key = read_key(quorate("checkpoint", "--json", "--out", str(held)).json["key"])
    assert quorate("policy", "adopt", "pep").code == 0
    newer = quorate("checkpoint", "--json").json
    assert quorate("prove", "2", "--out", str(proof)).code == 0
    assert quorate("prove", "--since", str(held), "--out", str(growth)).code == 0
    with closing(open_log(quorate.data, writable=False)) as log:
        content = log.contents(1, 1)[0].content
    assert check_event_proof(proof.read_bytes(), content, [key]).position == 2
    old = read_checkpoint(held.read_bytes())[0]
    hashes = growth.read_text().split("\n\n")[0].split("\n")[1:]
    new = (newer["position"], unb64(newer["root"]))
    assert is_consistent((old.size, old.root), new, [unb64(one) for one in hashes])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("prove", "999"), "covers positions 1 to"),
        (("prove",), "prove one thing"),
        (("prove", "1", "--since", "x"), "prove one thing"),
    ],
)
def test_what_cannot_be_proved_is_said(
    quorate: Line, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    assert quorate("checkpoint").code == 0
    told = quorate(*words, "--out", str(tmp_path / "out"))
    assert (told.code, why in told.err) == (1, True)
    assert not (tmp_path / "out").exists()


def test_without_a_checkpoint_nothing_is_proved(quorate: Line, tmp_path: Path) -> None:
    told = quorate("prove", "1", "--out", str(tmp_path / "out"))
    assert (told.code, "no checkpoint was signed yet" in told.err) == (1, True)


def test_a_new_key_signs_once_it_is_on_record(quorate: Line, tmp_path: Path) -> None:
    first = read_key(quorate("checkpoint", "--json").json["key"])
    told = quorate("signer", "rotate")
    assert told.code == 0, told.err
    second = read_key(told.out.split("Key: ")[1].split("\n")[0])
    note = read_checkpoint((quorate.data / "log/checkpoint").read_bytes())[1]
    assert signed_by(note, [first]) == [first]
    assert signed_by(note, [second]) == [second]


def test_a_restored_older_log_is_not_started(quorate: Line, tmp_path: Path) -> None:
    """T13: the data directory is put back from a backup; the signer remembers more."""
    backup = (quorate.data / "events.db").read_bytes()
    assert quorate("policy", "adopt", "pep").code == 0
    assert quorate("checkpoint").code == 0
    (quorate.data / "events.db").write_bytes(backup)
    for words in (("serve", "--port", "0"), ("policy", "adopt", "cncf"), ("checkpoint",)):
        told = quorate(*words)
        assert told.code == 1
        assert "a checkpoint of position" in told.err
        assert "What to do: Restore the log that was signed." in told.err
    (quorate.data / "log/checkpoint").unlink()
    assert "a checkpoint of position" in quorate("serve", "--port", "0").err


def test_a_server_has_a_signer_beside_it_that_ends_with_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    command = [*QUORATE, "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            assert "Serving" in server.stdout.readline()
            told = subprocess.run(
                [*QUORATE, "checkpoint", "--json", "--data", str(data)],
                capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            assert told.returncode == 0, told.stderr
            assert json.loads(told.stdout)["position"] >= 1
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=30)
    assert sign_once(data, data / "signer") is not None, "the lock of the signer is free again"


# --- HTTP --------------------------------------------------------------------------------------


def sign(served: Served) -> int:
    signed = sign_once(served.directory, served.directory / "signer")
    assert signed is not None
    return signed[0].size


def test_readers_fetch_checkpoint_tiles_and_proofs(bridge: Bridge) -> None:
    served = bridge.served
    size = sign(served)
    reader = served.caller("Rita", "reader").http
    answer = reader.get("/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    checkpoint, note = read_checkpoint(answer.content)
    assert checkpoint.size == size
    key = read_key(reader.get("/log/key").text)
    assert signed_by(note, [key]) == [key]
    assert reader.get("/log/signed").content == note.content + b"\n"
    tile = reader.get(f"/log/tile/0/000.p/{size}")
    assert tile.headers["content-type"] == "application/octet-stream"
    assert "immutable" in tile.headers["cache-control"]
    assert len(tile.content) == 32 * size
    content = served.house.log.contents(1, 1)[0].content
    assert check_event_proof(reader.get("/log/proof/2").content, content, [key]).position == 2
    assert reader.get(f"/log/growth/{size}").text.startswith(f"old {size}\n\n")


def test_bundles_of_events_are_for_auditors_alone(bridge: Bridge) -> None:
    size = sign(bridge.served)
    path = f"/log/tile/entries/000.p/{size}"
    bundle = bridge.served.caller("Dua", "auditor").http.get(path).content
    rows = bridge.served.house.log.contents(0, 1000)
    assert bundle == b"".join(entry(row.content) for row in rows)
    for role in ("reader", "member", "office", "administrator"):
        refused(bridge.served.caller("Rita", role).http.get(path), 403, "not_permitted")


@pytest.mark.parametrize(
    "path",
    ["nothing", "tile/0/999", "tile/0/0", "tile/64/000", "tile/0/..%2f..%2fkey", "tile/%2e%2e/key"],
)
def test_nothing_but_the_log_is_served(bridge: Bridge, path: str) -> None:
    sign(bridge.served)
    reader = bridge.served.caller("Rita", "reader").http
    assert reader.get(f"/log/{path}").status_code == 404


def test_before_anything_is_signed_there_is_nothing_to_fetch(bridge: Bridge) -> None:
    reader = bridge.served.caller("Rita", "reader").http
    for path in ("checkpoint", "proof/1", "growth/1", "tile/0/000"):
        refused(reader.get(f"/log/{path}"), 404, "not_known")
