"""Our bytes, their code: tools nobody here wrote read what we publish."""

import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree  # type: ignore[import-untyped]  # it has no types
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore.errors import VerificationError

from domain.checkpoint import Checkpoint, Note, read_key, read_proof, read_records
from tests.workflows.log.logs import begun, grown, signing
from workflows.log.proving import event_proof
from workflows.log.signed import published

SIZES = (200, 256, 700)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("log")
    log = begun(directory)
    with signing(log, directory) as signer:
        for size in SIZES:
            grown(log, size)
            signer.sign()
    signed = published(directory)
    assert signed is not None
    (directory / "proof").write_bytes(event_proof(log.node, 300, signed))
    log.close()
    return directory


@pytest.fixture(scope="module")
def signed(data: Path) -> tuple[Checkpoint, Note]:
    found = published(data)
    assert found is not None
    return found


def entries(data: Path) -> list[bytes]:
    """Read the bundles, as their specification says: a length, then an event."""
    found, folder = [], data / "log/tile/entries"
    for path in (folder / "000", folder / "001", folder / "002.p/188"):
        rest = path.read_bytes()
        while rest:
            length = int.from_bytes(rest[:2], "big")
            found.append(rest[2 : 2 + length])
            rest = rest[2 + length :]
    return found


def test_pymerkle_rebuilds_every_signed_root_from_our_bundles(
    data: Path, signed: tuple[Checkpoint, Note]
) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for content in entries(data):
        tree.append_entry(content)
    assert tree.get_size() == SIZES[-1]
    records, _ = read_records((data / "log/signed").read_bytes())
    assert [one.size for one, _ in records] == [*SIZES]
    for checkpoint, _ in records:
        assert tree.get_root(checkpoint.size) == checkpoint.root
    proof = read_proof((data / "proof").read_bytes())
    assert tuple(tree.prove_inclusion(300).path[1:]) == proof.path


class Ring:
    """A ring of the one key an outsider holds, in the place of sigstore's own."""

    def __init__(self, key: str) -> None:
        self.public = read_key(key).public

    def verify(self, *, key_id: object, signature: bytes, data: bytes) -> None:
        Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)


def test_sigstore_reads_our_checkpoint_and_its_signature(
    data: Path, signed: tuple[Checkpoint, Note]
) -> None:
    key = (data / "log/key").read_text().strip()
    theirs = SignedCheckpoint.from_text((data / "log/checkpoint").read_text())
    assert theirs.checkpoint.origin == signed[0].origin
    assert theirs.checkpoint.log_size == signed[0].size
    assert bytes.fromhex(theirs.checkpoint.log_hash) == signed[0].root
    key_id: Any = read_key(key).id
    theirs.signed_note.verify(Ring(key), key_id)  # type: ignore[arg-type]  # a ring is what it uses
    text = (data / "log/checkpoint").read_text().replace("\n700\n", "\n701\n")
    with pytest.raises((VerificationError, InvalidSignature)):
        SignedCheckpoint.from_text(text).signed_note.verify(Ring(key), key_id)  # type: ignore[arg-type]  # as above


def test_sigstore_verifies_our_proof_of_an_event_and_of_no_other(
    data: Path, signed: tuple[Checkpoint, Note]
) -> None:
    proof = read_proof((data / "proof").read_bytes())
    content = entries(data)[299]

    def verify(body: bytes) -> None:
        inclusion = SimpleNamespace(
            log_index=proof.leaf,
            tree_size=proof.checkpoint.size,
            hashes=list(proof.path),
            root_hash=proof.checkpoint.root,
        )
        inner = SimpleNamespace(inclusion_proof=inclusion, canonicalized_body=body)
        entry: Any = SimpleNamespace(_inner=inner)
        verify_merkle_inclusion(entry)

    verify(content)
    with pytest.raises(VerificationError):
        verify(content.replace(b"not_now", b"not_n0w"))


GO = """
package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type files struct{ root string }

func (f files) Height() int                                  { return 8 }
func (f files) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(f.root + "/" + strings.Replace(t.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	key, err := os.ReadFile(os.Args[1] + "/key")
	must(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	must(err)
	message, err := os.ReadFile(os.Args[1] + "/checkpoint")
	must(err)
	opened, err := note.Open(message, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\\n")
	var size int64
	fmt.Sscan(lines[1], &size)
	hash, err := tlog.ParseHash(lines[2])
	must(err)
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: hash}, files{os.Args[1]})
	for index := int64(0); index < size; index++ {
		_, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		must(err)
	}
	fmt.Println("read", size)
}
"""
MOD = Path("/usr/share/gocode/src/golang.org/x/mod")
REQUIRED = "QUORATE_GO"


def go_or_skip() -> str:
    """Return the program; skip where it or its packages are missing, fail where both must be."""
    found = shutil.which("go")
    if found is not None and MOD.exists():
        return found
    lacking = f"no {'go' if found is None else MOD}"
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(f"{REQUIRED}=required, and there is {lacking}")
    pytest.skip(
        f"{lacking}: Go's checksum database did not judge the log here"
        " (Debian: apt install golang-go golang-golang-x-mod-dev)"
    )


def test_the_go_checksum_database_client_reads_our_note_and_tiles(
    data: Path, tmp_path: Path
) -> None:
    go = go_or_skip()
    (tmp_path / "main.go").write_text(GO)
    environment = {
        "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(tmp_path / "cache"),
        "HOME": str(tmp_path), "PATH": str(Path(go).parent), "CGO_ENABLED": "0",
    }  # fmt: skip
    told = subprocess.run(
        [go, "run", str(tmp_path / "main.go"), str(data / "log")],
        env=environment, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert told.stdout == f"read {SIZES[-1]}\n", told.stdout + told.stderr
