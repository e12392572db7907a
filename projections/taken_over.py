"""What was brought forward of a project: who stands for it, and what was decided last before."""

from typing import NamedTuple

from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import Answer, Views
from projections.view import State, View, never, own_code


class TakenOver(NamedTuple):
    """A project as it was taken over.

    Attributes:
        manager, sponsor: ids of people.
        decided_on, board, minutes: the last decision, as the register before said it.
        cut_over: from which moment on it counts here. position: where it was taken over.
    """

    manager: str
    sponsor: str | None
    decided_on: str | None
    board: str | None
    minutes: str | None
    cut_over: str
    position: int


def taken_over(views: Views, code: str, asked: AsOf | None = None) -> Answer[TakenOver | None]:
    """Return what was brought forward of a project, None where it began here.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, TAKEN_OVER) as reading:
        state = reading.state(TAKEN_OVER, code)
        return reading.answer(None if state is None else TakenOver(**state))


def _fold(_code: str, _last: State | None, happened: Occurrence) -> State:
    decided = happened.data.get("last_decision", {})
    return {
        "manager": happened.data["manager"],
        "sponsor": happened.data.get("sponsor"),
        "decided_on": decided.get("on"),
        "board": decided.get("board"),
        "minutes": decided.get("minutes"),
        "cut_over": happened.effective_at,
        "position": happened.position,
    }


def _about(code: str, _state: State) -> tuple[str, ...]:
    return (f"project:{code}",)


TAKEN_OVER = View(
    name="taken_over",
    schema=1,
    topics=frozenset({"project.taken_over/1"}),
    keys=own_code,
    fold=_fold,
    remembers=never,
    about=_about,
)
