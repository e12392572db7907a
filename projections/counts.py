"""How many decisions there were, by portfolio, matter and outcome, and how each came about.

A ruling set aside as an error is left out of counts and counted apart; one the board revoked
counts, and is counted as revoked as well.
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from domain.event import stream_code, stream_kind
from domain.review_events import reviewed_portfolio
from projections.as_of import AsOf
from projections.decisions import DECISIONS
from projections.reading import Answer, Page, Reading, Version, Views
from projections.register import REGISTER
from projections.view import State


class DecisionCount(NamedTuple):
    """Decisions of one portfolio about one matter that came to one outcome.

    Attributes:
        portfolio: code; absent for decisions about the office itself.
        matter: absent where a report does not say.
        computed, reported, imported: ruled here, told from outside, brought forward; together
            the decisions that count.
        revoked: how many of those were revoked since.
        set_aside: those that do not count, because they were an error.
    """

    portfolio: str | None
    matter: str | None
    outcome: str
    computed: int = 0
    reported: int = 0
    imported: int = 0
    revoked: int = 0
    set_aside: int = 0

    @property
    def total(self) -> int:
        """Return how many decisions count."""
        return self.computed + self.reported + self.imported


def decision_counts(
    views: Views, asked: AsOf | None = None, portfolio: str | None = None
) -> Answer[tuple[DecisionCount, ...]]:
    """Return the counts of decisions, sorted by portfolio, matter and outcome.

    A project counts in the portfolio it belonged to at the place asked about, a round in its own.

    Raises:
        ViewStopped: one of the views met an event it cannot fold.
    """
    with views.at(asked, DECISIONS, REGISTER) as reading:
        homes: dict[str, str | None] = {}
        found: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        for version in reading.ordered(DECISIONS, Page(limit=None)):
            home = _home(reading, version, homes)
            if portfolio is None or home == portfolio:
                key = home or "", version.state["matter"] or "", version.state["outcome"]
                found[key].update(_ways(version.state))
        rows = (
            DecisionCount(key[0] or None, key[1] or None, key[2], **counts)
            for key, counts in sorted(found.items())
        )
        return reading.answer(tuple(rows))


def _ways(state: State) -> list[str]:
    """Return under what one decision counts."""
    if state["undone"] == "set_aside":
        return ["set_aside"]
    how = "computed"
    if state["reported"]:
        how = "imported" if state["channel"] == "import" else "reported"
    return [how, "revoked"] if state["undone"] == "revoked" else [how]


def _home(reading: Reading, version: Version, homes: dict[str, str | None]) -> str | None:
    """Return the portfolio of a decision."""
    of_several = version.key.startswith("review:portfolio.")
    subject = reviewed_portfolio(version.key) if of_several else version.state["subjects"][0]
    if subject not in homes:
        homes[subject] = _portfolio_of(reading, subject)
    return homes[subject]


def _portfolio_of(reading: Reading, subject: str) -> str | None:
    code = stream_code(subject)
    if stream_kind(subject) == "portfolio":
        return code
    known = reading.state(REGISTER, code) if stream_kind(subject) == "project" else None
    return None if known is None else known["portfolio"]
