"""What both doors need for a bundle: the checkpoint and the key that are published."""

from pathlib import Path

from domain.checkpoint import read_records
from domain.refusals import NotKnown
from workflows.bundles.succession import Signed
from workflows.log.signed import KEY, LOG, SIGNED, published


def signed_of(data: Path) -> Signed:
    """Return the published checkpoint of a data directory, with those before it.

    Raises:
        NotKnown: there is none.
    """
    found = published(data)
    if found is None:
        raise NotKnown("no checkpoint was signed yet", fix="Have one signed: quorate checkpoint.")
    return Signed(found, lambda: read_records((data / LOG / SIGNED).read_bytes())[0])


def key_of(data: Path) -> str:
    """Return the verifier key that is published."""
    return (data / LOG / KEY).read_text(encoding="utf-8")
