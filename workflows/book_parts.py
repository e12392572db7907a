"""Parts of rows that several columns say together: an amount, a promise, the last decision."""

from typing import Any

from domain.words import Standing
from workflows.book_rows import RowCells


def line_of(row: RowCells) -> dict[str, Any] | None:
    """Return the period, kind and amount of a row, None where it lacks one."""
    period, kind, amount = row.text("Period"), row.text("Kind"), row.money("Amount")
    if period is None or kind is None or amount is None:
        return None
    return {"period": period, "kind": kind, "amount": amount}


def standing_of(row: RowCells) -> Standing | None:
    """Return the standing a row says; capitals and a space instead of an underscore will do."""
    said = row.text("Standing")
    if said is None:
        return None
    try:
        return Standing(said.casefold().replace(" ", "_"))
    except ValueError:
        known = ", ".join(Standing)
        row.fault("Standing", "unknown_standing", f"there is no standing {said}; there is {known}")
        return None


def baseline_of(row: RowCells) -> dict[str, Any] | None:
    """Return what a project promised, None where the row says nothing of it."""
    start, finish = row.day("Baseline start"), row.day("Baseline finish")
    cost, benefit = row.money("Baseline cost"), row.money("Baseline benefit")
    due = row.day("Benefit due")
    if not row.sound or not any((start, finish, cost, benefit, due)):
        return None
    said = {"Baseline start": start, "Baseline finish": finish, "Baseline cost": cost}
    for heading, value in said.items():
        if value is None:
            row.fault(heading, "missing", "a baseline says when it starts, finishes, and its cost")
    if start is not None and finish is not None and finish < start:
        row.fault("Baseline finish", "bad_date", f"{finish} is before the start, {start}")
    if (benefit is None) != (due is None):
        heading = "Benefit due" if due is None else "Baseline benefit"
        row.fault(heading, "missing", "a benefit says how much it is and by when")
    fields = {
        "start": start,
        "finish": finish,
        "cost": cost,
        "benefit": benefit,
        "benefit_due": due,
    }
    return {name: value for name, value in fields.items() if value is not None}


def last_decision_of(row: RowCells) -> dict[str, Any] | None:
    """Return what was decided last about a project, None where the row says nothing of it."""
    said = {
        "Last decision": row.day("Last decision"),
        "Decided by": row.text("Decided by"),
        "Minutes": row.text("Minutes"),
    }
    if not row.sound or not any(said.values()):
        return None
    for heading, value in said.items():
        if value is None:
            why = "the last decision says its day, its board and where its minutes are"
            row.fault(heading, "missing", why)
    on, board, minutes = said.values()
    return {"on": on, "board": board, "minutes": minutes}
