"""Which projects were superseded by which: asked from the side of those that replace them."""

from projections.as_of import AsOf
from projections.reading import Page, Views
from projections.register import BETWEEN, REGISTER, codes
from projections.view import EVERYTHING


def supersedes(
    views: Views, asked: AsOf | None = None, code: str | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the projects that are superseded, by the code of what replaces them: of one, or all.

    Raises:
        ViewStopped: the register met an event it cannot fold.
    """
    link = EVERYTHING if code is None else f"{BETWEEN}{code}"
    found: dict[str, tuple[str, ...]] = {}
    with views.at(asked, REGISTER) as reading:
        where = {"standing": "superseded"}
        for version in reading.ordered(REGISTER, Page(limit=None), link, where):
            for right in codes(version.state["superseded_by"]):
                found[right] = (*found.get(right, ()), version.key)
    return found
