"""A small book that is filled: what a head of office looks at before filling her own.

Every row fits the policy it is made from, so that checking the example finds nothing wrong.
"""

import datetime
from decimal import Decimal

from domain.lifecycle import brought_forward
from domain.policy import Policy
from domain.words import Standing
from workflows.book_form import CUT_OVER, OFFICE, PREPARED_BY
from workflows.book_template import RowGiven, Rows, periods

NAMES = ("Anna Adler", "Bruno Bach", "Clara Conrad")
PORTFOLIO = "EXAMPLE"


def example_about(day: datetime.date) -> dict[str, str | datetime.date]:
    """Return what the sheet `About` of the example says."""
    return {OFFICE: "Example office", CUT_OVER: day, PREPARED_BY: NAMES[0]}


def example_rows(policy: Policy, day: datetime.date) -> Rows:
    """Return the rows of the example, for a cut-over on a day."""
    board = next(iter(policy.boards))
    seats = policy.boards[board].seats
    rows: dict[str, list[RowGiven]] = {
        "People": [
            {"Name": name, "E-mail": f"{name.replace(' ', '.').lower()}@example.org"}
            for name in NAMES
        ],
        "Boards and seats": [
            {"Board": board, "Seat": seat.id, "Person": name, "From": day}
            for seat, name in zip(seats, NAMES, strict=False)
        ],
        "Portfolios": [{"Code": PORTFOLIO, "Title": "Example portfolio", "Policy": policy.policy}],
        "Projects": _projects(policy, board, day),
        "Open conditions": [
            {
                "Project": "EX-1",
                "Name": "staffing",
                "Text": "Name a second engineer.",
                "Owner": NAMES[1],
                "Due": day + datetime.timedelta(days=60),
            }
        ],
    }
    return rows | _money(policy, day)


def _projects(policy: Policy, board: str, day: datetime.date) -> list[RowGiven]:
    going = [one for one in policy.lifecycle.phases if one.standing is Standing.ACTIVE]
    started = (going or [policy.lifecycle.phases[0]])[0]
    currency = "EUR" if policy.money is None else policy.money.currency
    first: RowGiven = {
        "Code": "EX-1",
        "Title": "New control room",
        "Portfolio": PORTFOLIO,
        "Phase": started.id,
        "Standing": started.standing,
        "Manager": NAMES[1],
        "Sponsor": NAMES[2],
        "Baseline start": day - datetime.timedelta(days=90),
        "Baseline finish": day + datetime.timedelta(days=270),
        "Baseline cost": Decimal("250000.00"),
        "Baseline benefit": Decimal("60000.00"),
        "Benefit due": day + datetime.timedelta(days=640),
        "Currency": currency,
        "Last decision": day - datetime.timedelta(days=30),
        "Decided by": board,
        "Minutes": "Minutes 12, item 3",
    }
    second: RowGiven = {
        "Code": "EX-2",
        "Title": "Archive moved",
        "Portfolio": PORTFOLIO,
        "Phase": started.id,
        "Standing": _resting(policy, started.id),
        "Manager": NAMES[2],
    }
    return [first, second]


def _resting(policy: Policy, name: str) -> Standing:
    phase = policy.lifecycle.phase(name)
    assert phase is not None
    holds = brought_forward(policy.lifecycle, phase, Standing.ON_HOLD)
    return phase.standing if holds is None else Standing.ON_HOLD


def _money(policy: Policy, day: datetime.date) -> dict[str, list[RowGiven]]:
    rule = policy.money
    if rule is None:
        return {}
    period, kind = periods(rule, [day.year])[0], rule.kinds[0]
    line = {"Period": period, "Kind": kind, "Currency": rule.currency}
    return {
        "Envelopes": [{"Portfolio": PORTFOLIO, **line, "Amount": Decimal("1000000.00")}],
        "Approved": [{"Project": "EX-1", **line, "Amount": Decimal("250000.00")}],
    }
