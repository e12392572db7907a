"""How portfolios stand: totals equal their rows, at every place of any history of money."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import portfolio as portfolios
from domain import project as projects
from domain.dividing import divide
from domain.division import Source
from domain.effects import Ordered
from domain.event import Draft
from domain.funding import (
    RecordCost,
    RequestFunds,
    allocate,
    record_cost,
    release,
    request,
    set_envelope,
)
from domain.funds import Line, planned
from domain.pack import PackOption
from domain.parts import Part
from domain.policy import EffectRule, Lifecycle
from domain.policy_money import MoneyRule
from domain.portfolio import Portfolio
from domain.portfolio_events import NumberGiven, PortfolioChartered
from domain.project import Project
from domain.project_events import ProjectProposed, ProjectTransferred
from domain.refusals import NotKnown, Refused
from domain.words import Standing
from projections.every import VIEWS
from projections.portfolio_money import PortfolioMoney, portfolio_money, portfolio_version, summed
from projections.reading import Answer, Views
from projections.runner import Runner
from tests.projections.asking import Until, place
from tests.projections.histories import Author
from tests.workflows.dividing import lines_of
from tests.workflows.dividing import summed as summed_up
from workflows import machine
from workflows.store.sqlite import SQLiteLog, open_memory_log

unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REFUSING = MoneyRule.model_validate(
    {"currency": "EUR", "kinds": ["capex", "opex"], "rates": {"FY2027": {"GBP": "1.15"}}}
)
LENIENT = REFUSING.changed(when_short="approve_unfunded")
PORTFOLIOS = ("A", "B")
CODES = ("P-1", "P-2", "P-3")
PARTS = ("N-1", "N-2")
"""Projects that a merge or a split may make."""
PLACES = Lifecycle.model_validate(
    {
        "initial": "idea",
        "phases": [
            {"id": "idea", "label": "Idea", "standing": "proposed"},
            {"id": "build", "label": "Build", "standing": "active"},
            {"id": "gone", "label": "Gone", "standing": "superseded"},
        ],
        "gates": [{"id": "start", "from": ["idea"], "to": "build"}],
        "rests": {"superseded": "gone"},
    }
)


class Step(NamedTuple):
    """What happens to money next, in numbers; each is taken modulo what there is."""

    kind: int
    which: int
    other: int
    lines: tuple[tuple[int, int], ...]


OPENING = [
    Step(0, 0, 0, ((0, 901),)),
    Step(2, 0, 0, ((0, 301),)),
    Step(2, 2, 0, ((0, 201),)),
    Step(7, 0, 0, ((0, 51),)),
]
"""Two projects of one portfolio hold money, so that there is something to merge and to split."""
steps = st.lists(
    st.builds(
        Step,
        kind=st.integers(0, 11),
        which=st.integers(0, 2),
        other=st.integers(0, 7),
        lines=st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 900)),
            min_size=1,
            max_size=3,
            unique_by=lambda line: line[0] % 4,
        ).map(tuple),
    ),
    max_size=26,
).map(lambda history: [*OPENING, *history])


class Treasury:
    """Two portfolios and three projects; what the domain decides about them is recorded."""

    def __init__(self, log: SQLiteLog) -> None:
        self.author = Author(log)
        self.states: dict[str, Any] = {}
        for code in PORTFOLIOS:
            self.write(
                Draft(stream=f"portfolio:{code}", data=PortfolioChartered(title=code, policy="p"))
            )
        for number, code in enumerate(CODES):
            body = ProjectProposed(
                title=f"Title {code}",
                portfolio=PORTFOLIOS[number % 2],
                phase=("idea", "build")[number % 2],
                standing=Standing.PROPOSED,
            )
            self.write(Draft(stream=f"project:{code}", data=body))
        self.author.commit()

    def write(self, *drafts: Draft) -> None:
        for draft in drafts:
            position = self.author.write(draft.stream, draft.data, corrects=draft.corrects)
            event = self.author.waiting[-1].event
            kind = draft.stream.partition(":")[0]
            evolve: Any = {"portfolio": portfolios.evolve, "project": projects.evolve}[kind]
            self.states[draft.stream] = evolve(self.states.get(draft.stream), event, position)

    def tell(self, history: list[Step]) -> None:
        for step in history:
            try:
                self.write(*self._decided(step))
            except Refused:
                continue
        self.author.commit()

    def project(self, code: str) -> Project:
        found: Project = self.states[f"project:{code}"]
        return found

    def portfolio(self, code: str) -> Portfolio:
        found: Portfolio = self.states[f"portfolio:{code}"]
        return found

    def _decided(self, step: Step) -> tuple[Draft, ...]:
        project = self.project(CODES[step.which])
        own = self.portfolio(project.portfolio)
        lines, rule = _lines(step), LENIENT if step.other % 2 else REFUSING
        match step.kind:
            case 0 | 1:
                lines = tuple(line for line in lines if line.amount.currency == "EUR") or lines
                return set_envelope(self.portfolio(PORTFOLIOS[step.other % 2]), lines, rule, "r")
            case 2 | 3 | 4:
                return allocate(project, own, planned(lines, rule), rule, "r")
            case 5:
                return release(project, own, rule, "r")
            case 6:
                return request(project, RequestFunds(lines=lines), rule)
            case 7 | 8:
                stands = sorted(project.costs)
                wrong = stands[step.other % len(stands)] if stands and step.kind == 8 else None
                command = RecordCost(lines=lines, corrects=wrong)
                return record_cost(project, command, rule, self.author.now)
            case 10 | 11:
                return self._divided(step)
        if step.other % 3 == 0:
            body = NumberGiven(number=step.other, project="N")
            return (Draft(stream=f"portfolio:{own.code}", data=body),)
        return self._transferred(project, PORTFOLIOS[step.other % 2])

    def _divided(self, step: Step) -> tuple[Draft, ...]:
        """Merge two projects, or split one: the first part takes a share, the last the rest."""
        codes = [CODES[step.which]]
        into = [*(codes if step.other % 2 else ()), *PARTS][:2]
        if step.kind == 10:
            codes.append(CODES[(step.which + 1) % 3])
            into = [codes[0] if step.other % 2 else PARTS[step.other % 4 // 2]]
        sources = tuple(self._source(code) for code in codes)
        share = Decimal(step.other) / 7 if len(into) == 2 else Decimal(1)
        whole = summed_up(source.held for source in sources)
        spent = summed_up(source.project.spent() for source in sources)
        parts = tuple(
            Part(
                code=code,
                title=None if code in codes else f"Title {code}",
                allocated=lines_of(shared(whole, share, first=code == into[0])),
                costs=lines_of(shared(spent, share, first=code == into[0])),
            )
            for code in into
        )
        order = Ordered(
            rule=EffectRule(do="merge" if step.kind == 10 else "split"),
            subject=f"project:{codes[0]}",
            option=PackOption(id="go", parts=parts),
            ruling="review:R/1",
        )
        existing = {code: self.states.get(f"project:{code}") for code in into}
        take = partial(machine.take, "0" * 64, PLACES)
        return divide(sources, existing, order, PLACES, "EUR", take)

    def _source(self, code: str) -> Source:
        project = self.project(code)
        return Source(project=project, held=dict(self.portfolio(project.portfolio).holds(code)))

    def _transferred(self, project: Project, to: str) -> tuple[Draft, ...]:
        if project.portfolio == to or self.portfolio(project.portfolio).holds(project.code):
            return ()
        body = ProjectTransferred(portfolio=to, from_portfolio=project.portfolio, ruling="r")
        return (Draft(stream=f"project:{project.code}", data=body),)


def shared(
    amounts: dict[tuple[str, str], Decimal], share: Decimal, *, first: bool
) -> dict[tuple[str, str], Decimal]:
    """A share of each amount in whole cents, or what it leaves."""
    cent = Decimal("0.01")
    shares = {cell: (amount * share).quantize(cent) for cell, amount in amounts.items()}
    return shares if first else {cell: amounts[cell] - shares[cell] for cell in amounts}


def _lines(step: Step) -> tuple[Line, ...]:
    return tuple(
        Line.model_validate(
            {
                "period": ("FY2027", "FY2028")[cell // 2],
                "kind": ("capex", "opex")[cell % 2],
                "amount": {
                    "amount": f"{amount}.{amount % 100:02d}",
                    "currency": "GBP" if amount % 5 == 0 and cell < 2 else "EUR",
                },
            }
        )
        for cell, amount in step.lines
    )


@contextmanager
def told(history: list[Step]) -> Iterator[tuple[Treasury, SQLiteLog, Path]]:
    with TemporaryDirectory() as name:
        log = open_memory_log()
        try:
            treasury = Treasury(log)
            treasury.tell(history)
            yield treasury, log, Path(name)
        finally:
            log.close()


def everything(views: Views, asked: Any = None) -> list[Answer[PortfolioMoney] | str]:
    found: list[Answer[PortfolioMoney] | str] = []
    for code in PORTFOLIOS:
        try:
            found.append(portfolio_money(views, code, asked))
        except NotKnown as refusal:
            found.append(refusal.why)
    return found


@unhurried
@given(steps)
def test_totals_equal_their_rows_at_every_place(history: list[Step]) -> None:
    with told(history) as (_treasury, log, directory):
        runner = Runner(directory, log, VIEWS)
        runner.catch_up()
        for position in range(1, log.head() + 1):
            for answer in everything(runner.reading, place(log, position)):
                if isinstance(answer, str):
                    continue
                assert answer.position == position
                assert_adds_up(answer.found)
        runner.close()


def assert_adds_up(stands: PortfolioMoney) -> None:
    for cell in stands.cells:
        total, rows = cell.total, [row.sums for row in cell.rows]
        assert total == summed(rows)
        for name in ("funded", "unfunded", "allocated", "released", "actual", "approved", "held"):
            assert getattr(total, name) == sum((getattr(row, name) for row in rows), Decimal(0))
        assert cell.free == (cell.envelope or 0) - total.held
        assert cell.free >= 0
        assert all(row.held >= 0 and row.actual >= 0 for row in rows)
    assert sum(stands.standings.values()) == sum(stands.phases.values())


@unhurried
@given(steps)
def test_looking_back_equals_having_stopped(history: list[Step]) -> None:
    with told(history) as (_treasury, log, directory):
        until = Until(log, 0)
        runner = Runner(directory, until, VIEWS, rows_max=3)
        stopped = []
        for until.end in range(1, log.head() + 1):
            runner.catch_up()
            stopped.append(everything(runner.reading))
        for position, then in enumerate(stopped, 1):
            assert everything(runner.reading, place(log, position)) == then
        runner.close()


@unhurried
@given(steps)
def test_the_view_agrees_with_the_domain(history: list[Step]) -> None:
    with told(history) as (treasury, log, directory):
        runner = Runner(directory, log, VIEWS)
        runner.catch_up()
        spent: Counter[tuple[str, str, str]] = Counter()
        for code in PORTFOLIOS:
            stands = portfolio_money(runner.reading, code).found
            kept, members = treasury.portfolio(code), members_of(treasury, code)
            assert stands.version == treasury.author.versions[f"portfolio:{code}"]
            assert stands.version == portfolio_version(runner.reading, code).found
            assert stands.phases == Counter(one.phase for one in members)
            assert stands.standings == Counter(one.standing.value for one in members)
            cells = {(cell.period, cell.kind): cell for cell in stands.cells}
            assert {
                at: cell.envelope for at, cell in cells.items() if cell.envelope is not None
            } == (kept.envelopes)
            for at, cell in cells.items():
                assert (cell.free, cell.total.held) == (kept.free(at), kept.allocated(at))
                assert dict(cell.total.requested) == asked_for(members, at)
                for row in cell.rows:
                    assert row.sums.held == kept.held.get(row.project, {}).get(at, 0)
                    assert row.title == f"Title {row.project}"
                    spent[(row.project, *at)] += row.sums.actual  # type: ignore[assignment]
        assert +spent == Counter(
            {
                (code, *at): amount
                for code in every_code(treasury)
                for at, amount in treasury.project(code).spent().items()
                if amount
            }
        )
        runner.close()


def every_code(treasury: Treasury) -> list[str]:
    return [code for code in (*CODES, *PARTS) if f"project:{code}" in treasury.states]


@unhurried
@given(steps)
def test_a_division_changes_no_sum_over_all_projects(history: list[Step]) -> None:
    with told([]) as (treasury, _log, _directory):
        for step in history:
            before = sums(treasury)
            treasury.tell([step])
            if step.kind in {10, 11}:
                assert sums(treasury) == before


def sums(treasury: Treasury) -> tuple[object, ...]:
    """What portfolios allocated and have free, what all projects hold, and what was spent."""
    projects = [treasury.project(code) for code in every_code(treasury)]
    kept = [treasury.portfolio(code) for code in PORTFOLIOS]
    held = [one.holds(project.code) for one in kept for project in projects]
    return (
        [one.taken for one in kept], summed_up(held), summed_up(one.spent() for one in projects)
    )  # fmt: skip


def members_of(treasury: Treasury, portfolio: str) -> list[Project]:
    every = [treasury.project(code) for code in every_code(treasury)]
    return [project for project in every if project.portfolio == portfolio]


def asked_for(members: list[Project], cell: tuple[str, str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in (line for project in members for line in project.plan if line.cell == cell):
        unit = line.amount.currency
        found[unit] = found.get(unit, Decimal(0)) + line.amount.amount
    return found


# --- Single things, by example -----------------------------------------------------------------


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Treasury, Runner]]:
    log = open_memory_log()
    runner = Runner(tmp_path, log, VIEWS)
    yield Treasury(log), runner
    runner.close()
    log.close()


def step(kind: int, *lines: tuple[int, int], which: int = 0, other: int = 0) -> Step:
    return Step(kind, which, other, lines)


def told_of(asked: tuple[Treasury, Runner], *history: Step) -> dict[str, PortfolioMoney]:
    treasury, runner = asked
    treasury.tell(list(history))
    runner.catch_up()
    return {code: portfolio_money(runner.reading, code).found for code in PORTFOLIOS}


def test_what_is_approved_without_money_is_told_apart(asked: tuple[Treasury, Runner]) -> None:
    stands = told_of(asked, step(0, (0, 101)), step(2, (0, 99)), step(2, (0, 52), other=1))["A"]
    total = stands.cells[0].total
    assert (total.funded, total.unfunded) == (Decimal("99.99"), Decimal("52.52"))
    assert (total.approved, total.held) == (Decimal("152.51"), Decimal("99.99"))
    assert stands.cells[0].free == Decimal("1.02")


def test_requests_stay_in_their_own_currency_and_conversions_name_their_rate(
    asked: tuple[Treasury, Runner],
) -> None:
    history = (
        step(0, (0, 901)), step(6, (0, 100)), step(6, (0, 101), which=2), step(2, (0, 100)),
    )  # fmt: skip
    total = told_of(asked, *history)["A"].cells[0].total
    assert total.requested == (("EUR", Decimal("101.01")), ("GBP", Decimal("100.00")))
    assert (total.held, total.rates) == (Decimal("115.00"), (("GBP", "1.15"),))


def test_a_transferred_project_takes_its_request_along_and_leaves_what_was_spent(
    asked: tuple[Treasury, Runner],
) -> None:
    history = (step(6, (0, 7)), step(7, (0, 9)), step(9, (0, 1), other=1), step(7, (0, 4)))
    stands = told_of(asked, *history)
    before, after = stands["A"].cells[0].total, stands["B"].cells[0].total
    assert (before.requested, before.actual) == ((), Decimal("9.09"))
    assert (after.requested, after.actual) == ((("EUR", Decimal("7.07")),), Decimal("4.04"))
    assert (stands["A"].standings, stands["B"].standings) == ({"proposed": 1}, {"proposed": 2})
    # A correction of what was spent before stays where it was counted.
    corrected = told_of(asked, step(8, (0, 3), other=0))
    assert corrected["A"].cells[0].total.actual == Decimal("3.03")
    assert corrected["B"].cells[0].total.actual == Decimal("4.04")


@pytest.mark.parametrize(
    ("division", "held", "spent"),
    [
        (
            step(11, (0, 1), other=2),
            {"N-1": "86.00", "N-2": "215.01", "P-3": "201.01"},
            {"N-1": "14.72", "N-2": "36.79"},
        ),
        (
            step(11, (0, 1), other=1),
            {"P-1": "43.00", "N-1": "258.01", "P-3": "201.01"},
            {"P-1": "7.36", "N-1": "44.15"},
        ),
        (step(10, (0, 1), which=2, other=1), {"P-3": "502.02"}, {"P-3": "51.51"}),
    ],
)
def test_what_is_divided_leaves_its_sources_and_comes_to_the_parts(
    asked: tuple[Treasury, Runner],
    division: Step,
    held: dict[str, str],
    spent: dict[str, str],
) -> None:
    before = told_of(asked, *OPENING)["A"].cells[0]
    after = told_of(asked, division)["A"].cells[0]
    assert {row.project: str(row.sums.held) for row in after.rows if row.sums.held} == held
    assert {row.project: str(row.sums.actual) for row in after.rows if row.sums.actual} == spent
    assert (after.free, after.total.allocated) == (before.free, before.total.allocated)
    assert after.total.actual == before.total.actual


def test_there_is_no_such_portfolio(asked: tuple[Treasury, Runner]) -> None:
    told_of(asked)
    for ask in (portfolio_money, portfolio_version):
        with pytest.raises(NotKnown, match="there is no portfolio Z"):
            ask(asked[1].reading, "Z")
