"""A generator of books: an office of any number of projects, and whatever is planted in it."""

import datetime
from copy import deepcopy
from decimal import Decimal
from typing import Any

from tests.money_examples import MONEY_POLICY
from tests.story import Story
from workflows.book_template import Rows, write_book
from workflows.governing import AdoptPolicy
from workflows.policy_text import read_policy
from workflows.takeons import TakeonReport

POLICY = read_policy(MONEY_POLICY, "works").policy
CUT_OVER = datetime.date(2026, 1, 2)
ABOUT: dict[str, Any] = {
    "Office": "City works", "Cut-over date": CUT_OVER, "Prepared by": "Olga Ott",
}  # fmt: skip
PHASES = (("idea", "proposed"), ("building", "active"), ("building", "on hold"), ("done", "closed"))

Book = dict[str, list[dict[str, Any]]]


def book_of(projects: int, people: int = 20) -> Book:
    """Return the rows of an office: three portfolios, each project funded, every fifth bound."""
    names = [f"Person {number}" for number in range(people)]
    codes = [f"P-{number:03d}" for number in range(1, projects + 1)]
    homes = [f"PF{number % 3}" for number in range(projects)]
    rows: Book = {
        "People": [{"Name": n, "E-mail": f"{n.replace(' ', '.')}@works.example"} for n in names],
        "Boards and seats": [
            {"Board": "works_board", "Seat": seat, "Person": name, "From": CUT_OVER}
            for seat, name in zip(("chair", "finance", "technical"), names, strict=False)
        ],
        "Portfolios": [
            {"Code": code, "Title": f"Portfolio {code}", "Policy": "works"}
            for code in sorted(set(homes))
        ],
        "Envelopes": [
            _line("Portfolio", code, homes.count(code) * 1000) for code in sorted(set(homes))
        ],
        "Projects": [
            _project(code, home, names, number)
            for number, (code, home) in enumerate(zip(codes, homes, strict=True))
        ],
        "Approved": [_line("Project", code, 1000) for code in codes],
        "Open conditions": [
            {"Project": code, "Name": "staffing", "Text": f"Staff {code}.",
             "Owner": names[1], "Due": datetime.date(2026, 3, 31)}
            for code in codes[::5]
        ],
    }  # fmt: skip
    return rows


def _line(heading: str, code: str, amount: int) -> dict[str, Any]:
    return {
        heading: code, "Period": "FY2027", "Kind": "capex", "Amount": Decimal(amount),
        "Currency": "EUR",
    }  # fmt: skip


def _project(code: str, home: str, names: list[str], number: int) -> dict[str, Any]:
    phase, standing = PHASES[number % len(PHASES)]
    return {
        "Code": code, "Title": f"Works {code}", "Portfolio": home, "Phase": phase,
        "Standing": standing, "Manager": names[number % len(names)], "Sponsor": names[0],
        "Baseline start": datetime.date(2025, 1, 1), "Baseline finish": datetime.date(2027, 12, 31),
        "Baseline cost": Decimal("1000.50"), "Currency": "EUR",
        "Baseline benefit": Decimal(200), "Benefit due": datetime.date(2028, 12, 31),
        "Last decision": datetime.date(2025, 12, 1), "Decided by": "works_board",
        "Minutes": f"2025/12, item {number}",
    }  # fmt: skip


def written(rows: Rows, about: dict[str, Any] | None = None) -> bytes:
    return write_book(POLICY, range(2025, 2029), {**ABOUT, **(about or {})}, rows)


def planted(rows: Book, sheet: str, row: int, **cells: Any) -> Book:
    """Return rows with some cells of one row, numbered as the spreadsheet counts, changed."""
    changed = deepcopy(rows)
    for heading, value in cells.items():
        changed[sheet][row - 2][heading.replace("_", " ")] = value
    return changed


class Office:
    """An office with a policy in force and nothing else, and the people who take it on."""

    def __init__(self, story: Story) -> None:
        self.story = story
        for name in ("olga", "petra", "cem"):
            story.person(name)
        self.takeons = story.house.takeons
        story.house.governing.adopt(AdoptPolicy(text=MONEY_POLICY), story.act("founder"))

    @property
    def head(self) -> int:
        return self.story.house.log.head()

    def check(self, rows: Rows, about: dict[str, Any] | None = None) -> TakeonReport:
        return self.takeons.check(written(rows, about), self.story.act("olga"))

    def faults(self, rows: Rows, about: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return sheet, row, column and kind of everything that is wrong."""
        found = self.check(rows, about).faults
        return [(fault.sheet, fault.row, fault.column, fault.kind) for fault in found]

    def prepare(self, rows: Rows, by: str = "olga") -> str:
        report = self.takeons.prepare(written(rows), self.story.act(by))
        assert not report.faults
        return str(report.book)

    def taken_on(self, rows: Rows) -> str:
        """Olga prepares a book and Petra confirms it; returns its digest."""
        digest = self.prepare(rows)
        self.takeons.confirm(digest, self.story.act("petra"))
        return digest
