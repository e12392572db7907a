"""The life of one project of the demo: proposed, decided upon step by step, and what follows."""

from collections.abc import Generator
from datetime import date, datetime, timedelta

from api.demo.advice import advised
from api.demo.case import Case
from api.demo.dossier import prepare
from api.demo.hearing import SPOILING, Brief, Hearing
from api.demo.office import Life, text_of
from api.demo.promises import oblige, plan_change, request_plan
from api.demo.script import Step, everywhere
from domain.funding import RequestFunds
from domain.pack import Condition, PackOption
from domain.policy import Matter
from domain.project_acts import ProposeProject
from domain.review_commands import OpenReview, ReportRuling
from workflows.projects import WithdrawProject

ASKED_PERCENT = 30
HEAD = "marlene"


def life(case: Case) -> Life:
    """Play a project from its proposal to where it stands on the day of loading."""
    office = case.office
    yield office.moment(case.begins, f"propose {case.label}")
    command = ProposeProject(
        portfolio=case.portfolio, title=case.script.title, requested=case.requested
    )
    content = office.house.projects.propose(command, office.act(case.manager)).content
    case.code = text_of(content, "project")
    for due, step in case.steps:
        yield from _step(case, step, due)
    if case.script.now is not None:
        yield from _open_today(case)


def _step(case: Case, step: Step, due: date) -> Life:
    office = case.office
    yield max(office.moment(due, f"{step.about} {case.label}"), office.after(2, f"{due} {step}"))
    match step.about:
        case "withdraw":
            withdrawal = WithdrawProject(reason=everywhere()["withdraw"])
            office.house.projects.withdraw(case.code, withdrawal, office.act(case.manager))
        case "funded":
            yield from _awaited(case)
        case _ if "reported" in step.turns:
            yield from _reported(case, step)
        case _:
            if "transferred" in step.turns:
                yield from decided(case, Step(0, "transfer", "transfer"), due)
            yield from decided(case, step, due)


def decided(case: Case, step: Step, due: date) -> Life:
    """Let a board decide on a step; where a turn spoils it, once more some weeks later."""
    hearing = yield from _heard(case, step, due)
    if SPOILING & set(step.turns) and hearing.verdict != step.option and step.option != "rework":
        yield case.office.after(9, f"again {case.label} {step.about}")
        plain = tuple(turn for turn in step.turns if turn not in SPOILING)
        yield from _heard(case, step._replace(turns=plain), due)


def _heard(case: Case, step: Step, due: date) -> Generator[datetime, None, Hearing]:
    stream = opened(case, step)
    options, words = put(case, stream, step, due)
    hearing = Hearing(case.office, stream, brief(case, step, options, words))
    yield from hearing.play()
    case.last_ruling = stream
    if hearing.verdict == step.option:
        oblige(case, stream, step, options)
    return hearing


def opened(case: Case, step: Step) -> str:
    """Open the review of a step, with what is to be known for it; return its stream."""
    office = case.office
    prepare(case, step.about, step.turns)
    fields: dict[str, object] = {"project": case.code}
    is_gate = office.policy.lifecycle.gate(step.about) is not None
    fields["gate" if is_gate else "matter"] = step.about
    match step.about:
        case "invest":
            lines = RequestFunds(lines=case.lines())
            office.house.funds.request(case.code, lines, office.act(case.manager))
            fields["change"] = request_plan(case)
        case "change":
            fields["change"] = plan_change(case, step.turns)
        case "transfer":
            fields["portfolio"] = case.payer
        case "waive":
            fields["condition"] = next(iter(office.project(case.code).conditions))
        case "set_aside" | "revoke":
            fields["undo"] = case.last_ruling
        case _:
            pass
    command = OpenReview.model_validate(fields)
    content = office.house.reviews.open(command, office.act(case.manager)).content
    return text_of(content, "review")


def put(
    case: Case, stream: str, step: Step, due: date
) -> tuple[tuple[PackOption, ...], dict[str, str]]:
    """Return the options put before a board, and the words of their conditions."""
    review = case.office.review(stream)
    matter: Matter = case.office.policy.matters[review.matter]
    conditions, words = _conditions(case, step)
    fields = {
        "amounts": case.lines(),
        "conditions": conditions,
        "review_date": _review_date(case, due),
    }
    options = []
    for option in matter.options:
        # What needs more than an amount is put only where it is the one hoped for.
        if option.id == step.option or not {"conditions", "review_date"} & set(option.requires):
            given = {name: fields[name] for name in option.requires}
            options.append(PackOption.model_validate({"id": option.id, **given}))
    return tuple(options), words if step.option.startswith("conditional") else {}


def _conditions(case: Case, step: Step) -> tuple[tuple[Condition, ...], dict[str, str]]:
    text, evidence = case.office.chance.pick(
        f"condition {case.label} {step.about}", case.domain.conditions
    )
    today = case.office.today
    weeks = 20 if "due" in step.turns else 6
    name = f"{step.about}_{evidence}"
    condition = Condition(
        id=name,
        owner=case.office.ids[case.manager],
        due=today + timedelta(weeks=weeks),
        evidence=evidence,
    )
    return (condition,), {name: f"{text}."}


def _review_date(case: Case, due: date) -> date:
    if case.script.review is not None:
        return case.office.days.today + timedelta(days=case.script.review)
    later = [day for day, step in case.steps if day > due and step.about == "resume"]
    return later[0] if later else case.office.today + timedelta(weeks=26)


def brief(case: Case, step: Step, options: tuple[PackOption, ...], words: dict[str, str]) -> Brief:
    """Return what is put before a board, in the words of this project."""
    label, common = f"{step.about} {case.office.today}", everywhere()
    reasons = common["reasons"].get(step.about, case.domain.reasons)
    asked = 2 if "asked" in step.turns else 0
    if case.office.chance.happens(f"asked {case.label} {label}", ASKED_PERCENT):
        asked = max(asked, 1)
    return Brief(
        by=case.manager,
        request=case.words(common["request"][step.about], label, _day(case, step)),
        reasons=case.drawn(f"reasons {label}", reasons),
        option=step.option,
        options=options,
        conditions=words,
        turns=step.turns,
        questions=case.drawn_first(f"questions {label}", case.domain.questions)[:asked],
        advice=advised(case, step, label),
    )


def _day(case: Case, step: Step) -> date:
    """Return the day a request names: the tender before an investment, else the end of works."""
    if step.about in {"commission", "handover"}:
        return case.office.today + timedelta(days=16)
    return max(case.starts, case.office.today) if step.about == "scope" else case.finishes


def _awaited(case: Case) -> Life:
    """Wait until a funding round has given the project its money."""
    while not case.funded:
        yield case.office.after(7, f"await {case.label}")


def _reported(case: Case, step: Step) -> Life:
    """Let the head decide elsewhere, and the decision be recorded and confirmed afterwards."""
    office = case.office
    prepare(case, step.about, step.turns)
    decided_at = office.now
    yield office.after(4, f"report {case.label}")
    text = everywhere()["minutes"].format(day=f"{office.today:%d.%m.%Y}", what=case.script.what)
    minutes = office.attach(case.code, "minutes", f"{text}\n", case.manager)
    command = ReportRuling(
        project=case.code,
        gate=step.about,
        option=step.option,
        decided_by=office.ids[HEAD],
        decided_at=decided_at,
        minutes=minutes,
    )
    content = office.house.rulings.report(command, office.act(case.manager)).content
    yield office.after(1, f"confirm {case.label}")
    office.house.rulings.confirm(text_of(content, "review"), office.act(HEAD))


def _open_today(case: Case) -> Life:
    """Open a review that is not over on the day of loading, with some ballots cast."""
    about, option, days, ballots, *turns = str(case.script.now).split()
    step = Step(0, about, option, ("due", *turns))
    due = case.office.days.today - timedelta(days=int(days))
    yield max(case.office.moment(due, f"now {case.label}"), case.office.after(1, case.label))
    stream = opened(case, step)
    options, words = put(case, stream, step, due)
    hearing = Hearing(case.office, stream, brief(case, step, options, words))
    yield from hearing.some(int(ballots))
