"""What shows an outsider that the key which signs now took the place of the one they trust.

Each change of key goes into a bundle: the event, and the proof of it under a checkpoint that both
keys have signed. The signer makes such a checkpoint at every change.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from domain.checkpoint import Checkpoint, NotANote, Note, VerifierKey, read_key
from domain.log_key import LogKeyRotated
from domain.office import OFFICE
from domain.refusals import NotKnown
from workflows.log.keys import signed_by
from workflows.log.proving import event_proof
from workflows.store.contract import Log, Recorded

Pair = tuple[Checkpoint, Note]


class Signed(NamedTuple):
    """What was signed of a log.

    Attributes:
        newest: the checkpoint a bundle is made under.
        every: reads every checkpoint that was signed, oldest first; looked at only where the key
            was changed.
    """

    newest: Pair
    every: Callable[[], Iterable[Pair]]


class KeyChanged(NamedTuple):
    """A change of key on record: its position, its exact bytes, and its ``.tlog-proof``."""

    position: int
    content: bytes
    proof: bytes


def key_changes(log: Log, signed: Signed) -> list[KeyChanged]:
    """Return what leads from the first key of a log to the one of its newest checkpoint.

    Raises:
        NotKnown: no checkpoint is on file that both keys of a change have signed.
    """
    size = signed.newest[0].size
    changes = [
        one
        for one in log.stream(OFFICE)
        if isinstance(one.event.data, LogKeyRotated) and one.position <= size
    ]
    every = tuple(_readable(signed)) if changes else ()
    return [
        KeyChanged(
            one.position,
            one.content,
            event_proof(log.node, one.position, _signed_by_both(one, every)),
        )
        for one in changes
    ]


def _readable(signed: Signed) -> Iterable[Pair]:
    try:
        return signed.every()
    except (NotANote, OSError):
        return ()


def _signed_by_both(change: Recorded, every: Iterable[Pair]) -> Pair:
    body = change.event.data
    assert isinstance(body, LogKeyRotated), "it was looked for"
    both: list[VerifierKey] = [read_key(body.replaces), read_key(body.key)]
    for checkpoint, note in every:
        if checkpoint.size >= change.position and len(signed_by(note, both)) == len(both):
            return checkpoint, note
    raise NotKnown(
        f"log/signed holds no checkpoint that both keys of the change at position"
        f" {change.position} have signed, so nobody could follow it",
        fix="Have the signer write it again from its memory: quorate checkpoint.",
    )
