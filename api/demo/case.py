"""One project of the demo: when its steps are due, what it costs, and what is written about it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from api.demo import script
from api.demo.chance import Item
from api.demo.office import DemoOffice
from api.demo.script import Domain, ProjectScript, Step
from domain.funds import Line
from domain.money import Money

WEEKS_TO_HANDOVER = 40
"""How long works take where a life says nothing of their end."""
TRANSFERRED_TO = "PWR"
"""Where a project goes that is handed to another portfolio."""
RATE = Decimal("0.9")
STEP = Decimal(100)
"""Plans are written in hundreds of euros."""


class Case:
    """A project that is played.

    Attributes:
        portfolio: where it is proposed. payer: the portfolio it ends in, which pays.
        manager: who leads it.
        steps: its decisions, each with the day it is due.
        code: its code, once it was proposed.
        known: facts and evidence on record, by name.
        funded: whether it holds money.
        last_ruling: the review ruled last.
    """

    def __init__(self, office: DemoOffice, portfolio: str, number: int) -> None:
        """Lay a project out over the calendar."""
        self.office, self.portfolio = office, portfolio
        self.script: ProjectScript = script.projects(portfolio)[number]
        self.domain: Domain = script.domain(self.script.domain)
        managers = script.raw("people")["managers"][portfolio]
        self.manager = str(managers[number % len(managers)])
        self.code, self.known, self.funded = "", set[str](), False
        self.last_ruling = ""
        moves = "transferred" in self.script.turns.values()
        self.payer = TRANSFERRED_TO if moves else portfolio
        self.label = f"{portfolio} {number}"
        self.steps = self._laid_out()
        self.begins = self.steps[0][0] - timedelta(weeks=self.steps[0][1].weeks)
        self.starts, self.finishes = self._works()

    def _laid_out(self) -> list[tuple[date, Step]]:
        life = script.steps(self.script)
        ago = self.script.last + sum(step.weeks for step in life)
        found = []
        for step in (*life, *map(script.step_of, self.script.then)):
            ago -= step.weeks
            found.append((self.office.days.ago(ago), step))
        return found

    def _works(self) -> tuple[date, date]:
        """Return the first and last day of the works, as planned."""
        life = [script.step_of(text) for text in script.raw("projects")["lives"][self.script.life]]
        weeks = self.script.last + sum(step.weeks for step in script.steps(self.script))
        starts = finishes = None
        for step in life:
            weeks -= step.weeks
            if step.about in {"invest", "funded"}:
                starts = self.office.days.ago(weeks)
            if step.about == "handover":
                finishes = self.office.days.ago(weeks)
        first = starts or self.office.days.today
        return first, finishes or first + timedelta(weeks=WEEKS_TO_HANDOVER)

    # --- money --------------------------------------------------------------------------------

    @property
    def requested(self) -> Money:
        """Return what is asked for in all."""
        return euros(self.script.keur * 1000)

    def lines(self, percent: int = 100) -> tuple[Line, ...]:
        """Return the cost by year and kind, spread evenly over the works."""
        years = range(self.starts.year, self.finishes.year + 1)
        whole = max(1, (self.finishes - self.starts).days)
        found = []
        for year in years:
            first = max(self.starts, date(year, 1, 1))
            last = min(self.finishes, date(year + 1, 1, 1))
            part = Decimal(self.script.keur * 10 * percent * max(1, (last - first).days)) / whole
            found += self._of_year(f"FY{year}", part)
        return tuple(found)

    def _of_year(self, year: str, amount: Decimal) -> list[Line]:
        running = amount * (35 if self.script.domain == "it" else 8) / 100
        dollars = self.script.usd
        opex = rounded(running / RATE if dollars else running)
        return [
            Line(period=year, kind="capex", amount=euros(rounded(amount - running))),
            Line(
                period=year,
                kind="opex",
                amount=Money(amount=opex, currency="USD" if dollars else "EUR"),
            ),
        ]

    # --- words --------------------------------------------------------------------------------

    def words(self, template: str, label: str, day: date | None = None) -> str:
        """Return a sentence about this project; the day is the end of its works, if not given."""
        draw = self.office.chance.pick
        amount = f"{self.requested.amount:,.0f} EUR"
        return template.format(
            what=self.script.what,
            amount=amount,
            day=f"{day or self.finishes:%d.%m.%Y}",
            need=draw(f"need {self.label}", self.domain.need),
            trouble=draw(f"trouble {self.label} {label}", self.domain.trouble),
        )

    def drawn(self, what: str, items: Sequence[str]) -> str:
        """Return one of some texts, drawn for this project."""
        return self.office.chance.pick(f"{what} {self.label}", items)

    def drawn_first(self, what: str, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """Return some items, beginning with one that is drawn for this project."""
        first = self.office.chance.number(f"{what} {self.label}", 0, len(items) - 1)
        return (*items[first:], *items[:first])


def sentence(text: str) -> str:
    """Return a text that begins with a capital letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def euros(amount: int | Decimal) -> Money:
    """Return an amount in euros."""
    return Money(amount=Decimal(amount), currency="EUR")


def rounded(amount: Decimal) -> Decimal:
    """Return an amount in whole hundreds, at least one."""
    return max(STEP, (amount / STEP).quantize(Decimal(1)) * STEP)
