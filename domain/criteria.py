"""Criteria in three values: what is missing is unknown, never met and never failed.

A test is asked of each subject of the pack by itself, and every subject has to meet it: two
projects do not share their facts. A fact or a piece of evidence counts while it is no older than
its policy allows, an age of exactly ``max_age_days`` times 24 hours included. Bounds are included.

What an unknown test misses is named: a fact by its name, ``evidence:<kind>``, ``earlier:<name>``,
``currency:<fact>`` for amounts in another currency than their limit, and ``limit:<fact>`` for a
limit that says nothing about a fact of that type. Nothing is rounded and nothing is divided.

Source: DESIGN.md sections 5 and 6; Kleene's strong three-valued logic.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from operator import eq, ge, le
from typing import NamedTuple

from domain.base import DIGITS_MAX
from domain.facts import FactValue
from domain.money import Money
from domain.pack import EarlierRuling, Pack, PackFact
from domain.policy import FactType, Policy, Predicate
from domain.words import FactKind, Truth

EXACT = Context(prec=4 * DIGITS_MAX, traps=[Inexact, InvalidOperation])
"""Arithmetic without rounding: wide enough for a product of two numbers or a sum of hundreds."""

_FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Finding(NamedTuple):
    """How a test came out.

    Attributes:
        missing: what was not known, sorted; empty unless the test is unknown.
    """

    truth: Truth
    missing: tuple[str, ...] = ()


MET = Finding(Truth.MET)
FAILED = Finding(Truth.FAILED)


@dataclass(frozen=True, slots=True)
class Record:
    """What a pack has on record, found by subject and name, as seen by a policy at a moment.

    Attributes:
        facts: the latest value of each fact. dated: the date of the freshest evidence of each kind.
        earlier: the latest ruling by gate and by matter.
    """

    policy: Policy
    now: datetime
    review: str
    subjects: tuple[str, ...]
    facts: dict[tuple[str, str], PackFact]
    dated: dict[tuple[str, str], datetime]
    earlier: dict[tuple[str, str], EarlierRuling]


def record(policy: Policy, pack: Pack, now: datetime) -> Record:
    """Return a pack arranged for asking; the order in which it lists things does not matter."""
    facts: dict[tuple[str, str], PackFact] = {}
    for fact in pack.facts:
        known = facts.get((fact.subject, fact.fact))
        if known is None or _since(fact) > _since(known):
            facts[fact.subject, fact.fact] = fact
    dated: dict[tuple[str, str], datetime] = {}
    for piece in pack.evidence:
        place = (piece.subject, piece.kind)
        dated[place] = max(piece.dated, dated.get(place, piece.dated))
    earlier: dict[tuple[str, str], EarlierRuling] = {}
    for ruled in pack.earlier:
        for name in (ruled.matter, ruled.gate):
            if name is not None:
                before = earlier.get((ruled.subject, name), ruled)
                earlier[ruled.subject, name] = max(ruled, before, key=_place)
    return Record(policy, now, pack.review, pack.subjects, facts, dated, earlier)


def evaluate(predicate: Predicate, policy: Policy, pack: Pack, now: datetime) -> Finding:
    """Return how a test of a policy comes out for a pack at a moment. Never raises."""
    return judge(predicate, record(policy, pack, now))


def judge(test: Predicate, on: Record) -> Finding:
    """Return how a test comes out: met only if every subject meets it."""
    if len(on.subjects) == 1:
        return _judge(test, on, on.subjects[0])
    return _count(len(on.subjects), [_judge(test, on, subject) for subject in on.subjects])


def _judge(test: Predicate, on: Record, subject: str) -> Finding:
    if test.fact is not None:
        return _fact(test, test.fact, on, subject)
    if test.ratio is not None:
        return _ratio(test, *test.ratio, on, subject)
    if test.evidence is not None:
        return _evidence(test.evidence, on, subject)
    if test.earlier is not None:
        return _earlier(test, test.earlier, on, subject)
    parts = test.all_of or test.any_of or test.n_of or ()
    needed = test.n or (1 if test.any_of is not None else len(parts))
    return _count(needed, [_judge(part, on, subject) for part in parts])


def _count(needed: int, findings: list[Finding]) -> Finding:
    """Combine findings of which so many must be met: all of them, any one, or some number."""
    met = sum(f.truth is Truth.MET for f in findings)
    unknown = [f for f in findings if f.truth is Truth.UNKNOWN]
    if met >= needed:
        return MET
    if met + len(unknown) < needed:
        return FAILED
    return _unknown(name for finding in unknown for name in finding.missing)


def _unknown(names: Iterable[str]) -> Finding:
    return Finding(Truth.UNKNOWN, tuple(sorted(set(names))))


def _found(*, met: bool) -> Finding:
    return MET if met else FAILED


# --- Facts -----------------------------------------------------------------------------------


def _fact(test: Predicate, name: str, on: Record, subject: str) -> Finding:
    kind = on.policy.facts.get(name)
    value = _known(name, kind, on, subject)
    if kind is None or value is None:
        return _unknown((name,))
    if kind.type is FactKind.MONEY and value.money is not None:
        return _money(test, name, kind, value.money)
    if kind.type is FactKind.NUMBER and value.number is not None:
        return _measured(test, name, value.number, _figure)
    if kind.type is FactKind.DATE and value.date is not None:
        return _measured(test, name, Decimal(value.date.toordinal()), _day)
    if kind.type is FactKind.FLAG and value.flag is not None:
        return _worded(test, name, "true" if value.flag else "false")
    if kind.type in {FactKind.TEXT, FactKind.CHOICE} and value.text is not None:
        return _worded(test, name, value.text)
    return _unknown((name,))


def _known(name: str, kind: FactType | None, on: Record, subject: str) -> FactValue | None:
    """Return the value of a fact that is on record and fresh."""
    fact = on.facts.get((subject, name))
    if fact is None or kind is None or not _fresh(fact.effective_at, kind.max_age_days, on.now):
        return None
    return fact.value


def _money(test: Predicate, name: str, kind: FactType, value: Money) -> Finding:
    own = kind.unit or value.currency
    stated = {text.partition(" ")[2] or own for text in _limits(test)}
    if stated - {value.currency}:
        return _unknown((f"currency:{name}",))
    return _measured(test, name, value.amount, lambda text: _figure(text.partition(" ")[0]))


def _ratio(test: Predicate, above: str, below: str, on: Record, subject: str) -> Finding:
    """Compare a quotient without dividing: a bound is multiplied by what stands below."""
    kinds = (on.policy.facts.get(above), on.policy.facts.get(below))
    values = [_known(n, k, on, subject) for n, k in zip((above, below), kinds, strict=True)]
    amounts = [_amount(k, v) for k, v in zip(kinds, values, strict=True)]
    missing = [n for n, a in zip((above, below), amounts, strict=True) if a is None]
    upper, lower = amounts
    if upper is None or lower is None:
        return _unknown(missing)
    if lower <= 0:
        return _unknown((below,))
    currencies = {v.money.currency for v in values if v is not None and v.money is not None}
    if len(currencies) > 1:
        return _unknown((f"currency:{below}",))

    def times_lower(text: str) -> Decimal | None:
        limit = _figure(text)
        return None if limit is None else EXACT.multiply(limit, lower)

    return _measured(test, above, upper, times_lower)


def _amount(kind: FactType | None, value: FactValue | None) -> Decimal | None:
    if kind is None or value is None:
        return None
    if kind.type is FactKind.MONEY and value.money is not None:
        return value.money.amount
    return value.number if kind.type is FactKind.NUMBER else None


def _measured(
    test: Predicate, name: str, own: Decimal, read: Callable[[str], Decimal | None]
) -> Finding:
    """Compare an amount with every bound the test states; all of them have to hold."""
    met: list[bool] = []
    for text, holds in ((test.at_least, ge), (test.at_most, le), (test.equals, eq)):
        if text is not None:
            limit = read(text)
            if limit is None:
                return _unknown((f"limit:{name}",))
            met.append(holds(own, limit))
    if test.one_of is not None:
        limits = [read(text) for text in test.one_of]
        if None in limits:
            return _unknown((f"limit:{name}",))
        met.append(own in limits)
    return _found(met=all(met)) if met else _unknown((f"limit:{name}",))


def _limits(test: Predicate) -> list[str]:
    one = (test.at_least, test.at_most, test.equals)
    return [*(text for text in one if text is not None), *(test.one_of or ())]


def _worded(test: Predicate, name: str, own: str) -> Finding:
    """Compare words, which are the same or not; there is no more and no less among them."""
    ordered = test.at_least is not None or test.at_most is not None
    if ordered or not _limits(test):
        return _unknown((f"limit:{name}",))
    return _found(
        met=(test.equals is None or own == test.equals)
        and (test.one_of is None or own in test.one_of)
    )


@lru_cache(maxsize=4096)
def _figure(text: str) -> Decimal | None:
    fits = len(text) <= DIGITS_MAX + 1 and _FIGURE.fullmatch(text)
    return Decimal(text) if fits else None


@lru_cache(maxsize=4096)
def _day(text: str) -> Decimal | None:
    try:
        return Decimal(date.fromisoformat(text).toordinal()) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


# --- Evidence and earlier rulings ------------------------------------------------------------


def _evidence(kind: str, on: Record, subject: str) -> Finding:
    """Ask for evidence about the subject, or about the review and so about all its subjects."""
    rule = on.policy.evidence.get(kind)
    dates = (on.dated.get((subject, kind)), on.dated.get((on.review, kind)))
    fresh = rule is not None and any(
        dated is not None and _fresh(dated, rule.max_age_days, on.now) for dated in dates
    )
    return MET if fresh else _unknown((f"evidence:{kind}",))


def _earlier(test: Predicate, name: str, on: Record, subject: str) -> Finding:
    ruled = on.earlier.get((subject, name))
    if ruled is None:
        return _unknown((f"earlier:{name}",))
    return _found(met=ruled.outcome in (test.one_of or ()))


def _fresh(since: datetime, max_age_days: int | None, now: datetime) -> bool:
    return max_age_days is None or now - since <= timedelta(days=max_age_days)


def _since(fact: PackFact) -> tuple[datetime, int]:
    return fact.effective_at, fact.position


def _place(ruled: EarlierRuling) -> tuple[int, str]:
    return ruled.position, ruled.outcome
