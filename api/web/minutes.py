"""Minutes that come with a form: a file to attach to the project, or one attached already."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from fastapi import Response

from api import door
from api.http.acting import Acting, settings_of
from api.http.evidence import CHUNK_BYTES, UNNAMED, File, list_evidence, require_welcome
from api.http.validity import validated
from api.web.post import Post
from api.web.visit import Visit, told
from domain.refusals import FieldMissing
from workflows.store.evidence import Kept

_NOTHING = Kept(sha256="0" * 64, size=0)
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def minutes_of(post: Post, project: str) -> str:
    """Return the digest of the minutes of a form; a file that came with it is attached first.

    Raises:
        FieldMissing: neither a file was chosen, nor one of those that are attached.
    """
    file = post.file("file")
    if file is None:
        if not post.text("minutes"):
            raise FieldMissing(
                "the minutes are missing",
                fix="Choose a file to attach, or one of those attached already.",
            )
        return post.text("minutes")
    # An act of its own, under a key that follows from that of the form: sent twice, done once.
    key = post.text("key")
    member = Acting(post.request, Response(), door.require_key(f"{key}-file" if key else None))
    said = (file.content_type or "").partition(";")[0].strip()
    fields = {
        "evidence": post.text("kind"),
        "name": re.split(r"[\\/]", file.filename or "")[-1],
        "media_type": said if _TYPE.fullmatch(said) else UNNAMED,
    }
    described = validated(File, fields, "form")
    require_welcome(member, project, described.attach(_NOTHING))
    most = settings_of(post.request).evidence_bytes_max
    kept = member.house.evidence.keep(_pieces(file.file), most)
    member.house.projects.attach(project, described.attach(kept), member.act)
    return kept.sha256


def attached(visit: Visit, projects: list[str]) -> list[dict[str, Any]]:
    """Return the files attached to some projects, the newest first."""
    every = [
        {**one, "project": code}
        for code in projects
        for one in told(list_evidence(code, visit.look))["evidence"]
    ]
    return sorted(every, key=lambda one: -one["position"])


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(CHUNK_BYTES):
        yield piece
