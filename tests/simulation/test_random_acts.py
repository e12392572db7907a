"""Ten thousand random acts, each beside the oracle's word on what must come of it."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.docket import Verdict
from domain.funding import RecordCost
from domain.money import Money
from domain.pack import Award, PackOption
from domain.project_acts import ProposeProject
from domain.refusals import Refused
from domain.review_commands import (
    CastVote,
    DeclareConflict,
    OpenReview,
    PostponeReview,
    PresentPack,
    WithdrawReview,
)
from tests.conftest import SEED
from tests.oracle import ruling as oracle
from tests.simulation.dividing import POLICY, DividingActs
from tests.simulation.model import GATES, OPTIONS, OfficeModel
from tests.story import Story
from tests.workflows.test_money import CAPEX, line
from tests.workflows.test_periods import closing_policy
from workflows.envelopes import OpenRound, SetEnvelope
from workflows.periods import ClosePeriod
from workflows.projects import WithdrawProject

ACTS_MIN = 10_000
RUNS = 160
STEPS = 50
CODES = ["APX-A", "APX-B", "APX-C", "APX-D"]
PEOPLE = ["ana", "ben", "cem", "hana", "pia"]
seen: Counter[str] = Counter()
topics: Counter[str] = Counter()

codes = st.sampled_from(CODES)
people = st.sampled_from(PEOPLE)
members = st.sampled_from(["ana", "ben", "cem", "ana", "ben", "cem", "hana", "pia"])
chance = st.integers(0, 9)
later = st.sampled_from(["finish", "fund", "fund", "pause", "wake", "stop"])


class RandomActs(DividingActs):
    """An office, its model, and everything people can do to both."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.directory = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.office = Story(self.directory).governed(closing_policy("lapse", policy=POLICY))
        cell = SetEnvelope(lines=(line("1000.00"),))
        self.office.house.envelopes.set("APX", cell, self.office.act("hana"))
        self.model = OfficeModel()
        self.only: list[str] = []

    def teardown(self) -> None:
        topics.update(self.office.topics())
        self.office.close()
        shutil.rmtree(self.directory)

    def attempt(self, act: Callable[[], object], expected: str) -> bool:
        """Try an act and hold what came of it against what the model says."""
        head = self.office.house.log.head()
        try:
            act()
            got = "ok"
        except Refused as refusal:
            got = refusal.code
        assert got == expected
        written = [r.event.topic for r in self.office.house.log.read(head, 100)]
        assert got == "ok" or written in ([], ["act.refused/1"]), "a refusal writes nothing else"
        seen[got] += 1
        return got == "ok"

    def pick(self, number: int) -> str:
        streams = self.only or sorted(self.model.reviews)
        live = [s for s in streams if self.model.reviews[s].status == "open"]
        among = streams if number == 0 or not live else live
        return among[number % len(among)]

    @initialize(starts=st.lists(st.booleans(), min_size=3, max_size=3))
    def begin(self, starts: list[bool]) -> None:
        for code, person in zip(CODES, ["pia", "pia", "ana", "pia"], strict=True):
            self.propose(code, person)
            self.record(code, "npv", 2)
            self.record(code, "risk", 2)
            if code != CODES[-1]:
                self.attach(code)
            self.open(code, "start", "pia")
        for code, start in zip(CODES[:3], starts, strict=True):
            if start:
                self.only = [f"review:{code}/start/1"]
                self.sit(1, [1, 1, 1], "ben")
                self.only = []

    @rule(code=codes, person=st.sampled_from(["pia", "pia", "pia", "ana"]))
    def propose(self, code: str, person: str) -> None:
        act = self.office.act(person)
        command = ProposeProject(
            portfolio="APX",
            code=code,
            title="New pumps",
            requested=Money(amount=Decimal(5000), currency="EUR"),
        )
        expected = self.model.propose(code, person)
        self.attempt(lambda: self.office.house.projects.propose(command, act), expected)

    @rule(code=codes, fact=st.sampled_from(["npv", "risk"]), number=st.integers(0, 2))
    def record(self, code: str, fact: str, number: int) -> None:
        if code not in self.model.projects:
            return
        value = (
            {"money": {"amount": ("49999.99", "50000.00", "90000.00")[number], "currency": "EUR"}}
            if fact == "npv"
            else {"number": ("15", "15.01", "3")[number]}
        )
        self.attempt(lambda: self.office.known(code, fact, **value), "ok")
        self.model.projects[code].facts.add(fact)

    @rule(code=codes)
    def attach(self, code: str) -> None:
        if code in self.model.projects:
            self.attempt(lambda: self.office.attached(code, "business_case"), "ok")
            self.model.projects[code].evidence = True

    @rule(code=codes, matter=st.sampled_from(sorted(set(OPTIONS) - {"error"})), person=people)
    def open(self, code: str, matter: str, person: str) -> None:
        if code not in self.model.projects:
            return
        act = self.office.act(person)
        expected, stream = self.model.open(code, matter, person, act.now)
        gate, other = (matter, None) if matter in GATES else (None, matter)
        command = OpenReview(project=code, gate=gate, matter=other)
        if self.attempt(lambda: self.office.house.reviews.open(command, act), expected):
            assert self.office.review(stream).closes_at == self.model.reviews[stream].closes_at

    @precondition(lambda self: self.model.reviews)
    @rule(number=chance, few=st.booleans())
    def present(self, number: int, few: bool) -> None:
        stream = self.pick(number)
        known = OPTIONS[self.model.reviews[stream].matter]
        offered = known[:1] if few else known
        date = (self.office.now + timedelta(days=90)).date()
        amount = ("100.00", "400.00", "1000.01")[number % 3]
        options = tuple(
            PackOption(
                id=o,
                review_date=date if o == "later" else None,
                amounts=(line(amount),) if o == "fund" else (),
            )
            for o in offered
        )
        command = PresentPack(request="Decide.", options=options)
        act = self.office.act("pia")
        expected = self.model.present(stream, offered)
        if expected == "ok":
            self.model.reviews[stream].amount = Decimal(amount)
        self.attempt(lambda: self.office.house.reviews.present(stream, command, act), expected)

    @precondition(lambda self: self.model.reviews)
    @rule(number=chance, person=members, choice=chance, stale=st.sampled_from([1, 1, 1, 0]))
    def vote(self, number: int, person: str, choice: int, stale: int) -> None:
        stream = self.pick(number)
        review = self.model.reviews[stream]
        known = OPTIONS[review.matter]
        option = None if choice == 0 else known[choice % len(known)] if choice > 5 else known[0]
        pack = self.office.review(stream).pack if stale else "0" * 64
        command = CastVote(
            pack=pack or "none", choice="option" if option else "abstain", option=option
        )
        act = self.office.act(person)
        expected = self.model.vote(stream, person, option, not stale, act.now)
        self.attempt(lambda: self.office.house.reviews.vote(stream, command, act), expected)

    @precondition(lambda self: self.model.reviews)
    @rule(number=chance, choices=st.lists(chance, min_size=2, max_size=4), caller=members)
    def sit(self, number: int, choices: list[int], caller: str) -> None:
        """A whole sitting: a pack, some votes, and the call for a ruling."""
        stream = self.pick(number)
        if self.model.reviews[stream].pack == 0:
            self.present(number, few=choices[0] == 9)
        for person, choice in zip(["ana", "ben", "cem", "hana"], choices, strict=False):
            self.vote(number, person, choice, 1)
        self.call_for_ruling(number, caller)

    @precondition(lambda self: self.model.reviews)
    @rule(number=chance, matter=later, code=codes)
    def take_up_and_sit(self, number: int, matter: str, code: str) -> None:
        """What comes after the first gate, so that it is met often enough."""
        self.open(code, matter, "pia")
        same = [s for s in self.model.reviews if s.startswith(f"review:{code}/{matter}/")]
        if same and self.model.reviews[same[-1]].status == "open":
            streams = [s for s in sorted(self.model.reviews) if s == same[-1]]
            self.only = streams
            self.sit(number, [1, 1, number, 1], "ana" if matter in {"finish", "fund"} else "hana")
            self.only = []

    @precondition(lambda self: self.model.reviews)
    @rule(number=chance, person=members)
    def declare_conflict(self, number: int, person: str) -> None:
        stream, act = self.pick(number), self.office.act(person)
        command = DeclareConflict(reason="a cousin")
        expected = self.model.declare(stream, person)
        self.attempt(
            lambda: self.office.house.reviews.declare_conflict(stream, command, act), expected
        )

    @precondition(lambda self: self.model.reviews)
    @rule(number=chance, person=members, rarely=chance, days=st.integers(-1, 20))
    def postpone(self, number: int, person: str, rarely: int, days: int) -> None:
        if rarely > 3:
            return
        stream, act = self.pick(number), self.office.act(person)
        if rarely == 0:
            command = WithdrawReview(reason="not now")
            expected = self.model.end(stream, person)
            self.attempt(lambda: self.office.house.reviews.withdraw(stream, command, act), expected)
            return
        to = act.now + timedelta(days=days)
        later = PostponeReview(to=to.date(), reason="no room")
        expected = self.model.postpone(stream, person, to, act.now)
        self.attempt(lambda: self.office.house.reviews.postpone(stream, later, act), expected)

    @rule(code=codes, amount=st.sampled_from(["10.00", "150.00"]))
    def spend(self, code: str, amount: str) -> None:
        act, command = self.office.act("pia"), RecordCost(lines=(line(amount),))
        self.attempt(lambda: self.office.house.funds.record_cost(code, command, act), "ok")
        self.model.projects[code].spent += Decimal(amount)

    @precondition(lambda self: self.model.reviews)
    @rule(number=chance, other=chance, code=codes)
    def undo(self, number: int, other: int, code: str) -> None:
        """Set a ruling aside: taken up, put, voted by the head, ruled."""
        ruled = [s for s, r in sorted(self.model.reviews.items()) if r.status == "ruled"]
        target = ruled[-1 - number % len(ruled)] if ruled else self.pick(number)
        code = self.model.reviews[target].project if other else code
        act = self.office.act("pia")
        expected, stream = self.model.open_undoing(code, target, "pia")
        command = OpenReview(project=code, matter="error", undo=target)
        if self.attempt(lambda: self.office.house.reviews.open(command, act), expected):
            self.only = [stream]
            self.sit(1, [0, 0, 0, 1], "hana")
            self.only = []

    def hold_round(self, order: list[str], option: PackOption, matter: str) -> None:
        """A round about some projects: opened, put, voted by the board, and ruled or withdrawn."""
        house = self.office.house
        command = OpenRound(projects=tuple(sorted(order)), matter=matter)
        opened = house.envelopes.open_round("APX", command, self.office.act("pia"))
        stream = str(opened.content["review"])
        self.office.presented(stream, options=(option,))
        for name in ("ana", "ben", "cem"):
            if self.office.person(name) not in self.office.review(stream).proposers:
                self.office.voted(stream, name, option.id)
        try:
            self.office.ruled(stream, by="ben")
        except Refused:
            # So that the next round can be opened.
            again = WithdrawReview(reason="it cannot be done")
            house.reviews.withdraw(stream, again, self.office.act("pia"))
            raise

    @rule(order=st.permutations(CODES), few=st.integers(1, 4))
    def prioritise(self, order: list[str], few: int) -> None:
        order = [code for code in order if code in self.model.projects][:few]
        option = PackOption(id="rank", ranking=tuple(order))
        expected = self.model.prioritise(order)
        self.several(partial(self.hold_round, order, option, "order"), expected)

    @rule(
        pair=st.permutations(CODES),
        amounts=st.tuples(*[st.sampled_from(["0.00", "150.00", "400.00", "700.00"])] * 2),
    )
    def reallocate(self, pair: list[str], amounts: tuple[str, str]) -> None:
        given = dict(zip(pair, amounts, strict=False))
        awards = tuple(
            Award(project=code, rank=rank, amounts=(line(amount),))
            for rank, (code, amount) in enumerate(given.items(), start=1)
        )
        option = PackOption(id="move", awards=awards)
        expected = self.model.reallocate({c: Decimal(amount) for c, amount in given.items()})
        self.several(partial(self.hold_round, list(given), option, "shift"), expected)

    @rule(rarely=st.integers(0, 30))
    def close_period(self, rarely: int) -> None:
        if rarely:
            return
        act, command = self.office.act("hana"), ClosePeriod(period="FY2027")
        close = self.office.house.periods.close
        self.several(partial(close, "APX", command, act), self.model.close_period())

    def several(self, act: Callable[[], object], expected: str) -> None:
        """Try what is more than one command, and hold what came of it against the model."""
        try:
            act()
            got = "ok"
        except Refused as refusal:
            got = refusal.code
        assert got == expected
        seen[got] += 1

    @rule(code=codes, person=people, rarely=chance)
    def withdraw_project(self, code: str, person: str, rarely: int) -> None:
        if rarely or code not in self.model.projects:
            return
        act, command = self.office.act(person), WithdrawProject(reason="no longer needed")
        expected = self.model.withdraw(code, person)
        self.attempt(lambda: self.office.house.projects.withdraw(code, command, act), expected)

    @rule(days=st.sampled_from([0, 0, 1, 6, 14]))
    def pass_time(self, days: int) -> None:
        self.office.now += timedelta(days=days, hours=7)

    @precondition(lambda self: self.model.reviews)
    @rule(number=chance, person=members)
    def call_for_ruling(self, number: int, person: str) -> None:
        stream, act = self.pick(number), self.office.act(person)
        review = self.model.reviews[stream]
        expected, verdict = self._expected_ruling(stream, person, act.now)
        if not self.attempt(lambda: self.office.house.rulings.rule(stream, act), expected):
            return
        review.status, review.ruled_by, review.ruled_at = "ruled", person, self.model.tick()
        assert self.office.review(stream).verdict == verdict

    def _expected_ruling(
        self, stream: str, person: str, now: datetime
    ) -> tuple[str, Verdict | None]:
        review, state = self.model.reviews[stream], self.office.review(stream)
        if review.status != "open":
            return "review_over", None
        if review.pack == 0:
            return "no_pack", None
        if not self.model.may_call(stream, person):
            return "not_permitted", None
        loaded = self.office.house.desk.load()
        policy, pack = loaded.texts.policy(state.policy), loaded.pack(state.pack)
        assert pack is not None
        docket = state.docket(now)
        assert {b.seat: b.option for b in docket.ballots} == review.counting()
        assert set(docket.conflicts) == review.conflicts
        if not oracle.may_rule(policy, pack, docket):
            return "review_still_open", None
        verdict = oracle.ruling(policy, pack, docket).verdict
        if verdict.option is None:
            return "ok", verdict
        place = self.model.projects[review.project].after(review.matter, verdict.option)
        if place is None:
            return "step_not_open", None
        done = self.model.act_on(stream, verdict.option, place)
        return done, verdict if done == "ok" else None

    @invariant()
    def the_record_says_what_the_model_says(self) -> None:
        for code, model in self.model.projects.items():
            project = self.office.project(code)
            assert (project.phase, project.standing, project.left) == (
                model.phase, model.standing, model.left,
            )  # fmt: skip
            assert project.spent().get(CAPEX, Decimal(0)) == model.spent
            assert bool(project.superseded_by) == (model.standing == "superseded")
        portfolio = self.office.house.desk.load().portfolio("APX")
        assert {*self.model.projects} >= {c for c in portfolio.held if portfolio.holds(c)}
        held = {code: model.held for code, model in self.model.projects.items() if model.held}
        assert {c: portfolio.holds(c).get(CAPEX) for c in held if portfolio.holds(c)} == held
        assert portfolio.allocated(CAPEX) == sum(held.values()) <= self.model.envelope
        assert portfolio.free(CAPEX) == self.model.free >= 0
        assert list(portfolio.order) == self.model.order
        assert bool(portfolio.closed) == self.model.closed
        for stream, review in self.model.reviews.items():
            assert self.office.review(stream).status == review.status


@pytest.mark.timeout(600)
def test_random_acts_come_to_what_the_oracle_says() -> None:
    run = settings(
        max_examples=RUNS, stateful_step_count=STEPS, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), print_blob=True,
        phases=[Phase.generate],  # the seed repeats a failure; making it small takes minutes
    )  # fmt: skip
    seen.clear()
    run_state_machine_as_test(seed(int(os.environ[SEED]))(RandomActs), settings=run)
    assert seen.total() >= ACTS_MIN, f"only {seen.total()} acts: {seen}"
    # What every run meets, whatever its seed; the rest is met by most.
    assert set(seen) >= {
        "ok", "taken", "step_not_open", "review_over", "not_a_seat", "review_still_open",
        "not_permitted", "field_missing", "funds_available", "not_now", "malformed",
    }, seen  # fmt: skip
    assert set(topics) >= {
        "funds.allocated/1", "funds.released/1", "ruling.set_aside/1", "project.restored/1",
        "project.moved/1", "project.rested/1", "project.superseded/1", "project.divided/1",
        "project.succeeded/1", "funds.divided/1", "projects.prioritised/1", "period.closed/1",
    }, topics  # fmt: skip
