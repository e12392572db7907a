"""What people do in reviews: open, present, ask, vote, declare, postpone, rule, report, confirm."""

from typing import Annotated

from fastapi import Depends, Path

from api.http.acting import IfMatch, Member, Told
from api.http.section import Section
from domain.base import INTEGER_MAX, Code
from domain.review_commands import (
    AnswerQuestion,
    AskQuestion,
    CastVote,
    ContestBallot,
    DeclareConflict,
    OpenReview,
    PostponeReview,
    PresentPack,
    RecordSitting,
    ReportRuling,
    WithdrawReview,
)

router = Section(tags=["reviews"])

REVIEW = "/reviews/{subject}/{about}/{number}"
Number = Annotated[int, Path(ge=1, le=INTEGER_MAX)]


async def _stream(
    subject: Annotated[Code, Path(description="Code of the project, or `policy.CODE`, …")],
    about: Annotated[Code, Path(description="The gate, or the matter where there is none.")],
    number: Number,
) -> str:
    return f"review:{subject}/{about}/{number}"


Stream = Annotated[str, Depends(_stream)]


@router.post("/reviews", status_code=201)
def open_review(command: OpenReview, member: Member) -> Told:
    """Open a review of a project about a gate or another matter."""
    return member.made_review(member.house.reviews.open(command, member.act))


@router.post(f"{REVIEW}/pack", status_code=201)
def present_pack(stream: Stream, command: PresentPack, member: Member, if_match: IfMatch) -> Told:
    """Put a pack before a review; facts and evidence come from the record."""
    answer = member.house.reviews.present(stream, command, member.act, if_match)
    return member.made_review(answer)


@router.post(f"{REVIEW}/pack/opened")
def open_pack(stream: Stream, member: Member) -> Told:
    """Say that you opened the pack."""
    return member.told(member.house.reviews.open_pack(stream, member.act))


@router.post(f"{REVIEW}/questions", status_code=201)
def ask_question(stream: Stream, command: AskQuestion, member: Member) -> Told:
    """Ask something about the pack."""
    return member.made_review(member.house.reviews.ask(stream, command, member.act))


@router.post(f"{REVIEW}/questions/{{question}}/answer", status_code=201)
def answer_question(
    stream: Stream,
    question: Number,
    command: AnswerQuestion,
    member: Member,
) -> Told:
    """Answer a question by its number."""
    answer = member.house.reviews.answer(stream, question, command, member.act)
    return member.made_review(answer)


@router.post(f"{REVIEW}/ballots", status_code=201)
def cast_vote(stream: Stream, command: CastVote, member: Member, if_match: IfMatch) -> Told:
    """Cast or replace your own ballot."""
    answer = member.house.reviews.vote(stream, command, member.act, if_match)
    return member.made_review(answer)


@router.post(f"{REVIEW}/conflicts", status_code=201)
def declare_conflict(stream: Stream, command: DeclareConflict, member: Member) -> Told:
    """Declare a conflict of interest for your own seat."""
    answer = member.house.reviews.declare_conflict(stream, command, member.act)
    return member.made_review(answer)


@router.post(f"{REVIEW}/sittings", status_code=201)
def record_sitting(stream: Stream, command: RecordSitting, member: Member) -> Told:
    """Enter attendance and votes of a sitting, with its minutes."""
    answer = member.house.reviews.record_sitting(stream, command, member.act)
    return member.made_review(answer)


@router.post(f"{REVIEW}/contests", status_code=201)
def contest_ballot(stream: Stream, command: ContestBallot, member: Member) -> Told:
    """Say that the ballot recorded for your seat is not yours."""
    return member.made_review(member.house.reviews.contest(stream, command, member.act))


@router.post(f"{REVIEW}/postponement")
def postpone_review(
    stream: Stream, command: PostponeReview, member: Member, if_match: IfMatch
) -> Told:
    """Move a review to another sitting; the project is untouched."""
    return member.told(member.house.reviews.postpone(stream, command, member.act, if_match))


@router.post(f"{REVIEW}/withdrawal")
def withdraw_review(
    stream: Stream, command: WithdrawReview, member: Member, if_match: IfMatch
) -> Told:
    """End a review without a ruling."""
    return member.told(member.house.reviews.withdraw(stream, command, member.act, if_match))


@router.post(f"{REVIEW}/ruling", status_code=201)
def rule_review(stream: Stream, member: Member, if_match: IfMatch) -> Told:
    """Rule a review that may be ruled, and let the ruling act."""
    return member.made_review(member.house.rulings.rule(stream, member.act, if_match))


@router.post("/reported-rulings", status_code=201)
def report_ruling(command: ReportRuling, member: Member) -> Told:
    """Report a decision taken outside; a second person confirms it."""
    return member.made_review(member.house.rulings.report(command, member.act))


@router.post(f"{REVIEW}/confirmation", status_code=201)
def confirm_ruling(stream: Stream, member: Member) -> Told:
    """Confirm a reported ruling; it holds from when it was decided."""
    return member.made_review(member.house.rulings.confirm(stream, member.act))
