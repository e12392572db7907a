"""What both doors need for a bundle: the checkpoint and the key that are published."""

from pathlib import Path

from domain.checkpoint import Checkpoint, Note
from domain.refusals import NotKnown
from workflows.log.signed import KEY, LOG, published


def signed_of(data: Path) -> tuple[Checkpoint, Note]:
    """Return the published checkpoint of a data directory.

    Raises:
        NotKnown: there is none.
    """
    found = published(data)
    if found is None:
        raise NotKnown("no checkpoint was signed yet", fix="Have one signed: quorate checkpoint.")
    return found


def key_of(data: Path) -> str:
    """Return the verifier key that is published."""
    return (data / LOG / KEY).read_text(encoding="utf-8")
