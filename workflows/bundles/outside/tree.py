"""That an event is in the log of a checkpoint. Source: RFC 6962 section 2.1, C2SP tlog-proof."""

from hashlib import sha256

from workflows.bundles.outside.form import Rejected, from_base64
from workflows.bundles.outside.signing import SignedRoot

PROOF_FORM = "c2sp.org/tlog-proof@v1"


def leaf_of(event: bytes) -> bytes:
    """Return the hash of an event as a leaf."""
    return sha256(b"\x00" + event).digest()


def require_in_log(position: int, leaf: bytes, proof: bytes, root: SignedRoot) -> None:
    """Reject a leaf that a proof does not show at a position of the log of a checkpoint."""
    where = f"event {position}"
    path = _path(position, proof, root)
    node, place, last = leaf, position - 1, root.size - 1
    if not 0 <= place <= last:
        raise Rejected(where, f"the checkpoint covers {root.size} events")
    for sibling in path:
        if last == 0:
            raise Rejected(where, "its proof is longer than the tree is high")
        if place & 1 or place == last:
            node = sha256(b"\x01" + sibling + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling).digest()
        place, last = place >> 1, last >> 1
    if last != 0 or node != root.root:
        raise Rejected(where, "it is not what the checkpoint covers at that position")


def _path(position: int, proof: bytes, root: SignedRoot) -> list[bytes]:
    where = f"proof of event {position}"
    head, gap, note = proof.partition(b"\n\n")
    try:
        form, *lines = head.decode().split("\n")
    except UnicodeDecodeError:
        raise Rejected(where, "it is no text") from None
    if form != PROOF_FORM or not gap or lines[:1] != [f"index {position - 1}"]:
        raise Rejected(where, f"it is no {PROOF_FORM} of that event")
    if note != root.note:
        raise Rejected(where, "it stands under another checkpoint than that of the bundle")
    path = [from_base64(line, where) for line in lines[1:]]
    if any(len(one) != 32 for one in path):
        raise Rejected(where, "a hash in it has not 32 bytes")
    return path
