"""Proofs for outsiders: that an event is in the log, and that the log only ever grew."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.checkpoint import (
    Checkpoint,
    NotANote,
    Note,
    Proof,
    VerifierKey,
    growth_content,
    proof_content,
    read_proof,
)
from domain.event import leaf_hash
from domain.merkle import Node, consistency, inclusion, is_included
from domain.refusals import NotKnown
from workflows.log.keys import signed_by


class NotProved(ValueError):  # noqa: N818  an answer to whoever asks, named for what it says
    """A proof that does not show what it is said to show."""


class Proved(NamedTuple):
    """What a proof has shown: an event stands at a position below a checkpoint."""

    position: int
    checkpoint: Checkpoint


def event_proof(node: Node, position: int, signed: tuple[Checkpoint, Note]) -> bytes:
    """Return the ``.tlog-proof`` of an event under a signed checkpoint.

    Args:
        node: looks a complete node of the log's tree up.
        position: of the event, from 1.
        signed: the checkpoint and its note.

    Raises:
        NotKnown: the checkpoint does not cover the position.
    """
    checkpoint, note = signed
    if not 1 <= position <= checkpoint.size:
        raise NotKnown(
            f"the checkpoint covers positions 1 to {checkpoint.size}, not {position}",
            fix="Wait for the next checkpoint, or have one signed: `quorate checkpoint`.",
        )
    path = inclusion(position - 1, checkpoint.size, node)
    return proof_content(position - 1, path, note.content)


def growth_proof(node: Node, old: int, signed: tuple[Checkpoint, Note]) -> bytes:
    """Return the proof that the log of a checkpoint begins with its first ``old`` events.

    Raises:
        NotKnown: the checkpoint is of a smaller log.
    """
    checkpoint, note = signed
    if not 0 <= old <= checkpoint.size:
        raise NotKnown(f"the checkpoint is of size {checkpoint.size}, which is less than {old}")
    return growth_content(old, consistency(old, checkpoint.size, node), note.content)


def check_event_proof(content: bytes, event: bytes, trusted: Iterable[VerifierKey]) -> Proved:
    """Return what a proof shows of an event's bytes to whoever trusts some keys.

    The keys are the caller's own: nothing that comes with a proof can make it good.

    Raises:
        NotProved: it shows nothing.
    """
    try:
        proof: Proof = read_proof(content)
    except NotANote as fault:
        raise NotProved(str(fault)) from None
    by_name = [key for key in trusted if key.name == proof.checkpoint.origin]
    if not signed_by(proof.note, by_name):
        raise NotProved("no trusted key has signed the checkpoint of this proof")
    checkpoint = proof.checkpoint
    if not is_included(proof.leaf, checkpoint.size, leaf_hash(event), proof.path, checkpoint.root):
        raise NotProved("these bytes are not the event the checkpoint covers at that place")
    return Proved(proof.leaf + 1, checkpoint)
