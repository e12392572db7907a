"""The published tiles and bundles against what the events' bytes come to."""

from collections.abc import Iterator
from pathlib import Path

from workflows.log.signed import LOG, published
from workflows.log.tiles import ENTRY_BYTES_MAX, Tiles


class PublishedTiles:
    """The state of one pass: tiles made anew up to the published checkpoint, and compared.

    Attributes:
        size: of the published checkpoint; what comes after it is not published.
    """

    def __init__(self, data: Path) -> None:
        """Begin before the first event; without a checkpoint nothing is compared."""
        signed = published(data)
        self._root = data / LOG / "tile"
        self.size = 0 if signed is None else signed[0].size
        self._doubts: list[tuple[int, str, str]] = []
        self._tiles = Tiles(self._compare)

    def take(self, position: int, content: bytes, leaf: bytes) -> Iterator[tuple[int, str, str]]:
        """Take the next event; yield the files that say something else."""
        if position > self.size or len(content) > ENTRY_BYTES_MAX:
            return
        self._tiles.take(content, leaf)
        if position == self.size:
            self._tiles.finish()
        yield from self._doubts
        self._doubts.clear()

    def finish(self) -> Iterator[tuple[int, str, str]]:
        """Yield nothing more: a log shorter than its checkpoint is told as such."""
        yield from self._doubts

    def _compare(self, path: str, content: bytes) -> None:
        try:
            found = self._found(path, len(content))
        except OSError:
            why = f"log/tile/{path} is not there; `quorate checkpoint` writes it again"
            self._doubts.append((self._tiles.size, "tile_missing", why))
            return
        if found != content:
            why = f"log/tile/{path} says something else than the events up to here"
            self._doubts.append((self._tiles.size, "tile_differs", why))

    def _found(self, path: str, length: int) -> bytes:
        """Return the bytes of a tile; of a part that is gone, what the whole tile says of it.

        The whole tile takes the place of its parts before a checkpoint needs it.
        """
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            whole, part, _width = path.partition(".p/")
            if not part:
                raise
            return (self._root / whole).read_bytes()[:length]
