"""The office of the demo: a house with a clock of its own, and people who act in it by name."""

from collections.abc import Generator
from datetime import date, datetime, timedelta
from pathlib import Path

from api.demo import script
from api.demo.chance import Chance
from api.demo.days import ZONE, Days, working
from api.house import House
from domain.act import Act, SignedIn
from domain.base import Json
from domain.office import FoundOffice
from domain.person import RegisterPerson
from domain.policy import Policy
from domain.portfolio import CharterPortfolio
from domain.project import Project
from domain.project_acts import AttachEvidence
from domain.retention import SetSchedule
from domain.review import Review
from workflows.desk import Answer
from workflows.governing import AdoptPolicy, AppointMember
from workflows.offices import Founder
from workflows.people import OFFICE_ISSUER, Vouched
from workflows.policy_text import read_policy

TITLE = "Stadtwerke Auenbruck"
FOUNDER = "friedrich"
POLICY = "auenbruck"
FILE_BYTES_MAX = 10_000
LIMIT_BEFORE, LIMIT_AFTER = "150000.00 EUR", "200000.00 EUR"
"""What the head of the portfolio office decides alone, before and after the policy was changed."""

Life = Generator[datetime, None, None]
"""Something that goes on: it acts, and says at which moment it wants to go on."""


class DemoOffice:
    """An office that is played: the clock stands where the play is.

    Attributes:
        days: the calendar, counted back from the day of loading.
        chance: every choice of the play.
        ids: the id of each person, by the name the scripts use.
        policy: the policy in force.
        waiting: by portfolio, projects that wait for a funding round.
        begun: what goes on from here besides; the timeline takes it over.
        covers: by board and seat, who covers for its member, from which day to which.
    """

    def __init__(self, directory: Path, loaded: datetime, seed: str) -> None:
        """Open an empty directory; ``found`` comes first."""
        self.days = Days(loaded)
        self.chance = Chance(seed)
        self.now = self.days.at(self.days.founded, 0)
        self.house = House(directory, writable=True, now=lambda: self.now, durable=False)
        self.ids: dict[str, str] = {}
        self.waiting: dict[str, list[str]] = {code: [] for code in script.portfolios()}
        self.begun: list[Life] = []
        self.covers: dict[tuple[str, str], tuple[str, date, date]] = {}
        self._acts = 0
        self.policy_text = script.policy_text(self.days.founded.year)
        self.policy: Policy = read_policy(self.policy_text, POLICY).policy

    # --- the clock ----------------------------------------------------------------------------

    def reach(self, moment: datetime) -> None:
        """Put the clock forward to a moment, never back and never beyond the day of loading."""
        self.now = min(max(self.now, moment), self.days.loaded)

    @property
    def today(self) -> date:
        """Return the day at which the play is."""
        return Days(self.now).today

    def after(self, days: int, label: str) -> datetime:
        """Return a moment on the working day so many days later, at an hour of chance."""
        day = working(self.today + timedelta(days=days))
        return self.moment(max(day, self.today), label)

    def moment(self, day: date, label: str) -> datetime:
        """Return a moment of a day, at an hour of chance."""
        return self.days.at(day, self.chance.number(f"hour {label} {day}", 5, 560))

    # --- people -------------------------------------------------------------------------------

    def act(self, who: str) -> Act:
        """Return an act of a person, some seconds later."""
        person = self.ids[who]
        self._acts += 1
        self.reach(self.now + timedelta(seconds=self.chance.number(f"pause {self._acts}", 15, 80)))
        return Act(
            by=person,
            recorded_by=person,
            signed_in=SignedIn(issuer=OFFICE_ISSUER, token=f"demo-{self._acts}", at=self.now),
            command=f"{person}:demo-{self._acts}",
            now=self.now,
            seed=self.chance.digest(f"act {self._acts}"),
        )

    def voter(self, board: str, seat: str, member: str) -> str:
        """Return who votes for a seat today: its member, or who covers for them."""
        deputy, first, last = self.covers.get((board, seat), (member, self.today, self.today))
        return deputy if first <= self.today <= last else member

    def name_of(self, person: str) -> str:
        """Return the name the scripts use for a person."""
        return next(name for name, known in self.ids.items() if known == person)

    def found(self) -> None:
        """Found the office, let everybody be known, and fill the seats of every board."""
        everybody = script.people()
        self.ids[FOUNDER] = self.chance.digest("founder")[:13].hex()
        portrait = everybody[FOUNDER]
        vouched = Vouched(issuer=OFFICE_ISSUER, subject=portrait.email)
        command = FoundOffice(
            title=TITLE, zone=ZONE, languages=("en", "de"), origin="auenbruck.example", demo=True
        )
        founder = Founder(vouched=vouched, name=portrait.name)
        self.house.offices.found(command, self.act(FOUNDER), founder)
        for who, portrait in everybody.items():
            if who != FOUNDER:
                person = RegisterPerson(name=portrait.name, email=portrait.email)
                answer = self.house.people.register(person, self.act(FOUNDER))
                self.ids[who] = str(answer.content["person"])
        self.house.governing.adopt(AdoptPolicy(text=self.policy_text), self.act(FOUNDER))
        for board, seats in script.raw("people")["boards"].items():
            for seat, who in seats.items():
                self.appoint(board, seat, who, FOUNDER)
        for code, title in script.portfolios().items():
            charter = CharterPortfolio(code=code, title=title, policy=POLICY)
            self.house.portfolios.charter(charter, self.act(FOUNDER))
        kept = {"classes": script.raw("texts")["retention"], "replaces": 0}
        self.house.keeping.set_schedule(SetSchedule.model_validate(kept), self.act(FOUNDER))

    def appoint(self, board: str, seat: str, who: str, by: str) -> Answer:
        """Give a seat to a person, or open the review that decides on it."""
        person = self.ids[who]
        command = AppointMember(policy=POLICY, board=board, seat=seat, person=person)
        return self.house.governing.appoint(command, self.act(by))

    # --- what is on record --------------------------------------------------------------------

    def project(self, code: str) -> Project:
        """Return a project as it stands."""
        return self.house.desk.load().project(code)

    def review(self, stream: str) -> Review:
        """Return a review as it stands."""
        return self.house.desk.load().review(stream)

    def attach(self, code: str, evidence: str, text: str, who: str) -> str:
        """Attach a small text file to a project; return its digest."""
        kept = self.house.evidence.keep([text.encode()], FILE_BYTES_MAX)
        command = AttachEvidence(
            evidence=evidence,
            name=f"{code}-{evidence.replace('_', '-')}.txt",
            sha256=kept.sha256,
            size=kept.size,
            media_type="text/plain",
        )
        self.house.projects.attach(code, command, self.act(who))
        return kept.sha256


def text_of(content: dict[str, Json], key: str) -> str:
    """Return a text of an answer."""
    return str(content[key])
