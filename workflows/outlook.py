"""What a review looks like before it is ruled: the ruling foreseen, and what each option would do.

Nothing is recorded here. It reads as the acts do, now or as of a place in the log.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from domain.act import Act
from domain.event import Draft
from domain.foresight import Foresight, foresee
from domain.pack import Pack, PackOption
from domain.policy import Policy
from domain.refusals import Refused
from domain.review import Review
from workflows.desk import Desk
from workflows.effecting import effects
from workflows.loaded import EVOLVES, Loaded
from workflows.openable import Openable, openable
from workflows.rulings import ruled
from workflows.store.contract import Log, Recorded
from workflows.store.states import States
from workflows.voting import Doors, Place, doors, places


class Consequence(NamedTuple):
    """What an option would do now.

    Attributes:
        drafts: the events it would cause.
        refusal: why it could not be carried out; nothing is caused then.
    """

    option: str
    drafts: tuple[Draft, ...] = ()
    refusal: Refused | None = None


class Outlook(NamedTuple):
    """A review with everything its ruling would be made of.

    Attributes:
        policy: the policy that rules it.
        pack: what was put before it; absent until then.
        foresight: what would be ruled; absent without a pack, and for a report.
        consequences: for each option of the pack, while the review is open.
        places: the seats whoever looks could vote for. doors: what keeps them from other acts.
    """

    review: Review
    policy: Policy
    pack: Pack | None
    foresight: Foresight | None
    consequences: tuple[Consequence, ...]
    places: tuple[Place, ...]
    doors: Doors

    def consequence(self, option: str) -> Consequence | None:
        """Return what an option would do."""
        return next((one for one in self.consequences if one.option == option), None)


class _Until:
    """A log read only up to a position."""

    def __init__(self, log: Log, position: int) -> None:
        self._log = log
        self._position = position

    def stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Return a stream's events with a version above ``after``, up to the position."""
        for recorded in self._log.stream(stream, after):
            if recorded.position > self._position:
                return
            yield recorded


class Outlooks:
    """Where one looks ahead."""

    def __init__(self, desk: Desk) -> None:
        """Look at what a desk works on."""
        self._desk = desk

    def loaded(self, position: int | None = None) -> Loaded:
        """Return a reading of the log as of a position; now when absent."""
        if position is None:
            return self._desk.load()
        states = States(_Until(self._desk.log, position), EVOLVES)
        return Loaded(states, self._desk.texts, position)

    def openings(self, code: str, act: Act) -> tuple[Openable, ...]:
        """Return what reviews of a project could be opened now, and why others cannot."""
        return openable(self._desk.load(), code, act)

    def of(self, stream: str, act: Act, position: int | None = None) -> Outlook:
        """Return what a review looks like.

        Args:
            stream: its stream.
            act: who looks, and at which moment; nothing of it is recorded.
            position: the place in the log to look from; now when absent.

        Raises:
            NotKnown: there was no such review then.
        """
        loaded = self.loaded(position)
        review = loaded.review(stream)
        policy = loaded.texts.policy(review.policy)
        pack = loaded.pack(review.pack)
        ruling = partial(_ruling, loaded, review, policy, act)
        mine = places(loaded, review, act), doors(loaded, review, act, ruling)
        if pack is None or review.reported is not None:
            return Outlook(review, policy, pack, None, (), *mine)
        foresight = foresee(policy, pack, review.docket(act.now))
        caused: tuple[Consequence, ...] = ()
        if review.status == "open":
            caused = tuple(
                _consequence(loaded, review, policy, option, act) for option in pack.options
            )
        return Outlook(review, policy, pack, foresight, caused, *mine)


def _ruling(loaded: Loaded, review: Review, policy: Policy, act: Act) -> Sequence[Draft]:
    drafts, _ = ruled(loaded, review, policy, act)
    return drafts


def _consequence(
    loaded: Loaded, review: Review, policy: Policy, option: PackOption, act: Act
) -> Consequence:
    try:
        drafts = effects(loaded, review, policy, option, act)
    except Refused as refusal:
        return Consequence(option.id, refusal=refusal)
    return Consequence(option.id, tuple(drafts))
