"""From the key whoever checks trusts to the one that signs now, where the key was changed.

Each change is an event of the log, proven under a checkpoint that both keys have signed. So
whoever trusts either of them has it from that one that the other is the log's, too; a change
neither of them has signed leads nowhere. Source: docs/log.md, "The signer".
"""

from typing import NamedTuple

from workflows.bundles.outside.form import Rejected, read_strictly
from workflows.bundles.outside.signing import TrustedKey, read_signed_root, read_trusted_key
from workflows.bundles.outside.tree import leaf_of, require_in_log

KEY_ROTATED = "key.rotated/1"


class KeyChange(NamedTuple):
    """A change of key as a bundle brings it: where it stands, its bytes, and its proof."""

    position: int
    event: bytes
    proof: bytes


def follow_keys(changes: list[KeyChange], trusted: TrustedKey) -> tuple[TrustedKey, list[int]]:
    """Return the key that signs now, and where on record it came from the one trusted.

    Args:
        changes: every change of key there was, in order.
        trusted: the key whoever checks brings along.
    """
    keys: list[TrustedKey] = []
    for change in changes:
        replaced, key = _checked(change)
        if keys and keys[-1] != replaced:
            where = f"change of key {change.position}"
            raise Rejected(where, "it replaces another key than the one before it brought")
        keys += [key] if keys else [replaced, key]
    if not keys:
        return trusted, []
    if trusted not in keys:
        raise Rejected("the key", "it is neither the key of this log nor one that was replaced")
    followed = changes[keys.index(trusted) :]
    return keys[-1], [change.position for change in followed]


def _checked(change: KeyChange) -> tuple[TrustedKey, TrustedKey]:
    """Return the key replaced and the one that replaces it, having found both signatures."""
    where = f"change of key {change.position}"
    replaced, key = _keys_named(change.event, where)
    note = change.proof.partition(b"\n\n")[2]
    read_signed_root(note, replaced, where)
    root = read_signed_root(note, key, where)
    require_in_log(change.position, leaf_of(change.event), change.proof, root)
    return replaced, key


def _keys_named(content: bytes, where: str) -> tuple[TrustedKey, TrustedKey]:
    event = read_strictly(content, where)
    data = event.get("data") if isinstance(event, dict) else None
    if not isinstance(data, dict) or event.get("topic") != KEY_ROTATED:
        raise Rejected(where, "it is no change of key")
    replaced, key = data.get("replaces"), data.get("key")
    if not isinstance(replaced, str) or not isinstance(key, str):
        raise Rejected(where, "it names no keys")
    return read_trusted_key(replaced), read_trusted_key(key)
