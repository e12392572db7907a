"""given / when / then over the real thing: one office in one directory, with a clock of its own."""

import itertools
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from api.house import House
from domain.act import Act, SignedIn
from domain.base import Json
from domain.facts import FactValue
from domain.money import Money
from domain.office import FoundOffice
from domain.portfolio import CharterPortfolio
from domain.project import Project
from domain.project_acts import AttachEvidence, ProposeProject, RecordFact
from domain.review import Review
from domain.review_commands import CastVote, OpenReview, PresentPack
from tests.examples import BOARD_POLICY
from workflows.desk import Answer
from workflows.governing import AdoptPolicy, AppointMember
from workflows.offices import Founder
from workflows.people import Vouched

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
CASE = b"It pays back in three years."


class Story:
    """An office whose people act by name; each act is a minute after the one before."""

    def __init__(self, directory: Path, zone: str = "UTC", store: str | None = None) -> None:
        self.now = START
        self.house = House(directory, writable=True, now=lambda: self.now, store=store)
        self._keys = itertools.count(1)
        self.people: dict[str, str] = {}
        founder = self._raw_act("0" * 26)
        known = Founder(vouched=Vouched(issuer="test", subject="founder"), name="founder")
        self.house.offices.found(FoundOffice(title="Test office", zone=zone), founder, known)
        self.people["founder"] = "0" * 26

    def close(self) -> None:
        self.house.close()

    def person(self, name: str) -> str:
        """Return the id of a person, who signs in at the first mention."""
        if name not in self.people:
            self.people[name] = self.house.people.sign_in(
                Vouched(issuer="test", subject=name), name, self._raw_act("0" * 26)
            )
        return self.people[name]

    def act(self, name: str, key: str | None = None) -> Act:
        """Return a live act of a person, a minute later."""
        person = self.person(name)
        return self._raw_act(person, key)

    def _raw_act(self, person: str, key: str | None = None) -> Act:
        self.now += timedelta(minutes=1)
        number = next(self._keys)
        return Act(
            by=person,
            recorded_by=person,
            signed_in=SignedIn(issuer="test", token=f"t{number}", at=self.now),
            command=f"{person}:{key or number}",
            now=self.now,
            seed=sha256(f"seed {number}".encode()).digest(),
        )

    # --- what usually comes before ------------------------------------------------------------

    def governed(self, text: str = BOARD_POLICY) -> "Story":
        """The policy is adopted, every seat filled, one portfolio chartered."""
        self.house.governing.adopt(AdoptPolicy(text=text), self.act("founder"))
        for board, seat, name in (
            ("works_board", "chair", "ana"),
            ("works_board", "finance", "ben"),
            ("works_board", "technical", "cem"),
            ("head", "head", "hana"),
        ):
            self.appoint(board, seat, name)
        charter = CharterPortfolio(code="APX", title="Apex", policy="works")
        self.house.portfolios.charter(charter, self.act("founder"))
        return self

    def appoint(self, board: str, seat: str, name: str, by: str = "founder", **days: Any) -> Answer:
        command = AppointMember(
            policy="works", board=board, seat=seat, person=self.person(name), **days
        )
        return self.house.governing.appoint(command, self.act(by))

    def proposed(self, code: str | None = None, amount: str | None = "5000.00") -> str:
        """Pia proposes a project; returns its code."""
        asked = {"amount": amount, "currency": "EUR"}
        money = None if amount is None else Money.model_validate(asked)
        command = ProposeProject(portfolio="APX", code=code, title="New pumps", requested=money)
        return str(self.house.projects.propose(command, self.act("pia")).content["project"])

    def known(self, code: str, fact: str, by: str = "pia", **value: Any) -> Answer:
        command = RecordFact(fact=fact, value=FactValue.model_validate(value))
        return self.house.projects.record_fact(code, command, self.act(by))

    def attached(self, code: str, evidence: str, content: bytes = CASE) -> str:
        """Pia attaches a file; returns its digest."""
        kept = self.house.evidence.keep([content], 10_000)
        command = AttachEvidence(
            evidence=evidence, name="file.pdf", sha256=kept.sha256, size=kept.size
        )
        self.house.projects.attach(code, command, self.act("pia"))
        return kept.sha256

    def ready(self, code: str | None = None, npv: str = "90000", risk: str = "9") -> str:
        """A project with everything its first gate asks for."""
        code = self.proposed(code)
        self.known(code, "npv", money={"amount": npv, "currency": "EUR"})
        self.known(code, "risk", number=risk)
        self.attached(code, "business_case")
        return code

    def opened(self, code: str, gate: str = "start", by: str = "pia") -> str:
        command = OpenReview(project=code, gate=gate)
        return str(self.house.reviews.open(command, self.act(by)).content["review"])

    def presented(self, stream: str, by: str = "pia", **fields: Any) -> str:
        """Put a pack before a review; returns its digest."""
        command = PresentPack(request="Build it.", **fields)
        return str(self.house.reviews.present(stream, command, self.act(by)).content["pack"])

    def voted(self, stream: str, name: str, option: str | None = None, **fields: Any) -> Answer:
        pack = fields.pop("pack", None) or self.review(stream).pack or ""
        choice = fields.pop("choice", "option" if option else "abstain")
        command = CastVote(pack=pack, choice=choice, option=option, **fields)
        return self.house.reviews.vote(stream, command, self.act(name))

    def ruled(self, stream: str, by: str = "ana") -> dict[str, Json]:
        """Call for the ruling; returns the verdict."""
        verdict = self.house.rulings.rule(stream, self.act(by)).content["verdict"]
        assert isinstance(verdict, dict)
        return verdict

    # --- what came of it ----------------------------------------------------------------------

    def project(self, code: str) -> Project:
        return self.house.desk.load().project(code)

    def review(self, stream: str) -> Review:
        return self.house.desk.load().review(stream)

    def topics(self, after: int = 0) -> list[str]:
        """Return the topics recorded after a position, in order."""
        return [r.event.topic for r in self.house.log.read(after, 10_000)]
