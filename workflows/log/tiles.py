"""The log as static files any outsider's tool can read: tiles of hashes, and bundles of events.

A tile holds up to 256 hashes of one level; of the levels of the tree every eighth has tiles. Hashes
are those computed here from the events' bytes; nothing is taken from what the store has kept.

Source: C2SP tlog-tiles (c2sp.org), read on 2026-11-23.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from domain.merkle import Frontier
from workflows.log.files import write_whole

WIDTH = 256
LEVEL_STEP = 8
ENTRIES = "entries"
ENTRY_BYTES_MAX = 65_535

_PATH = re.compile(
    r"(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/(?P<place>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
)


def tile_path(level: int | str, place: int, width: int = WIDTH) -> str:
    """Return the path of a tile or bundle below ``tile/``.

    Args:
        level: of the tile, or ``entries`` for a bundle.
        place: on that level, from 0.
        width: how many hashes or events it holds; 256 for a whole one.
    """
    digits = f"{place:03d}"
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    named = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"{level}/{named}{'' if width == WIDTH else f'.p/{width}'}"


def is_tile_path(path: str) -> bool:
    """Return whether a path below ``tile/`` is one a tile or bundle may have."""
    return _PATH.fullmatch(path) is not None


def entry(content: bytes) -> bytes:
    """Return an event as it stands in a bundle: its length, then its bytes."""
    return len(content).to_bytes(2, "big") + content


Keep = Callable[[str, bytes], None]
"""Told each tile and bundle as it is made: its path below ``tile/``, and its bytes."""


class Tiles:
    """Makes the tiles and bundles of a growing log, and hands them on.

    Attributes:
        size: how many events have been taken.
    """

    def __init__(self, keep: Keep) -> None:
        """Begin before the first event."""
        self._keep = keep
        self._frontier = Frontier()
        self._bundle: list[bytes] = []
        self._hashes: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """Return how many events have been taken."""
        return self._frontier.size

    def root(self) -> bytes:
        """Return the root of the tree over what has been taken."""
        return self._frontier.root()

    def take(self, content: bytes, leaf: bytes) -> None:
        """Take the next event; whole tiles and bundles are handed on as they fill."""
        made = self._frontier.grow(leaf)
        self._bundle.append(entry(content))
        place = (self.size - 1) // WIDTH
        if len(self._bundle) == WIDTH:
            self._keep(tile_path(ENTRIES, place), b"".join(self._bundle))
            self._bundle.clear()
        self._add(0, leaf)
        for height in range(LEVEL_STEP - 1, len(made), LEVEL_STEP):
            self._add((height + 1) // LEVEL_STEP, made[height])

    def finish(self) -> None:
        """Hand on the partial tiles and the partial bundle of the size reached."""
        if self._bundle:
            path = tile_path(ENTRIES, self.size // WIDTH, len(self._bundle))
            self._keep(path, b"".join(self._bundle))
        for level, hashes in enumerate(self._hashes):
            if hashes:
                place = (self.size >> (LEVEL_STEP * level)) // WIDTH
                self._keep(tile_path(level, place, len(hashes)), b"".join(hashes))

    def _add(self, level: int, node: bytes) -> None:
        if level == len(self._hashes):
            self._hashes.append([])
        hashes = self._hashes[level]
        hashes.append(node)
        if len(hashes) == WIDTH:
            place = (self.size >> (LEVEL_STEP * level)) // WIDTH - 1
            self._keep(tile_path(level, place), b"".join(hashes))
            hashes.clear()


def write_below(directory: Path) -> Keep:
    """Return what writes tiles below ``directory/tile``.

    Files that are there with the same bytes are left alone, others are replaced: what is published
    is what was computed.
    """

    def keep(path: str, content: bytes) -> None:
        file = directory / "tile" / path
        try:
            if file.read_bytes() == content:
                return
        except FileNotFoundError:
            pass
        write_whole(file, content, directory)
        partial = file.with_name(f"{file.name}.p")
        if partial.is_dir():
            # The whole tile says all that its parts said.
            shutil.rmtree(partial)

    return keep
