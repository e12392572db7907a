"""The play itself: every life goes on in the order of time, up to the moment of loading."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from api.demo import boards, month, script
from api.demo.case import Case
from api.demo.lives import life
from api.demo.office import DemoOffice, Life

SEED = "auenbruck"
Progress = Callable[[int, int], None]


class Timeline:
    """What goes on, by the moment at which it goes on next."""

    def __init__(self, office: DemoOffice) -> None:
        """Begin with nothing."""
        self._office = office
        self._order = itertools.count()
        self._due: list[tuple[datetime, int, Life]] = []

    def spawn(self, something: Life) -> None:
        """Let something go on from here."""
        self._go_on(something)

    def play(self, progress: Progress | None = None) -> None:
        """Let everything go on until the moment of loading; what lies beyond it never happens."""
        days = self._office.days
        whole = (days.today - days.founded).days
        while self._due and self._due[0][0] <= days.loaded:
            moment, _, something = heapq.heappop(self._due)
            self._office.reach(moment)
            self._go_on(something)
            if progress is not None:
                progress((self._office.today - days.founded).days, whole)

    def _go_on(self, something: Life) -> None:
        moment = next(something, None)
        begun, self._office.begun = self._office.begun, []
        for one in begun:
            self._go_on(one)
        if moment is not None:
            heapq.heappush(self._due, (moment, next(self._order), something))


def play(directory: Path, loaded: datetime, progress: Progress | None = None) -> DemoOffice:
    """Play the whole demo into an empty directory; the caller closes its house."""
    office = DemoOffice(directory, loaded, SEED)
    office.found()
    timeline = Timeline(office)
    cases = [
        Case(office, portfolio, number)
        for portfolio in script.portfolios()
        for number in range(len(script.projects(portfolio)))
    ]
    timeline.spawn(boards.seats(office))
    timeline.spawn(boards.rules(office))
    for one in month.happenings(office, cases):
        timeline.spawn(one)
    for portfolio in script.portfolios():
        timeline.spawn(boards.envelopes(office, portfolio, cases))
        timeline.spawn(boards.rounds(office, portfolio, cases))
    for case in cases:
        timeline.spawn(life(case))
    timeline.play(progress)
    return office
