"""Actual costs from a file: what was spent on which project, by period and kind.

A row is known by the source, its project, period and kind, and its ``source_ref`` or else its line:
the same file twice changes nothing. What is known and says something else now is a fault, found
with all others before anything is written; costs are corrected by a record that says which.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from domain.act import Act, Channel
from domain.base import Moment, Value, canonical, digest, read_canonical
from domain.funding import RecordCost
from domain.funds import Line
from domain.money import MINOR_DIGITS, Money
from domain.policy_money import MoneyRule
from domain.project import Project, project_stream
from domain.refusals import Refused
from workflows.actuals_file import Cells, read_actuals
from workflows.calendar import end_of_day
from workflows.desk import Asked, Desk
from workflows.history_file import RowFault
from workflows.imports import SourceName
from workflows.loaded import Loaded
from workflows.money import Funds, money_rule

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"-?[0-9]{1,28}(\.[0-9]{1,28})?")
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


class ImportActuals(Value):
    """Take over actual costs.

    Attributes:
        source: name by which the rows are known again.
        skip_bad_rows: whether rows with a fault are left out, instead of refusing the whole file.
    """

    source: SourceName
    skip_bad_rows: bool = False


class ActualsReport(Value):
    """What became of a file.

    Attributes:
        refused: whether nothing was written because of its faults.
        rows: rows with content, faulty ones included.
        imported: rows recorded now. already_known: rows on record before.
        skipped: the faults of the rows that were not imported, by line.
    """

    source: str
    refused: bool
    rows: int
    imported: int = 0
    already_known: int = 0
    skipped: tuple[RowFault, ...] = ()


class CostRow(NamedTuple):
    """One row that can be recorded.

    Attributes:
        command: id of the command that records it.
        known: whether it is on record already.
    """

    project: str
    cost: RecordCost
    command: str
    known: bool


class Actuals:
    """Taking over what was spent."""

    def __init__(self, desk: Desk, funds: Funds) -> None:
        """Work at a desk, with those who record costs."""
        self._desk = desk
        self._funds = funds

    def take(
        self,
        content: bytes,
        order: ImportActuals,
        acts: Callable[[str], Act],
        progress: Callable[[int, int], None] | None = None,
    ) -> ActualsReport:
        """Import a file of costs; each row is an act of its own.

        Args:
            content: its bytes.
            order: how to take it.
            acts: makes the act for a command id.
            progress: told of every row that is done.

        Returns:
            What became of it; of a refused file, nothing was written.
        """
        records, faults, readable = read_actuals(content)
        now = acts(f"actuals:{order.source}").now
        plan = _Plan(self._desk, order.source, now)
        rows = [row for line, cells in records if (row := plan.row(line, cells)) is not None]
        skipped = tuple(sorted((*faults, *plan.faults), key=lambda one: (one.line, one.kind)))
        report = ActualsReport(
            source=order.source,
            refused=bool(skipped) and not (order.skip_bad_rows and readable),
            rows=len(records) + len({fault.line for fault in faults}) if readable else 0,
            already_known=sum(row.known for row in rows),
            skipped=skipped,
        )
        if report.refused:
            return report
        due = [row for row in rows if not row.known]
        for done, row in enumerate(due, start=1):
            act = acts(row.command).changed(channel=Channel.IMPORT)
            self._funds.record_cost(row.project, row.cost, act)
            if progress is not None:
                progress(done, len(due))
        return report.changed(imported=len(due))


class _Plan:
    """The rows of a file against what is on record, and what is wrong with them."""

    def __init__(self, desk: Desk, source: str, now: datetime) -> None:
        self._desk = desk
        self._source = source
        self._now = now
        self._loaded: Loaded = desk.load()
        self._zone = self._loaded.office().zone
        self._lines: dict[str, int] = {}
        self.faults: list[RowFault] = []

    def row(self, line: int, cells: Cells) -> CostRow | None:
        """Return what a row asks for; none where something is wrong with it."""
        faults: list[tuple[str, str]] = []
        rule = self._rule(cells["code"], faults)
        spent_at = self._spent_at(cells.get("date", ""), faults)
        money = None if rule is None else _money(cells, rule, faults)
        if not faults and money is not None:
            spent = Line(period=cells["period"], kind=cells["kind"], amount=money)
            named = cells.get("source_ref") or line
            told = f"{self._source}: {named if isinstance(named, str) else f'line {line}'}"
            cost = RecordCost(lines=(spent,), spent_at=spent_at, source=told)
            row = self._known(cells, cost, self._command(cells, named), faults)
            if self._lines.setdefault(row.command, line) != line:
                why = f"line {self._lines[row.command]} has the same source_ref, period and kind"
                faults.append(("repeated_row", why))
            if not faults:
                return row
        self.faults += (RowFault(line=line, kind=kind, why=why) for kind, why in faults)
        return None

    def _rule(self, code: str, faults: list[tuple[str, str]]) -> MoneyRule | None:
        project: Project | None = None
        if code:
            project = self._loaded.state(project_stream(code))
        if project is None:
            faults.append(("unknown_project", f"there is no project {code or 'without a code'}"))
            return None
        try:
            return money_rule(self._loaded.governing(project, self._now)[1])
        except Refused as refusal:
            faults.append((refusal.code, refusal.why))
            return None

    def _spent_at(self, text: str, faults: list[tuple[str, str]]) -> datetime | None:
        if not text:
            return None
        try:
            if _DATE.fullmatch(text):
                day = date.fromisoformat(text)
                moment = end_of_day(day - timedelta(days=1), self._zone)
            else:
                moment = _MOMENT.validate_strings(text)
        except (ValueError, OverflowError):
            why = f"{text} is neither a date such as 2027-03-31 nor a moment with its offset"
            faults.append(("bad_date", why))
            return None
        if moment > self._now:
            faults.append(("after_now", f"{text} has not come yet"))
        return moment

    def _command(self, cells: Cells, named: str | int) -> str:
        key = canonical([cells["code"], cells["period"], cells["kind"], named])
        return f"actuals:{self._source}:{digest(key)[:32]}"

    def _known(
        self, cells: Cells, cost: RecordCost, command: str, faults: list[tuple[str, str]]
    ) -> CostRow:
        kept = self._desk.log.command(command)
        if kept is not None:
            content: dict[str, Any] = {"project": cells["code"], **cost.as_json()}
            subject = project_stream(cells["code"])
            same = Asked(act="record_cost", subject=subject, content=content).digest
            if kept.request_digest != same:
                why = (
                    f"it was imported from {self._source} at position {kept.last} and said"
                    " something else; record a correction that names that position"
                )
                faults.append(("changed_row", why))
            elif "refused" in (answer := _answer(kept.answer)):
                faults.append((str(answer["refused"]), str(answer["why"])))
        return CostRow(cells["code"], cost, command, kept is not None)


def _answer(content: bytes) -> dict[str, Any]:
    answer = read_canonical(content)
    assert isinstance(answer, dict), "an answer is kept as an object"
    return answer


def _money(cells: Cells, rule: MoneyRule, faults: list[tuple[str, str]]) -> Money | None:
    """Return the amount of a row, after every column of it was looked at."""
    period, kind = cells["period"], cells["kind"]
    currency = cells.get("currency") or rule.currency
    if not rule.has_period(period):
        why = f"the policy has no period {period or 'that is empty'}; it writes {rule.example()}"
        faults.append(("unknown_period", why))
    if kind not in rule.kinds:
        known = ", ".join(rule.kinds)
        faults.append(("unknown_kind", f"the policy has no kind of money {kind}; it has {known}"))
    if currency not in MINOR_DIGITS:
        faults.append(("unknown_currency", f"{currency} is no currency known here"))
    elif rule.has_period(period) and rule.rate(period, currency) is None:
        why = f"the policy has no planning rate of {currency} for {period[:6]}"
        faults.append(("unknown_currency", why))
    if not _AMOUNT.fullmatch(cells["amount"]):
        shown = cells["amount"][:40] or "nothing"
        faults.append(("bad_amount", f"amount is a plain number such as 1250.00, not {shown}"))
        return None
    try:
        known_currency = currency if currency in MINOR_DIGITS else rule.currency
        given = {"amount": cells["amount"], "currency": known_currency}
        return Money.model_validate(given)
    except ValidationError as fault:
        why = fault.errors()[0]["msg"].removeprefix("Value error, ")
        faults.append(("bad_amount", why))
        return None
