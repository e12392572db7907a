"""Tiles and bundles are exactly those of the specification, at every border."""

from contextlib import closing
from pathlib import Path

import pytest

from domain.event import leaf_hash
from domain.merkle import Frontier, root
from tests.workflows.log.logs import begun, grown, signing
from workflows.log.published import PublishedTiles
from workflows.log.tiles import ENTRIES, Tiles, entry, is_tile_path, tile_path, write_below

CONTENTS = [f"event {number}".encode() for number in range(65_537)]
LEAVES = [leaf_hash(content) for content in CONTENTS]


def written(directory: Path, *sizes: int) -> dict[str, bytes]:
    tiles = Tiles(write_below(directory))
    for size in sizes:
        for content, leaf in zip(
            CONTENTS[tiles.size : size], LEAVES[tiles.size : size], strict=True
        ):
            tiles.take(content, leaf)
        tiles.finish()
    return found(directory)


def found(directory: Path) -> dict[str, bytes]:
    top = directory / "tile"
    return {p.relative_to(top).as_posix(): p.read_bytes() for p in top.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    ("level", "place", "width", "path"),
    [
        (0, 0, 256, "0/000"),
        (0, 999, 256, "0/999"),
        (0, 1000, 256, "0/x001/000"),
        (1, 1_234_067, 256, "1/x001/x234/067"),
        (63, 5, 1, "63/005.p/1"),
        (ENTRIES, 1_234_067, 255, "entries/x001/x234/067.p/255"),
    ],
)
def test_a_tile_has_the_path_of_the_specification(
    level: int | str, place: int, width: int, path: str
) -> None:
    assert tile_path(level, place, width) == path
    assert is_tile_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "64/000", "00/000", "0/0", "0/0000", "0/001/000", "0/x001", "0/000.p/0", "0/000.p/256",
        "0/000.p/01", "0/000.p", "0/000/", "/0/000", "entries", "../key", "0/../../key",
        "0/x00/000", "0/000.p/1\n", "Entries/000",
    ],
)  # fmt: skip
def test_nothing_else_is_the_path_of_a_tile(path: str) -> None:
    assert not is_tile_path(path)


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (1, ["0/000.p/1", "entries/000.p/1"]),
        (255, ["0/000.p/255", "entries/000.p/255"]),
        (256, ["0/000", "1/000.p/1", "entries/000"]),
        (257, ["0/000", "0/001.p/1", "1/000.p/1", "entries/000", "entries/001.p/1"]),
    ],
)
def test_a_log_of_a_size_has_these_files(tmp_path: Path, size: int, paths: list[str]) -> None:
    assert sorted(written(tmp_path, size)) == paths


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_a_bundle_holds_the_events_and_a_tile_their_hashes(tmp_path: Path, size: int) -> None:
    files = written(tmp_path, size)
    bundles = [files[name] for name in sorted(files) if name.startswith("entries/")]
    hashes = [files[name] for name in sorted(files) if name.startswith("0/")]
    assert b"".join(bundles) == b"".join(map(entry, CONTENTS[:size]))
    assert b"".join(hashes) == b"".join(LEAVES[:size])
    assert all(len(one) == 8192 for one in hashes[:-1])


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537])
def test_the_root_follows_from_the_highest_tiles_at_the_border_of_a_level(
    tmp_path: Path, size: int
) -> None:
    files = written(tmp_path, size)
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.grow(leaf)

    def node(level: int, place: int) -> bytes:
        """Read a node as a client does: from the tile of its level, or by hashing the tile."""
        tile_level, above = divmod(level, 8)
        first = place << above
        path = f"{tile_level}/{first // 256:03d}"
        name = next(one for one in sorted(files) if one == path or one.startswith(f"{path}.p/"))
        hashes = [files[name][at : at + 32] for at in range(0, len(files[name]), 32)]
        grown = Frontier()
        for one in hashes[first % 256 : first % 256 + (1 << above)]:
            grown.grow(one)
        assert grown.size == 1 << above
        return grown.root()

    assert root(size, node) == frontier.root()
    assert ("1/000" in files) == (size >= 65_536)
    assert ("2/000.p/1" in files) == (size >= 65_536)


def test_partial_tiles_go_when_the_whole_one_is_there(tmp_path: Path) -> None:
    assert "0/000.p/7" in written(tmp_path, 3, 7)
    assert sorted(written(tmp_path, 3, 7, 256)) == ["0/000", "1/000.p/1", "entries/000"]


def test_growing_in_steps_or_at_once_ends_in_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    at_once = written(tmp_path / "a", 600)
    in_steps = written(tmp_path / "b", 1, 255, 256, 511, 512, 600)
    assert {p: in_steps[p] for p in at_once} == at_once
    assert set(in_steps) - set(at_once) == {"1/000.p/1"}


def test_a_file_somebody_changed_is_put_right_and_others_are_left_alone(tmp_path: Path) -> None:
    before = written(tmp_path, 300)
    (tmp_path / "tile/0/000").write_bytes(b"x")
    (tmp_path / "tile/entries/001.p/44").unlink()
    kept = (tmp_path / "tile/entries/000").stat().st_ino
    assert written(tmp_path, 300) == before
    assert (tmp_path / "tile/entries/000").stat().st_ino == kept


def test_a_part_that_gave_way_to_its_whole_before_the_next_checkpoint_is_no_fault(
    tmp_path: Path,
) -> None:
    """The signer was killed between the tiles and the checkpoint that needs them."""
    with closing(begun(tmp_path)) as log:
        grown(log, 250)
        with signing(log, tmp_path) as signer:
            signer.sign()
        grown(log, 300)
        tiles = Tiles(write_below(tmp_path / "log"))
        for row in log.contents(0, 300):
            tiles.take(row.content, row.leaf)
        tiles.finish()

        def doubts() -> list[str]:
            published = PublishedTiles(tmp_path)
            rows = log.contents(0, 300)
            found = [one for r in rows for one in published.take(r.position, r.content, r.leaf)]
            return [kind for _position, kind, _why in (*found, *published.finish())]

        assert not (tmp_path / "log/tile/0/000.p").exists()
        assert doubts() == []
        whole = tmp_path / "log/tile/0/000"
        content = whole.read_bytes()
        whole.write_bytes(content[:-1] + b"?")
        assert doubts() == [], "the last six leaves are not part of what was signed"
        whole.write_bytes(b"?" + content[1:])
        assert doubts() == ["tile_differs"]
        whole.unlink()
        assert doubts() == ["tile_missing"]
