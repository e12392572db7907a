"""How a portfolio stands: money by period and kind, and its projects by phase and standing.

Every total is the sum of the rows it is given with, so neither can say anything the other does not.
To whom some projects are not shown, the rows of those come as one, with their number and no names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from domain.event import stream_code
from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.money import MONEY, cell_parts, portfolio_key
from projections.portfolios import PORTFOLIOS
from projections.priorities import PRIORITIES, RankedProject, order_of
from projections.reading import Answer, Page, Reading, Version, Views
from projections.register import REGISTER
from projections.view import State

ALL = Page(limit=None)
_ZERO = Decimal(0)


class Sums(NamedTuple):
    """What became of money, in the planning currency except for what was asked for.

    Attributes:
        requested: the latest requests by currency, as asked for; no rate is on record for them.
        funded, unfunded: approved, with and without money of the envelope.
        allocated, released: taken from the envelope, and given back.
        actual: what was spent.
        rates: planning rates used, as pairs of currency and rate.
    """

    requested: tuple[tuple[str, Decimal], ...] = ()
    funded: Decimal = _ZERO
    unfunded: Decimal = _ZERO
    allocated: Decimal = _ZERO
    released: Decimal = _ZERO
    actual: Decimal = _ZERO
    rates: tuple[tuple[str, str], ...] = ()

    @property
    def approved(self) -> Decimal:
        """Return what was approved, whether the money was there or not."""
        return self.funded + self.unfunded

    @property
    def held(self) -> Decimal:
        """Return what was allocated and not given back."""
        return self.allocated - self.released


class MoneyRow(NamedTuple):
    """The money of one project in one period and of one kind."""

    project: str
    title: str
    phase: str
    standing: str
    sums: Sums

    @property
    def overspent(self) -> Decimal:
        """Return what was spent beyond what the project holds."""
        return max(self.sums.actual - self.sums.held, _ZERO)


class ClosedPeriod(NamedTuple):
    """A period in which nothing is allocated any more.

    Attributes:
        into: the period into which unspent money was carried, if any.
        ruling: review that closed it. position: where in the log.
    """

    period: str
    into: str | None
    ruling: str
    position: int


class MoneyCell(NamedTuple):
    """The money of one period and kind, with the rows it is made of.

    Attributes:
        currency: the planning currency; absent while nothing but requests is known.
        envelope: what may be allocated; absent where none was set.
        rows: one for each project.
        not_shown: how many projects are left out of the rows. hidden: the sum of theirs.
        closed: whether the period is closed.
    """

    period: str
    kind: str
    currency: str | None
    envelope: Decimal | None
    rows: tuple[MoneyRow, ...]
    not_shown: int = 0
    hidden: Sums = Sums()
    closed: bool = False

    @property
    def total(self) -> Sums:
        """Return the sum of the rows, and of those left out."""
        return summed((*(row.sums for row in self.rows), self.hidden))

    @property
    def overspent(self) -> Decimal:
        """Return the sum of what projects spent beyond what they hold."""
        return sum((row.overspent for row in self.rows), _ZERO)

    @property
    def free(self) -> Decimal:
        """Return what is left to allocate."""
        return (self.envelope or _ZERO) - self.total.held


class PortfolioMoney(NamedTuple):
    """One portfolio.

    Attributes:
        version: version of its stream.
        cells: in the order of periods and kinds.
        phases, standings: number of its projects by phase and by standing.
        not_shown: number of its projects that are in neither, being hidden.
        order: its projects that have a rank, the most important one first.
        closed: periods that were closed, in the order of closing.
    """

    code: str
    title: str
    policy: str
    version: int
    cells: tuple[MoneyCell, ...]
    phases: Mapping[str, int]
    standings: Mapping[str, int]
    not_shown: int = 0
    order: tuple[RankedProject, ...] = ()
    closed: tuple[ClosedPeriod, ...] = ()


def portfolio_money(views: Views, code: str, asked: AsOf | None = None) -> Answer[PortfolioMoney]:
    """Return how a portfolio stands, all of it read at one place.

    Raises:
        NotKnown: there was no such portfolio then.
        ViewStopped: one of the views met an event it cannot fold.
    """
    with views.at(asked, PORTFOLIOS, MONEY, REGISTER, PRIORITIES) as reading:
        chartered = reading.state(PORTFOLIOS, code)
        if chartered is None:
            raise _unknown(code, reading)
        projects = {
            version.key: version.state
            for version in reading.ordered(REGISTER, ALL, code, {"portfolio": code})
        }
        closed = tuple(ClosedPeriod(**one) for one in _known(reading, code)["closed"])
        stands = PortfolioMoney(
            code=code,
            title=chartered["title"],
            policy=chartered["policy"],
            version=_version(reading, code),
            cells=_cells(reading, code, projects, {one.period for one in closed}),
            closed=closed,
            phases=_counted(projects, "phase"),
            standings=_counted(projects, "standing"),
            not_shown=reading.not_shown,
            order=tuple(one for one in order_of(reading, code).order if one.rank is not None),
        )
        return reading.answer(stands)


def portfolio_version(views: Views, code: str, asked: AsOf | None = None) -> Answer[int]:
    """Return the version of a portfolio's stream.

    Raises:
        NotKnown: there was no such portfolio then.
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, MONEY) as reading:
        return reading.answer(_version(reading, code))


def summed(every: Iterable[Sums]) -> Sums:
    """Return the sum of some sums."""
    rows = tuple(every)
    requested: defaultdict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in (one for row in rows for one in row.requested):
        requested[currency] += amount
    return Sums(
        requested=tuple(sorted(requested.items())),
        funded=sum((row.funded for row in rows), _ZERO),
        unfunded=sum((row.unfunded for row in rows), _ZERO),
        allocated=sum((row.allocated for row in rows), _ZERO),
        released=sum((row.released for row in rows), _ZERO),
        actual=sum((row.actual for row in rows), _ZERO),
        rates=tuple(sorted({rate for row in rows for rate in row.rates})),
    )


def _version(reading: Reading, code: str) -> int:
    version: int = _known(reading, code)["version"]
    return version


def _known(reading: Reading, code: str) -> State:
    known = reading.state(MONEY, portfolio_key(code))
    if known is None:
        raise _unknown(code, reading)
    return known


def _unknown(code: str, reading: Reading) -> NotKnown:
    return NotKnown(f"there is no portfolio {code} at position {reading.position}")


def _counted(projects: Mapping[str, State], column: str) -> dict[str, int]:
    return dict(sorted(Counter(state[column] for state in projects.values()).items()))


def _cells(
    reading: Reading, code: str, members: Mapping[str, State], closed: set[str]
) -> tuple[MoneyCell, ...]:
    envelopes: dict[tuple[str, str], State] = {}
    rows: defaultdict[tuple[str, str], dict[str, Sums]] = defaultdict(dict)
    currencies: dict[tuple[str, str], str] = {}
    plans: list[Version] = []
    hidden = frozenset(stream_code(project) for project in reading.hidden)
    for version in reading.ordered(MONEY, ALL, code):
        parts = cell_parts(version.key)
        if parts is None:
            plans.append(version)
            continue
        cell = parts[2:]
        currencies[cell] = version.state["currency"]
        if parts[1]:
            rows[cell][parts[1]] = _sums(version.state)
        else:
            envelopes[cell] = version.state
    for plan in plans:
        if plan.state["portfolios"][-1] == code:
            _add_requests(rows, plan)
    known = dict(members)
    return tuple(
        MoneyCell(
            *cell,
            currency=currencies.get(cell),
            envelope=Decimal(envelopes[cell]["amount"]) if cell in envelopes else None,
            closed=cell[0] in closed,
            rows=tuple(
                _row(reading, known, project, sums)
                for project, sums in sorted(rows[cell].items())
                if project not in hidden
            ),
            not_shown=len(hidden.intersection(rows[cell])),
            hidden=summed(sums for project, sums in rows[cell].items() if project in hidden),
        )
        for cell in sorted({*envelopes, *rows})
    )


def _sums(state: State) -> Sums:
    return Sums(
        actual=sum(map(Decimal, state["costs"].values()), _ZERO),
        funded=Decimal(state["funded"]),
        unfunded=Decimal(state["unfunded"]),
        allocated=Decimal(state["allocated"]),
        released=Decimal(state["released"]),
        rates=tuple((currency, rate) for currency, rate in state["rates"]),
    )


def _add_requests(rows: dict[tuple[str, str], dict[str, Sums]], plan: Version) -> None:
    code = plan.key.partition(":")[2]
    for line in plan.state["requested"]:
        money, cell = line["amount"], (line["period"], line["kind"])
        asked = Sums(requested=((money["currency"], Decimal(money["amount"])),))
        rows[cell][code] = summed((rows[cell].get(code, Sums()), asked))


def _row(reading: Reading, known: dict[str, State], project: str, sums: Sums) -> MoneyRow:
    """Return the row of a project, which may belong to another portfolio by now."""
    if project not in known:
        known[project] = reading.state(REGISTER, project) or _NOWHERE
    state = known[project]
    return MoneyRow(project, state["title"], state["phase"], state["standing"], sums)


_NOWHERE: State = dict.fromkeys(("title", "phase", "standing"), "")
