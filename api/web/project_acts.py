"""What a project manager says on the page of a project: facts, evidence, money, conditions."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import APIRouter, Response
from starlette.datastructures import UploadFile

from api.http.acting import Told, settings_of
from api.http.conditions import satisfy_condition
from api.http.evidence import (
    CHUNK_BYTES,
    UNNAMED,
    Arriving,
    Elsewhere,
    File,
    attach_evidence_elsewhere,
    attach_file,
)
from api.http.facts import record_fact
from api.http.money import record_cost, request_funds
from api.http.projects import show_project
from api.http.validity import validated
from api.web import vocabulary
from api.web.post import Post, Posting
from api.web.project_forms import send, typed, version
from api.web.visit import Visit, Visiting, told
from domain.base import Code
from domain.conditions import SatisfyCondition
from domain.funding import RecordCost, RequestFunds
from domain.policy import Name
from domain.project_acts import RecordFact
from domain.refusals import FieldMissing
from domain.words import FactKind

router = APIRouter(include_in_schema=False)
_MEDIA = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}")


@router.post("/projects/{code}/facts")
def say_fact(code: Code, post: Posting, visit: Visiting) -> Response:
    """Record a fact, or correct what was said of it."""

    def act() -> Told:
        command = validated(RecordFact, _fact(code, post, visit), "form")
        return record_fact(code, command, post.member(), version(post))

    return send(post, visit, code, "fact", act, about=post.text("fact"))


@router.post("/projects/{code}/evidence")
def send_evidence(code: Code, post: Posting, visit: Visiting) -> Response:
    """Attach a file."""

    def act() -> Told:
        file = post.file("file")
        if file is None:
            raise FieldMissing("no file was chosen", fix="Choose the file to attach.")
        dated = typed(visit).end_of(post.text("dated"), visit.look.house.now())
        media = (file.content_type or "").partition(";")[0].strip()
        content = {
            **post.filled("evidence"),
            "name": file.filename,
            "media_type": media if _MEDIA.fullmatch(media) else UNNAMED,
            "dated": dated,
        }
        described = validated(File, content, "form")
        arriving = Arriving(_chunks(file), settings_of(post.request).evidence_bytes_max)
        return attach_file(code, described, post.member(), arriving, version(post))

    return send(post, visit, code, "evidence", act)


@router.post("/projects/{code}/evidence-elsewhere")
def name_evidence(code: Code, post: Posting, visit: Visiting) -> Response:
    """Attach a file that is held elsewhere."""

    def act() -> Told:
        content = post.filled("evidence", "name", "address", "sha256", "size")
        content["dated"] = typed(visit).end_of(post.text("dated"), visit.look.house.now())
        named = validated(Elsewhere, content, "form")
        return attach_evidence_elsewhere(code, named, post.member(), version(post))

    return send(post, visit, code, "elsewhere", act)


@router.post("/projects/{code}/funds")
def ask_for_funds(code: Code, post: Posting, visit: Visiting) -> Response:
    """Say what the project asks for; it replaces what was asked before."""

    def act() -> Told:
        command = validated(RequestFunds, {"lines": typed(visit).lines(post)}, "form")
        return request_funds(code, command, post.member(), version(post))

    return send(post, visit, code, "funds", act)


@router.post("/projects/{code}/costs")
def say_cost(code: Code, post: Posting, visit: Visiting) -> Response:
    """Record what was spent, or correct an earlier record."""

    def act() -> Told:
        spent = typed(visit).end_of(post.text("spent"), visit.look.house.now())
        content: dict[str, Any] = {
            "lines": typed(visit).lines(post),
            "spent_at": spent,
            **post.filled("corrects", "source"),
        }
        command = validated(RecordCost, content, "form")
        return record_cost(code, command, post.member(), version(post))

    return send(post, visit, code, "cost", act)


@router.post("/projects/{code}/conditions/{condition}/satisfaction")
def meet_condition(code: Code, condition: Name, post: Posting, visit: Visiting) -> Response:
    """Say that a condition is met, naming the evidence."""

    def act() -> Told:
        command = validated(SatisfyCondition, post.filled("sha256", "comment"), "form")
        return satisfy_condition(code, condition, command, post.member(), version(post))

    return send(post, visit, code, "satisfy", act, about=condition)


def _fact(code: str, post: Post, visit: Visit) -> dict[str, Any]:
    """Return what was said of a fact, typed as the vocabulary of its project says."""
    name = post.text("fact")
    project = told(show_project(code, visit.look))["project"]
    term = vocabulary.facts_of(visit, vocabulary.governing(visit, project["portfolio"])).get(name)
    known = None if term is None else term.type
    kind, unit = (FactKind.TEXT, None) if known is None else (known.type, known.unit)
    return {
        "fact": name,
        "value": typed(visit).fact(kind, unit, post),
        "effective_at": typed(visit).moment(post.text("since")),
        **post.filled("corrects", "source"),
    }


def _chunks(file: UploadFile) -> Iterator[bytes]:
    read: Callable[[int], bytes] = file.file.read
    while piece := read(CHUNK_BYTES):
        yield piece
