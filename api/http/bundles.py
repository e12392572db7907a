"""Bundles over HTTP: proofs for outsiders, made for auditors of what they may see."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from api.bundling import key_of, signed_of
from api.door import RAW, require_role
from api.http.looking import Look, Looking
from api.http.review_acts import Stream
from api.http.section import Section
from domain.base import INTEGER_MAX
from workflows.bundles.gathering import Recipient, Wanted, gather
from workflows.bundles.packing import write_bundle

router = Section(tags=["log"])

MEDIA = "application/zip"
PIECE_BYTES = 256 * 1024
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bundle.",
        "content": {MEDIA: {"schema": {"type": "string", "format": "binary"}}},
    }
}
Named = Annotated[
    str, Query(alias="stream", max_length=300, description="A stream, as `project:APX-042`.")
]
Bound = Annotated[int, Query(ge=1, le=INTEGER_MAX, description="A position; both are in it.")]


@router.get(
    "/bundles/rulings/{subject}/{about}/{number}",
    response_class=StreamingResponse,
    responses=_FILE,
)
def bundle_ruling(stream: Stream, look: Look) -> StreamingResponse:
    """Bundle the ruling of a review with all it rests on and all it did."""
    return _sent(look, Wanted("ruling", stream))


@router.get("/bundles/stream", response_class=StreamingResponse, responses=_FILE)
def bundle_stream(stream: Named, look: Look) -> StreamingResponse:
    """Bundle a stream from its beginning."""
    return _sent(look, Wanted("stream", stream))


@router.get("/bundles/range", response_class=StreamingResponse, responses=_FILE)
def bundle_range(first: Bound, last: Bound, look: Look) -> StreamingResponse:
    """Bundle every event from one position to another: only this shows that there is no other."""
    return _sent(look, Wanted("range", first=first, last=last))


def _sent(look: Looking, wanted: Wanted) -> StreamingResponse:
    require_role(look.person, RAW)
    house = look.house
    recipient = Recipient(shows=look.sight.shows, until=look.here.position)
    bundle = gather(house.log, house.evidence, signed_of(house.directory), wanted, recipient)
    file = TemporaryFile()  # noqa: SIM115  closed once it was sent
    try:
        write_bundle(bundle, key_of(house.directory), house.evidence, file)
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="bundle-{max(bundle.events)}.zip"',
        "Content-Length": str(file.tell()),
        "Quorate-Position": str(look.here.position),
    }
    file.seek(0)
    return StreamingResponse(_pieces(file), media_type=MEDIA, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece
