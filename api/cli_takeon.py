"""Taking an office on from the command line: the template, the book, and its confirmation."""

from pathlib import Path
from typing import Annotated

import typer

from api import door
from api.cli_office import DATA, Actor, AsJson, Data, acting, looking, verified
from api.cli_output import Column, note, say, say_json, say_table
from api.cli_policy import policy_text
from api.clock import now
from domain.money import MINOR_DIGITS, Money
from domain.policy import Policy
from domain.refusals import Malformed, NotKnown
from domain.takeon_book import ControlTotals, MoneyTotal
from workflows.book_example import example_about, example_rows
from workflows.book_template import write_book
from workflows.policy_text import read_policy
from workflows.takeons import TakeonReport

YEARS_BEFORE, YEARS_AFTER = 2, 6


def take_on(  # noqa: PLR0913  one parameter for each option
    book: Annotated[
        Path | None, typer.Argument(metavar="BOOK.xlsx", help="The book to take on.")
    ] = None,
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what it comes to.")] = False,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", metavar="DIGEST", help="Confirm a book somebody else prepared."),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option("--template", metavar="POLICY", help="Write the empty book of a policy."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.xlsx", help="Where to.")
    ] = None,
    actor: Actor = None,
) -> None:
    """Bring an office forward from a workbook: one person prepares it, a second one confirms."""
    asked = [one for one in (book, confirm, template) if one is not None]
    if len(asked) != 1 or (check and book is None) or ((output is None) != (template is None)):
        raise Malformed(
            "say one of: BOOK.xlsx [--check], --confirm DIGEST, --template POLICY -o FILE.xlsx",
            fix="See quorate take-on --help.",
        )
    if template is not None and output is not None:
        _write_template(template, output)
    elif confirm is not None:
        _confirm(data, confirm, actor, as_json=as_json)
    elif book is not None:
        report = _report(data, book, actor, check=check)
        _answer(book, report, as_json=as_json)


def _write_template(given: str, output: Path) -> None:
    policy = read_policy(policy_text(given), given).policy
    example = output.with_name(f"{output.stem}-example{output.suffix}")
    today = now().date()
    years = range(today.year - YEARS_BEFORE, today.year + YEARS_AFTER)
    for path in (output, example):
        if path.exists():
            raise Malformed(f"{path} is there already", fix="Give another name, or move it away.")
    output.write_bytes(write_book(policy, years, {}, {}))
    about, rows = example_about(today), example_rows(policy, today)
    example.write_bytes(write_book(policy, years, about, rows))
    say(f"Wrote the empty book {output}, and {example}, which shows it filled.")
    _say_next(policy, output)


def _say_next(policy: Policy, output: Path) -> None:
    say(f"Next: adopt policy {policy.policy} if it is not, fill the book, then")
    say(f"      quorate take-on {output} --check")


def _report(data: Path, book: Path, actor: str | None, *, check: bool) -> TakeonReport:
    content = _content(book)
    if check:
        with looking(data, None) as look:
            onlooker = door.onlooker(look.house, verified(data, actor))
            return look.house.takeons.check(content, onlooker)
    with acting(data, actor) as operator:
        report = operator.house.takeons.prepare(content, operator.act())
        operator.house.views.catch_up()
        return report


def _content(book: Path) -> bytes:
    try:
        return book.read_bytes()
    except OSError as fault:
        raise NotKnown(
            f"cannot read {book}: {fault.strerror}", fix="Check the name of the file."
        ) from None


def _answer(book: Path, report: TakeonReport, *, as_json: bool) -> None:
    if as_json:
        say_json(report.as_json())
    else:
        _say(book, report)
    if report.faults:
        raise typer.Exit(1)


def _say(book: Path, report: TakeonReport) -> None:
    for fault in report.faults:
        note(f"{fault.place}: {fault.kind}: {fault.why}")
    for one in report.notes:
        note(f"Note: {one}.")
    if report.faults:
        number = len(report.faults)
        note(f"{book}: {number} fault{'' if number == 1 else 's'}; nothing was written.")
        return
    if report.totals is not None:
        say_totals(report.totals)
    say(f"Book {report.book}")
    if report.written:
        say("Prepared. It counts once a second person confirms it:")
        say(f"      quorate take-on --confirm {report.book} --actor NAME")
    elif report.status == "checked":
        say("Nothing is wrong with it. Nothing was written.")
    else:
        said = "is confirmed and counts" if report.status == "confirmed" else "is prepared"
        say(f"This very book {said} already. Nothing changed.")


def say_totals(totals: ControlTotals) -> None:
    """Print the control totals of a book."""
    columns = (Column("SHEET"), Column("ROWS", right=True))
    say_table(columns, ((one.sheet, one.rows) for one in totals.counts))
    say()
    if totals.money:
        heads = (Column("PORTFOLIO"), Column("PERIOD"), Column("KIND"), Column("UNIT"),
                 Column("ENVELOPE", right=True), Column("APPROVED", right=True))  # fmt: skip
        say_table(heads, map(_money_line, totals.money))
        say()


def _money_line(one: MoneyTotal) -> tuple[object, ...]:
    envelope, approved = _amount(one.envelope), _amount(one.approved)
    return one.portfolio, one.period, one.kind, one.currency, envelope, approved


def _amount(money: Money | None) -> str | None:
    return None if money is None else f"{money.amount:,.{MINOR_DIGITS[money.currency]}f}"


def _confirm(data: Path, digest: str, actor: str | None, *, as_json: bool) -> None:
    with acting(data, actor) as operator:
        answer = operator.house.takeons.confirm(digest, operator.act())
        operator.house.views.catch_up()
    if as_json:
        say_json({"position": answer.position, **answer.content})
        return
    say_totals(ControlTotals.model_validate(answer.content["totals"]))
    say(f"Confirmed book {digest}: {answer.content['events']} events, up to {answer.position}.")
