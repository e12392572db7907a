"""The tree says what RFC 6962 says: against a naive oracle, at every size and at tile borders."""

from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.event import leaf_hash
from domain.merkle import (
    EMPTY_ROOT,
    Frontier,
    completed,
    consistency,
    inclusion,
    is_consistent,
    is_included,
    root,
)

SIZES = [*range(71), 255, 256, 257]
BORDERS = [65_535, 65_536, 65_537]
LEAVES = [leaf_hash(str(number).encode()) for number in range(BORDERS[-1])]


# --- The oracle: the definitions of RFC 6962 section 2.1, word for word ------------------------


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), tree_hash(leaves[k:])]
    return [*path(index - k, leaves[k:]), tree_hash(leaves[:k])]


def subproof(old: int, leaves: Sequence[bytes], *, known: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if known else [tree_hash(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], known=known), tree_hash(leaves[k:])]
    return [*subproof(old - k, leaves[k:], known=False), tree_hash(leaves[:k])]


def split(number: int) -> int:
    k = 1
    while 2 * k < number:
        k *= 2
    return k


# --- What is held against it ------------------------------------------------------------------


@cache
def node(level: int, place: int) -> bytes:
    return tree_hash(LEAVES[place << level : (place + 1) << level])


def grown(size: int) -> Frontier:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.grow(leaf)
    return frontier


@pytest.mark.parametrize("size", SIZES + BORDERS)
def test_the_root_is_the_one_of_the_definition_however_it_is_computed(size: int) -> None:
    expected = tree_hash(LEAVES[:size])
    assert root(size, node) == expected
    assert grown(size).root() == expected
    assert grown(size).size == size


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root(0, node) == Frontier().root() == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize("size", SIZES + BORDERS)
def test_a_leaf_completes_exactly_the_nodes_that_end_with_it(size: int) -> None:
    if size == 0:
        return
    frontier = grown(size - 1)
    levels = range(1, (size & -size).bit_length())
    assert frontier.grow(LEAVES[size - 1]) == tuple(
        node(level, (size >> level) - 1) for level in levels
    )


def test_nodes_kept_by_the_place_they_end_at_are_enough_for_every_size() -> None:
    kept: dict[int, bytes] = {}
    for size, leaf in enumerate(LEAVES[:257], 1):
        made = completed(size, leaf, kept.__getitem__)
        kept[size] = made[-1] if made else leaf
        assert kept[size] == node((size & -size).bit_length() - 1, size // (size & -size) - 1)


@pytest.mark.parametrize("size", SIZES[1:])
def test_every_leaf_is_proved_and_no_other_is(size: int) -> None:
    top = tree_hash(LEAVES[:size])
    for index in range(size):
        proof = inclusion(index, size, node)
        assert list(proof) == path(index, LEAVES[:size])
        assert is_included(index, size, LEAVES[index], proof, top)
        assert not is_included(index, size, LEAVES[index + 1], proof, top)
        assert not is_included(index, size, LEAVES[index], (*proof, top), top)
        assert not is_included(index, size, LEAVES[index], proof[:-1], top) or not proof


@pytest.mark.parametrize("size", BORDERS)
@pytest.mark.parametrize("index", [0, 255, 256, 32_768, 65_534])
def test_leaves_are_proved_at_the_borders_of_tiles(size: int, index: int) -> None:
    proof = inclusion(index, size, node)
    assert is_included(index, size, LEAVES[index], proof, root(size, node))
    assert not is_included(index + 1, size, LEAVES[index], proof, root(size, node))


@pytest.mark.parametrize("new", SIZES)
def test_every_size_is_proved_to_follow_every_smaller_one(new: int) -> None:
    for old in range(new + 1):
        proof = consistency(old, new, node)
        roots = (old, tree_hash(LEAVES[:old])), (new, tree_hash(LEAVES[:new]))
        assert list(proof) == (subproof(old, LEAVES[:new], known=True) if old else [])
        assert is_consistent(*roots, proof)
        assert not is_consistent(*roots, (*proof, EMPTY_ROOT))
        if 0 < old < new:
            assert not is_consistent((old, LEAVES[new]), roots[1], proof)
            assert not is_consistent(roots[0], (new, LEAVES[new]), proof)
            assert not is_consistent(*roots, proof[:-1])
            assert not is_consistent((old - 1, roots[0][1]), roots[1], proof)


@pytest.mark.parametrize("old", [1, 255, 256, 257, 65_535, 65_536])
def test_growth_over_the_borders_of_tiles_is_proved(old: int) -> None:
    proof = consistency(old, 65_537, node)
    assert is_consistent((old, root(old, node)), (65_537, root(65_537, node)), proof)


def _asks_too_much() -> dict[str, Callable[[], object]]:
    return {
        "a leaf after the last": lambda: inclusion(5, 5, node),
        "a leaf before the first": lambda: inclusion(-1, 5, node),
        "a leaf of nothing": lambda: inclusion(0, 0, node),
        "growth backwards": lambda: consistency(6, 5, node),
        "growth from below nothing": lambda: consistency(-1, 5, node),
    }


@pytest.mark.parametrize("what", _asks_too_much())
def test_there_is_no_proof_of(what: str) -> None:
    with pytest.raises(ValueError, match=r"a tree of size \d"):
        _asks_too_much()[what]()


def test_a_proof_for_a_place_outside_the_tree_is_none() -> None:
    assert not is_included(5, 5, LEAVES[4], inclusion(4, 5, node), root(5, node))
    assert not is_included(-1, 5, LEAVES[4], inclusion(4, 5, node), root(5, node))
    assert not is_consistent((5, root(5, node)), (4, root(4, node)), (LEAVES[0],))


def test_a_proof_says_nothing_about_a_deeper_or_flatter_tree_with_the_same_root() -> None:
    proof = inclusion(0, 4, node)
    assert is_included(0, 4, LEAVES[0], proof, root(4, node))
    for size in (1, 2, 5, 8, 9):
        assert not is_included(0, size, LEAVES[0], proof, root(4, node))


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=300), st.data())
def test_any_tree_proves_any_leaf_and_any_growth(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(entry) for entry in entries]

    def at(level: int, place: int) -> bytes:
        return tree_hash(leaves[place << level : (place + 1) << level])

    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size, at)
    assert list(proof) == path(index, leaves[:size])
    assert is_included(index, size, leaves[index], proof, tree_hash(leaves[:size]))
    grown_to = data.draw(st.integers(size, len(leaves)))
    older, newer = (size, tree_hash(leaves[:size])), (grown_to, tree_hash(leaves[:grown_to]))
    assert is_consistent(older, newer, consistency(size, grown_to, at))


@given(st.integers(0, 70), st.integers(0, 70), st.lists(st.binary(min_size=32, max_size=32)))
def test_no_made_up_proof_breaks_the_check(first: int, second: int, proof: list[bytes]) -> None:
    top = root(second, node)
    assert not is_included(first, second, b"\xff" * 32, proof, top)
    assert not is_consistent((first, b"\xff" * 32), (second, top), proof)
