"""The composition root: every part, wired over one data directory. Both doors open onto this."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from domain.catalogue import UnreadableEvent
from projections.every import VIEWS
from projections.runner import Runner
from projections.sight import Restrictions
from workflows.changes import Changes
from workflows.conditions import Conditions
from workflows.desk import Desk
from workflows.disposed import destroy_files
from workflows.dividing import Merges
from workflows.envelopes import Envelopes
from workflows.governing import Governing
from workflows.imports import Imports
from workflows.keeping import Keeping
from workflows.log.signed import require_as_signed, signer_directory
from workflows.money import Funds
from workflows.offices import Offices
from workflows.outlook import Outlooks
from workflows.people import People
from workflows.periods import Periods
from workflows.portfolios import Portfolios
from workflows.privacy import Privacy
from workflows.projects import Projects
from workflows.rehearsal import OpenActs
from workflows.restricting import Restricting
from workflows.reviews import Reviews
from workflows.rulings import Rulings
from workflows.stand_ins import StandIns
from workflows.store.evidence import Evidence
from workflows.store.opening import open_store
from workflows.takeons import Takeons

ABANDONED = timedelta(days=1)
"""How long a file may take to arrive: no upload that is still under way is older."""


class House:
    """One data directory with everything that works on it.

    Attributes:
        log: the log.
        desk: where acts are carried out.
        now: the clock given to it.
        offices, people, governing, portfolios, projects, reviews, merges, rulings, imports: what
            people do.
        outlooks: what a review would come to; records nothing.
        open_acts: what somebody could do, and why not; records nothing.
        evidence: the files held here.
        views: keeps the views; ``follow()`` or ``catch_up()`` brings them up to the log, and
            ``views.reading`` answers.
        restrictions: which projects are shown to some people only.
    """

    def __init__(
        self,
        directory: Path,
        *,
        writable: bool,
        now: Callable[[], datetime],
        durable: bool = True,
        signer: Path | None = None,
        store: str | None = None,
    ) -> None:
        """Open a data directory.

        Args:
            directory: the data directory.
            writable: whether it is to be written.
            now: the clock of everything that happens here.
            durable: whether every act is on the disk before it is answered; see `open_log`.
            signer: where the signer of its log keeps its memory, if not in the directory.
            store: address of the database that holds the log, if the directory does not.

        Raises:
            StoreUnavailable: another process writes here, or there is nothing to read.
            LogContradicted: the log is not the one that was signed, so nothing is added to it.
            ViewsUnavailable: the views cannot be opened.
        """
        self.directory, self.now = directory, now
        self.log = open_store(directory, store, writable=writable, durable=durable)
        try:
            self._furnish()
            self._begin(directory, signer, writable=writable, shared=store is not None)
        except BaseException:
            self.log.close()
            raise

    def _furnish(self) -> None:
        """Set up everybody who works on the log."""
        self.desk = Desk(self.log)
        self.evidence = Evidence(self.directory)
        self.offices = Offices(self.desk)
        self.people = People(self.desk)
        self.privacy = Privacy(self.desk)
        self.keeping = Keeping(self.desk, self.evidence)
        self.governing = Governing(self.desk)
        self.stand_ins = StandIns(self.desk)
        self.portfolios = Portfolios(self.desk)
        self.envelopes = Envelopes(self.desk)
        self.periods = Periods(self.desk)
        self.funds = Funds(self.desk)
        self.projects = Projects(self.desk, self.evidence)
        self.restricting = Restricting(self.desk)
        self.changes = Changes(self.desk)
        self.reviews = Reviews(self.desk)
        self.merges = Merges(self.desk)
        self.rulings = Rulings(self.desk)
        self.conditions = Conditions(self.desk)
        self.imports = Imports(self.desk, self.people, self.governing, self.portfolios)
        self.takeons = Takeons(self.desk, self.people)
        self.outlooks = Outlooks(self.desk)
        self.open_acts = OpenActs(self.desk, self.evidence)

    def _begin(self, directory: Path, signer: Path | None, *, writable: bool, shared: bool) -> None:
        if writable:
            require_as_signed(self.log, directory, signer_directory(directory, signer))
            # Where others may be at work here, what arrives now may well be theirs.
            self.evidence.clear_abandoned(self.now() - ABANDONED if shared else None)
            # Where an attachment cannot be read, its file stays: `quorate verify` names it.
            if self.log.disposed():
                with suppress(UnreadableEvent), self.evidence.disposing():
                    destroy_files(self.log, self.evidence)
        self.views = Runner(directory, self.log, VIEWS)
        self.restrictions = Restrictions(self.views.reading, self.log)

    def close(self) -> None:
        """Write what was accepted and release the directory."""
        self.views.close()
        self.log.close()
