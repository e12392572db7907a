"""What is known before each gate: facts and small files, recorded by the project manager."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from api.demo.case import Case, rounded, sentence
from api.demo.script import everywhere
from domain.facts import FactValue
from domain.money import Balance
from domain.project_acts import RecordFact

FACTS: dict[str, tuple[str, ...]] = {
    "screen": ("strategy", "priority", "condition_grade", "households"),
    "scope": ("feasible", "lawful", "risk"),
    "invest": ("cost", "benefit", "payback", "risk"),
    "commission": ("tested",),
    "handover": ("crew_trained", "in_service"),
    "close": ("accepted", "suppliers_paid", "lesson"),
}
FILES: dict[str, tuple[str, ...]] = {
    "scope": ("concept",),
    "invest": ("business_case", "tender"),
    "commission": ("test_report",),
    "close": ("acceptance", "lessons"),
}
FLAGS = frozenset(
    "strategy feasible lawful tested crew_trained accepted suppliers_paid duty".split()
)
WEAK = {"risk": 21, "payback": 168}
"""Figures with which an investment misses its hurdle."""
NUMBERS = {
    "condition_grade": (3, 5),
    "households": (600, 14_000),
    "risk": (4, 14),
    "payback": (40, 115),
}


def prepare(case: Case, gate: str, turns: tuple[str, ...]) -> None:
    """Record what a gate asks for, as far as it is not on record."""
    if "weak" in turns:
        _record_weakness(case)
    for fact in FACTS.get(gate, ()):
        weak = fact in WEAK and "weak" in turns
        if fact in case.known or weak or (fact == "lawful" and "unknown" in turns):
            continue
        failing = fact == "strategy" and "failing" in turns
        record(case, fact, FactValue(flag=False) if failing else _value(case, fact))
        if not failing:
            case.known.add(fact)
    for evidence in FILES.get(gate, ()):
        if evidence not in case.known:
            case.known.add(evidence)
            case.office.attach(case.code, evidence, _file(case, evidence), case.manager)
    if gate in {"scope", "invest"} and case.office.chance.happens(
        f"report {gate} {case.label}", 30
    ):
        text = (
            f"Expert report on {case.script.what}\n\n{case.drawn('report', case.domain.reasons)}\n"
        )
        case.office.attach(case.code, "expert_report", text, case.manager)
    if (
        gate == "invest"
        and "weak" not in turns
        and case.office.chance.happens(f"corrected {case.label}", 12)
    ):
        _correct(case)


def _record_weakness(case: Case) -> None:
    """Let the figures miss the hurdle of the gate; they are known better at the next attempt."""
    for fact, number in WEAK.items():
        case.known.discard(fact)
        record(case, fact, FactValue(number=Decimal(number)))


def record(case: Case, fact: str, value: FactValue, **more: Any) -> int:
    """Record a fact about a project; return its position."""
    source = {"cost": "Tender evaluation", "benefit": "Business case"}.get(fact, "Project file")
    command = RecordFact(fact=fact, value=value, source=source, **more)
    act = case.office.act(case.manager)
    return case.office.house.projects.record_fact(case.code, command, act).position


def _correct(case: Case) -> None:
    """Let the payback be corrected, as somebody had mistyped it."""
    wrong = record(case, "payback", FactValue(number=Decimal(12)))
    months = case.office.chance.number(f"again {case.label}", *NUMBERS["payback"])
    record(case, "payback", FactValue(number=Decimal(months)), corrects=wrong)


def _value(case: Case, fact: str) -> FactValue:
    chance = case.office.chance
    if fact in FLAGS:
        return FactValue(flag=True)
    if fact in NUMBERS:
        number = chance.number(f"{fact} {case.label}", *NUMBERS[fact])
        return FactValue(number=Decimal(number))
    if fact == "cost":
        return FactValue(money=Balance(**dict(case.requested)))
    if fact == "benefit":
        percent = chance.number(f"benefit {case.label}", 124, 260)
        amount = rounded(case.requested.amount * percent / 100)
        return FactValue(money=Balance(amount=amount, currency=case.requested.currency))
    if fact == "in_service":
        return FactValue(date=case.office.today - timedelta(days=6))
    if fact == "priority":
        return FactValue(text=case.domain.driver)
    return FactValue(text=case.drawn("lesson", case.domain.lessons))


def _file(case: Case, evidence: str) -> str:
    """Return the text of a file: short, and about this project alone."""
    title = evidence.replace("_", " ").capitalize()
    head = f"{title}: {case.script.title}\nStadtwerke Auenbruck, {case.office.today:%d.%m.%Y}\n\n"
    need = case.drawn("need", case.domain.need)
    match evidence:
        case "tender":
            names = everywhere()["bidders"]
            first = case.office.chance.number(f"bidder {case.label}", 0, len(names) - 1)
            bids = [names[(first + place) % len(names)] for place in range(3)]
            amounts = [case.requested.amount * percent / 100 for percent in (97, 104, 119)]
            body = "\n".join(
                f"{bid:32}{amount:>16,.2f} EUR" for bid, amount in zip(bids, amounts, strict=True)
            )
        case "lessons":
            body = "\n".join(f"- {lesson}" for lesson in case.domain.lessons)
        case "test_report" | "acceptance":
            body = f"Witnessed on site. {sentence(case.script.what)}: no finding of weight."
        case _:
            reasons = "\n".join(f"- {reason}" for reason in case.domain.reasons)
            body = f"Why: {need}.\n\n{reasons}\n\nDoing nothing was looked at and is not advised."
    return f"{head}{body}\n"
