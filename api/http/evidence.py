"""Evidence: files by their SHA-256, streamed in, held here or elsewhere, re-hashed going out."""

import os
from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO, NamedTuple

import anyio.from_thread
import anyio.to_thread
from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.requests import ClientDisconnect

from api.http.acting import IfMatch, Member, Told, settings_of
from api.http.looking import Look, Looking, Seen
from api.http.section import Section
from api.http.shown import Names, at_answer, texts
from api.http.validity import validated
from api.problems import Turned
from domain.base import Code, Moment, Text, Value
from domain.disposal_events import RecordDisposed
from domain.policy import Name
from domain.project import project_stream
from domain.project_acts import AttachEvidence
from domain.project_acts import attach as attach_to
from domain.project_events import EVIDENCE_BYTES_MAX, Sha256
from domain.refusals import NotKnown
from projections.evidence import Attachment, evidence, holders
from projections.register import project
from workflows.store.evidence import Kept, not_held

router = Section(tags=["evidence"])

CHUNK_BYTES = 256 * 1024
UNNAMED = "application/octet-stream"

_NOTHING = Kept(sha256="0" * 64, size=0)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Elsewhere(Value):
    """A file held elsewhere: where, and by which digest it is known.

    Attributes:
        name: the file's name, without any path.
        dated: the moment its age is counted from; now, when absent.
    """

    evidence: Name
    name: Text = Field(min_length=1, max_length=255)
    address: Text = Field(min_length=1, max_length=2000)
    sha256: Sha256
    size: int = Field(ge=0, le=EVIDENCE_BYTES_MAX)
    media_type: str = Field(default=UNNAMED, pattern=r"^[\w.+-]+/[\w.+-]+$")
    dated: Moment | None = None

    def command(self) -> AttachEvidence:
        """Return the command."""
        return AttachEvidence(**dict(self))


class File(Value):
    """What a request says of the file it brings.

    Attributes:
        evidence: kind of evidence, as the policy names it.
        name: the file's name, without any path.
        dated: the moment its age is counted from; now, when absent.
    """

    evidence: Name
    name: Text = Field(min_length=1, max_length=255)
    media_type: str = Field(default=UNNAMED, pattern=r"^[\w.+-]+/[\w.+-]+$")
    dated: Moment | None = None

    def attach(self, kept: Kept) -> AttachEvidence:
        """Return the command for the file as it was kept."""
        return AttachEvidence(**dict(self), sha256=kept.sha256, size=kept.size)


class Arriving(NamedTuple):
    """The bytes of a file on their way, and how many of them are taken at most."""

    chunks: Iterator[bytes]
    bytes_max: int


async def _described(
    request: Request,
    evidence: Annotated[Name, Query(description="Kind of evidence, as the policy names it.")],
    name: Annotated[
        Text, Query(min_length=1, max_length=255, description="Bare name of the file.")
    ],
    dated: Annotated[
        Moment | None, Query(description="The moment its age is counted from; now, when absent.")
    ] = None,
) -> File:
    declared = request.headers.get("content-type", UNNAMED).partition(";")[0].strip()
    fields = {"evidence": evidence, "name": name, "media_type": declared, "dated": dated}
    return validated(File, fields, "request")


Described = Annotated[File, Depends(_described)]


@router.post("/projects/{code}/evidence", status_code=201, openapi_extra=_BODY)
async def attach_evidence(
    code: Code, request: Request, described: Described, member: Member, if_match: IfMatch
) -> Told:
    """Attach a file: the body is its bytes, and Content-Type says what they are."""

    def attach() -> Told:
        most = settings_of(request).evidence_bytes_max
        return attach_file(code, described, member, Arriving(_chunks(request), most), if_match)

    # Files have threads of their own: however slowly they come, the other routes go on.
    return await anyio.to_thread.run_sync(attach, limiter=request.app.state.uploads)


@router.post("/projects/{code}/evidence-elsewhere", status_code=201)
def attach_evidence_elsewhere(
    code: Code, elsewhere: Elsewhere, member: Member, if_match: IfMatch
) -> Told:
    """Attach a file that is held elsewhere, by its address, digest and size."""
    command = elsewhere.command()
    answer = member.house.projects.attach(code, command, member.act, if_match)
    return member.made(answer, "/projects/{project}/evidence")


@router.get("/projects/{code}/evidence", response_model=Seen)
def list_evidence(code: Code, look: Look) -> Response:
    """List the files attached to a project, with their names and addresses while held.

    One that was disposed of says under which class and where.
    """
    place = at_answer(project(look.views, code, look.asked))
    found = evidence(look.views, project_stream(code), place)
    return look.answer(found, {"evidence": _shown(look, project_stream(code), found.found)})


@router.get("/evidence/{sha256}", response_class=StreamingResponse)
def fetch_evidence(sha256: Sha256, look: Look) -> Response:
    """Send a file held here, once its bytes were found to have their digest still."""
    _require_shown(look, sha256)
    if sha256 in _disposed_of(look) and not look.house.evidence.holds(sha256):
        raise NotKnown(
            f"the file with digest {sha256} was disposed of",
            fix="The trail of its project says when, by whom, and under which class.",
        )
    file = look.house.evidence.open(sha256)
    if not look.house.evidence.check(sha256):
        file.close()
        raise Turned(
            "evidence_damaged",
            f"the bytes held under {sha256} no longer have that digest",
            "Restore the file from a backup; nothing was sent.",
        )
    headers = {
        "Content-Disposition": f'attachment; filename="{sha256}"',
        "Content-Length": str(os.fstat(file.fileno()).st_size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Quorate-Position": str(look.here.position),
    }
    return StreamingResponse(_pieces(file), media_type=UNNAMED, headers=headers)


def attach_file(
    code: str, described: File, member: Member, arriving: Arriving, if_match: int | None
) -> Told:
    """Attach a file whose bytes arrive, however they do."""
    house = member.house
    require_welcome(member, code, described.attach(_NOTHING))
    kept = house.evidence.keep(arriving.chunks, arriving.bytes_max)
    answer = house.projects.attach(code, described.attach(kept), member.act, if_match)
    return member.made(answer, "/projects/{project}/evidence")


def require_welcome(member: Member, code: str, command: AttachEvidence) -> None:
    """Refuse a file nobody could attach before its bytes are taken in."""
    loaded, now = member.house.desk.load(member.unseen), member.house.now()
    subject = loaded.project(code)
    _, policy = loaded.governing(subject, now)
    attach_to(subject, command, policy, now)


def _require_shown(look: Looking, sha256: str) -> None:
    """Refuse a file to somebody to whom no project that has it is shown."""
    views = look.house.views.reading
    if look.sight.hidden and not holders(views, sha256) - look.sight.hidden:
        raise not_held(sha256)


def _chunks(request: Request) -> Iterator[bytes]:
    arriving = request.stream()
    while True:
        try:
            yield anyio.from_thread.run(arriving.__anext__)
        except StopAsyncIteration:
            return
        except ClientDisconnect:
            raise Turned("bad_request", "the file broke off", "Send it again.") from None


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK_BYTES):
            yield piece


def _disposed_of(look: Looking) -> set[str | None]:
    return {one.sha256 for one in look.house.log.disposed()}


def _disposals(look: Looking, stream: str) -> dict[int, dict[str, Any]]:
    """Return by the position of an attachment how it was disposed of, up to today."""
    return {
        at: {"under": recorded.event.data.under, "position": recorded.position}
        for recorded in look.house.log.stream(stream)
        if isinstance(recorded.event.data, RecordDisposed)
        for at in recorded.event.data.positions
    }


def _shown(look: Looking, stream: str, attached: tuple[Attachment, ...]) -> list[dict[str, Any]]:
    names = Names(look.house)
    held = texts(look.house, (one.position for one in attached))
    # A name that is held was neither erased nor disposed of: mostly there is nothing to look up.
    lacking = [one for one in attached if "name" not in held.get(one.position, {})]
    disposed = _disposals(look, stream) if lacking else {}
    return [
        {
            **names.of(one._asdict(), "by", "checked_by"),
            "name": held.get(one.position, {}).get("name"),
            "address": held.get(one.position, {}).get("address"),
            "disposed": disposed.get(one.position),
        }
        for one in attached
    ]
