"""Letting others decide in one's place: delegations, deputies; and authority granted by a board."""

import datetime
from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from domain import stand_ins
from domain.act import Act
from domain.authority import matter_named, matter_of_kind
from domain.base import INTEGER_MAX, Code, Json, Text, Texts, Value
from domain.board import board_stream
from domain.event import Draft
from domain.grants import grant
from domain.money import Money
from domain.policy import Board as BoardRule
from domain.policy import Name, Policy
from domain.proposal import Proposal
from domain.refusals import Malformed, UnknownFact
from domain.review_commands import Words
from domain.stand_in_events import AuthorityDelegated, DeputyNamed, Limits
from domain.words import MatterKind
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.opening import TakenUp
from workflows.rulings import decided_or_opened
from workflows.standing import today

Number = Annotated[int, Field(ge=1, le=INTEGER_MAX)]


class Delegate(Value):
    """Let another person vote for one's seat, standing, within limits.

    Attributes:
        policy: code of a policy that has the board.
        person: id of the delegate.
        matters, up_to, portfolios: how far it reaches; no limit where absent.
        from_: first day; written ``from``. Today, when absent.
        until: last day, whole; standing when absent.
        onward: whether the delegate may pass it on, where the policy allows that.
        of: number of the delegation to pass on; absent for one's own seat.
    """

    policy: Code
    board: Name
    seat: Name
    person: Text
    matters: Texts = ()
    up_to: Money | None = None
    portfolios: Texts = ()
    from_: datetime.date | None = Field(default=None, alias="from")
    until: datetime.date | None = None
    onward: bool = False
    of: Number | None = None


class NameDeputy(Value):
    """Let a person cover for the member of a seat.

    Attributes:
        policy: code of a policy that has the board.
        person: id of the deputy.
        from_: first day; written ``from``. Today, when absent.
        until: last day, whole.
    """

    policy: Code
    board: Name
    seat: Name
    person: Text
    from_: datetime.date | None = Field(default=None, alias="from")
    until: datetime.date


class EndStandIn(Value):
    """Revoke a delegation, or recall a deputy, at once.

    Attributes:
        number: of the delegation or cover, within the board.
    """

    policy: Code
    board: Name
    number: Number
    reason: Words | None = None


class GrantAuthority(Value):
    """Grant the member of a sole seat authority to decide matters up to an amount.

    Attributes:
        policy: code of the policy that lets grants count.
        person: id of the member.
        from_: first day; written ``from``. Today, when absent.
        until: last day, whole; open when absent.
    """

    policy: Code
    board: Name
    seat: Name
    person: Text
    matters: Texts = Field(min_length=1)
    up_to: Money
    from_: datetime.date | None = Field(default=None, alias="from")
    until: datetime.date | None = None


class StandIns:
    """What is done about deciding in another's place."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def delegate(self, command: Delegate, act: Act) -> Answer:
        """Delegate a seat's vote.

        Raises:
            NotPermitted, NotASeat, OutsideLimits, Malformed: see `domain.stand_ins.delegate`.
            UnknownFact: the policy has no such board or matter.
            NotKnown: there is no such person or portfolio.
        """

        def decide(loaded: Loaded) -> Decision:
            policy, rule = _ruled_by(loaded, command.policy, command.board, act)
            for matter in command.matters:
                matter_named(policy, matter)
            for portfolio in command.portfolios:
                loaded.portfolio(portfolio)
            asked = AuthorityDelegated(
                delegation=0,
                seat=command.seat,
                holder=act.by,
                person=loaded.person(command.person).id,
                limits=Limits(
                    matters=command.matters, up_to=command.up_to, portfolios=command.portfolios
                ),
                from_=_from(loaded, command.from_, act),
                until=command.until,
                onward=command.onward,
                of=command.of,
            )
            board = loaded.board(command.board)
            drafts = stand_ins.delegate(command.board, rule, board, asked, act.by)
            return _numbered(command.board, drafts, "delegation")

        return self._perform("delegate", command.board, command, act, decide)

    def revoke(self, command: EndStandIn, act: Act) -> Answer:
        """Revoke a delegation at once, with all that was passed on from it."""

        def decide(loaded: Loaded) -> Decision:
            board = loaded.board(command.board)
            drafts = stand_ins.revoke(command.board, board, command.number, command.reason, act.by)
            return _numbered(command.board, drafts, "delegation")

        return self._perform("revoke_delegation", command.board, command, act, decide)

    def name_deputy(self, command: NameDeputy, act: Act) -> Answer:
        """Name a deputy for a member who is absent.

        Raises:
            NotPermitted, NotASeat, Malformed: see `domain.stand_ins.name_deputy`.
        """

        def decide(loaded: Loaded) -> Decision:
            _, rule = _ruled_by(loaded, command.policy, command.board, act)
            asked = DeputyNamed(
                deputy=0,
                seat=command.seat,
                holder="",
                person=loaded.person(command.person).id,
                from_=_from(loaded, command.from_, act),
                until=command.until,
            )
            board = loaded.board(command.board)
            drafts = stand_ins.name_deputy(command.board, rule, board, asked, act.by)
            return _numbered(command.board, drafts, "deputy")

        return self._perform("name_deputy", command.board, command, act, decide)

    def recall(self, command: EndStandIn, act: Act) -> Answer:
        """Recall a deputy at once."""

        def decide(loaded: Loaded) -> Decision:
            _, rule = _ruled_by(loaded, command.policy, command.board, act)
            board, asked = loaded.board(command.board), (command.reason, act.by)
            drafts = stand_ins.recall(command.board, rule, board, command.number, asked)
            return _numbered(command.board, drafts, "deputy")

        return self._perform("recall_deputy", command.board, command, act, decide)

    def grant(self, command: GrantAuthority, act: Act) -> Answer:
        """Open the review that decides on a grant; a sole decider grants at once.

        Raises:
            UnknownFact: the policy lets no grant count there, or nobody grants.
            OutsideLimits: it is more than the policy lets be granted.
            NotASeat: the person does not hold the seat on the first day.
        """

        def decide(loaded: Loaded) -> Decision:
            ruling = loaded.in_force(command.policy, act.now)
            matter = matter_of_kind(ruling[1], MatterKind.GRANT_AUTHORITY)
            if matter is None:
                raise UnknownFact(f"policy {command.policy} says for no board that it grants")
            person = loaded.person(command.person).id
            proposal = Proposal(
                seat=command.seat,
                person=person,
                from_=_from(loaded, command.from_, act),
                until=command.until,
                matters=command.matters,
                up_to=command.up_to,
            )
            # What the board may decide must hold now as well.
            grant(command.board, ruling[1], loaded.board(command.board), proposal, "")
            taken = TakenUp(
                subject=board_stream(command.board),
                matter=matter,
                proposers=(person,),
                proposal=proposal,
            )
            return decided_or_opened(loaded, ruling, taken, act, {"board": command.board})

        return self._perform("grant_authority", command.board, command, act, decide)

    def _perform(
        self, name: str, board: str, command: Value, act: Act, decide: Callable[[Loaded], Decision]
    ) -> Answer:
        asked = Asked(act=name, subject=board_stream(board), content=command.as_json())
        return self._desk.perform(act, asked, decide)


def _ruled_by(loaded: Loaded, code: str, board: str, act: Act) -> tuple[Policy, BoardRule]:
    _, policy = loaded.in_force(code, act.now)
    if board not in policy.boards:
        known = ", ".join(sorted(policy.boards))
        raise UnknownFact(f"policy {code} has no board {board}: {known}")
    return policy, policy.boards[board]


def _from(loaded: Loaded, day: datetime.date | None, act: Act) -> datetime.date:
    """Return the first day asked for, today where none was.

    Raises:
        Malformed: it has passed: nobody had this authority then.
    """
    now = today(loaded, act)
    if day is not None and day < now:
        raise Malformed(f"{day} has passed; authority is given from {now} on")
    return day or now


def _numbered(board: str, drafts: tuple[Draft, ...], what: str) -> Decision:
    number = drafts[0].data.as_json()[what]
    answer: dict[str, Json] = {"board": board, what: number}
    return Decision(drafts, answer)
