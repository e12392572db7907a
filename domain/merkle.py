"""The tree of the log: one root for everything up to a place, and short proofs about it.

Every node whose leaves are all there has a hash that never changes again; those are kept. A node is
named by its level (0: a leaf) and its place on that level, from 0. Whoever asks gives a function
that looks a node up; nothing here reads or remembers anything.

Source: RFC 6962 section 2.1; the checks of proofs follow RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32

Node = Callable[[int, int], bytes]
"""From a level and a place to the hash of that complete node."""


def parent(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return sha256(b"\x01" + left + right).digest()


def completed(size: int, leaf: bytes, ending: Callable[[int], bytes]) -> tuple[bytes, ...]:
    """Return the hashes of the nodes above the leaves that a new leaf completes, lowest first.

    Args:
        size: of the tree with the leaf.
        leaf: its hash.
        ending: from a smaller size to the hash of the highest complete node that ends there.
    """
    made: list[bytes] = []
    node, width = leaf, 1
    while size % (2 * width) == 0:
        node = parent(ending(size - width), node)
        made.append(node)
        width *= 2
    return tuple(made)


class Frontier:
    """A tree that grows leaf by leaf in memory that does not: only its complete peaks are held.

    Attributes:
        size: how many leaves it has.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def grow(self, leaf: bytes) -> tuple[bytes, ...]:
        """Add a leaf, and return the hashes of the nodes it completes, lowest first."""
        self.size += 1
        # The peaks end where `completed` asks, the smallest last.
        made = completed(self.size, leaf, lambda _ending: self._peaks.pop())
        self._peaks.append(made[-1] if made else leaf)
        return made

    def root(self) -> bytes:
        """Return the root of the tree as it is."""
        return _folded(self._peaks)


def root(size: int, node: Node) -> bytes:
    """Return the root of the tree over the first leaves."""
    return _span(0, size, node) if size else EMPTY_ROOT


def inclusion(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """Return the proof that a leaf is in a tree, from its sibling up.

    Args:
        index: of the leaf, from 0.
        size: of the tree.
        node: looks a complete node up.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of size {size} has no leaf {index}")
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append(_span(middle, end, node))
            end = middle
        else:
            path.append(_span(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """Return the proof that a tree begins with a smaller one; empty where that says itself.

    Raises:
        ValueError: the older tree is the larger one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of size {new} does not follow one of size {old}")
    if old in {0, new}:
        return ()
    start, end = 0, new
    path = []
    while end != old:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            path.append(_span(middle, end, node))
            end = middle
        else:
            path.append(_span(start, middle, node))
            start = middle
    if start:
        # The rest of the old tree is no root anybody holds, so the proof has to bring it.
        path.append(_span(start, end, node))
    return tuple(reversed(path))


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether a proof shows that a leaf is in the tree with a root.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = parent(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = parent(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Return whether a proof shows that one tree begins with the other.

    Args:
        old: size and root of the smaller tree.
        new: size and root of the larger one.
        proof: as `consistency` makes it.

    Source: RFC 9162 section 2.1.4.2.
    """
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if not (0 < old_size < new_size) or not proof:
        return False
    steps = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    return _both_roots(old_size, new_size, steps) == (old_root, new_root)


def _both_roots(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_root = new_root = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old_root, new_root = parent(step, old_root), parent(step, new_root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new_root = parent(new_root, step)
        place, last = place >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _largest_power_below(number: int) -> int:
    """Return the largest power of two below a number of at least 2."""
    return 1 << ((number - 1).bit_length() - 1)


def _span(start: int, end: int, node: Node) -> bytes:
    """Return the hash of the tree over some leaves; the start is one a proof divides at."""
    peaks, at = [], start
    while at < end:
        level = (end - at).bit_length() - 1
        peaks.append(node(level, at >> level))
        at += 1 << level
    return _folded(peaks)


def _folded(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    *others, found = peaks
    for peak in reversed(others):
        found = parent(peak, found)
    return found
