"""The log for outsiders' tools: checkpoint, tiles, bundles and proofs.

Source: C2SP tlog-tiles and tlog-proof (c2sp.org), read on 2026-11-23.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.door import READING, require_role
from api.http.acting import house_of, person_of
from api.sign_in import Role
from domain.base import INTEGER_MAX
from domain.checkpoint import Checkpoint, Note
from domain.refusals import NotKnown
from workflows.log.proving import event_proof, growth_proof
from workflows.log.signed import CHECKPOINT, KEY, LOG, SIGNED, published
from workflows.log.tiles import ENTRIES, is_tile_path

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""What is in a tile never changes; only whoever was let in may keep it."""

NAMED = {CHECKPOINT, SIGNED, KEY}


async def _entered(request: Request) -> None:
    require_role(person_of(request), READING)


router = APIRouter(prefix="/log", tags=["log"], dependencies=[Depends(_entered)])
Place = Annotated[int, Path(ge=0, le=INTEGER_MAX)]


@router.get("/proof/{position}", response_class=Response)
def prove_event(position: Place, request: Request) -> Response:
    """Prove that an event is in the log, as a ``.tlog-proof`` under the published checkpoint."""
    content = event_proof(house_of(request).log.node, position, _published(request))
    return Response(content, media_type=TEXT)


@router.get("/growth/{size}", response_class=Response)
def prove_growth(size: Place, request: Request) -> Response:
    """Prove that the log of the published checkpoint begins with its first events."""
    content = growth_proof(house_of(request).log.node, size, _published(request))
    return Response(content, media_type=TEXT)


@router.get("/tile/{path:path}", response_class=Response)
def fetch_tile(path: str, request: Request) -> Response:
    """Send a tile of hashes; a bundle of whole events, ``entries/…``, only to who sees them all."""
    if not is_tile_path(path):
        raise NotKnown(f"no tile has the path {path}", fix="See C2SP tlog-tiles for the paths.")
    if path.startswith(f"{ENTRIES}/"):
        require_role(person_of(request), (Role.AUDITOR,))
    return Response(_file(request, f"tile/{path}"), media_type=BYTES, headers=FOR_EVER)


@router.get("/{name}", response_class=Response)
def fetch_named(name: str, request: Request) -> Response:
    """Send the ``checkpoint``, every ``signed`` checkpoint, or the verifier ``key``."""
    if name not in NAMED:
        raise NotKnown(f"the log has no file {name}; it has {', '.join(sorted(NAMED))}")
    return Response(_file(request, name), media_type=TEXT)


def _published(request: Request) -> tuple[Checkpoint, Note]:
    found = published(house_of(request).directory)
    if found is None:
        raise NotKnown("no checkpoint was signed yet", fix="Have one signed: quorate checkpoint.")
    return found


def _file(request: Request, path: str) -> bytes:
    try:
        return (house_of(request).directory / LOG / path).read_bytes()
    except FileNotFoundError:
        raise NotKnown(
            f"log/{path} is not there", fix="Ask for what the published checkpoint covers."
        ) from None
