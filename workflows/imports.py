"""Importing a history: every row through the same desk as every other act, known again by its key.

A row is known by the source, its case and its ``seq``, and by a digest of all it says. What is
known is passed over, so an import that was broken off is simply run again; what is known and says
something else now is a fault, found before anything is written.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from domain.act import Act, Channel
from domain.base import Code, Value
from domain.diagram import wording
from domain.event import Draft
from domain.policy_book import PolicyBook, policy_stream
from domain.portfolio import CharterPortfolio, portfolio_stream
from domain.refusals import NotNow, Taken
from domain.review_events import ReviewRuled
from workflows.desk import Decision, Desk
from workflows.governing import AdoptPolicy, Governing
from workflows.history_file import RowFault, read_history
from workflows.history_lives import Step
from workflows.history_words import PolicyWords
from workflows.import_plan import ImportPlan
from workflows.importing import ReviewNumbers, names_in, recorded
from workflows.loaded import Loaded
from workflows.people import People
from workflows.policy_text import read_policy
from workflows.portfolios import Portfolios

Acts = Callable[[str], Act]
"""Makes the act of the operator for a command id, with the moment and the seed of its own."""

Progress = Callable[[int, int], None]
"""Told how many rows are done, and how many there are."""

SourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,32}$")]


class ImportHistory(Value):
    """Take over a history.

    Attributes:
        source: name by which its rows are known again.
        policy: text of the policy it is read by, adopted unless a version is in force already.
        policy_name: how faults name that text.
        skip_bad_rows: whether rows with a fault are left out, instead of refusing the whole file.
    """

    source: SourceName
    policy: str
    policy_name: str = "policy"
    skip_bad_rows: bool = False


class ImportReport(Value):
    """What became of a file.

    Attributes:
        refused: whether nothing was written because of its faults.
        rows: rows with content, faulty ones included.
        imported: rows recorded now. already_known: rows on record before.
        departures: lines by the kind of departure, over the whole file.
        skipped: the faults of the rows that were not imported, by line.
    """

    source: str
    policy: Code
    portfolio: Code
    refused: bool
    rows: int
    imported: int = 0
    already_known: int = 0
    departures: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    skipped: tuple[RowFault, ...] = ()


class Imports:
    """Taking over what was decided elsewhere."""

    def __init__(
        self, desk: Desk, people: People, governing: Governing, portfolios: Portfolios
    ) -> None:
        """Work at a desk, with those who know people, policies and portfolios."""
        self._desk = desk
        self._people = people
        self._governing = governing
        self._portfolios = portfolios

    def history(
        self, content: bytes, order: ImportHistory, acts: Acts, progress: Progress | None = None
    ) -> ImportReport:
        """Import a file, as described in `workflows.history_file`.

        Args:
            content: its bytes.
            order: how to take it.
            acts: makes the act for each row.
            progress: told of every row that is done.

        Returns:
            What became of it; of a refused file, nothing was written.

        Raises:
            PolicyFaulty: the policy's text does not hold together.
            NotPermitted, NotNow: the policy is not in force, and cannot be adopted here and now.
        """
        start = acts(f"import:{order.source}")
        words, is_adopted = self._words(order, start)
        file = read_history(content, start.now)
        plan = ImportPlan(self._desk, order.source, words, file)
        skipped = tuple(sorted(plan.faults, key=lambda fault: (fault.line, fault.kind)))
        left = {fault.line for fault in skipped}
        report = ImportReport(
            source=order.source,
            policy=words.policy.policy,
            portfolio=words.policy.policy.upper(),
            refused=bool(skipped) and not (order.skip_bad_rows and file.readable),
            rows=len(left | {row.line for row in file.rows}) if file.readable else 0,
            already_known=len(plan.known),
            departures=plan.departures(),
            skipped=skipped,
        )
        if report.refused:
            return report
        self._prepare(order, report, acts, is_adopted=is_adopted)
        recording = _Recording(self._desk, self._people, words, report.portfolio, acts)
        imported = self._record(plan, recording, progress)
        return report.changed(imported=imported)

    def _words(self, order: ImportHistory, act: Act) -> tuple[PolicyWords, bool]:
        """Return the words of the version in force, or else of the text given."""
        text = read_policy(order.policy, order.policy_name)
        code = text.policy.policy
        loaded = self._desk.load()
        loaded.office()
        book: PolicyBook | None = loaded.state(policy_stream(code))
        if book is None or not any(v.effective_from <= act.now for v in book.versions):
            return PolicyWords(text.digest, text.policy), False
        return PolicyWords(*loaded.in_force(code, act.now)), True

    def _prepare(
        self, order: ImportHistory, report: ImportReport, acts: Acts, *, is_adopted: bool
    ) -> None:
        """Have the policy in force and the portfolio chartered, if they are not."""
        if not is_adopted:
            command = AdoptPolicy(text=order.policy)
            act = _own_act(acts, "policy")
            answer = self._governing.adopt(command, act, order.policy_name)
            if "review" in answer.content:
                raise NotNow(
                    f"policy {report.policy} is before {answer.content['review']}",
                    fix="Import once the board has adopted it.",
                )
        portfolio = self._desk.load().state(portfolio_stream(report.portfolio))
        if portfolio is None:
            title = wording(read_policy(order.policy, order.policy_name).policy.title, "en")
            charter = CharterPortfolio(code=report.portfolio, title=title, policy=report.policy)
            self._portfolios.charter(charter, _own_act(acts, "portfolio"))
        elif portfolio.policy != report.policy:
            raise Taken(f"portfolio {report.portfolio} is governed by policy {portfolio.policy}")

    def _record(self, plan: ImportPlan, recording: "_Recording", progress: Progress | None) -> int:
        imported = 0
        for done, step in enumerate(plan.steps, start=1):
            if step.row.seq not in plan.known:
                recording.take(plan, step)
                imported += 1
            if progress is not None:
                progress(done, len(plan.steps))
        return imported


class _Recording:
    """The recording of one file, row by row."""

    def __init__(
        self, desk: Desk, people: People, words: PolicyWords, portfolio: str, acts: Acts
    ) -> None:
        self._desk = desk
        self._people = people
        self._words = words
        self._portfolio = portfolio
        self._acts = acts
        self._numbers = ReviewNumbers()
        self._ids: dict[str, str] = {}

    def take(self, plan: ImportPlan, step: Step) -> None:
        """Record what one row does."""
        for name in names_in(step):
            if name not in self._ids:
                self._ids[name] = self._people.named(name, _own_act(self._acts, "person"))
        act = self._acts(plan.command(step.row)).changed(channel=Channel.IMPORT)
        drafts: list[Draft] = []

        def decide(loaded: Loaded) -> Decision:
            decision = recorded(
                loaded, step, self._words, self._ids, self._portfolio, self._numbers
            )
            drafts[:] = decision.drafts
            return decision

        self._desk.perform(act, plan.asked(step.row), decide)
        for draft in drafts:
            if isinstance(draft.data, ReviewRuled):
                self._numbers.used(draft.stream)


def _own_act(acts: Acts, purpose: str) -> Act:
    """Return an act for what an import needs besides its rows; its command id names nobody."""
    act = acts(f"import:{purpose}")
    command = f"import:{purpose}:{act.new_id('command')}"
    return act.changed(command=command, channel=Channel.IMPORT)
