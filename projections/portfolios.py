"""Which portfolios there are, and under which policy."""

from typing import NamedTuple

from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Version, Views, cut
from projections.view import State, View, own_code


class PortfolioRow(NamedTuple):
    """One portfolio.

    Attributes:
        policy: code of the policy its projects are governed by.
        chartered_by: id of a person. since: when it began.
    """

    code: str
    title: str
    policy: str
    chartered_by: str
    since: str
    position: int


def portfolios(
    views: Views, asked: AsOf | None = None, page: Page = FIRST_PAGE
) -> Answer[tuple[PortfolioRow, ...]]:
    """Return the portfolios in the order of their codes; the cursor is a code.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, PORTFOLIOS) as reading:
        rows, more = cut([_row(one) for one in reading.ordered(PORTFOLIOS, page)], page)
        return reading.answer(rows, rows[-1].code if more else None)


def portfolio(views: Views, code: str, asked: AsOf | None = None) -> Answer[PortfolioRow]:
    """Return one portfolio.

    Raises:
        NotKnown: there was no such portfolio then.
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, PORTFOLIOS) as reading:
        found = reading.versions(PORTFOLIOS, code)
        if not found:
            raise NotKnown(f"there is no portfolio {code} at position {reading.position}")
        return reading.answer(_row(found[-1]))


def _row(version: Version) -> PortfolioRow:
    return PortfolioRow(
        code=version.key,
        since=version.effective_at,
        position=version.position,
        **version.state,
    )


def _fold(_code: str, _last: State | None, happened: Occurrence) -> State:
    return {
        "title": happened.data["title"],
        "policy": happened.data["policy"],
        "chartered_by": happened.by,
    }


def _links(_state: State) -> tuple[str, ...]:
    return ()


PORTFOLIOS = View(
    name="portfolios",
    schema=1,
    topics=frozenset({"portfolio.chartered/1"}),
    keys=own_code,
    fold=_fold,
    links=_links,
)
