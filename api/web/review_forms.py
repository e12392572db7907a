"""What is done on the page of a review: vote, ask, answer, declare, rule, postpone, withdraw."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response

from api.http import review_acts
from api.http.acting import Acting, Told
from api.http.review_acts import REVIEW, Number, Stream
from api.http.validity import validated
from api.web.post import Post, Posting
from api.web.refusing import Refusal, tried
from api.web.reviews import brief_page
from api.web.visit import Visit, Visiting
from domain.review_commands import (
    AnswerQuestion,
    AskQuestion,
    CastVote,
    ContestBallot,
    DeclareConflict,
    PostponeReview,
    WithdrawReview,
)

router = APIRouter(include_in_schema=False)
Act = Callable[[Acting], Told]


@router.post(f"{REVIEW}/vote")
def vote(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Cast a ballot for the pack that was shown."""

    def act(member: Acting) -> Told:
        command = validated(CastVote, _ballot(post), "form")
        return review_acts.cast_vote(stream, command, member, None)

    return done(visit, post, stream, "vote", act)


def _ballot(post: Post) -> dict[str, Any]:
    """Return the fields of a ballot: the button says the choice, and the option where it is one."""
    choice, _, option = post.text("choice").partition(":")
    kept = ("question",) if choice == "need_more" else ()
    fields: dict[str, Any] = post.filled("pack", "seat", "comment", *kept)
    for name in ("confidence", "seen"):
        if post.text(name).isdecimal():
            fields[name] = int(post.text(name))
    return {"pack": "", **fields, "choice": choice, **({"option": option} if option else {})}


@router.post(f"{REVIEW}/conflict")
def declare_conflict(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Declare a conflict of interest."""

    def act(member: Acting) -> Told:
        command = validated(DeclareConflict, post.filled("seat", "reason"), "form")
        return review_acts.declare_conflict(stream, command, member)

    return done(visit, post, stream, "conflict", act)


@router.post(f"{REVIEW}/contest")
def contest(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Say that the ballot recorded for one's seat is not one's own."""

    def act(member: Acting) -> Told:
        command = validated(ContestBallot, post.filled("seat", "reason"), "form")
        return review_acts.contest_ballot(stream, command, member)

    return done(visit, post, stream, "contest", act)


@router.post(f"{REVIEW}/opened")
def say_opened(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Say that one opened the pack; looking at a page says nothing on record."""
    return done(visit, post, stream, "opened", lambda m: review_acts.open_pack(stream, m))


@router.post(f"{REVIEW}/questions")
def ask(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Ask something about the pack."""

    def act(member: Acting) -> Told:
        command = validated(AskQuestion, post.filled("text"), "form")
        return review_acts.ask_question(stream, command, member)

    return done(visit, post, stream, "ask", act)


@router.post(f"{REVIEW}/questions/{{question}}/answer")
def answer(stream: Stream, question: Number, post: Posting, visit: Visiting) -> Response:
    """Answer a question."""

    def act(member: Acting) -> Told:
        command = validated(AnswerQuestion, post.filled("text"), "form")
        return review_acts.answer_question(stream, question, command, member)

    return done(visit, post, stream, f"answer_{question}", act)


@router.post(f"{REVIEW}/ruling")
def rule(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Have the review ruled as it was shown."""
    version = version_of(post)
    return done(visit, post, stream, "rule", lambda m: review_acts.rule_review(stream, m, version))


@router.post(f"{REVIEW}/postponement")
def postpone(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Move the review to another sitting."""

    def act(member: Acting) -> Told:
        command = validated(PostponeReview, post.filled("to", "reason"), "form")
        return review_acts.postpone_review(stream, command, member, version_of(post))

    return done(visit, post, stream, "postpone", act)


@router.post(f"{REVIEW}/withdrawal")
def withdraw(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """End the review without a ruling."""

    def act(member: Acting) -> Told:
        command = validated(WithdrawReview, post.filled("reason"), "form")
        return review_acts.withdraw_review(stream, command, member, version_of(post))

    return done(visit, post, stream, "withdraw", act)


@router.post(f"{REVIEW}/confirmation")
def confirm(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Confirm a ruling that somebody else reported."""
    return done(visit, post, stream, "confirm", lambda m: review_acts.confirm_ruling(stream, m))


def done(visit: Visit, post: Post, stream: str, form: str, act: Act) -> Response:
    """Return the way on from a form of a review, or the brief with why it was refused."""
    came = tried(post, act)
    if isinstance(came, Refusal):
        return brief_page(visit, stream, came, post.fields, form)
    said = "answer" if form.startswith("answer_") else form
    return post.done(f"/reviews/{stream.partition(':')[2]}", came.position, said)


def version_of(post: Post) -> int | None:
    """Return the version of the review a form was made at."""
    text = post.text("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
