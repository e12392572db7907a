"""What is done about baselines: a change is requested, withdrawn, put before a board, and acts."""

from collections.abc import Iterator

from domain import baselines
from domain.act import Act
from domain.base import Json, Value
from domain.baselines import Change, require_going, to_decide
from domain.change_commands import RequestChange, WithdrawChange
from domain.effects import Ordered
from domain.event import Draft
from domain.money import Money
from domain.policy import Matter, Policy
from domain.project import Project, project_stream
from domain.promises import repriced, rise
from domain.proposal import Proposal
from domain.refusals import FieldMissing, Malformed, NotNow, Taken, UnknownFact
from domain.review import Review
from domain.review_commands import OpenReview
from domain.review_events import review_stream
from domain.review_rulings import is_decided
from domain.words import APPROVING, MatterKind
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded


class Changes:
    """What is done about requests for another baseline, outside reviews."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def request(
        self, code: str, command: RequestChange, act: Act, if_match: int | None = None
    ) -> Answer:
        """Ask for another baseline, starting from the one that holds; the first starts from none.

        Raises:
            FieldMissing: the first baseline lacks cost or dates.
            Malformed: it moves nothing, or ends before it starts.
            UnknownFact: the policy has no such period, kind or planning rate.
            NotNow: the project has ended.
        """
        asked = _asked("request_change", code, command.as_json(), if_match)

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            require_going(code, project.standing)
            _, policy = loaded.governing(project, act.now)
            stream, promises = project_stream(code), project.promises
            number, drafts = baselines.request(stream, promises, command, policy.money, act)
            return Decision(drafts, {"project": code, "change": number})

        return self._desk.perform(act, asked, decide)

    def withdraw(
        self,
        code: str,
        change: int,
        command: WithdrawChange,
        act: Act,
        if_match: int | None = None,
    ) -> Answer:
        """Take one's own request back, as long as it was not decided.

        Raises:
            NotKnown: there is no such request.
            NotPermitted: somebody else made it.
            NotNow: it was decided or withdrawn.
        """
        content: dict[str, Json] = {"change": change, **command.as_json()}
        asked = _asked("withdraw_change", code, content, if_match)

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            stream, promises = project_stream(code), project.promises
            for review in _about(loaded, project, change, act):
                _require_undecided(review, change)
            drafts = baselines.withdraw(stream, promises, change, command, act.by)
            return Decision(drafts, {"project": code, "change": change})

        return self._desk.perform(act, asked, decide)


class PutForward(Value):
    """A change put before a board.

    Attributes:
        proposers: who requested it and who proposed the project; neither decides.
        rise: by how much the cost rises, in the planning currency.
    """

    proposal: Proposal
    proposers: tuple[str, ...]
    rise: Money


def replaces_baseline(matter: Matter) -> bool:
    """Return whether a ruling on a matter may replace a baseline, so that it needs a change."""
    effects = (effect.do for option in matter.options for effect in option.effects)
    return matter.kind is MatterKind.CHANGE or "replace_baseline" in effects


def put_forward(
    loaded: Loaded, project: Project, policy: Policy, matter: str, command: OpenReview, act: Act
) -> PutForward | None:
    """Return the change a review is to decide, None where its matter replaces no baseline.

    Raises:
        FieldMissing: no change was named.
        NotKnown: there is no such change.
        Taken: another review about it is open.
        NotNow: it was decided or withdrawn, or starts from a baseline that holds no more.
    """
    rule = policy.matters[matter]
    if not replaces_baseline(rule):
        if command.change is not None:
            raise UnknownFact(f"matter {matter} replaces no baseline; leave the change out")
        return None
    if command.change is None:
        raise FieldMissing("say the number of the change that is to be decided")
    _require_sized_by_itself(rule, matter, command)
    require_going(project.code, project.standing)
    change = to_decide(project.promises, command.change)
    for review in _about(loaded, project, change.number, act):
        _require_undecided(review, change.number)
        if review.status in {"open", "reported"}:
            raise Taken(
                f"change {change.number} is before review {review.stream}",
                fix="Let it end, or withdraw it first.",
            )
    return PutForward(
        proposal=Proposal(change=change.number),
        proposers=tuple(sorted({project.proposer, change.by})),
        rise=_rise(project, change, policy),
    )


def rebaselined(
    loaded: Loaded, project: Project, order: Ordered, policy: Policy
) -> tuple[Draft, ...]:
    """Return what an approved change does: its promise is the next baseline.

    Args:
        loaded: what the act has read, as it stood before the ruling.
        project: what the project has come to so far.
        order: the effect, with the change that was proposed.
        policy: the policy the review is ruled by.

    Raises:
        FieldMissing: the review was not about a change.
        NotNow: the change was decided or withdrawn, or starts from a baseline that holds no more.
    """
    if order.proposal.change is None:
        raise FieldMissing("a ruling that replaces a baseline is about a change request")
    require_going(project.code, loaded.project(project.code).standing)
    stream, number = project_stream(project.code), order.proposal.change
    drafts = baselines.replace(stream, project.promises, number, policy.money, order.ruling)
    return tuple(draft.changed(effective_at=order.effective_at) for draft in drafts)


def _require_sized_by_itself(rule: Matter, matter: str, command: OpenReview) -> None:
    if rule.kind is not MatterKind.CHANGE:
        return
    if command.amount is not None:
        raise Malformed(
            "who decides on a change follows from how far its cost rises", fix="Leave amount out."
        )
    for option in rule.options:
        does = {effect.do for effect in option.effects}
        if option.outcome in APPROVING and "replace_baseline" not in does:
            raise UnknownFact(
                f"option {option.id} of matter {matter} approves a change without effect",
                fix="Adopt a policy in which it has the effect replace_baseline.",
            )


def _rise(project: Project, change: Change, policy: Policy) -> Money:
    before = project.promises.before(change)
    return rise(before, repriced(change.promise, policy.money), policy.money)


def _about(loaded: Loaded, project: Project, change: int, act: Act) -> Iterator[Review]:
    """Yield the reviews about a change, by whatever gate or matter they decide it."""
    _, policy = loaded.governing(project, act.now)
    for about in [gate.id for gate in policy.lifecycle.gates] + list(policy.matters):
        number = 1
        while True:
            stream = review_stream(project_stream(project.code), about, number)
            if loaded.version(stream) == 0:
                break
            review: Review | None = loaded.state(stream)
            proposal = None if review is None else review.proposal
            if review is not None and proposal is not None and proposal.change == change:
                yield review
            number += 1


def _require_undecided(review: Review, change: int) -> None:
    if review.undone is None and review.verdict is not None and is_decided(review.verdict):
        raise NotNow(
            f"change {change} was decided in review {review.stream}", fix="Request another change."
        )


def _asked(act: str, code: str, content: dict[str, Json], if_match: int | None) -> Asked:
    return Asked(
        act=act,
        subject=project_stream(code),
        content={"project": code, **content},
        if_match=if_match,
    )
