"""Counting ballots: who may vote, what carries, and whether a missing ballot can still matter.

Who counts. A seat is able to vote when somebody holds it who declared no conflict and did not
propose the subject (unless the matter lets proposers decide). A held seat that is not able is
barred: where a conflict ``leaves``, it is in no denominator; where it ``stays``, it has no vote but
is still one of the ``seats`` and of the seats a quorum is a share of. A vacant seat counts nowhere,
nor does a ballot from a seat that is not able. A choice counts as cast if the pack has the option.

What carries. Shares are compared as integers, votes times denominator of the share against its
numerator times the number counted of, so 66 of 100 is not two thirds. Of nobody, nothing carries.
A tie is ``more_than`` missed by being exactly equal; the chair's own choice settles it if the board
says so. An able seat with a veto strikes every approving option by choosing an opposing one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from domain.docket import Ballot, Docket, PanelSeat
from domain.pack import Pack
from domain.policy import Board, Matter, Option, Policy, Voting
from domain.words import APPROVING, OPPOSING, Ground, Outcome


@dataclass(frozen=True, slots=True)
class Question:
    """What is voted on, and by which rules.

    Attributes:
        options: the policy's options that the pack puts forward, in the policy's order.
        listed: the pack's options in its own order.
        otherwise: what is taken when none carries; nothing if the pack does not put it forward.
        able, barred: held seats that may vote, and that may not; sorted.
    """

    board: Board
    options: tuple[Option, ...]
    listed: tuple[str, ...]
    otherwise: Option | None
    able: tuple[str, ...]
    barred: tuple[str, ...]

    @property
    def voting(self) -> Voting:
        """The voting rule of the board."""
        return self.board.voting

    @property
    def opposing(self) -> frozenset[str]:
        """Options by which a seat with a veto uses it."""
        return frozenset(o.id for o in self.options if o.outcome in OPPOSING)

    @property
    def base(self) -> int:
        """How many seats a share of the seats is a share of."""
        return len(self.able) + (len(self.barred) if self.voting.conflict == "stays" else 0)


@dataclass(frozen=True, slots=True)
class Count:
    """Ballots of able seats, counted.

    Attributes:
        present: ballots of any kind. cast: ballots choosing an option of the pack.
        votes: votes by option. casting: what the chair's own ballot chose.
        vetoes: seats that used their veto, sorted.
    """

    present: int
    cast: int
    votes: dict[str, int]
    casting: str | None = None
    vetoes: tuple[str, ...] = ()


class Result(NamedTuple):
    """What a vote comes to: the option taken, its outcome, and how the vote itself went."""

    outcome: Outcome
    option: str | None
    way: Ground


def question(policy: Policy, pack: Pack, docket: Docket) -> Question:
    """Return what a docket puts to the vote.

    Raises:
        KeyError: the policy has no such matter or board.
    """
    matter, board = policy.matters[docket.matter], policy.boards[docket.board]
    listed = tuple([option.id for option in pack.options])
    options = tuple([option for option in matter.options if option.id in listed])
    able: list[str] = []
    barred: list[str] = []
    for place in docket.panel:
        if place.person is not None:
            (barred if _is_barred(place, matter, docket) else able).append(place.seat)
    return Question(
        board=board,
        options=options,
        listed=listed,
        otherwise=next((o for o in options if o.id == matter.otherwise), None),
        able=tuple(sorted(able)),
        barred=tuple(sorted(barred)),
    )


def _is_barred(place: PanelSeat, matter: Matter, docket: Docket) -> bool:
    """Return whether a held seat may not vote."""
    proposed = place.person in docket.proposers and not matter.proposer_may_decide
    return proposed or place.seat in docket.conflicts


def count(asked: Question, ballots: Iterable[Ballot]) -> Count:
    """Count the ballots of able seats; each seat has at most one."""
    able = set(asked.able)
    present = 0
    choices: dict[str, str] = {}
    votes = dict.fromkeys(asked.listed, 0)
    for ballot in ballots:
        if ballot.seat in able:
            present += 1
            if ballot.choice == "option" and ballot.option in votes:
                choices[ballot.seat] = ballot.option
                votes[ballot.option] += 1
    vetoes = (seat for seat in asked.voting.veto if choices.get(seat) in asked.opposing)
    return Count(
        present=present,
        cast=len(choices),
        votes=votes,
        casting=choices.get(asked.board.chair or ""),
        vetoes=tuple(sorted(vetoes)),
    )


# --- One vote --------------------------------------------------------------------------------


def has_quorum(asked: Question, present: int) -> bool:
    """Return whether enough ballots are there. A share of no seats is never a quorum."""
    fewest, _, of = asked.board.quorum.partition("/")
    if of:
        return asked.base > 0 and int(of) > 0 and present * int(of) >= int(fewest) * asked.base
    return present >= int(fewest)


def take(asked: Question, counted: Count, *, struck: bool) -> Result:
    """Try the options in order; the first that carries is taken, else what the policy says.

    ``struck`` says whether the approving options are off the table.
    """
    if not has_quorum(asked, counted.present):
        return Result(Outcome.NO_RULING, None, Ground.NO_QUORUM)
    way = Ground.NOT_CARRIED
    for option in asked.options:
        if struck and option.outcome in APPROVING:
            continue
        match _way(asked, counted, option.id):
            case Ground.CARRIED:
                return Result(option.outcome, option.id, Ground.CARRIED)
            case Ground.TIE:
                way = Ground.TIE
            case _:
                pass
    return _otherwise(asked, way, struck=struck)


def _otherwise(asked: Question, way: Ground, *, struck: bool) -> Result:
    option = asked.otherwise
    if option is None or (struck and option.outcome in APPROVING):
        return Result(Outcome.NO_RULING, None, way)
    return Result(option.outcome, option.id, way)


def _way(asked: Question, counted: Count, option: str) -> Ground:
    """Return whether one option carries, ties or does not carry."""
    voting = asked.voting
    part, whole = _share(voting)
    of = _denominator(asked, counted)
    ours, theirs = counted.votes[option] * whole, part * of
    if of == 0 or ours < theirs:
        return Ground.NOT_CARRIED
    if ours > theirs or voting.more_than is None:
        return Ground.CARRIED
    settled = voting.tie == "chair" and counted.casting == option
    return Ground.CARRIED if settled else Ground.TIE


def _share(voting: Voting) -> tuple[int, int]:
    part, _, whole = (voting.more_than or voting.at_least or "1/1").partition("/")
    return int(part), int(whole)


def _denominator(asked: Question, counted: Count) -> int:
    match asked.voting.of:
        case "cast":
            return counted.cast
        case "present":
            return counted.present
        case "seats":
            return asked.base


# --- Whether it is settled -------------------------------------------------------------------


def is_settled(asked: Question, ballots: tuple[Ballot, ...], *, struck: bool) -> bool:
    """Return whether no ballot of an able seat that has none could change outcome or option.

    Exact, though it tries few completions: none of the missing ballots comes, all abstain, or all
    choose the same option, for each option. Why these say everything: all choosing an option gives
    it the most and every other the least. So if one option is taken in all of these, none other can
    come first and nothing can bring it down, a veto included, as all opposing is one of them. And
    if none carries in one of these, what is taken then is taken wherever none carries.
    ``struck`` says whether criteria strike the approving options.
    """
    voted = {ballot.seat for ballot in ballots}
    seats = tuple(seat for seat in asked.able if seat not in voted)

    def end(more: Iterable[Ballot]) -> tuple[Outcome, str | None]:
        counted = count(asked, (*ballots, *more))
        taken = take(asked, counted, struck=struck or bool(counted.vetoes))
        return taken.outcome, taken.option

    now = end(())
    choices = (None, *asked.listed)
    return all(end(_ballot(seat, choice) for seat in seats) == now for choice in choices)


def _ballot(seat: str, option: str | None) -> Ballot:
    if option is None:
        return Ballot(seat=seat, person="", choice="abstain")
    return Ballot(seat=seat, person="", choice="option", option=option)
