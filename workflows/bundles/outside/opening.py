"""A bundle opened: a zip file or a directory, and every event of it held against the checkpoint."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import BadZipFile, ZipFile

from workflows.bundles.outside.form import Rejected, read_strictly
from workflows.bundles.outside.signing import SignedRoot, TrustedKey, read_signed_root
from workflows.bundles.outside.succession import KeyChange, follow_keys
from workflows.bundles.outside.tree import leaf_of, require_in_log

TEXT_BYTES_MAX = 5_000_000
PIECE_BYTES = 1 << 20


class BundleFiles:
    """The files of a bundle by name, from a zip file or a directory."""

    def __init__(self, path: Path) -> None:
        """Look what is there."""
        self._path = path
        self._zip: ZipFile | None = None
        if path.is_dir():
            found = sorted(one for one in path.rglob("*") if one.is_file())
            self.names = [one.relative_to(path).as_posix() for one in found]
            self._known = frozenset(self.names)
            return
        try:
            self._zip = ZipFile(path)
            self.names = self._zip.namelist()
        except (OSError, BadZipFile) as fault:
            raise Rejected(str(path), f"it cannot be opened: {fault}") from None
        self._known = frozenset(self.names)
        if len(self._known) != len(self.names):
            raise Rejected(str(path), "it holds two files of one name")

    def below(self, folder: str, ending: str) -> list[str]:
        """Return the names of the files in a folder, without folder and ending, sorted."""
        return sorted(
            name[len(folder) + 1 : len(name) - len(ending)]
            for name in self.names
            if name.startswith(f"{folder}/") and name.endswith(ending)
        )

    def read(self, name: str) -> bytes:
        """Return a file of reasonable length."""
        content = b""
        for piece in self._pieces(name):
            content += piece
            if len(content) > TEXT_BYTES_MAX:
                raise Rejected(name, f"it is longer than {TEXT_BYTES_MAX} bytes")
        return content

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file, whatever its length."""
        found = sha256()
        for piece in self._pieces(name):
            found.update(piece)
        return found.hexdigest()

    def _pieces(self, name: str) -> Iterator[bytes]:
        if name not in self._known:
            raise Rejected(name, "it is missing")
        try:
            with self._open(name) as file:
                while piece := file.read(PIECE_BYTES):
                    yield piece
        except (OSError, BadZipFile, NotImplementedError, RuntimeError) as fault:
            raise Rejected(name, f"it cannot be read: {fault}") from None

    def _open(self, name: str) -> BinaryIO:
        if self._zip is None:
            return (self._path / name).open("rb")
        file: Any = self._zip.open(name)
        opened: BinaryIO = file
        return opened


class Opened(NamedTuple):
    """A bundle whose events are all in the log of a checkpoint that a trusted key has signed.

    Attributes:
        manifest: what the bundle says of itself; each word of it is checked before it is believed.
        events: what is on record, by position. withheld: positions of which there is only a hash.
        contents: the exact bytes of the events.
        key_changes: where the key trusted was replaced, until it was the one that signed.
    """

    manifest: dict[str, Any]
    root: SignedRoot
    events: dict[int, dict[str, Any]]
    contents: dict[int, bytes]
    withheld: list[int]
    key_changes: list[int]


def open_bundle(files: BundleFiles, trusted: TrustedKey) -> Opened:
    """Return a bundle of which every event was held against its checkpoint."""
    manifest = read_strictly(files.read("manifest.json"), "manifest.json")
    if not isinstance(manifest, dict) or manifest.get("v") != 1:
        raise Rejected("manifest.json", "it is of no bundle this program knows")
    signer, changes = follow_keys(_key_changes(files, manifest), trusted)
    root = read_signed_root(files.read("checkpoint"), signer)
    contents: dict[int, bytes] = {}
    for name in files.below("events", ".json"):
        content = files.read(f"events/{name}.json")
        position = _position(name)
        require_in_log(position, leaf_of(content), _proof(files, name), root)
        contents[position] = content
    withheld = []
    for name in files.below("events", ".leaf"):
        leaf = files.read(f"events/{name}.leaf")
        require_in_log(_position(name), leaf, _proof(files, name), root)
        withheld.append(_position(name))
    events = {at: _event(at, content, root) for at, content in sorted(contents.items())}
    _require_listed(manifest, sorted(events), sorted(withheld))
    return Opened(manifest, root, events, contents, sorted(withheld), changes)


def _key_changes(files: BundleFiles, manifest: dict[str, Any]) -> list[KeyChange]:
    positions = sorted(_position(name, "keys") for name in files.below("keys", ".json"))
    proofs = sorted(_position(name, "keys") for name in files.below("keys", ".tlog-proof"))
    # Of a bundle from before changes of key were in it, the manifest lists none.
    if not manifest.get("keys", []) == positions == proofs:
        raise Rejected("manifest.json", "the changes of key it lists are not those that are there")
    return [
        KeyChange(at, files.read(f"keys/{at}.json"), files.read(f"keys/{at}.tlog-proof"))
        for at in positions
    ]


def _proof(files: BundleFiles, name: str) -> bytes:
    return files.read(f"events/{name}.tlog-proof")


def _position(name: str, folder: str = "events") -> int:
    if not (name.isascii() and name.isdigit() and len(name) < 16) or str(int(name)) != name:
        raise Rejected(f"{folder}/{name}", "its name is no position")
    return int(name)


def _event(position: int, content: bytes, root: SignedRoot) -> dict[str, Any]:
    where = f"event {position}"
    event = read_strictly(content, where)
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        raise Rejected(where, "it is no event")
    if position == 1 and event["data"].get("origin") != root.origin:
        raise Rejected(where, "the log says to be another than the checkpoint says")
    return event


def _require_listed(manifest: dict[str, Any], shown: list[int], withheld: list[int]) -> None:
    if manifest.get("positions") != shown or manifest.get("withheld") != withheld:
        raise Rejected("manifest.json", "the events it lists are not those that are there")
