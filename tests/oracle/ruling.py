"""The ruling again: slow, obvious, and written without looking at domain.ruling.

It shares only the shapes of values with the domain. Truth is a number (0 failed, 1/2 unknown, 1
met), shares are Fractions, `n_of` tries every choice of n parts, and whether a vote is settled is
found by trying every ballot that could still come.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, product
from typing import NamedTuple

from domain.docket import Ballot, Check, Docket, Ruling, Tally, Verdict
from domain.facts import FactValue
from domain.pack import Pack
from domain.policy import Board, Matter, Policy, Predicate
from domain.words import Ground, Outcome, Truth

NO, PERHAPS, YES = Fraction(0), Fraction(1, 2), Fraction(1)
WORD = {NO: Truth.FAILED, PERHAPS: Truth.UNKNOWN, YES: Truth.MET}
SAYS_YES = ["approve", "approve_with_conditions"]
SAYS_NO = ["reject", "cancel"]

Answer = tuple[Fraction, frozenset[str]]


# --- Criteria --------------------------------------------------------------------------------


def find(test: Predicate, policy: Policy, pack: Pack, now: datetime) -> tuple[Truth, list[str]]:
    """How a test comes out when asked of every subject, and what is missing."""
    answers = [ask(test, policy, pack, now, subject) for subject in pack.subjects]
    value, missing = every(answers)
    return WORD[value], sorted(missing)


def every(answers: list[Answer]) -> Answer:
    return among(answers, min(value for value, _ in answers))


def among(answers: list[Answer], value: Fraction) -> Answer:
    """An answer's value, with what is missing among the parts if it is unknown."""
    names = [missing for part, missing in answers if part == PERHAPS]
    return value, frozenset().union(*names) if value == PERHAPS else frozenset()


def ask(test: Predicate, policy: Policy, pack: Pack, now: datetime, subject: str) -> Answer:
    parts = [
        ask(part, policy, pack, now, subject)
        for part in (test.all_of or test.any_of or test.n_of or ())
    ]
    if test.all_of:
        return every(parts)
    if test.any_of:
        return among(parts, max(value for value, _ in parts))
    if test.n_of:
        assert test.n is not None
        choices = [min(v for v, _ in chosen) for chosen in combinations(parts, test.n)]
        return among(parts, max(choices, default=NO))
    if test.fact:
        return ask_fact(test, policy, pack, now, subject)
    if test.ratio:
        return ask_ratio(test, policy, pack, now, subject)
    if test.evidence:
        return ask_evidence(test.evidence, policy, pack, now, subject)
    assert test.earlier
    rulings = [r for r in pack.earlier if r.subject == subject]
    rulings = [r for r in rulings if test.earlier in [r.gate, r.matter]]
    if not rulings:
        return unknown("earlier:" + test.earlier)
    last = sorted(rulings, key=lambda r: r.position)[-1]
    return yes_or_no(last.outcome in list(test.one_of or ()))


def unknown(name: str) -> Answer:
    return PERHAPS, frozenset([name])


def yes_or_no(answer: bool) -> Answer:
    return (YES if answer else NO), frozenset()


def known(
    name: str, policy: Policy, pack: Pack, now: datetime, subject: str
) -> tuple[str, FactValue] | None:
    """The type and value of a fact that is there, of the right type, and not too old."""
    found = [f for f in pack.facts if f.subject == subject and f.fact == name]
    if not found or name not in policy.facts:
        return None
    fact = sorted(found, key=lambda f: (f.effective_at, f.position))[-1]
    kind = policy.facts[name]
    if kind.max_age_days is not None and too_old(fact.effective_at, kind.max_age_days, now):
        return None
    field = "text" if kind.type.value == "choice" else kind.type.value
    return (kind.type.value, fact.value) if getattr(fact.value, field) is not None else None


def too_old(since: datetime, days: int, now: datetime) -> bool:
    age = (now - since) // timedelta(microseconds=1)
    return age > days * 24 * 60 * 60 * 1_000_000


def ask_fact(test: Predicate, policy: Policy, pack: Pack, now: datetime, subject: str) -> Answer:
    assert test.fact
    have = known(test.fact, policy, pack, now, subject)
    if have is None:
        return unknown(test.fact)
    kind, value = have
    if kind in ["text", "choice", "flag"]:
        if test.at_least or test.at_most:
            return unknown("limit:" + test.fact)
        own = str(value.flag).lower() if kind == "flag" else value.text
        return yes_or_no(
            (test.equals is None or own == test.equals)
            and (test.one_of is None or own in list(test.one_of))
        )
    if kind == "date":
        assert value.date is not None
        return compare(test, Fraction(value.date.toordinal()), "date")
    if kind == "number":
        assert value.number is not None
        return compare(test, Fraction(value.number), "number")
    assert value.money is not None
    for limit in limits(test):
        words = limit.split(" ")
        currency = words[1] if len(words) == 2 else policy.facts[test.fact].unit
        if currency is not None and currency != value.money.currency:
            return unknown("currency:" + test.fact)
    return compare(test, Fraction(value.money.amount), "money")


def ask_ratio(test: Predicate, policy: Policy, pack: Pack, now: datetime, subject: str) -> Answer:
    assert test.ratio
    amounts: list[Fraction] = []
    missing: list[str] = []
    currencies: list[str] = []
    for name in test.ratio:
        have = known(name, policy, pack, now, subject)
        if have is None or have[0] not in ["number", "money"]:
            missing.append(name)
        elif have[0] == "money":
            assert have[1].money is not None
            amounts.append(Fraction(have[1].money.amount))
            currencies.append(have[1].money.currency)
        else:
            assert have[1].number is not None
            amounts.append(Fraction(have[1].number))
    if missing:
        return PERHAPS, frozenset(missing)
    if amounts[1] <= 0:
        return unknown(test.ratio[1])
    if len(currencies) == 2 and currencies[0] != currencies[1]:
        return unknown("currency:" + test.ratio[1])
    return compare(test, amounts[0] / amounts[1], "number")


def limits(test: Predicate) -> list[str]:
    stated = [test.at_least, test.at_most, test.equals, *(test.one_of or ())]
    return [text for text in stated if text is not None]


def compare(test: Predicate, own: Fraction, kind: str) -> Answer:
    def read(text: str) -> Fraction:
        if kind == "date":
            return Fraction(date.fromisoformat(text).toordinal())
        return Fraction(text.split(" ")[0])

    holds = []
    if test.at_least is not None:
        holds.append(own >= read(test.at_least))
    if test.at_most is not None:
        holds.append(own <= read(test.at_most))
    if test.equals is not None:
        holds.append(own == read(test.equals))
    if test.one_of is not None:
        holds.append(own in [read(text) for text in test.one_of])
    return yes_or_no(all(holds))


def ask_evidence(kind: str, policy: Policy, pack: Pack, now: datetime, subject: str) -> Answer:
    days = policy.evidence[kind].max_age_days
    for piece in pack.evidence:
        about = piece.subject in [subject, pack.review]
        if piece.kind == kind and about and (days is None or not too_old(piece.dated, days, now)):
            return yes_or_no(True)
    return unknown("evidence:" + kind)


# --- The vote --------------------------------------------------------------------------------


class Room(NamedTuple):
    """Who sits there: seats that may vote, and held seats that may not."""

    able: list[str]
    barred: list[str]


def room(matter: Matter, docket: Docket) -> Room:
    able, barred = [], []
    for place in docket.panel:
        if place.person is None:
            continue
        proposes = place.person in docket.proposers and not matter.proposer_may_decide
        if proposes or place.seat in docket.conflicts:
            barred.append(place.seat)
        else:
            able.append(place.seat)
    return Room(sorted(able), sorted(barred))


class Vote(NamedTuple):
    """What a vote came to."""

    outcome: str
    option: str | None
    how: str


def valid(pack: Pack, seats: Room, ballots: list[Ballot]) -> tuple[list[Ballot], list[Ballot]]:
    """Ballots of able seats, and those among them that choose an option of the pack."""
    present = [b for b in ballots if b.seat in seats.able]
    on_table = [o.id for o in pack.options]
    return present, [b for b in present if b.choice == "option" and b.option in on_table]


def vetoing(board: Board, matter: Matter, cast: list[Ballot]) -> list[str]:
    against = [o.id for o in matter.options if o.outcome.value in SAYS_NO]
    return sorted(b.seat for b in cast if b.seat in board.voting.veto and b.option in against)


def quorate(board: Board, seats: Room, present: int) -> bool:
    if "/" not in board.quorum:
        return present >= int(board.quorum)
    counted = len(seats.able)
    if board.voting.conflict == "stays":
        counted += len(seats.barred)
    return counted > 0 and Fraction(present, counted) >= Fraction(board.quorum)


def vote(
    policy: Policy, pack: Pack, docket: Docket, ballots: list[Ballot], refused: list[str]
) -> Vote:
    """Try the options whose outcome is not refused."""
    matter, board = policy.matters[docket.matter], policy.boards[docket.board]
    voting = board.voting
    seats = room(matter, docket)
    present, cast = valid(pack, seats, ballots)
    if not quorate(board, seats, len(present)):
        return Vote("no_ruling", None, "no_quorum")
    of = {
        "cast": len(cast),
        "present": len(present),
        "seats": len(seats.able) + (len(seats.barred) if voting.conflict == "stays" else 0),
    }[voting.of]
    on_table = [o.id for o in pack.options]
    tried = [o for o in matter.options if o.id in on_table and o.outcome.value not in refused]
    tie = False
    for option in tried:
        if of == 0:
            continue
        share = Fraction(len([b for b in cast if b.option == option.id]), of)
        if voting.at_least is not None and share >= Fraction(voting.at_least):
            return Vote(option.outcome.value, option.id, "carried")
        if voting.more_than is not None and share > Fraction(voting.more_than):
            return Vote(option.outcome.value, option.id, "carried")
        if voting.more_than is not None and share == Fraction(voting.more_than):
            chosen = [b.option for b in cast if b.seat == board.chair]
            if voting.tie == "chair" and option.id in chosen:
                return Vote(option.outcome.value, option.id, "carried")
            tie = True
    how = "tie" if tie else "not_carried"
    for option in tried:
        if option.id == matter.otherwise:
            return Vote(option.outcome.value, option.id, how)
    return Vote("no_ruling", None, how)


# --- The ruling ------------------------------------------------------------------------------


def criteria_checks(policy: Policy, pack: Pack, docket: Docket) -> list[Check]:
    checks = []
    for criterion in policy.matters[docket.matter].criteria:
        truth, missing = find(criterion.test, policy, pack, docket.now)
        waived = criterion.id in docket.waivers
        checks.append(
            Check(
                of="criterion", id=criterion.id, kind=criterion.kind, truth=truth,
                waived=waived, missing=tuple(missing),
            )
        )  # fmt: skip
    return checks


def hurdle_truth(matter: Matter, checks: list[Check]) -> Truth | None:
    if matter.hurdle is None:
        return None
    sure = best = Fraction(0)
    for criterion, check in zip(matter.criteria, checks, strict=True):
        if criterion.kind == "should":
            if check.waived or check.truth == "met":
                sure += Fraction(criterion.weight)
            if check.waived or check.truth != "failed":
                best += Fraction(criterion.weight)
    if sure >= Fraction(matter.hurdle):
        return Truth.MET
    return Truth.UNKNOWN if best >= Fraction(matter.hurdle) else Truth.FAILED


def strikes(policy: Policy, pack: Pack, docket: Docket) -> list[tuple[str, list[str]]]:
    """What the criteria and the hurdle hold against approving, in the order of the grounds."""
    checks = criteria_checks(policy, pack, docket)
    musts = [c for c in checks if c.kind == "must" and not c.waived]
    failed = sorted(c.id for c in musts if c.truth == "failed")
    missing = sorted(c.id for c in musts if c.truth == "unknown")
    hurdle = hurdle_truth(policy.matters[docket.matter], checks) in ["failed", "unknown"]
    found = [
        ("must_failed", failed),
        ("must_unknown", missing),
        ("hurdle_missed", ["hurdle"] if hurdle else []),
    ]
    return [(ground, names) for ground, names in found if names]


def ruling(policy: Policy, pack: Pack, docket: Docket) -> Ruling:
    """Rule, the slow way."""
    matter, board = policy.matters[docket.matter], policy.boards[docket.board]
    seats = room(matter, docket)
    ballots = list(docket.ballots)
    present, cast = valid(pack, seats, ballots)
    vetoes = vetoing(board, matter, cast)
    against = ([("veto", vetoes)] if vetoes else []) + strikes(policy, pack, docket)
    free = vote(policy, pack, docket, ballots, refused=[])
    real = vote(policy, pack, docket, ballots, refused=SAYS_YES) if against else free
    if real.how == "no_quorum":
        ground, deciding = "no_quorum", ["quorum"]
    elif (real.outcome, real.option) != (free.outcome, free.option):
        ground, deciding = against[0]
    else:
        ground, deciding = real.how, []
    verdict = Verdict(
        outcome=Outcome(real.outcome),
        option=real.option,
        ground=Ground(ground),
        deciding=tuple(deciding),
        seats=len(seats.able),
        present=len(present),
        cast=len(cast),
        tallies=tuple(
            Tally(option=o.id, votes=len([b for b in cast if b.option == o.id]))
            for o in pack.options
        ),
    )
    checks = criteria_checks(policy, pack, docket)
    hurdle = hurdle_truth(matter, checks)
    if hurdle is not None:
        checks.append(Check(of="hurdle", id="hurdle", truth=hurdle))
    enough = quorate(board, seats, len(present))
    checks.append(Check(of="quorum", id="quorum", truth=Truth.MET if enough else Truth.FAILED))
    checks += [Check(of="seat", id=seat, truth=Truth.FAILED) for seat in seats.barred]
    for seat in seats.able:
        if seat in board.voting.veto:
            truth = Truth.FAILED if seat in vetoes else Truth.MET
            checks.append(Check(of="veto", id=seat, truth=truth))
    return Ruling(verdict=verdict, checks=tuple(checks))


# --- What could still come -------------------------------------------------------------------


def missing_seats(policy: Policy, docket: Docket) -> list[str]:
    able = room(policy.matters[docket.matter], docket).able
    return [seat for seat in able if seat not in [b.seat for b in docket.ballots]]


def completions(policy: Policy, pack: Pack, docket: Docket) -> Iterator[tuple[Ballot, ...]]:
    """Every way in which the missing ballots could come, or not come."""
    missing = missing_seats(policy, docket)
    choices = ["none", "abstain", *(f"for {option.id}" for option in pack.options)]
    for chosen in product(choices, repeat=len(missing)):
        more = []
        for seat, choice in zip(missing, chosen, strict=True):
            if choice == "abstain":
                more.append(Ballot(seat=seat, person="late", choice="abstain"))
            elif choice != "none":
                option = choice.removeprefix("for ")
                more.append(Ballot(seat=seat, person="late", choice="option", option=option))
        yield (*docket.ballots, *more)


def ends(policy: Policy, pack: Pack, docket: Docket) -> set[tuple[str, str | None]]:
    """Every outcome and option that the missing ballots could lead to."""
    matter, board = policy.matters[docket.matter], policy.boards[docket.board]
    struck = bool(strikes(policy, pack, docket))
    seats = room(matter, docket)
    found = set()
    for ballots in completions(policy, pack, docket):
        vetoes = vetoing(board, matter, valid(pack, seats, list(ballots))[1])
        refused = SAYS_YES if struck or vetoes else []
        found.add(vote(policy, pack, docket, list(ballots), refused)[:2])
    return found


def may_rule(policy: Policy, pack: Pack, docket: Docket) -> bool:
    """Whether the review may be ruled, the slow way."""
    if not missing_seats(policy, docket):
        return True
    if docket.closes_at is not None and not docket.now < docket.closes_at:
        return True
    window = policy.matters[docket.matter].window
    if window is None or window.early == "never":
        return False
    if docket.now < docket.opened_at + timedelta(days=window.early_after_days):
        return False
    seats = room(policy.matters[docket.matter], docket)
    present, _ = valid(pack, seats, list(docket.ballots))
    quorum = quorate(policy.boards[docket.board], seats, len(present))
    return quorum and len(ends(policy, pack, docket)) == 1
