"""Governing the office itself: adopting policies, appointing and relieving members.

The founder alone adopts the first policy and fills each seat for the first time. From then on the
board the policy names decides, at once where it is a sole decider, in a review where it is not.
Only while that board cannot make its quorum does the founder act for it.
"""

import datetime
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from domain.act import Act
from domain.authority import board_for, matter_of_kind
from domain.base import Code, Document, Json, Moment, Text, Value
from domain.board import Board, MemberAppointed, MemberRelieved, appoint, board_stream, relieve
from domain.doubles import require_one_seat
from domain.event import Draft
from domain.funding import require_currency
from domain.office import OFFICE, OfficeConstituted
from domain.policy import Name, Policy
from domain.policy_book import PolicyBook, adopt, policy_stream, require_ahead
from domain.proposal import Proposal
from domain.refusals import NotPermitted, UnknownFact
from domain.words import MatterKind
from workflows.calendar import day_of
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.opening import TakenUp, can_sit
from workflows.policy_text import read_policy
from workflows.rulings import decided_or_opened

POLICY_CHARACTERS_MAX = 1_000_000
Direct = Callable[[Loaded, Policy, Proposal], Sequence[Draft]]


class AdoptPolicy(Value):
    """Adopt a version of a policy.

    Attributes:
        text: the policy as written, YAML.
        effective_from: since when it is to rule; now, when absent. Never in the past.
    """

    text: Annotated[str, Field(min_length=1, max_length=POLICY_CHARACTERS_MAX)]
    effective_from: Moment | None = None


class AppointMember(Value):
    """Give a seat to a person.

    Attributes:
        policy: code of a policy that has the board.
        from_: first day with the seat; written ``from``. Today, when absent.
        until: last day with the seat.
    """

    policy: Code
    board: Name
    seat: Name
    person: Text
    from_: datetime.date | None = Field(default=None, alias="from")
    until: datetime.date | None = None


class RelieveMember(Value):
    """Take a seat from the person who holds it; ``on`` is the first day without."""

    policy: Code
    board: Name
    seat: Name
    person: Text
    on: datetime.date | None = None


class Governing:
    """What is done about policies and boards."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def adopt(self, command: AdoptPolicy, act: Act, name: str = "policy") -> Answer:
        """Adopt a version of a policy, or open the review that decides on it.

        Args:
            command: the text and since when it is to rule.
            act: who acts.
            name: how faults name the text, for example its file name.

        Raises:
            PolicyFaulty: the text does not hold together; every fault with line and column.
            CurrencyHeld: a portfolio under the policy has money in another currency.
        """
        text = read_policy(command.text, name)
        code = text.policy.policy
        asked = Asked(act="adopt_policy", subject=policy_stream(code), content=command.as_json())
        answer: dict[str, Json] = {"policy": code, "digest": text.document.digest}

        def decide(loaded: Loaded) -> Decision:
            ruling = _ruling_policy(loaded, code, act.now)
            effective_from = command.effective_from or act.now
            require_ahead(effective_from, act.now)
            for portfolio in loaded.portfolios_under(code):
                require_currency(portfolio, text.policy.money)
            if ruling is None or _founder_decides(loaded, ruling[1], MatterKind.ADOPT_POLICY, act):
                _require_founder(loaded, act)
                adopted = adopt(code, text.document, effective_from, act.now)
                return Decision((*adopted, *_constituted(loaded, code)), answer)
            proposal = Proposal(policy=text.document.digest, effective_from=effective_from)
            loaded.hold(text.document)
            taken = _taken_up(ruling[1], policy_stream(code), MatterKind.ADOPT_POLICY, proposal)
            return _with_text(decided_or_opened(loaded, ruling, taken, act, answer), text.document)

        return self._desk.perform(act, asked, decide)

    def appoint(self, command: AppointMember, act: Act) -> Answer:
        """Give a seat to a person, or open the review that decides on it.

        Raises:
            UnknownFact: the board or seat is not in the policy.
            Taken: somebody holds the seat then.
        """

        def direct(loaded: Loaded, policy: Policy, proposal: Proposal) -> Sequence[Draft]:
            assert proposal.from_ is not None
            appointed = MemberAppointed(
                seat=command.seat,
                person=proposal.person or "",
                from_=proposal.from_,
                until=command.until,
            )
            board = loaded.board(command.board)
            on_record = loaded.state(board_stream(command.board))
            require_one_seat(on_record, loaded.joined(), appointed)
            return appoint(command.board, policy.boards[command.board], board, appointed)

        return self._seat(MatterKind.APPOINT, command, command.from_, direct, act)

    def relieve(self, command: RelieveMember, act: Act) -> Answer:
        """Take a seat from the person who holds it, or open the review that decides on it.

        Raises:
            NotKnown: that person does not hold that seat then.
        """

        def direct(loaded: Loaded, _policy: Policy, proposal: Proposal) -> Sequence[Draft]:
            assert proposal.from_ is not None
            relieved = MemberRelieved(
                seat=command.seat, person=proposal.person or "", on=proposal.from_
            )
            return relieve(command.board, loaded.state(board_stream(command.board)), relieved)

        return self._seat(MatterKind.RELIEVE, command, command.on, direct, act)

    def _seat(
        self,
        kind: MatterKind,
        command: AppointMember | RelieveMember,
        day: datetime.date | None,
        direct: Direct,
        act: Act,
    ) -> Answer:
        subject = board_stream(command.board)
        asked = Asked(act=kind.value, subject=subject, content=command.as_json())
        answer: dict[str, Json] = {"board": command.board, "seat": command.seat}

        def decide(loaded: Loaded) -> Decision:
            ruling = loaded.in_force(command.policy, act.now)
            if command.board not in ruling[1].boards:
                known = ", ".join(sorted(ruling[1].boards))
                raise UnknownFact(f"policy {command.policy} has no board {command.board}: {known}")
            proposal = Proposal(
                seat=command.seat,
                person=_as_seated(loaded, command),
                from_=day or day_of(act.now, loaded.office().zone),
                until=command.until if isinstance(command, AppointMember) else None,
            )
            # What the board may decide must hold now as well: a seat taken is refused at once.
            drafts = direct(loaded, ruling[1], proposal)
            first = kind is MatterKind.APPOINT and _never_held(loaded, command)
            if first and act.by == loaded.office().founder:
                return Decision(drafts, answer)
            if _founder_decides(loaded, ruling[1], kind, act):
                _require_founder(loaded, act)
                return Decision(drafts, answer)
            taken = _taken_up(ruling[1], subject, kind, proposal)
            return decided_or_opened(loaded, ruling, taken, act, answer)

        return self._desk.perform(act, asked, decide)


def _ruling_policy(loaded: Loaded, code: str, now: datetime.datetime) -> tuple[str, Policy] | None:
    """Return the version that says who adopts: the policy's own, else the office's first one."""
    book: PolicyBook | None = loaded.state(policy_stream(code))
    if book is not None and any(v.effective_from <= now for v in book.versions):
        return loaded.in_force(code, now)
    constitution = loaded.office().constitution
    return None if constitution is None else loaded.in_force(constitution, now)


def _founder_decides(loaded: Loaded, policy: Policy, kind: MatterKind, act: Act) -> bool:
    matter = matter_of_kind(policy, kind)
    if matter is None:
        return True
    return not can_sit(loaded, policy, board_for(policy.matters[matter], None), act.now)


def _never_held(loaded: Loaded, command: AppointMember | RelieveMember) -> bool:
    """Return whether nobody ever held a seat: the founder fills each seat once."""
    board = loaded.board(command.board)
    return board is None or command.seat not in {tenure.seat for tenure in board.tenures}


def _as_seated(loaded: Loaded, command: AppointMember | RelieveMember) -> str:
    """Return the id a person is appointed under, or under which they were given a seat."""
    person = loaded.person(command.person).id
    if isinstance(command, AppointMember):
        return person
    on_record: Board | None = loaded.state(board_stream(command.board))
    tenures = () if on_record is None else on_record.tenures
    ids = (t.person for t in reversed(tenures) if t.seat == command.seat)
    return next((one for one in ids if loaded.office().one(one) == person), person)


def _require_founder(loaded: Loaded, act: Act) -> None:
    if loaded.office().founder != act.by:
        raise NotPermitted(
            "only the founder does this, as long as no board that may decide it can sit",
            fix="Ask the founder to fill the seats of the board the policy names.",
        )


def _constituted(loaded: Loaded, code: str) -> tuple[Draft, ...]:
    if loaded.office().constitution is not None:
        return ()
    return (Draft(stream=OFFICE, data=OfficeConstituted(policy=code)),)


def _taken_up(policy: Policy, subject: str, kind: MatterKind, proposal: Proposal) -> TakenUp:
    matter = matter_of_kind(policy, kind)
    assert matter is not None, "without such a matter the founder decides"
    return TakenUp(subject=subject, matter=matter, proposal=proposal)


def _with_text(decision: Decision, text: Document) -> Decision:
    """Let the event that first names a policy text carry it."""
    first, *others = decision.drafts
    carrying = first.changed(documents=(*first.documents, text))
    return Decision((carrying, *others), decision.answer)
