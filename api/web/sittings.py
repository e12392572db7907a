"""A sitting, recorded by its secretary: who was there, who voted how, and the minutes."""

from typing import Any

from fastapi import APIRouter, Response

from api.http.acting import Acting, Told
from api.http.authority import show_authority
from api.http.review_acts import REVIEW, Stream, record_sitting
from api.http.validity import validated
from api.web import briefs
from api.web.briefs import Shown
from api.web.minutes import attached, minutes_of
from api.web.pack_form import projects_of
from api.web.post import Post, Posting
from api.web.refusing import Refusal, tried
from api.web.reviews import OK, tab
from api.web.visit import Visit, Visiting, told
from domain.refusals import FieldMissing
from domain.review_commands import RecordSitting

router = APIRouter(include_in_schema=False)
SITTING = f"{REVIEW}/sitting"


@router.get(SITTING)
def show_sitting(stream: Stream, visit: Visiting) -> Response:
    """Show the form of a sitting, with every seat of the panel."""
    return _page(visit, briefs.shown(visit, stream), {}, None)


@router.post(SITTING)
def record(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Record attendance and votes; the chair calls the ruling on a page of her own."""
    review = briefs.shown(visit, stream)

    def act(member: Acting) -> Told:
        content = _content(post, review)
        return record_sitting(stream, validated(RecordSitting, content, "form"), member)

    came = tried(post, act)
    if isinstance(came, Refusal):
        return _page(visit, briefs.shown(visit, stream), dict(post.fields), came)
    return post.done(f"/reviews/{stream.partition(':')[2]}", came.position, "sitting")


def _content(post: Post, review: Shown) -> dict[str, Any]:
    projects = projects_of(review.brief["review"])
    if not projects:
        raise FieldMissing(
            "the review is about no project, and minutes are attached to projects",
            fix="Let every member vote live.",
        )
    seats = [one["seat"] for one in review.brief["review"]["panel"]]
    return {
        "on": post.text("on"),
        "present": [seat for seat in seats if post.text(f"present.{seat}")],
        "minutes": minutes_of(post, projects[0]),
        "ballots": [_ballot(post, seat) for seat in seats if post.text(f"vote.{seat}")],
    }


def _ballot(post: Post, seat: str) -> dict[str, Any]:
    choice, _, option = post.text(f"vote.{seat}").partition(":")
    fields = {"person": post.text(f"person.{seat}"), "comment": post.text(f"comment.{seat}")}
    said = {name: text for name, text in fields.items() if text}
    return {"seat": seat, "choice": choice, **({"option": option} if option else {}), **said}


def _page(visit: Visit, review: Shown, filled: dict[str, str], refusal: Refusal | None) -> Response:
    row = review.brief["review"]
    seats = told(show_authority(visit.look, None, row["board"]))["seats"]
    return tab(
        visit,
        review,
        "sitting",
        OK if refusal is None else refusal.status,
        filled=filled,
        refusal=refusal,
        form_refused="sitting",
        day=visit.look.day,
        stand_ins={one["seat"]: one["stand_ins"] for one in seats if one["board"] == row["board"]},
        files=attached(visit, projects_of(row)),
    )
