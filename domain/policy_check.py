"""What a policy must hold beyond its form: names that exist, limits that fit, boards that decide.

Every fault carries the path to what is wrong. Errors refuse the policy; warnings are only shown.
Source: DESIGN.md section 5.
"""

from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from domain import lifecycle
from domain.base import Value
from domain.lifecycle import Found, Path, absent, repeated, unknown
from domain.money import MINOR_DIGITS
from domain.policy import (
    Board,
    Day,
    FactType,
    Figure,
    Flag,
    Matter,
    Policy,
    PolicyMoney,
    Predicate,
)
from domain.policy_check_effects import effect_faults, option_oddities
from domain.words import APPROVING, FactKind, MatterKind, Outcome

MEASURED = frozenset({FactKind.NUMBER, FactKind.MONEY})
ORDERED = MEASURED | {FactKind.DATE}
WITHOUT_AMOUNT = frozenset(
    {
        MatterKind.ADOPT_POLICY,
        MatterKind.APPOINT,
        MatterKind.RELIEVE,
        MatterKind.GRANT_AUTHORITY,
        MatterKind.REPRIORITISE,
    }
)
COMPARISONS = ("at_least", "at_most", "equals", "one_of")
_FORM: dict[FactKind, TypeAdapter[Any]] = {
    FactKind.NUMBER: TypeAdapter(Figure),
    FactKind.MONEY: TypeAdapter(PolicyMoney),
    FactKind.DATE: TypeAdapter(Day),
    FactKind.FLAG: TypeAdapter(Flag),
}


class Fault(Value):
    """One thing that is wrong with a policy.

    Attributes:
        path: keys, and places in lists counted from 0, that lead to it.
        message: what is wrong and what to do about it; a sentence that goes on from the path.
        level: an error refuses the policy, a warning is only shown.
    """

    path: tuple[str | int, ...]
    message: str
    level: Literal["error", "warning"] = "error"


def check_policy(policy: Policy) -> tuple[Fault, ...]:
    """Return everything that is wrong with a policy: errors, then warnings.

    Warnings are looked for only where there are no errors: they follow names, which must exist.
    """
    errors = tuple(Fault(path=path, message=message) for path, message in _errors(policy))
    return errors or tuple(
        Fault(path=path, message=message, level="warning") for path, message in _warnings(policy)
    )


def _errors(policy: Policy) -> Found:
    for name, fact in policy.facts.items():
        yield from _fact(("facts", name), fact)
    for name, board in policy.boards.items():
        yield from _board(("boards", name), board)
    yield from lifecycle.faults(("lifecycle",), policy.lifecycle)
    for name, matter in policy.matters.items():
        yield from _matter(("matters", name), matter, policy)
        yield from _options(("matters", name), matter, policy)
    yield from _decided_twice(policy)


def _fact(path: Path, fact: FactType) -> Found:
    if fact.type is FactKind.CHOICE and not fact.choices:
        yield (*path, "type"), "a choice needs its choices; list them under choices"
    if fact.type is not FactKind.CHOICE and fact.choices:
        yield (*path, "choices"), f"a {fact.type} has no choices; write type: choice"
    yield from repeated(fact.choices, (*path, "choices"))
    for key in ("unit", "min", "max"):
        if getattr(fact, key) is not None and fact.type not in MEASURED:
            yield (*path, key), f"a {fact.type} has no {key}; only a number or money has"
    if fact.type is FactKind.MONEY and fact.unit and fact.unit not in MINOR_DIGITS:
        yield (*path, "unit"), f"{fact.unit} is no known currency; write its code, such as EUR"
    if fact.min is not None and fact.max is not None and fact.min > fact.max:
        yield (*path, "min"), f"{fact.min} is above the greatest value {fact.max}"


def _board(path: Path, board: Board) -> Found:
    seats = [seat.id for seat in board.seats]
    yield from repeated(seats, (*path, "seats"), "id")
    yield from absent(board.chair, seats, "seat", (*path, "chair"))
    yield from unknown(board.voting.veto, seats, "seat", (*path, "voting", "veto"))
    yield from repeated(board.voting.veto, (*path, "voting", "veto"))
    if board.voting.tie == "chair" and board.chair is None:
        yield (*path, "voting", "tie"), "the chair settles ties, but the board names no chair"
    if board.voting.more_than and Fraction(board.voting.more_than) == 1:
        yield (*path, "voting", "more_than"), "nothing is more than all; write at_least: 1/1"
    if board.deputies and board.deputies.named_by == "chair" and board.chair is None:
        yield (*path, "deputies", "named_by"), "the chair names deputies, but the board names none"
    count, _, of = board.quorum.partition("/")
    if int(count) < 1 or (of and int(count) > int(of)):
        yield (*path, "quorum"), "a quorum is above 0 and at most all seats, such as 3 or 1/2"
    elif not of and int(count) > len(seats):
        yield (*path, "quorum"), f"{count} is more than the {len(seats)} seats there are; lower it"


def _matter(path: Path, matter: Matter, policy: Policy) -> Found:
    gates = [gate.id for gate in policy.lifecycle.gates]
    if matter.gates and matter.kind is not MatterKind.PASS_GATE:
        yield (*path, "gates"), "only a matter of kind pass_gate has gates; leave this out"
    yield from unknown(matter.gates, gates, "gate", (*path, "gates"))
    yield from repeated(matter.gates, (*path, "gates"))
    yield from _deciders((*path, "decided_by"), matter, policy)
    yield from unknown(matter.pack.facts, policy.facts, "fact", (*path, "pack", "facts"))
    evidence = (*path, "pack", "evidence")
    yield from unknown(matter.pack.evidence, policy.evidence, "evidence", evidence)
    advice = (*path, "pack", "advice")
    yield from unknown(matter.pack.advice, policy.advice, "advice", advice)
    yield from repeated((c.id for c in matter.criteria), (*path, "criteria"), "id")
    for index, criterion in enumerate(matter.criteria):
        at = (*path, "criteria", index)
        if criterion.id in {"hurdle", "quorum", "veto"}:
            yield (*at, "id"), f"{criterion.id} is the name of a check of its own; choose another"
        if criterion.weight < 0:
            yield (*at, "weight"), "a weight is 0 or more"
        yield from _test((*at, "test"), criterion.test, policy)
    best = sum(c.weight for c in matter.criteria if c.kind == "should")
    if matter.hurdle is not None and matter.hurdle > best:
        yield (*path, "hurdle"), f"all should criteria together weigh {best}; it is never reached"
    if matter.window is not None and matter.window.early_after_days > matter.window.days:
        yield (*path, "window", "early_after_days"), "the window is over before that day"


def _deciders(path: Path, matter: Matter, policy: Policy) -> Found:
    if matter.kind in WITHOUT_AMOUNT and matter.decided_by[0].up_to is not None:
        yield (*path, 0, "up_to"), f"{matter.kind} has no amount, so no limit can be kept to"
    for index, decider in enumerate(matter.decided_by):
        yield from absent(decider.board, policy.boards, "board", (*path, index, "board"))
        seated = policy.boards.get(decider.board)
        if decider.granted and decider.up_to is None:
            yield (*path, index, "granted"), "say up_to: the most that may be granted"
        if decider.granted and seated is not None and len(seated.seats) > 1:
            yield (*path, index, "granted"), "authority is granted to a board of one seat"
    for index, (one, other) in enumerate(pairwise(matter.decided_by), start=1):
        if one.up_to is None:
            yield (*path, index), "no amount is left for this board: the one before has no limit"
        elif other.up_to is not None and other.up_to.currency != one.up_to.currency:
            yield (*path, index, "up_to"), f"limits are in one currency, {one.up_to.currency}"
        elif other.up_to is not None and other.up_to.amount <= one.up_to.amount:
            yield (*path, index, "up_to"), f"limits rise; this is not above {one.up_to.amount}"


def _decided_twice(policy: Policy) -> Found:
    every = tuple(gate.id for gate in policy.lifecycle.gates)
    taken: dict[str, str] = {}
    for name, matter in policy.matters.items():
        if matter.kind is MatterKind.PASS_GATE:
            for gate in dict.fromkeys(matter.gates or every):
                if taken.setdefault(gate, name) != name:
                    yield ("matters", name, "gates"), f"matter {taken[gate]} decides {gate} already"


def _options(path: Path, matter: Matter, policy: Policy) -> Found:
    yield from repeated((o.id for o in matter.options), (*path, "options"), "id")
    for index, option in enumerate(matter.options):
        at = (*path, "options", index)
        if option.id == Outcome.NO_RULING:
            yield (*at, "id"), "no_ruling is what happens when no option is taken; choose another"
        if option.outcome is Outcome.NO_RULING:
            yield (*at, "outcome"), "an option rules something; choose another outcome"
        for place, effect in enumerate(option.effects):
            yield from effect_faults((*at, "effects", place), effect, option, matter, policy)
    known = (*(o.id for o in matter.options), Outcome.NO_RULING)
    yield from absent(matter.otherwise, known, "option", (*path, "otherwise"))
    otherwise = matter.option(matter.otherwise)
    if otherwise is not None and otherwise.requires:
        wanted = ", ".join(otherwise.requires)
        yield (*path, "otherwise"), f"{otherwise.id} is taken unasked, but requires {wanted}"


def _test(path: Path, test: Predicate, policy: Policy) -> Found:
    for key in ("all_of", "any_of", "n_of"):
        for index, part in enumerate(getattr(test, key) or ()):
            yield from _test((*path, key, index), part, policy)
    if test.n is not None and test.n > len(test.n_of or ()):
        yield (*path, "n"), f"{test.n} of {len(test.n_of or ())} tests can never be met"
    yield from absent(test.evidence, policy.evidence, "evidence", (*path, "evidence"))
    rulable = {*policy.matters, *(g.id for g in policy.lifecycle.gates)}
    yield from absent(test.earlier, rulable, "matter or gate", (*path, "earlier"))
    yield from absent(test.fact, policy.facts, "fact", (*path, "fact"))
    yield from unknown(test.ratio or (), policy.facts, "fact", (*path, "ratio"))
    limits = [key for key in COMPARISONS if getattr(test, key) not in (None, ())]
    if test.fact in policy.facts:
        yield from _limits(path, test, limits, policy.facts[test.fact])
    elif test.ratio is not None:
        facts = [policy.facts[name] for name in test.ratio if name in policy.facts]
        if {f.type for f in facts} - MEASURED or len({(f.type, f.unit) for f in facts}) > 1:
            yield (*path, "ratio"), "a ratio is of two numbers or two amounts, in one unit"
        yield from _limits(path, test, limits, FactType(type=FactKind.NUMBER))
    elif test.earlier is not None:
        yield from _earlier(path, test, limits)
    elif limits and test.fact is None:
        yield (*path, limits[0]), "this test has nothing to compare; leave it out"


def _earlier(path: Path, test: Predicate, limits: list[str]) -> Found:
    outcomes = {o.value for o in Outcome}
    yield from unknown(test.one_of or (), outcomes, "outcome", (*path, "one_of"))
    if limits != ["one_of"]:
        yield (*path, "earlier"), "say which outcomes count, and only that: one_of: [approve]"


def _limits(path: Path, test: Predicate, limits: list[str], fact: FactType) -> Found:
    fitting = ["equals"] if fact.type is FactKind.FLAG else ["equals", "one_of"]
    fitting = ["at_least", "at_most", *fitting] if fact.type in ORDERED else fitting
    fitting = [key for key in fitting if test.ratio is None or key != "one_of"]
    if not limits:
        yield path, f"there is nothing to compare with; add one of: {', '.join(fitting)}"
    for key in limits:
        if key not in fitting:
            yield (*path, key), f"a {fact.type} is compared by: {', '.join(fitting)}"
            continue
        texts: tuple[str, ...] = test.one_of or () if key == "one_of" else (getattr(test, key),)
        for index, text in enumerate(texts):
            why = _misfit(fact, text)
            if why:
                at = (index,) if key == "one_of" else ()
                yield (*path, key, *at), f"{text} does not fit: {why}"


def _misfit(fact: FactType, text: str) -> str | None:
    """Return why a limit does not fit a fact, or nothing."""
    try:
        if fact.type in _FORM:
            _FORM[fact.type].validate_python(text)
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    if fact.type is FactKind.MONEY and fact.unit and not text.endswith(f" {fact.unit}"):
        return f"the fact is in {fact.unit}"
    if fact.type is FactKind.CHOICE and text not in fact.choices:
        return f"the fact is one of: {', '.join(fact.choices)}"
    return None


def _warnings(policy: Policy) -> Found:
    options = [option for matter in policy.matters.values() for option in matter.options]
    led = {e.to for option in options for e in option.effects if e.to is not None}
    if any("target" in option.requires for option in options):
        led = {phase.id for phase in policy.lifecycle.phases}
    deciding = [m for m in policy.matters.values() if m.kind is MatterKind.PASS_GATE]
    decided = {gate for m in deciding for gate in m.gates}
    if any(not m.gates for m in deciding):
        decided = {gate.id for gate in policy.lifecycle.gates}
    yield from lifecycle.oddities(("lifecycle",), policy.lifecycle, led, decided)
    seated = {decider.board for m in policy.matters.values() for decider in m.decided_by}
    for name in policy.boards:
        if name not in seated:
            yield ("boards", name), "this board decides nothing; give it a matter or leave it out"
    kinds = {matter.kind for matter in policy.matters.values()}
    for kind in (MatterKind.ADOPT_POLICY, MatterKind.APPOINT):
        if kind not in kinds:
            yield ("matters",), f"no matter of kind {kind}, so nobody but the founder can do it"
    for name, matter in policy.matters.items():
        yield from _odd(("matters", name), matter, policy)


def _odd(path: Path, matter: Matter, policy: Policy) -> Found:
    limit = matter.decided_by[-1].up_to
    if limit is not None:
        yield (*path, "decided_by"), f"nobody decides above {limit.amount} {limit.currency}"
    otherwise = matter.option(matter.otherwise)
    if otherwise is not None and otherwise.outcome in APPROVING:
        yield (*path, "otherwise"), "silence approves: this option is taken when none carries"
    for index, option in enumerate(matter.options):
        yield from option_oddities((*path, "options", index), option, matter, policy)
