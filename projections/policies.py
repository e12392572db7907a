"""Which policies there are, and since when each version rules."""

from typing import NamedTuple

from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Views, cut
from projections.view import State, View, own_code


class PolicyVersion(NamedTuple):
    """One version of a policy.

    Attributes:
        digest: of the policy as written; the text is a document of the log.
        effective_from: since when it rules.
        ruling: stream of the review that adopted it; absent for the founder's first policy.
        position: where it was adopted.
    """

    digest: str
    effective_from: str
    ruling: str | None
    position: int


class PolicyRow(NamedTuple):
    """One policy, with every version in the order of adoption."""

    code: str
    versions: tuple[PolicyVersion, ...]

    def in_force(self, moment: str) -> PolicyVersion | None:
        """Return the version in force at a moment, given as canonical text, if one is."""
        ruling = [v for v in self.versions if v.effective_from <= moment]
        return max(ruling, key=lambda v: (v.effective_from, v.position), default=None)


def policies(
    views: Views, asked: AsOf | None = None, page: Page = FIRST_PAGE
) -> Answer[tuple[PolicyRow, ...]]:
    """Return the policies in the order of their codes; the cursor is a code.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, POLICIES) as reading:
        found = [_row(one.key, one.state) for one in reading.ordered(POLICIES, page)]
        rows, more = cut(found, page)
        return reading.answer(rows, rows[-1].code if more else None)


def policy(views: Views, code: str, asked: AsOf | None = None) -> Answer[PolicyRow]:
    """Return one policy.

    Raises:
        NotKnown: there was no such policy then.
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, POLICIES) as reading:
        state = reading.state(POLICIES, code)
        if state is None:
            raise NotKnown(f"there is no policy {code} at position {reading.position}")
        return reading.answer(_row(code, state))


def _row(code: str, state: State) -> PolicyRow:
    return PolicyRow(code, tuple(PolicyVersion(*version) for version in state["versions"]))


def _fold(_code: str, last: State | None, happened: Occurrence) -> State:
    data = happened.data
    adopted = [data["digest"], data["effective_from"], data.get("ruling"), happened.position]
    return {"versions": [*(last["versions"] if last else ()), adopted]}


def _links(_state: State) -> tuple[str, ...]:
    return ()


POLICIES = View(
    name="policies",
    schema=1,
    topics=frozenset({"policy.adopted/1"}),
    keys=own_code,
    fold=_fold,
    links=_links,
)
