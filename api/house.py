"""The composition root: every part, wired over one data directory. Both doors open onto this."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from projections.every import VIEWS
from projections.runner import Runner
from workflows.changes import Changes
from workflows.conditions import Conditions
from workflows.desk import Desk
from workflows.envelopes import Envelopes
from workflows.governing import Governing
from workflows.imports import Imports
from workflows.log.signed import require_as_signed, signer_directory
from workflows.money import Funds
from workflows.offices import Offices
from workflows.people import People
from workflows.portfolios import Portfolios
from workflows.projects import Projects
from workflows.reviews import Reviews
from workflows.rulings import Rulings
from workflows.store.evidence import Evidence
from workflows.store.sqlite import open_log


class House:
    """One data directory with everything that works on it.

    Attributes:
        log: the log.
        desk: where acts are carried out.
        now: the clock given to it.
        offices, people, governing, portfolios, projects, reviews, rulings, imports: what people
            do.
        evidence: the files held here.
        views: keeps the views; ``follow()`` or ``catch_up()`` brings them up to the log, and
            ``views.reading`` answers.
    """

    def __init__(
        self,
        directory: Path,
        *,
        writable: bool,
        now: Callable[[], datetime],
        signer: Path | None = None,
    ) -> None:
        """Open a data directory.

        Args:
            directory: where everything is.
            writable: whether anything is to be recorded.
            now: the clock.
            signer: where the signer of its log keeps its memory, if not in the directory.

        Raises:
            StoreUnavailable: another process writes here, or there is nothing to read.
            LogContradicted: the log is not the one that was signed, so nothing is added to it.
            ViewsUnavailable: the views cannot be opened.
        """
        self.directory = directory
        self.now = now
        self.log = open_log(directory, writable=writable)
        self.desk = Desk(self.log)
        self.evidence = Evidence(directory)
        self.offices = Offices(self.desk)
        self.people = People(self.desk)
        self.governing = Governing(self.desk)
        self.portfolios = Portfolios(self.desk)
        self.envelopes = Envelopes(self.desk)
        self.funds = Funds(self.desk)
        self.projects = Projects(self.desk, self.evidence)
        self.changes = Changes(self.desk)
        self.reviews = Reviews(self.desk)
        self.rulings = Rulings(self.desk)
        self.conditions = Conditions(self.desk)
        self.imports = Imports(self.desk, self.people, self.governing, self.portfolios)
        try:
            if writable:
                require_as_signed(self.log, directory, signer_directory(directory, signer))
                self.evidence.clear_abandoned()
            self.views = Runner(directory, self.log, VIEWS)
        except BaseException:
            self.log.close()
            raise

    def close(self) -> None:
        """Write what was accepted and release the directory."""
        self.views.close()
        self.log.close()
