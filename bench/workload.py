"""The workload everything is measured on: projects through five gates, deterministic to the byte.

Four facts, then five gates with three votes each (two approve, one abstains). Every 7th project is
deferred once at the second gate and resumed, every 11th cancelled at the third, every 5th gets an
approved change after it. Projects are interleaved: each step of one is a minute after a step of
another.
"""

import itertools
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from api.house import House
from domain.act import Act, SignedIn
from domain.change_commands import RequestChange
from domain.facts import FactValue
from domain.money import Money
from domain.office import FoundOffice
from domain.pack import PackOption
from domain.portfolio import CharterPortfolio
from domain.project_acts import ProposeProject, RecordFact
from domain.review_commands import CastVote, OpenReview, PresentPack
from workflows.governing import AdoptPolicy, AppointMember
from workflows.offices import Founder
from workflows.people import Vouched

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NOBODY = "0" * 26
GATES = ("g1", "g2", "g3", "g4", "g5")
CYCLE = 77
"""After so many projects deferrals and cancellations come round again."""

SHARE = 100_000
"""Projects that each process has for itself, where several write one log."""

_PASS = """
  {gate}:
    kind: pass_gate
    gates: [{gate}]
    decided_by: [{{board: board}}]
    pack: {{facts: [npv, risk]}}
    criteria:
      - {{id: pays_back, test: {{fact: npv, at_least: 1000.00 EUR}}}}
      - {{id: bearable, test: {{fact: risk, at_most: "15"}}}}
    window: {{days: 14, early: settled}}
    options:
      - {{id: go, outcome: approve, effects: [{{do: move_phase}}]}}
      - {{id: later, outcome: {rest[0]}, requires: [review_date],
         effects: [{{do: rest, standing: {rest[1]}}}]}}
      - {{id: stop, outcome: {stop[0]}, effects: [{{do: rest, standing: {stop[1]}}}]}}
    otherwise: stop"""
_NOT_STARTED = {"rest": ("defer", "deferred"), "stop": ("reject", "rejected")}
_STARTED = {"rest": ("hold", "on_hold"), "stop": ("cancel", "cancelled")}
POLICY = (
    """
policy: gates
title: Five gates
language: 1
facts:
  npv: {type: money, unit: EUR, exogenous: true}
  cost: {type: money, unit: EUR}
  risk: {type: number, min: 0, max: 25}
  region: {type: choice, choices: [north, south]}
boards:
  board:
    seats: [{id: chair}, {id: finance}, {id: works}]
    chair: chair
    quorum: 2
    voting: {more_than: 1/2, of: cast, tie: chair}
lifecycle:
  initial: idea
  phases:
    - {id: idea, label: Idea, standing: proposed}
    - {id: scope, label: Scope, standing: proposed}
    - {id: plan, label: Plan, standing: active}
    - {id: build, label: Build, standing: active}
    - {id: trial, label: Trial, standing: active}
    - {id: done, label: Done, standing: closed}
  gates:
    - {id: g1, from: [idea], to: scope}
    - {id: g2, from: [scope], to: plan}
    - {id: g3, from: [plan], to: build}
    - {id: g4, from: [build], to: trial}
    - {id: g5, from: [trial], to: done}
matters:"""
    + "".join(
        _PASS.format(gate=gate, **(_NOT_STARTED if gate < "g3" else _STARTED)) for gate in GATES
    )
    + """
  wake:
    kind: resume
    decided_by: [{board: board}]
    options: [{id: go, outcome: approve, effects: [{do: resume}]}]
  change:
    kind: change
    decided_by: [{board: board}]
    options: [{id: go, outcome: approve, effects: [{do: replace_baseline}]}]
"""
)
MEMBERS = (("chair", "ana"), ("finance", "ben"), ("works", "cem"))


class Office:
    """An office governed by the policy, in one directory, with a clock of its own.

    Its log is in the directory, or in a database; one that is founded already is joined, by as many
    processes as like to, each with projects of its own.
    """

    def __init__(
        self, directory: Path, *, durable: bool = True, store: str | None = None, share: int = 0
    ) -> None:
        """Found an office, or join it to write one share of its projects, counted from 0."""
        # Whoever joins comes later than all that others did to found it.
        self.now = START + share * timedelta(days=1)
        self.house = House(
            directory, writable=True, now=lambda: self.now, durable=durable, store=store
        )
        self._keys = (f"office-{share}-{one}" for one in itertools.count(1))
        self.people: dict[str, str] = {}
        self.lives: deque[Iterator[None]] = deque()
        self.begun = share * SHARE
        if self.house.log.head() == 0:
            self._found()
        else:
            self._join()
        self.prefix = self.house.log.head()

    def act(self, name: str, key: str | None = None) -> Act:
        """Return an act of a person, a minute later."""
        self.now += timedelta(minutes=1)
        person = self.people.get(name, NOBODY)
        number = key or next(self._keys)
        return Act(
            by=person,
            recorded_by=person,
            signed_in=SignedIn(issuer="bench", token=f"t-{name}", at=START),
            command=f"{person}:{number}",
            now=self.now,
            seed=sha256(number.encode()).digest(),
        )

    def begin(self, projects: int) -> None:
        """Begin the lives of some more projects."""
        self.lives.extend(self.life(self.begun + number) for number in range(projects))
        self.begun += projects

    def step(self) -> bool:
        """Carry out one command of the project whose turn it is; tell whether there was one."""
        while self.lives:
            life = self.lives.popleft()
            if next(life, False) is not False:
                self.lives.append(life)
                return True
        return False

    def play(self, projects: int) -> None:
        """Carry out the whole lives of some projects."""
        self.begin(projects)
        while self.step():
            pass

    def life(self, number: int) -> Iterator[None]:
        """Carry out one command of a project's life after the other."""
        code = code_of(number)
        keys = (f"{code}-{one}" for one in itertools.count(1))
        house = self.house
        asked = ProposeProject(
            portfolio="BENCH", code=code, title=f"Works {code}", requested=eur(9)
        )
        house.projects.propose(asked, self.act("pia", next(keys)))
        yield
        for fact in _facts(number):
            house.projects.record_fact(code, fact, self.act("pia", next(keys)))
            yield
        for gate in GATES:
            if gate == "g2" and number % 7 == 0:
                yield from self._decided(code, OpenReview(project=code, gate=gate), "later", keys)
                yield from self._decided(code, OpenReview(project=code, matter="wake"), "go", keys)
            if gate == "g3" and number % 11 == 0:
                yield from self._decided(code, OpenReview(project=code, gate=gate), "stop", keys)
                return
            yield from self._decided(code, OpenReview(project=code, gate=gate), "go", keys)
            if gate == "g3" and number % 5 == 0:
                house.changes.request(code, _CHANGE, self.act("pia", next(keys)))
                yield
                asking = OpenReview(project=code, matter="change", change=1)
                yield from self._decided(code, asking, "go", keys)

    def _decided(
        self, code: str, asking: OpenReview, option: str, keys: Iterator[str]
    ) -> Iterator[None]:
        house = self.house
        opened = house.reviews.open(asking, self.act("pia", next(keys)))
        review = str(opened.content["review"])
        yield
        later = (PackOption(id="later", review_date=date(2027, 1, 31)),)
        pack = PresentPack(
            request=f"Decide about {code}.", options=later if option == "later" else None
        )
        told = house.reviews.present(review, pack, self.act("pia", next(keys)))
        digest = str(told.content["pack"])
        yield
        for name in ("ana", "ben"):
            ballot = CastVote(pack=digest, option=option)
            house.reviews.vote(review, ballot, self.act(name, next(keys)))
            yield
        house.reviews.vote(
            review, CastVote(pack=digest, choice="abstain"), self.act("cem", next(keys))
        )
        yield
        house.rulings.rule(review, self.act("ana", next(keys)))
        yield

    def close(self) -> None:
        self.house.close()

    def _found(self) -> None:
        founder = Founder(vouched=Vouched(issuer="bench", subject="olga"), name="olga")
        self.house.offices.found(
            FoundOffice(title="Office of the benchmark"), self.act(""), founder
        )
        self.people["olga"] = NOBODY
        self._join()
        self.house.governing.adopt(AdoptPolicy(text=POLICY), self.act("olga"))
        for seat, name in MEMBERS:
            sits = AppointMember(policy="gates", board="board", seat=seat, person=self.people[name])
            self.house.governing.appoint(sits, self.act("olga"))
        charter = CharterPortfolio(code="BENCH", title="Bench", policy="gates")
        self.house.portfolios.charter(charter, self.act("olga"))

    def _join(self) -> None:
        for name in ("pia", *(name for _seat, name in MEMBERS)):
            vouched = Vouched(issuer="bench", subject=name)
            self.people[name] = self.house.people.sign_in(vouched, name, self.act(""))


def code_of(number: int) -> str:
    """Return the code of a project; all of one length, so that bytes of one fit another."""
    return f"P{number:07d}"


def eur(thousands: int) -> Money:
    """Return so many thousand euros."""
    return Money.model_validate({"amount": f"{thousands}000.00", "currency": "EUR"})


def _facts(number: int) -> tuple[RecordFact, ...]:
    said: tuple[tuple[str, dict[str, object]], ...] = (
        ("npv", {"money": {"amount": f"{40 + number % 50}000.00", "currency": "EUR"}}),
        ("cost", {"money": {"amount": f"{100 + number % 900}000.00", "currency": "EUR"}}),
        ("risk", {"number": str(number % 15)}),
        ("region", {"text": ("north", "south")[number % 2]}),
    )
    return tuple(
        RecordFact(fact=fact, value=FactValue.model_validate(value)) for fact, value in said
    )


_CHANGE = RequestChange(
    total=eur(100), start=date(2026, 6, 1), finish=date(2027, 12, 31), reason="The ground is soft."
)
