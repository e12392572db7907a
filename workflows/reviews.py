"""What happens in a review: opened, a pack presented, asked, answered, voted, postponed."""

from collections.abc import Callable, Sequence

from domain import review_acts
from domain.act import Act, Channel
from domain.authority import matter_for_gate, matter_named
from domain.base import Json, Value
from domain.divisible import require_divisible
from domain.event import Draft, stream_kind
from domain.lifecycle import RESUME, pass_gate, rest
from domain.policy import Matter, Policy
from domain.project import Project, project_stream
from domain.refusals import FieldMissing, UnknownFact
from domain.review import Review
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
    WithdrawReview,
)
from domain.review_rulings import open_review, present
from domain.stand_in_acts import recuse
from domain.words import ABOUT_SEVERAL, MatterKind, Standing
from workflows import machine
from workflows.calendar import day_of, end_of_day
from workflows.changes import put_forward
from workflows.conditions import require_conditions
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.dividing import at_stake, require_division
from workflows.earlier import earlier
from workflows.loaded import Loaded
from workflows.minutes import require_minutes
from workflows.opening import TakenUp, settle_opening
from workflows.proposing import proposed
from workflows.standing import acting_for, stood_in, today
from workflows.undoing import UNDOING, to_undo
from workflows.voting import voted

NOT_ABOUT_A_PROJECT = frozenset(
    {
        MatterKind.ADOPT_POLICY,
        MatterKind.APPOINT,
        MatterKind.RELIEVE,
        MatterKind.GRANT_AUTHORITY,
        MatterKind.SET_ENVELOPE,
        MatterKind.CLOSE_PERIOD,
    }
)
STEPS = {
    MatterKind.DEFER: "defer",
    MatterKind.HOLD: "hold",
    MatterKind.RESUME: RESUME,
    MatterKind.CANCEL: "cancel",
    MatterKind.REJECT: "reject",
    MatterKind.SUPERSEDE: rest(Standing.SUPERSEDED),
}
"""The step that must be open for a matter to be taken up."""

Decide = Callable[[Loaded, Review], Sequence[Draft]]


class Reviews:
    """What is done in reviews, up to the ruling."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def open(self, command: OpenReview, act: Act) -> Answer:
        """Take up a matter about a project.

        Raises:
            UnknownFact: the policy has no such gate or matter.
            StepNotOpen: the project is not where this gate can be passed.
            Taken: a review of the same thing is open.
        """
        asked = Asked(
            act="open_review", subject=project_stream(command.project), content=command.as_json()
        )

        def decide(loaded: Loaded) -> Decision:
            drafts, stream = opened(loaded, command, act)
            return Decision(drafts, {"review": stream})

        return self._desk.perform(act, asked, decide)

    def present(
        self, stream: str, command: PresentPack, act: Act, if_match: int | None = None
    ) -> Answer:
        """Put a pack before a review.

        Raises:
            NotKnown: nobody has the id of somebody who advises, or of an owner of a condition.
        """

        def decide(loaded: Loaded, review: Review) -> Sequence[Draft]:
            policy = loaded.texts.policy(review.policy)
            projects = subjects(loaded, review)
            for one in command.advice or ():
                if one.person is not None:
                    loaded.person(one.person)
            drafts = present(
                review, command, policy, projects, earlier(loaded, review, policy), act
            )
            require_conditions(loaded, review, policy, projects, drafts, act)
            require_division(loaded, review, policy, drafts)
            return drafts

        return self._in_review("present_pack", stream, command, act, decide, if_match)

    def open_pack(self, stream: str, act: Act) -> Answer:
        """Record that a member opened the pack."""
        return self._in_review(
            "open_pack", stream, None, act, lambda _, review: review_acts.open_pack(review)
        )

    def ask(self, stream: str, command: AskQuestion, act: Act) -> Answer:
        """Ask something about the pack."""
        return self._in_review(
            "ask_question", stream, command, act, lambda _, review: review_acts.ask(review, command)
        )

    def answer(self, stream: str, question: int, command: AnswerQuestion, act: Act) -> Answer:
        """Answer a question by its number."""

        def decide(_loaded: Loaded, review: Review) -> Sequence[Draft]:
            return review_acts.answer(review, question, command)

        return self._in_review(f"answer_question_{question}", stream, command, act, decide)

    def vote(self, stream: str, command: CastVote, act: Act, if_match: int | None = None) -> Answer:
        """Cast or replace one's own ballot, or that of the seat one stands in for."""

        def decide(loaded: Loaded, review: Review) -> Sequence[Draft]:
            return voted(loaded, review, command, act)

        return self._in_review("cast_vote", stream, command, act, decide, if_match)

    def declare_conflict(self, stream: str, command: DeclareConflict, act: Act) -> Answer:
        """Declare a conflict of interest: of one's own seat, or one's own where one stands in."""

        def decide(loaded: Loaded, review: Review) -> Sequence[Draft]:
            standing = acting_for(loaded, review, act.by, command.seat, today(loaded, act))
            if standing is not None:
                return recuse(review, command, standing)
            return review_acts.declare_conflict(review, command, act)

        return self._in_review("declare_conflict", stream, command, act, decide)

    def record_sitting(self, stream: str, command: RecordSitting, act: Act) -> Answer:
        """Enter attendance and votes of a sitting, with its minutes as evidence."""
        in_room = act.changed(channel=Channel.IN_ROOM)

        def decide(loaded: Loaded, review: Review) -> Sequence[Draft]:
            require_minutes(subjects(loaded, review), command.minutes)
            pack, matter = loaded.pack(review.pack), matter_of(loaded, review)
            poll = review_acts.Poll(matter, pack, loaded.basis)
            standing = stood_in(loaded, review, command)
            return review_acts.record_sitting(review, command, poll, today(loaded, act), standing)

        return self._in_review("record_sitting", stream, command, in_room, decide)

    def contest(self, stream: str, command: ContestBallot, act: Act) -> Answer:
        """Contest the ballot a secretary recorded for one's own seat."""

        def decide(_loaded: Loaded, review: Review) -> Sequence[Draft]:
            return review_acts.contest(review, command, act)

        return self._in_review("contest_ballot", stream, command, act, decide)

    def postpone(
        self, stream: str, command: PostponeReview, act: Act, if_match: int | None = None
    ) -> Answer:
        """Move a review to another sitting."""

        def decide(loaded: Loaded, review: Review) -> Sequence[Draft]:
            zone = loaded.office().zone
            today, closes_at = day_of(act.now, zone), end_of_day(command.to, zone)
            return review_acts.postpone(review, command, act, today, closes_at)

        return self._in_review("postpone_review", stream, command, act, decide, if_match)

    def withdraw(
        self, stream: str, command: WithdrawReview, act: Act, if_match: int | None = None
    ) -> Answer:
        """End a review without a ruling."""

        def decide(_loaded: Loaded, review: Review) -> Sequence[Draft]:
            return review_acts.withdraw(review, command, act)

        return self._in_review("withdraw_review", stream, command, act, decide, if_match)

    def _in_review(
        self,
        name: str,
        stream: str,
        command: Value | None,
        act: Act,
        decide: Decide,
        if_match: int | None = None,
    ) -> Answer:
        content: dict[str, Json] = {} if command is None else command.as_json()
        asked = Asked(
            act=name, subject=stream, content={"review": stream, **content}, if_match=if_match
        )

        def decided(loaded: Loaded) -> Decision:
            drafts = tuple(decide(loaded, loaded.review(stream)))
            answer: dict[str, Json] = {"review": stream}
            for draft in drafts:
                if draft.data.TOPIC == "pack.presented/1":
                    answer["pack"] = draft.data.as_json()["pack"]
                if draft.data.TOPIC == "question.asked/1":
                    answer["question"] = draft.data.as_json()["question"]
            return Decision(drafts, answer)

        return self._desk.perform(act, asked, decided)


def opened(loaded: Loaded, command: OpenReview, act: Act) -> tuple[tuple[Draft, ...], str]:
    """Return the events that open a review of a project, and the review's stream."""
    project = loaded.project(command.project)
    digest, policy = loaded.governing(project, act.now)
    matter, gate = _matter(policy, command)
    step = STEPS.get(policy.matters[matter].kind) if gate is None else pass_gate(gate)
    if step is not None:
        # A vote on what cannot happen would be in vain.
        machine.take(digest, policy.lifecycle, project.place, step)
    proposal = proposed(loaded, project, policy.matters[matter], command)
    proposers: tuple[str, ...] = (project.proposer,)
    if policy.matters[matter].kind in UNDOING:
        proposal, proposers = to_undo(loaded, project, command.undo)
    amount = command.amount or project.requested
    if policy.matters[matter].kind is MatterKind.SPLIT:
        require_divisible((project,))
        amount = at_stake(loaded, (project,), policy) or amount
    forward = put_forward(loaded, project, policy, matter, command, act)
    if forward is not None:
        proposal, proposers = forward.proposal, forward.proposers
        amount = forward.rise if gate is None else amount
    taken = TakenUp(
        subject=project_stream(project.code),
        matter=matter,
        gate=gate,
        amount=amount,
        proposers=proposers,
        proposal=proposal,
    )
    opening = settle_opening(loaded, (digest, policy), taken, act.now)
    return open_review(opening), opening.stream


def _matter(policy: Policy, command: OpenReview) -> tuple[str, str | None]:
    if (command.gate is None) == (command.matter is None):
        raise FieldMissing("say which gate to pass, or which matter to decide: one of the two")
    if command.gate is not None:
        return matter_for_gate(policy, command.gate), command.gate
    assert command.matter is not None
    kind = matter_named(policy, command.matter).kind
    if kind is MatterKind.PASS_GATE:
        raise FieldMissing(f"matter {command.matter} passes a gate: say which gate")
    if kind is MatterKind.MERGE:
        raise FieldMissing(
            f"matter {command.matter} is about several projects, and one is named",
            fix="Open it at their portfolio: POST /portfolios/CODE/merges.",
        )
    if kind in ABOUT_SEVERAL:
        raise UnknownFact(
            f"matter {command.matter} is about several projects of a portfolio",
            fix="Open a round of its portfolio with that matter.",
        )
    if kind in NOT_ABOUT_A_PROJECT:
        raise UnknownFact(f"matter {command.matter} is not about a project")
    return command.matter, None


def matter_of(loaded: Loaded, review: Review) -> Matter:
    """Return the matter a review is about, as its policy has it."""
    return loaded.texts.policy(review.policy).matters[review.matter]


def subjects(loaded: Loaded, review: Review) -> tuple[Project, ...]:
    """Return the projects a review is about."""
    return tuple(
        loaded.project(subject.partition(":")[2])
        for subject in review.subjects
        if stream_kind(subject) == "project"
    )
