"""How reviews end: ruled here, or reported from outside and confirmed by a second person."""

from collections.abc import Sequence

from domain.act import Act, Channel
from domain.authority import matter_for_gate, matter_named
from domain.base import Json
from domain.docket import Verdict
from domain.event import Draft
from domain.pack import PackOption
from domain.policy import Option, Policy
from domain.project import project_stream
from domain.refusals import (
    FieldMissing,
    Malformed,
    NoPack,
    NotASeat,
    NotNow,
    NotYourOwn,
    UnknownFact,
)
from domain.review import Review
from domain.review_acts import Poll, require_open, vote
from domain.review_commands import CastVote, PresentPack, ReportRuling
from domain.review_events import ReportedRuling, ReviewRuled, RulingReported
from domain.review_rulings import Opening, is_decided, open_review, present, rule_review
from domain.words import APPROVING, Ground
from workflows.calendar import day_of
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.effecting import effects, followed
from workflows.loaded import EVOLVES, Loaded
from workflows.minutes import require_minutes
from workflows.opening import TakenUp, next_review, settle_opening
from workflows.standing import acting_for, deciding_board, today


class Rulings:
    """What ends a review."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def rule(self, stream: str, act: Act, if_match: int | None = None) -> Answer:
        """Rule a review that may be ruled, and let the ruling act.

        Raises:
            ReviewStillOpen: ballots are missing and nothing is settled yet.
            StepNotOpen: the project has moved to where the ruling could not act.
        """
        asked = Asked(
            act="rule_review", subject=stream, content={"review": stream}, if_match=if_match
        )

        def decide(loaded: Loaded) -> Decision:
            review = loaded.review(stream)
            policy = loaded.texts.policy(review.policy)
            drafts, verdict = ruled(loaded, review, policy, act)
            return Decision(drafts, {"review": stream, "verdict": verdict.as_json()})

        return self._desk.perform(act, asked, decide)

    def report(self, command: ReportRuling, act: Act) -> Answer:
        """Record a decision taken outside; it waits for a second person.

        Raises:
            NotASeat: whoever decided held no seat on the deciding board on that day.
            FieldMissing: the minutes are not attached.
        """
        subject = project_stream(command.project)
        asked = Asked(act="report_ruling", subject=subject, content=command.as_json())
        afterwards = act.changed(channel=Channel.AFTERWARDS)

        def decide(loaded: Loaded) -> Decision:
            draft = _reported(loaded, command, act)
            return Decision((draft,), {"review": draft.stream})

        return self._desk.perform(afterwards, asked, decide)

    def confirm(self, stream: str, act: Act) -> Answer:
        """Confirm a reported ruling; it and its effects are effective from when it was decided.

        Raises:
            NotYourOwn: the same person reported it.
            NotNow: nothing waits to be confirmed.
        """
        asked = Asked(act="confirm_ruling", subject=stream, content={"review": stream})
        afterwards = act.changed(channel=Channel.AFTERWARDS)

        def decide(loaded: Loaded) -> Decision:
            drafts, verdict = _confirmed(loaded, loaded.review(stream), afterwards)
            return Decision(drafts, {"review": stream, "verdict": verdict.as_json()})

        return self._desk.perform(afterwards, asked, decide)


def ruled(
    loaded: Loaded, review: Review, policy: Policy, act: Act
) -> tuple[Sequence[Draft], Verdict]:
    """Return the ruling of a review with everything it causes."""
    require_open(review)
    standing = None
    if act.by != review.opened_by:
        standing = acting_for(loaded, review, act.by, None, today(loaded, act))
    pack = loaded.pack(review.pack)
    if pack is None:
        raise NoPack(f"nothing was put before review {review.stream} yet")
    ruling = rule_review(review, policy, pack, act, standing)
    verdict = ruling.verdict
    caused: Sequence[Draft] = ()
    if is_decided(verdict) and verdict.option is not None:
        option = pack.option(verdict.option) or PackOption(id=verdict.option)
        caused = effects(loaded, review, policy, option, act)
    return (ruling.draft, *caused), verdict


def decided_alone(
    loaded: Loaded, opening: Opening, policy: Policy, option: str, act: Act
) -> tuple[Sequence[Draft], Verdict]:
    """Open, present, vote and rule in one command, as a sole decider does.

    Raises:
        NotASeat: the person does not hold the board's one seat.
    """
    drafts = list(open_review(opening))
    review = followed(None, drafts, act, EVOLVES["review"])
    request = PresentPack(request=f"{opening.matter}: {option}")
    presented = present(review, request, policy, (), (), act)
    for draft in presented:
        for text in draft.documents:
            loaded.hold(text)
    review = followed(review, presented, act, EVOLVES["review"])
    command = CastVote(pack=review.pack, option=option)
    matter = policy.matters[opening.matter]
    poll = Poll(matter=matter, pack=loaded.pack(review.pack), head=loaded.basis)
    cast = vote(review, command, poll, act)
    review = followed(review, cast, act, EVOLVES["review"])
    caused, verdict = ruled(loaded, review, policy, act)
    return (*drafts, *presented, *cast, *caused), verdict


def decided_or_opened(
    loaded: Loaded,
    ruling: tuple[str, Policy],
    taken: TakenUp,
    act: Act,
    answer: dict[str, Json],
) -> Decision:
    """Let a sole decider decide at once, or open the review in which the board does.

    Raises:
        Taken: a review of the same thing is open.
    """
    opening = settle_opening(loaded, ruling, taken, act.now)
    answer = {**answer, "review": opening.stream}
    if [seat.person for seat in opening.panel] != [act.by]:
        return Decision(open_review(opening), answer)
    options = ruling[1].matters[taken.matter].options
    approving = next(option.id for option in options if option.outcome in APPROVING)
    drafts, verdict = decided_alone(loaded, opening, ruling[1], approving, act)
    return Decision(drafts, {**answer, "verdict": verdict.as_json()})


def _reported(loaded: Loaded, command: ReportRuling, act: Act) -> Draft:
    project = loaded.project(command.project)
    if command.decided_at > act.now:
        raise Malformed("a decision cannot be recorded before it is taken")
    digest, policy = loaded.governing(project, command.decided_at)
    if (command.gate is None) == (command.matter is None):
        raise FieldMissing("say which gate was passed, or which matter decided: one of the two")
    name = command.matter or matter_for_gate(policy, command.gate or "")
    matter = matter_named(policy, name)
    option = matter.option(command.option)
    if option is None:
        known = ", ".join(o.id for o in matter.options)
        raise UnknownFact(f"matter {name} has no option {command.option}; it has {known}")
    _require_reportable(option, command)
    require_minutes((project,), command.minutes)
    day = day_of(command.decided_at, loaded.office().zone)
    board, _ = deciding_board(loaded, policy, name, project.requested, day)
    seats = loaded.panel(board, policy.boards[board], day)
    decided_by = loaded.office().one(command.decided_by)
    if decided_by not in {seat.person for seat in seats}:
        raise NotASeat(f"on {day} this person held no seat on board {board}")
    body = RulingReported(
        matter=name,
        gate=command.gate,
        subjects=(project_stream(project.code),),
        board=board,
        policy=digest,
        panel=seats,
        option=command.option,
        review_date=command.review_date,
        decided_by=decided_by,
        decided_at=command.decided_at,
        minutes=command.minutes,
    )
    stream = next_review(loaded, project_stream(project.code), command.gate or name)
    return Draft(stream=stream, data=body, effective_at=command.decided_at)


NOT_CARRIED = {
    "supersede": "into",
    "transfer": "portfolio",
    "waive": "condition",
    "replace_baseline": "change",
    "undo": "undo",
}
"""Effects on a project to what a review of its own says of them, and a report does not."""


def _require_reportable(option: Option, command: ReportRuling) -> None:
    """Refuse an option that needs more than a report carries, before anybody confirms it."""
    carried = {"review_date"} if command.review_date is not None else set()
    missing: list[str] = [field for field in option.requires if field not in carried]
    missing += [NOT_CARRIED[effect.do] for effect in option.effects if effect.do in NOT_CARRIED]
    if missing:
        raise FieldMissing(
            f"option {option.id} needs {', '.join(missing)}, which a report does not carry",
            fix="Give the review date, or decide it in a review of its own.",
        )


def _confirmed(loaded: Loaded, review: Review, act: Act) -> tuple[Sequence[Draft], Verdict]:
    reported = review.reported
    if review.status != "reported" or reported is None:
        raise NotNow(f"review {review.stream} has no report that waits to be confirmed")
    if act.recorded_by == review.recorder:
        raise NotYourOwn("whoever reported a ruling does not confirm it as well")
    policy = loaded.texts.policy(review.policy)
    option = policy.matters[review.matter].option(reported.option)
    assert option is not None, "a reported option was checked against the policy"
    verdict = Verdict(outcome=option.outcome, option=option.id, ground=Ground.REPORTED)
    known = ReportedRuling(
        matter=review.matter,
        gate=review.gate,
        board=review.board,
        decided_by=reported.decided_by,
        minutes=reported.minutes,
    )
    body = ReviewRuled(
        subjects=review.subjects, policy=review.policy, verdict=verdict, reported=known
    )
    ruling = Draft(
        stream=review.stream, data=body, by=reported.decided_by, effective_at=reported.decided_at
    )
    chosen = PackOption(id=option.id, review_date=reported.review_date)
    caused = effects(loaded, review, policy, chosen, act, effective_at=reported.decided_at)
    return (ruling, *caused), verdict
