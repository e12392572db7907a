"""What projects of the demo promise, change, owe and spend."""

from datetime import date, timedelta
from decimal import Decimal

from api.demo.case import RATE, STEP, Case, euros, rounded, sentence
from api.demo.hearing import Brief, Hearing
from api.demo.office import Life, text_of
from api.demo.script import Step, everywhere
from domain.baseline_events import Benefit
from domain.change_commands import RequestChange
from domain.conditions import SatisfyCondition
from domain.funding import RecordCost
from domain.money import Money
from domain.pack import PackOption
from domain.review_commands import OpenReview
from domain.words import Standing

DAYS_BETWEEN_COSTS = 33
DEAREST_PERCENT = 109


def request_plan(case: Case) -> int:
    """Ask for the plan of a project to become its first baseline; return the request's number."""
    saved = Benefit(name="saving", money=rounded_euros(case, 15), due=later(case.finishes, 52))
    served = Benefit(
        name="households",
        number=Decimal(case.office.chance.number(f"served {case.label}", 3, 90) * 50),
        unit="households",
        due=later(case.finishes, 4),
    )
    command = RequestChange(
        lines=case.lines(),
        start=case.starts,
        finish=case.finishes,
        benefits=(saved, served),
        scope=f"In: {case.script.what}, with its tests and training. Out: private ground.",
        reason="The plan as it was tendered.",
    )
    return _requested(case, command)


def plan_change(case: Case, turns: tuple[str, ...]) -> int:
    """Ask for another baseline in time, cost or scope; return the request's number."""
    reason = sentence(case.words("{trouble}", f"change {case.office.today}")) + "."
    current = case.office.project(case.code).promises.current
    assert current is not None, "a project in delivery has a baseline"
    finish = current.promise.finish
    if "cost" in turns:
        command = RequestChange(
            lines=case.lines(DEAREST_PERCENT), finish=later(finish, 3), reason=reason
        )
    elif "scope" in turns:
        scope = f"In: {case.script.what} and the access road. Out: private ground."
        command = RequestChange(scope=scope, reason=reason)
    else:
        command = RequestChange(finish=later(finish, 9), reason=reason)
    return _requested(case, command)


def _requested(case: Case, command: RequestChange) -> int:
    act = case.office.act(case.manager)
    content = case.office.house.changes.request(case.code, command, act).content
    return int(str(content["change"]))


# --- what an approval asks for afterwards ---------------------------------------------------------


def oblige(case: Case, stream: str, step: Step, options: tuple[PackOption, ...]) -> None:
    """Begin what follows a ruling: costs, conditions met or not, the wait for a round."""
    begun = case.office.begun
    if step.about == "invest" and step.option != "rework":
        held = case.office.house.desk.load().portfolio(case.payer).holds(case.code)
        case.funded = bool(held)
        if case.funded:
            begun.append(costs(case))
        else:
            case.office.waiting[case.payer].append(case.code)
    taken = next(option for option in options if option.id == step.option)
    for condition in taken.conditions:
        fate = next((t for t in reversed(step.turns) if t in FATES), "met")
        if fate == "waived":
            begun.append(_waived(case, stream))
        elif fate not in {"missed", "due"}:
            days = (condition.due - case.office.today).days + (9 if fate == "late" else -8)
            begun.append(_met(case, condition.id, str(condition.evidence), days))


FATES = frozenset({"met", "late", "missed", "due", "waived"})
"""What becomes of a condition."""


def _met(case: Case, condition: str, evidence: str, days: int) -> Life:
    yield case.office.after(days, f"meet {case.label} {condition}")
    title = f"{case.script.title}: {evidence}\n"
    sha256 = case.office.attach(
        case.code, evidence, f"{title}Shown on {case.office.today:%d.%m.%Y}.\n", case.manager
    )
    command = SatisfyCondition(sha256=sha256, comment="As asked for; see the file.")
    act = case.office.act(case.manager)
    case.office.house.conditions.satisfy(case.code, condition, command, act)


def _waived(case: Case, stream: str) -> Life:
    """Let the board that imposed a condition give it up."""
    office = case.office
    yield office.after(24, f"waive {case.label}")
    condition = next(
        name for name, one in office.project(case.code).conditions.items() if one.ruling == stream
    )
    command = OpenReview(project=case.code, matter="waive", condition=condition)
    content = office.house.reviews.open(command, office.act(case.manager)).content
    review = text_of(content, "review")
    brief = Brief(
        by=case.manager,
        request=case.words(everywhere()["request"]["waive"], "waive"),
        reasons=None,
        option="waive",
        options=(PackOption(id="waive"), PackOption(id="decline")),
        conditions={},
    )
    yield from Hearing(office, review, brief).play()


# --- what is spent --------------------------------------------------------------------------------


def costs(case: Case) -> Life:
    """Record what a project spends, month by month, while its works go on."""
    begin, number = case.office.today, 0
    while True:
        number += 1
        yield case.office.after(DAYS_BETWEEN_COSTS, f"cost {case.label} {number}")
        project = case.office.project(case.code)
        if project.standing in {Standing.CLOSED, Standing.CANCELLED, Standing.REJECTED}:
            return
        if case.office.today > later(case.finishes, 6):
            return
        if project.standing is Standing.ACTIVE:
            _record(case, begin, number)


def _record(case: Case, begin: date, number: int) -> None:
    year = f"FY{case.office.today.year}"
    first = max(begin, date(case.office.today.year, 1, 1))
    last = min(case.finishes, date(case.office.today.year, 12, 31))
    times = max(1, (last - first).days // DAYS_BETWEEN_COSTS)
    spent = case.office.project(case.code).spent()
    percent = case.office.chance.number(f"spent {case.label} {number}", 80, 125)
    most = case.office.chance.number(f"most {case.label}", 88, DEAREST_PERCENT - 4)
    lines = []
    for line in case.lines():
        rate = RATE if line.amount.currency == "USD" else Decimal(1)
        left = line.amount.amount * most / 100 - spent.get(line.cell, Decimal(0)) / rate
        due = min(left, line.amount.amount * percent / 100 / times)
        if line.period == year and due > STEP:
            lines.append(line.changed(amount=line.amount.changed(amount=rounded(due))))
    if lines:
        bidder = case.office.chance.pick(f"paid {case.label}", everywhere()["bidders"])
        command = RecordCost(lines=tuple(lines), source=f"{bidder}, invoice {number}")
        act = case.office.act(case.manager)
        case.office.house.funds.record_cost(case.code, command, act)


def later(day: date, weeks: int) -> date:
    """Return a day so many weeks later."""
    return day + timedelta(weeks=weeks)


def rounded_euros(case: Case, percent: int) -> Money:
    """Return a share of what the project asks for, in whole hundreds of euros."""
    return euros(rounded(case.requested.amount * percent / 100))
