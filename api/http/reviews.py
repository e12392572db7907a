"""Reviews as they stand: the panel, the ballots that count, the pack, questions and answers."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Query, Response

from api.http.looking import Look, Looking, Pages, Seen
from api.http.review_acts import REVIEW, Stream
from api.http.section import Section
from api.http.shown import Names, at_answer, texts
from domain.base import Code, Json
from domain.private import advice_text, adviser_text
from domain.project import project_stream
from domain.refusals import NoPack
from projections.reading import Answer
from projections.reviews import Before, CountedBallot, ReviewRow, review, reviews
from workflows.store.contract import Recorded

router = Section(tags=["reviews"])

InStatus = Annotated[
    Literal["open", "reported", "ruled", "withdrawn"] | None, Query(alias="status")
]
OfProject = Annotated[Code | None, Query(alias="project", description="Code of a project.")]


@router.get("/reviews", response_model=Seen)
def list_reviews(
    look: Look, pages: Pages, status: InStatus = None, project: OfProject = None
) -> Response:
    """List the reviews, the last opened first."""
    subject = None if project is None else project_stream(project)
    found = reviews(look.views, look.asked, Before(subject, status), pages.by_position())
    names = Names(look.house)
    return look.page(found, {"reviews": [_shown(row, names, {}) for row in found.found]})


@router.get(REVIEW, response_model=Seen)
def show_review(stream: Stream, look: Look) -> Response:
    """Show one review: its panel, the ballots that count with their comments, its verdict."""
    found = review(look.views, stream, look.asked)
    shown = review_shown(look, found.found)
    return look.answer(found, {"review": shown}, {"ETag": f'"{found.found.version}"'})


@router.get(f"{REVIEW}/questions", response_model=Seen)
def list_questions(stream: Stream, look: Look) -> Response:
    """List the questions of a review with their answers."""
    found = review(look.views, stream, look.asked)
    return look.answer(found, {"questions": questions_shown(look, found.found)})


@router.get(f"{REVIEW}/pack", response_model=Seen)
def show_pack(stream: Stream, look: Look) -> Response:
    """Show the pack before a review, its texts, the advice in it, and who opened it when."""
    found = review(look.views, stream, look.asked)
    return look.answer(found, {"pack": pack_shown(look, found)})


def review_shown(look: Looking, row: ReviewRow) -> dict[str, Any]:
    """Return a review as shown, with the comments on its ballots."""
    comments = texts(look.house, (ballot.position for ballot in row.ballots))
    return _shown(row, Names(look.house), comments)


def pack_shown(look: Looking, found: Answer[ReviewRow]) -> dict[str, Any]:
    """Return the pack before a review as shown.

    Raises:
        NoPack: nothing was put before it.
    """
    stream, digest = found.found.review, found.found.pack
    if digest is None:
        raise NoPack(f"nothing was put before review {stream} yet")
    place = at_answer(found)
    events = _of_pack(look, stream, digest, found.position if place else 0)
    shown: dict[str, Any] = look.sight.cut(_pack(look, digest, events))
    return shown


def _shown(row: ReviewRow, names: Names, comments: Mapping[int, dict[str, Json]]) -> dict[str, Any]:
    ballots = [{**_ballot(one, names), **comments.get(one.position, {})} for one in row.ballots]
    panel = [{"seat": seat, "person": names.person(who)} for seat, who in row.panel.items()]
    kept = {k: v for k, v in row._asdict().items() if k not in {"asked", "answered", "born"}}
    return {
        **names.of(kept, "opened_by"),
        "code": row.review.removeprefix("review:"),
        "panel": panel,
        "ballots": ballots,
        "questions": len(row.asked),
        "answered": len(row.answered),
    }


def _ballot(one: CountedBallot, names: Names) -> dict[str, Any]:
    """Return a ballot as shown; for whom it was cast only where that is somebody else."""
    shown = names.of(one._asdict(), "person", "on_behalf_of")
    own = one.on_behalf_of is None
    return {k: v for k, v in shown.items() if not (own and k in {"on_behalf_of", "right"})}


def questions_shown(look: Looking, row: ReviewRow) -> list[dict[str, Any]]:
    """Return the questions asked in a review, with their answers."""
    positions = [*row.asked.values(), *row.answered.values()]
    words, names = texts(look.house, positions), Names(look.house)

    def said(position: int | None) -> dict[str, Any] | None:
        recorded = None if position is None else look.house.log.at(position)
        if recorded is None:
            return None
        return {
            "text": words.get(recorded.position, {}).get("text"),
            "by": names.person(recorded.event.by),
            "at": recorded.event.as_json()["at"],
            "position": recorded.position,
        }

    return [
        {"number": number, "question": said(asked), "answer": said(row.answered.get(number))}
        for number, asked in sorted(row.asked.items())
    ]


def _of_pack(look: Looking, stream: str, digest: str, until: int) -> list[Recorded]:
    return [
        recorded
        for recorded in look.house.log.stream(stream)
        if recorded.position <= until
        and recorded.event.topic in {"pack.presented/1", "pack.opened/1"}
        and recorded.event.data.as_json()["pack"] == digest
    ]


def _pack(look: Looking, digest: str, events: list[Recorded]) -> dict[str, Any]:
    names = Names(look.house)
    content = json.loads(look.house.desk.texts.content(digest))
    words: dict[str, Json] = {}
    for found in texts(look.house, (one.position for one in events)).values():
        words |= found
    opened = [
        {"person": names.person(one.event.by), "position": one.position}
        for one in events
        if one.event.topic == "pack.opened/1"
    ]
    return {
        "digest": digest,
        "request": words.get("request"),
        "reasons": words.get("reasons"),
        "conditions": {
            name.partition(":")[2]: text
            for name, text in words.items()
            if name.startswith("condition:")
        },
        "advice": [
            _advice(place, one, words, names)
            for place, one in enumerate(content.get("advice", ()), start=1)
        ],
        "content": names.of(content, "recommended_by"),
        "opened": opened,
    }


def _advice(
    place: int, one: dict[str, Any], words: Mapping[str, Json], names: Names
) -> dict[str, Any]:
    """Return a piece of advice as shown; ``held`` is false where words or a name are gone."""
    person = one.get("person")
    said = {
        "name": words.get(adviser_text(place)),
        "words": words.get(advice_text(place, person)),
    }
    return {
        "number": place,
        "stance": one["stance"],
        "function": one.get("function"),
        "person": names.person(person),
        **said,
        "held": all(said[field] is not None for field in said if field in one),
    }
