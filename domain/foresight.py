"""What a ruling would be if it were made now, and what one more ballot would change.

Nothing here decides: it asks `rule` the question before anybody calls for the ruling, with the
ballots at hand. A missing ballot is not guessed.
"""

from domain.ballots import question
from domain.base import Value
from domain.docket import Ballot, Docket, Ruling, Verdict
from domain.pack import Pack
from domain.policy import Name, Policy
from domain.ruling import may_rule, rule


class Foresight(Value):
    """What would be ruled now.

    Attributes:
        ruling: the answer of `rule` with the ballots at hand.
        may_rule: whether the review may be ruled now.
        able: seats that may vote. waiting: those of them that have not voted.
        barred: held seats that may not vote: in conflict, or of the proposer.
    """

    ruling: Ruling
    may_rule: bool
    able: tuple[Name, ...]
    waiting: tuple[Name, ...]
    barred: tuple[Name, ...]


class IfVoted(Value):
    """What would be ruled if one seat chose an option, all other ballots being as they are.

    Attributes:
        may_rule: whether the review could be ruled right after.
    """

    option: Name
    verdict: Verdict
    may_rule: bool


def foresee(policy: Policy, pack: Pack, docket: Docket) -> Foresight:
    """Return what would be ruled now.

    Raises:
        UnknownEngine: there is no ruling function of the docket's number.
        KeyError: the policy has no such matter or board.
    """
    asked = question(policy, pack, docket)
    voted = {ballot.seat for ballot in docket.ballots}
    return Foresight(
        ruling=rule(policy, pack, docket),
        may_rule=may_rule(policy, pack, docket),
        able=asked.able,
        waiting=tuple(seat for seat in asked.able if seat not in voted),
        barred=asked.barred,
    )


def if_voted(
    policy: Policy, pack: Pack, docket: Docket, seat: str, person: str
) -> tuple[IfVoted, ...]:
    """Return, for each option of the pack, what a seat's choice of it would lead to."""
    others = tuple(ballot for ballot in docket.ballots if ballot.seat != seat)
    found = []
    for option in pack.options:
        ballot = Ballot(seat=seat, person=person, choice="option", option=option.id)
        voted = docket.changed(ballots=tuple(sorted((*others, ballot), key=lambda b: b.seat)))
        found.append(
            IfVoted(
                option=option.id,
                verdict=rule(policy, pack, voted).verdict,
                may_rule=may_rule(policy, pack, voted),
            )
        )
    return tuple(found)


def decides(choices: tuple[IfVoted, ...]) -> bool:
    """Return whether a ballot settles the review: it could be ruled after it, one way or another.

    It does where the choices lead to more than one outcome or option, and the review may be ruled
    right after at least one of them.
    """
    ends = {(choice.verdict.outcome, choice.verdict.option) for choice in choices}
    return len(ends) > 1 and any(choice.may_rule for choice in choices)
