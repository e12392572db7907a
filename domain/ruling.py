"""The ruling: one pure function of policy, pack and docket. It reads no clock and keeps no prose.

How a review is ruled, engine 1:

1. Every criterion of the matter is tested. A waived criterion keeps its truth on record and counts
   as met. The hurdle is the sum of the weights of met ``should`` criteria; unknown ones add
   nothing. Below it, the hurdle is unknown if the unknown ones could still reach it, else failed.
2. The approving options are struck by a veto, by a ``must`` that failed, by a ``must`` that is
   unknown, and by a hurdle that is not met. Nothing else is ever struck.
3. Without a quorum there is no ruling: outcome ``no_ruling``, ground ``no_quorum``.
4. The options left are tried in the policy's order. The first that carries is taken. If none does,
   the matter's ``otherwise`` is taken, provided the pack puts that option forward and it is not
   struck; failing that the outcome is ``no_ruling``.
5. If the same ballots, with nothing struck, would have led to another outcome or option, the ground
   is the strike: the first that applies of ``veto, must_failed, must_unknown, hurdle_missed``.
   Otherwise the vote itself is the ground: ``carried`` if an option carried, ``tie`` if one of the
   options left missed only by an exact tie, else ``not_carried``.
6. The deciding checks are those of the ground: all criteria that failed, or all that are unknown,
   the seats that used a veto, ``quorum`` or ``hurdle``; none where the vote is the ground.

A ruling made years ago can be made again from the event that recorded it, and comes out the same:
a change of any of these sentences is a new engine beside the old one.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from domain.ballots import Count, Question, count, has_quorum, is_settled, question, take
from domain.criteria import EXACT, judge, record
from domain.docket import Check, Docket, Ruling, Tally, Verdict
from domain.pack import Pack
from domain.policy import Matter, Policy
from domain.words import Ground, Truth

Subject = Literal["criterion", "quorum", "hurdle", "seat", "veto"]
Weight = Literal["must", "should", "info"]


class UnknownEngine(ValueError):  # noqa: N818  named for what the number is
    """A docket names a ruling function that this version does not have."""


class Settling(NamedTuple):
    """A ground, and the ids of the checks that stand behind it."""

    ground: Ground
    deciding: tuple[str, ...]


def rule(policy: Policy, pack: Pack, docket: Docket) -> Ruling:
    """Rule on a review. Whatever is missing, there is a ruling.

    Args:
        policy: the policy; it has the docket's matter and board.
        pack: what was put before the review.
        docket: everything else the ruling is made of.

    Raises:
        UnknownEngine: there is no ruling function of the docket's number.
        KeyError: the policy has no such matter or board.
    """
    engine = ENGINES.get(docket.engine)
    if engine is None:
        known = ", ".join(str(number) for number in sorted(ENGINES))
        raise UnknownEngine(f"no engine {docket.engine} to rule with; there is: {known}")
    return engine(policy, pack, docket)


def may_rule(policy: Policy, pack: Pack, docket: Docket) -> bool:
    """Return whether a review may be ruled now.

    It may once every seat able to vote has voted; or its window is over, which it is from
    ``closes_at`` on; or it may close early, ``early_after_days`` times 24 hours have passed since
    it opened, a quorum has voted and the rest is settled.
    """
    asked = question(policy, pack, docket)
    voted = {ballot.seat for ballot in docket.ballots}
    if all(seat in voted for seat in asked.able):
        return True
    if docket.closes_at is not None and docket.now >= docket.closes_at:
        return True
    window = policy.matters[docket.matter].window
    if window is None or window.early != "settled":
        return False
    if docket.now - docket.opened_at < timedelta(days=window.early_after_days):
        return False
    present = count(asked, docket.ballots).present
    return has_quorum(asked, present) and settled(policy, pack, docket)


def settled(policy: Policy, pack: Pack, docket: Docket) -> bool:
    """Return whether no missing ballot of an able seat could change the outcome or the option."""
    matter = policy.matters[docket.matter]
    checks = _criteria(policy, matter, pack, docket)
    struck = bool(_strikes((*checks, *_hurdle(matter, checks)), ()))
    return is_settled(question(policy, pack, docket), docket.ballots, struck=struck)


# --- Engine 1 --------------------------------------------------------------------------------


def _rule_1(policy: Policy, pack: Pack, docket: Docket) -> Ruling:
    matter = policy.matters[docket.matter]
    asked = question(policy, pack, docket)
    counted = count(asked, docket.ballots)
    criteria = _criteria(policy, matter, pack, docket)
    checks = (*criteria, *_hurdle(matter, criteria))
    strikes = _strikes(checks, counted.vetoes)
    taken = take(asked, counted, struck=bool(strikes))
    settling = Settling(taken.way, ("quorum",) if taken.way is Ground.NO_QUORUM else ())
    if strikes and taken[:2] != take(asked, counted, struck=False)[:2]:
        settling = strikes[0]
    verdict = Verdict(
        outcome=taken.outcome,
        option=taken.option,
        ground=settling.ground,
        deciding=settling.deciding,
        seats=len(asked.able),
        present=counted.present,
        cast=counted.cast,
        tallies=tuple(_tally(option, counted.votes[option]) for option in asked.listed),
    )
    return Ruling(verdict=verdict, checks=(*checks, *_of_the_board(asked, counted)))


def _criteria(policy: Policy, matter: Matter, pack: Pack, docket: Docket) -> tuple[Check, ...]:
    on = record(policy, pack, docket.now)
    checks = []
    for criterion in matter.criteria:
        truth, missing = judge(criterion.test, on)
        waived = criterion.id in docket.waivers
        checks.append(_check("criterion", criterion.id, truth, criterion.kind, waived, missing))
    return tuple(checks)


@lru_cache(maxsize=4096)
def _check(
    of: Subject,
    name: str,
    truth: Truth,
    kind: Weight | None = None,
    waived: bool = False,  # noqa: FBT001, FBT002  by position, as the cache asks
    missing: tuple[str, ...] = (),
) -> Check:
    """Return a check. Policies ask the same again and again, and equal values may be shared."""
    return Check(of=of, id=name, kind=kind, truth=truth, waived=waived, missing=missing)


@lru_cache(maxsize=4096)
def _tally(option: str, votes: int) -> Tally:
    return Tally(option=option, votes=votes)


def _hurdle(matter: Matter, criteria: tuple[Check, ...]) -> tuple[Check, ...]:
    """Return the check of the hurdle, if the matter has one."""
    if matter.hurdle is None:
        return ()
    met = possible = Decimal(0)
    for criterion, check in zip(matter.criteria, criteria, strict=True):
        if criterion.kind != "should":
            continue
        if check.waived or check.truth is Truth.MET:
            met = EXACT.add(met, criterion.weight)
        elif check.truth is Truth.UNKNOWN:
            possible = EXACT.add(possible, criterion.weight)
    truth = Truth.MET
    if met < matter.hurdle:
        reachable = EXACT.add(met, possible) >= matter.hurdle
        truth = Truth.UNKNOWN if reachable else Truth.FAILED
    return (_check("hurdle", "hurdle", truth),)


def _strikes(checks: tuple[Check, ...], vetoes: tuple[str, ...]) -> tuple[Settling, ...]:
    """Return everything that strikes the approving options, in the order of the grounds."""
    failed: list[str] = []
    unknown: list[str] = []
    hurdle: tuple[str, ...] = ()
    for check in checks:
        if check.of == "hurdle" and check.truth is not Truth.MET:
            hurdle = (check.id,)
        elif check.kind == "must" and not check.waived and check.truth is Truth.FAILED:
            failed.append(check.id)
        elif check.kind == "must" and not check.waived and check.truth is Truth.UNKNOWN:
            unknown.append(check.id)
    found = (
        (Ground.VETO, vetoes),
        (Ground.MUST_FAILED, tuple(sorted(failed))),
        (Ground.MUST_UNKNOWN, tuple(sorted(unknown))),
        (Ground.HURDLE_MISSED, hurdle),
    )
    return tuple(Settling(ground, deciding) for ground, deciding in found if deciding)


def _of_the_board(asked: Question, counted: Count) -> tuple[Check, ...]:
    """Return the checks of quorum, of each barred seat, and of each able seat with a veto.

    A seat with a veto that it has not used leaves its check met: the check asks whether a veto
    stands, and a missing ballot is none.
    """
    quorum = Truth.MET if has_quorum(asked, counted.present) else Truth.FAILED
    checks = [_check("quorum", "quorum", quorum)]
    checks += [_check("seat", seat, Truth.FAILED) for seat in asked.barred]
    for seat in sorted(asked.voting.veto):
        if seat in asked.able:
            truth = Truth.FAILED if seat in counted.vetoes else Truth.MET
            checks.append(_check("veto", seat, truth))
    return tuple(checks)


ENGINES: dict[int, Callable[[Policy, Pack, Docket], Ruling]] = {1: _rule_1}
"""Ruling functions by number. None is ever taken out or changed in meaning."""
