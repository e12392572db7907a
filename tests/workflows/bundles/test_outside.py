"""The parts of ``verify.py`` against the program, and against libraries of others."""

from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from domain.base import canonical, read_canonical
from domain.checkpoint import Checkpoint, Note, proof_content
from domain.merkle import Frontier, inclusion
from domain.ruling import rule
from tests.oracle.strategies import Case, cases
from tests.oracle.test_ruling import examples
from workflows.bundles.outside.form import Rejected, canonical_bytes, read_strictly
from workflows.bundles.outside.signing import (
    ORDER,
    SignedRoot,
    is_signed,
    read_signed_root,
    read_trusted_key,
)
from workflows.bundles.outside.tree import leaf_of, require_in_log
from workflows.bundles.outside.voting import rule_again
from workflows.log.keys import SigningKey


def as_written(value: Any) -> Any:
    """A policy as somebody writes it: every scalar is text."""
    if isinstance(value, dict):
        return {name: as_written(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_written(one) for one in value]
    return str(value).lower() if isinstance(value, bool | int) else value


@given(cases())
@examples(700)
def test_the_second_engine_rules_what_the_first_one_rules(case: Case) -> None:
    ruling = rule(*case)
    policy, pack, docket = (part.as_json() for part in case)
    for written in (policy, as_written(policy)):
        verdict, checks = rule_again(written, pack, docket)
        assert canonical_bytes(verdict) == canonical(ruling.verdict.as_json())
        assert checks == [check.as_json() for check in ruling.checks]


@given(cases(bare=True))
@examples(500)
def test_the_second_engine_counts_what_the_first_one_counts(case: Case) -> None:
    policy, pack, docket = (part.as_json() for part in case)
    assert rule_again(policy, pack, docket)[0] == rule(*case).verdict.as_json()


def test_an_engine_nobody_has_written_twice_is_rejected() -> None:
    with pytest.raises(Rejected, match="no engine 2"):
        rule_again({}, {}, {"engine": 2})


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
@examples(25)
def test_signatures_are_those_of_the_library_and_no_others(
    seed: bytes, message: bytes, bit: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert is_signed(public, message, signature)
    assert not is_signed(public, message + b"\0", signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not is_signed(public, message, bytes(flipped))


def test_a_signature_is_good_in_one_form_only() -> None:
    """T23: the scalar plus the order; a key of small order, which accepts what nobody signed."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"m")
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    assert not is_signed(public, b"m", signature[:32] + scalar.to_bytes(32, "little"))
    neutral = (1).to_bytes(32, "little")
    assert not is_signed(neutral, b"m", neutral + bytes(32))
    assert not is_signed(public, b"m", signature[:-1])


@given(st.integers(1, 70), st.data())
@examples(60)
def test_an_event_is_in_the_log_at_its_position_and_nowhere_else(size: int, data: Any) -> None:
    position = data.draw(st.integers(1, size))
    events = [b"%d" % number for number in range(1, size + 1)]
    nodes: dict[tuple[int, int], bytes] = {}
    level = [leaf_of(event) for event in events]
    height = 0
    while level:
        nodes |= {(height, place): node for place, node in enumerate(level)}
        pairs = zip(level[::2], level[1::2], strict=False)
        level, height = [sha256(b"\1" + a + b).digest() for a, b in pairs], height + 1
    frontier = Frontier()
    for event in events:
        frontier.grow(leaf_of(event))
    root = SignedRoot("log", size, frontier.root(), b"note\n")
    path = inclusion(position - 1, size, lambda high, place: nodes[high, place])
    proof = proof_content(position - 1, path, b"note\n")
    require_in_log(position, leaf_of(events[position - 1]), proof, root)
    with pytest.raises(Rejected):
        require_in_log(position, leaf_of(b"another"), proof, root)
    with pytest.raises(Rejected):
        require_in_log(position + 1, leaf_of(events[position - 1]), proof, root)
    with pytest.raises(Rejected):
        require_in_log(position, leaf_of(events[position - 1]), proof[:-1], root)


def test_a_checkpoint_counts_when_the_trusted_key_signed_it() -> None:
    key, other = SigningKey("log.example", bytes(32)), SigningKey("log.example", b"1" * 32)
    text = Checkpoint("log.example", 7, bytes(32)).text
    note = Note(text, (other.sign(text), key.sign(text))).content
    trusted = read_trusted_key(key.verifier.text + "\n")
    assert read_signed_root(note, trusted)[:3] == ("log.example", 7, bytes(32))
    for content in (
        Note(text, (other.sign(text),)).content,
        note.replace(b"\n7\n", b"\n8\n"),
        note.replace(b"\n7\n", b"\n07\n"),
        note.replace(b"log.example\n7", b"another\n7"),
        note[:-1],
    ):
        with pytest.raises(Rejected):
            read_signed_root(content, trusted)
    with pytest.raises(Rejected, match="its id is"):
        read_trusted_key(key.verifier.text.replace("log.example", "log.exampel"))


@pytest.mark.parametrize(
    "content",
    [b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'{"a":1.0}', b'{"a":9007199254740992}',
     b'{"a":NaN}', b"\xff", b'{"a":1}x', b"[" * 100_000],
)  # fmt: skip
def test_bytes_are_read_in_one_form_only(content: bytes) -> None:
    """T22: what two parsers could read in two ways is no event."""
    with pytest.raises(Rejected):
        read_strictly(content, "here")
    value: dict[str, Any] = {"a": ["ü", 1, True]}
    assert read_strictly(canonical(value), "here") == read_canonical(canonical(value))
