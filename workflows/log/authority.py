"""Whether who acted could act, as far as the record alone can say so.

Storage that was never touched can still hold an act nobody was entitled to. What can be computed
again from the events before it is; `NOT_RECOMPUTED` names the rest.
"""

from collections.abc import Iterator
from datetime import date, datetime

from domain import board as boards
from domain.act import Channel
from domain.authority import board_for
from domain.authority_held import About, Delegation, Deputy
from domain.board import Board, MemberAppointed, MemberRelieved, board_stream, panel
from domain.docket import PanelSeat, Right
from domain.doubles import board_of, seated_once
from domain.event import Event
from domain.grants import governing
from domain.money import Money
from domain.office import OfficeFounded, joined_with
from domain.person import PersonJoined, PersonRegistered
from domain.policy import Board as BoardRule
from domain.policy import Matter
from domain.policy_book import PolicyAdopted
from domain.refusals import Refused
from domain.review_events import BallotCast, ReviewOpened, ReviewRuled
from domain.stand_ins import chain_holds, falls_short
from workflows.calendar import day_of
from workflows.log.governed import Governed
from workflows.recheck import Rechecking
from workflows.store.contract import Recorded

NOT_RECOMPUTED = (
    "whether the person themselves sent an act: no signature of theirs is on record",
    "acts of the channels import, taken_over and clock",
    "which roles a token had: they open doors and are not on record",
)
"""What `quorate verify` does not find out about authority, for its report."""

UNDOING = frozenset(
    {"ruling.set_aside/1", "ruling.revoked/1", "project.restored/1", "shortfall.found/1"}
)
PANELS_KEPT_MAX = 256
_FOUNDERS = (PolicyAdopted, MemberAppointed, MemberRelieved)
_LIVE = Channel.LIVE
_ELSEWHERE = frozenset({Channel.IMPORT, Channel.TAKEN_OVER, Channel.CLOCK})

Doubt = tuple[int, str, str]
"""A position, the kind of fault, and why."""


_Append = tuple[str, str, datetime]
"""Command, recorded by and at of the events of one command, which were recorded together."""


class Authority:
    """The state of one pass over a log."""

    def __init__(self, rechecking: Rechecking) -> None:
        """Begin before the first event, beside the re-check that folds the reviews."""
        self._rechecking = rechecking
        self._founder = ""
        self._zone = "UTC"
        self._people: set[str] = set()
        self._joined: dict[str, str] = {}
        self._boards: dict[str, Board | None] = {}
        self._governed = Governed()
        self._seated: dict[tuple[str, str, date], tuple[PanelSeat, ...]] = {}
        self._append: _Append | None = None
        self._ruled = False
        self._unknown: list[tuple[int, str]] = []

    def take(self, recorded: Recorded) -> Iterator[Doubt]:
        """Yield what is doubtful about an event; before the re-check has taken it."""
        event, body = recorded.event, recorded.event.data
        append = (event.command, event.recorded_by, event.at)
        if append != self._append:
            yield from self.finish()
            self._append, self._ruled = append, False
        match body:
            case OfficeFounded():
                self._founder, self._zone = body.founder, body.zone
            case PersonRegistered():
                self._people.add(event.stream.partition(":")[2])
            case PersonJoined():
                self._joined = joined_with(self._joined, body.person, body.into)
                self._seated.clear()
            case ReviewRuled():
                self._ruled = True
        if event.channel not in _ELSEWHERE:
            for kind, why in self._doubts(event):
                yield recorded.position, kind, why
            if event.by not in self._people or event.recorded_by not in self._people:
                acted = {event.by, event.recorded_by}
                self._unknown += [(recorded.position, one) for one in acted - self._people]
        self._governed.take(event, recorded.position)
        if event.stream.startswith("board:"):
            self._boards[event.stream] = boards.evolve(
                self._boards.get(event.stream), event, recorded.position
            )
            self._seated.clear()

    def finish(self) -> Iterator[Doubt]:
        """Yield who acted in the last append and is not known even after it."""
        for position, person in self._unknown:
            if person not in self._people:
                yield position, "unknown_person", f"nobody on record has the id {person}"
        self._unknown = []

    def _doubts(self, event: Event) -> Iterator[tuple[str, str]]:
        body = event.data
        alone = event.channel is _LIVE and event.on_behalf_of is None
        if alone and event.by != event.recorded_by:
            yield "another_hand", "a live act was recorded by somebody else than who acted"
        ruling = body.__dict__.get("ruling")
        if isinstance(body, _FOUNDERS) and ruling is None:
            if self._one(event.by) != self._one(self._founder):
                yield "not_the_founder", "only the founder does this without a ruling"
        elif (ruling is not None or event.topic in UNDOING) and not self._ruled:
            yield "no_ruling", "the effect of a ruling, and no ruling was recorded with it"
        match body:
            case BallotCast() if event.channel is _LIVE:
                yield from self._ballot(event, body)
            case ReviewOpened():
                yield from self._opening(event, body)
            case ReviewRuled() if body.reported is not None:
                yield from self._confirmation(event)

    def _ballot(self, event: Event, body: BallotCast) -> Iterator[tuple[str, str]]:
        review = self._rechecking.review(event.stream)
        if review is None or review.status != "open":
            yield "no_review", "a ballot in a review that is not open"
            return
        sits = {seat.seat: seat.person for seat in review.panel}.get(body.seat)
        if sits is None or self._one(sits) != self._one(event.on_behalf_of or event.by):
            yield "not_their_seat", f"seat {body.seat} is not that of who voted"
        if event.on_behalf_of is not None:
            board = self._board(review.board)
            given = None if board is None else self._stood_in(event, body, board)
            if board is None or given is None:
                why = f"who voted for seat {body.seat} did not stand in for it that day"
                yield "not_named", why
            elif isinstance(given, Delegation):
                portfolios = self._governed.portfolios_of(review.subjects)
                short = falls_short(board, given, About(review.matter, review.amount, portfolios))
                if short is not None:
                    yield "not_reached", f"delegation {given.number} of seat {body.seat}: {short}"

    def _stood_in(self, event: Event, body: BallotCast, board: Board) -> Deputy | Delegation | None:
        """Return the right that a ballot names, if it was held that day and for that seat."""
        day = self._day(event)
        given = None if body.right is None else _given(board, body.right)
        if given is None or given.seat != body.seat or given.person != self._one(event.by):
            return None
        holds = given.holds_on(day) if isinstance(given, Deputy) else chain_holds(board, given, day)
        member = board.member(body.seat, day)
        fits = holds and member == given.holder == self._one(event.on_behalf_of or "")
        return given if fits else None

    def _opening(self, event: Event, body: ReviewOpened) -> Iterator[tuple[str, str]]:
        policy = self._rechecking.policy(body.policy)
        if policy is None:
            yield "document_missing", f"the policy {body.policy} is not held as it was"
            return
        governs = self._governed.policies_of(body.subjects, event.at)
        if governs and body.policy not in governs:
            yield "policy_differs", f"policy {body.policy} was not in force when this opened"
        matter, rule = policy.matters.get(body.matter), policy.boards.get(body.board)
        if matter is None or rule is None:
            yield "board_differs", f"the policy has no matter {body.matter} of board {body.board}"
            return
        try:
            decides = board_for(matter, body.amount, self._granted(matter, body.matter, event))
        except Refused as refusal:
            yield "board_differs", refusal.why
            return
        if decides != body.board:
            yield "board_differs", f"board {decides} decides this, not {body.board}"
        if self._panel(body, rule, self._day(event)) != body.panel:
            yield "panel_differs", f"these are not who sat on board {body.board} that day"

    def _panel(self, body: ReviewOpened, rule: BoardRule, day: date) -> tuple[PanelSeat, ...]:
        """Return who sat on the board of a review that day."""
        asked = (body.policy, body.board, day)
        if asked not in self._seated:
            if len(self._seated) >= PANELS_KEPT_MAX:
                self._seated.clear()
            held = self._boards.get(board_stream(body.board))
            self._seated[asked] = seated_once(panel(rule, held, day), self._joined)
        return self._seated[asked]

    def _confirmation(self, event: Event) -> Iterator[tuple[str, str]]:
        review = self._rechecking.review(event.stream)
        recorder = None if review is None else review.recorder
        if recorder is not None and self._one(recorder) == self._one(event.recorded_by):
            yield "same_hand", "who reported a ruling cannot confirm it"

    def _granted(self, matter: Matter, name: str, event: Event) -> dict[str, Money]:
        """Return what was granted for a matter that day, by the board of its sole decider."""
        day = self._day(event)
        boards_ = [one.board for one in matter.decided_by if one.granted]
        found = {board: governing(self._board(board), name, day) for board in boards_}
        return {board: grant.up_to for board, grant in found.items() if grant is not None}

    def _board(self, name: str) -> Board | None:
        return board_of(self._boards.get(board_stream(name)), self._joined)

    def _one(self, person: str) -> str:
        """Return the id that stands for a person."""
        return self._joined.get(person, person)

    def _day(self, event: Event) -> date:
        return day_of(event.at, self._zone)


def _given(board: Board, right: Right) -> Deputy | Delegation | None:
    """Return the cover or the delegation that a right names; none where there is none."""
    given: tuple[Deputy | Delegation, ...] = board.delegations
    if right.kind == "deputy":
        given = board.deputies
    return given[right.number - 1] if right.number <= len(given) else None
