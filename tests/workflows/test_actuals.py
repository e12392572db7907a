"""Actual costs from a file: every fault at once, refused whole, and the same file twice."""

from decimal import Decimal

import pytest

from domain.act import Act
from tests.money_examples import MONEY_POLICY
from tests.story import Story
from workflows.actuals import Actuals, ActualsReport, ImportActuals
from workflows.projects import WithdrawProject

HEADER = "code,period,kind,amount,currency,date,source_ref"
CAPEX = ("FY2027", "capex")


class Books:
    """An office with two projects, and costs that come in by file."""

    def __init__(self, story: Story) -> None:
        self.office = story.governed(MONEY_POLICY)
        self.codes = [story.proposed("APX-A"), story.proposed("APX-B")]

    def take(self, *lines: str, header: str = HEADER, skip: bool = False) -> ActualsReport:
        content = "\n".join((header, *lines)).encode(errors="surrogateescape")
        return self.raw(content, skip=skip)

    def raw(self, content: bytes, *, skip: bool = False) -> ActualsReport:
        office = self.office
        order = ImportActuals(source="ledger", skip_bad_rows=skip)

        def acts(command: str) -> Act:
            return office.act("pia").changed(command=command)

        return Actuals(office.house.desk, office.house.funds).take(content, order, acts)

    def spent(self, code: str) -> dict[tuple[str, str], Decimal]:
        return self.office.project(code).spent()

    def kinds(self, *lines: str) -> list[tuple[int, str]]:
        return [(fault.line, fault.kind) for fault in self.take(*lines).skipped]


@pytest.fixture
def books(story: Story) -> Books:
    return Books(story)


def test_each_row_is_recorded_by_an_act_of_its_own(books: Books) -> None:
    head = books.office.house.log.head()
    report = books.take(
        "APX-A,FY2027,capex,150.00,,2026-01-04,inv 1",
        "",
        "APX-A,FY2027,capex,10.00,GBP,,inv 2",
        "APX-B,FY2027,opex,7,EUR,2026-01-04T10:00:00+01:00,",
    )
    assert (report.refused, report.rows, report.imported) == (False, 3, 3)
    assert books.spent("APX-A") == {CAPEX: Decimal("161.50")}
    assert books.spent("APX-B") == {("FY2027", "opex"): Decimal(7)}
    events = [one.event for one in books.office.house.log.read(head, 10)]
    assert [event.topic for event in events] == ["cost.recorded/1"] * 3
    assert {event.channel.value for event in events} == {"import"}
    assert len({event.command for event in events}) == 3
    assert events[0].effective_at.isoformat() == "2026-01-04T00:00:00+00:00"


def test_the_same_file_twice_changes_nothing(books: Books) -> None:
    lines = ("APX-A,FY2027,capex,150.00,,,inv 1", "APX-A,FY2027,capex,150.00,,,")
    books.take(*lines)
    head = books.office.house.log.head()
    report = books.take(*lines)
    assert (report.refused, report.imported, report.already_known) == (False, 0, 2)
    assert books.office.house.log.head() == head
    more = books.take(*lines, "APX-A,FY2027,capex,1,,,inv 2")
    assert (more.imported, more.already_known) == (1, 2)


def test_a_row_that_says_something_else_now_is_a_fault(books: Books) -> None:
    books.take("APX-A,FY2027,capex,150.00,,,inv 1")
    report = books.take("APX-A,FY2027,capex,151.00,,,inv 1")
    assert report.refused
    assert [fault.kind for fault in report.skipped] == ["changed_row"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("APX-Z,FY2027,capex,1,,,", "unknown_project"),
        (",FY2027,capex,1,,,", "unknown_project"),
        ("APX-A,FY2027-Q1,capex,1,,,", "unknown_period"),
        ("APX-A,,capex,1,,,", "unknown_period"),
        ("APX-A,FY2027,cash,1,,,", "unknown_kind"),
        ("APX-A,FY2027,capex,1,XAU,,", "unknown_currency"),
        ("APX-A,FY2027,capex,1,USD,,", "unknown_currency"),
        ("APX-A,FY2027,capex,,,,", "bad_amount"),
        ("APX-A,FY2027,capex,ten,,,", "bad_amount"),
        ("APX-A,FY2027,capex,1e3,,,", "bad_amount"),
        ("APX-A,FY2027,capex,-1,,,", "bad_amount"),
        ("APX-A,FY2027,capex,0.001,,,", "bad_amount"),
        ('APX-A,FY2027,capex,"1,000",,,', "bad_amount"),
        ("APX-A,FY2027,capex,1,,yesterday,", "bad_date"),
        ("APX-A,FY2027,capex,1,,2026-02-30,", "bad_date"),
        ("APX-A,FY2027,capex,1,,0001-01-01,", "bad_date"),
        ("APX-A,FY2027,capex,1,,2026-01-04T10:00:00,", "bad_date"),
        ("APX-A,FY2027,capex,1,,2027-01-04,", "after_now"),
        ("APX-A,FY2027,capex,1,,", "malformed"),
        ("APX-A,FY2027,capex,1,,,\x07", "malformed"),
        ("APX-A,FY2027,capex,1,,,\udcff", "malformed"),
        (f"APX-A,FY2027,capex,1,,,{'x' * 201}", "malformed"),
        ("APX-A,FY2027,capex,1,,,inv 1", "repeated_row"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_what_is_wrong(
    books: Books, line: str, kind: str
) -> None:
    head = books.office.house.log.head()
    assert books.kinds("APX-A,FY2027,capex,1,,,inv 1", line) == [(3, kind)]
    assert books.office.house.log.head() == head


def test_every_fault_of_every_row_is_told_at_once(books: Books) -> None:
    found = books.kinds("APX-A,FY27,cash,x,XAU,never,", "APX-B,FY2027,capex,-1,,,")
    assert found == [
        (2, "bad_amount"),
        (2, "bad_date"),
        (2, "unknown_currency"),
        (2, "unknown_kind"),
        (2, "unknown_period"),
        (3, "bad_amount"),
    ]


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        ("code,period,amount", ["missing_column"]),
        ("code,period,kind,amount,colour", ["unknown_column"]),
        ("code,period,kind,amount,kind", ["unknown_column"]),
        ("", ["missing_column"] * 4),
    ],
)
def test_a_file_without_its_columns_is_refused_whatever_is_asked(
    books: Books, header: str, kinds: list[str]
) -> None:
    report = books.take("APX-A,FY2027,capex,1", header=header, skip=True)
    assert report.refused
    assert [fault.kind for fault in report.skipped] == kinds


def test_an_empty_file_is_refused(books: Books) -> None:
    assert books.raw(b"").refused


def test_bad_rows_are_left_out_where_that_is_asked(books: Books) -> None:
    lines = ("APX-A,FY2027,capex,1,,,", "APX-Z,FY2027,capex,1,,,", '"APX-A" x,FY2027,capex,1,,,')
    assert books.take(*lines).refused
    report = books.take(*lines, skip=True)
    assert (report.refused, report.rows, report.imported) == (False, 3, 1)
    assert [fault.line for fault in report.skipped] == [3, 4]


def test_late_costs_count_whatever_became_of_the_project(books: Books) -> None:
    code = books.codes[0]
    office = books.office
    office.house.projects.withdraw(code, _withdrawal(), office.act("pia"))
    assert books.take(f"{code},FY2027,capex,5,,,").imported == 1


def test_a_project_whose_policy_has_no_money_is_named(story: Story) -> None:
    story.governed()
    books = Books.__new__(Books)
    books.office = story
    story.proposed("APX-A")
    assert books.kinds("APX-A,FY2027,capex,1,,,") == [(2, "not_in_policy")]


def _withdrawal() -> WithdrawProject:
    return WithdrawProject.model_validate({"reason": "No longer needed."})
