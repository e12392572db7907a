"""Walking a project through a preset: each line is one act, and what has come of it.

``about option : phase standing held`` opens a review of a gate or another matter, puts a pack with
that option before it, lets the whole panel vote for it and rules. ``held`` is what the project
holds of its portfolio's money. ``refused about option`` expects a step that is not open. ``spend``
and ``withdraw`` are acts of the project manager. What an option requires is filled in.
"""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.baselines import Promises
from domain.change_commands import RequestChange
from domain.funding import RecordCost
from domain.funds import Line
from domain.money import Money
from domain.pack import Award, Condition, PackOption
from domain.parts import Part
from domain.policy import Matter, Option, Policy
from domain.portfolio import CharterPortfolio, Portfolio
from domain.project_acts import ProposeProject
from domain.refusals import StepNotOpen
from domain.review_commands import OpenReview
from domain.words import ABOUT_SEVERAL
from tests.story import Story
from tests.workflows.dividing import everything, nothing
from workflows.dividing import OpenMerge
from workflows.envelopes import OpenRound, SetEnvelope
from workflows.governing import AdoptPolicy, AppointMember
from workflows.policy_text import read_policy
from workflows.presets import preset_text
from workflows.projects import WithdrawProject

ENVELOPE = "10000.00"
SHARE = "1000.00"
"""What an option that requires amounts asks for."""
VALUES: dict[str, dict[str, Any]] = {
    "flag": {"flag": True},
    "number": {"number": "7"},
    "money": {"money": {"amount": "1000.00", "currency": "EUR"}},
    "text": {"text": "as agreed"},
    "date": {"date": "2026-01-05"},
}
"""A value that lets each type of fact pass; what needs another one is in `PARTICULAR`."""
PARTICULAR: dict[str, dict[str, Any]] = {
    "benefit": {"money": {"amount": "9000.00", "currency": "EUR"}},
    "risk": {"number": "3"},
}


def policy_of(preset: str) -> Policy:
    """Return the policy of a preset."""
    return read_policy(preset_text(preset), preset).policy


class Walk:
    """One project of one portfolio under a preset, whose boards are all seated."""

    def __init__(self, story: Story, preset: str, requested: str = "400000.00") -> None:
        self.story = story
        self.preset = preset
        self.policy = policy_of(preset)
        self.ruled: list[str] = []
        self.code = ""
        self._promised = 0
        self._names: dict[str, str] = {}
        self._govern()
        self.code = self.propose("APX-1", requested)

    def _govern(self) -> None:
        house, text = self.story.house, preset_text(self.preset).decode()
        house.governing.adopt(AdoptPolicy(text=text), self.story.act("founder"))
        for board, rule in self.policy.boards.items():
            for seat in rule.seats:
                self._appoint(board, seat.id)
        for code in ("APX", "BPX"):
            charter = CharterPortfolio(code=code, title=code, policy=self.preset)
            house.portfolios.charter(charter, self.story.act("founder"))
        command = SetEnvelope(lines=(self.line(ENVELOPE),))
        answer = house.envelopes.set("APX", command, self.story.act("pia")).content
        self.settle(str(answer["review"]), "set")

    def _appoint(self, board: str, seat: str) -> None:
        name = f"{board}.{seat}"
        person = self.story.person(name)
        self._names[person] = name
        command = AppointMember(policy=self.preset, board=board, seat=seat, person=person)
        self.story.house.governing.appoint(command, self.story.act("founder"))

    def propose(self, code: str, requested: str, *, known: bool = True) -> str:
        """Pia proposes a project, about which all may be known that its gates ask for."""
        money = Money.model_validate({"amount": requested, "currency": "EUR"})
        command = ProposeProject(portfolio="APX", code=code, title="Pumps", requested=money)
        self.story.house.projects.propose(command, self.story.act("pia"))
        for fact, rule in self.policy.facts.items() if known else ():
            if rule.type != "choice":
                self.story.known(code, fact, **PARTICULAR.get(fact, VALUES[rule.type]))
        for evidence in self.policy.evidence if known else ():
            self.story.attached(code, evidence)
        return code

    # --- the lines ----------------------------------------------------------------------------

    def walk(self, lines: str) -> None:
        """Take every step of a text and compare where it leads."""
        for line in filter(None, (line.strip() for line in lines.splitlines())):
            act, _, expected = line.partition(":")
            self._step(*act.split())
            if expected:
                assert [*self.place(), str(self.held())] == expected.split(), line

    def _step(self, about: str, option: str = "", *more: str) -> None:
        if about == "refused":
            self.refused(option, *more)
        elif about == "spend":
            command = RecordCost(lines=(self.line(option),))
            self.story.house.funds.record_cost(self.code, command, self.story.act("pia"))
        elif about == "withdraw":
            command_ = WithdrawProject(reason="No longer needed.")
            self.story.house.projects.withdraw(self.code, command_, self.story.act("pia"))
        else:
            self.decide(about, option)

    def decide(self, about: str, option: str) -> dict[str, Any]:
        """Let a board decide for an option; returns the verdict."""
        stream = self.opened(about)
        verdict = self.settle(stream, option)
        assert verdict.get("option") == option, verdict
        self.ruled.append(stream)
        return verdict

    def refused(self, about: str, option: str) -> None:
        """Expect that a step is not open, and that the refusal says where and what is."""
        steps, project = self.open_steps(), self.story.project(self.code)
        with pytest.raises(StepNotOpen) as refusal:
            self.settle(self.opened(about), option)
        assert f"in phase {project.phase}, standing {project.standing};" in refusal.value.why
        assert refusal.value.why.endswith(f"open steps: {', '.join(steps) or 'none'}")
        assert self.story.project(self.code) == project

    # --- reviews ------------------------------------------------------------------------------

    def opened(self, about: str, **fields: Any) -> str:
        """Pia opens a review of a gate, or of another matter; returns its stream."""
        gate = self.policy.lifecycle.gate(about)
        kind = self.matter(about).kind
        if kind in ABOUT_SEVERAL:
            round_ = OpenRound(projects=(self.code,), matter=about)
            return str(
                self.story.house.envelopes.open_round("APX", round_, self.story.act("pia")).content[
                    "review"
                ]
            )
        known = {"gate": about} if gate is not None else {"matter": about}
        if kind in {"set_aside", "revoke"}:
            known["undo"] = self.ruled[-1]
        if kind == "waive":
            known["condition"] = [*self.story.project(self.code).conditions][-1]
        if kind == "merge":
            return self._merging(self.propose(f"{self.code}-{len(self.ruled)}", "900.00"))
        if kind == "supersede":
            known["into"] = self.propose(f"{self.code}-{len(self.ruled)}", "900.00")
        if kind == "transfer":
            known["portfolio"] = "BPX"
        if (kind == "change" or self._rebaselines(about)) and self._is_open(about):
            fields.setdefault("change", self.change())
        command = OpenReview.model_validate({"project": self.code, **known, **fields})
        answer = self.story.house.reviews.open(command, self.story.act("pia"))
        return str(answer.content["review"])

    def _merging(self, twin: str) -> str:
        command = OpenMerge(projects=(self.code, twin), matter="merge")
        answer = self.story.house.merges.open("APX", command, self.story.act("pia"))
        return str(answer.content["review"])

    def parts(self, review: str) -> tuple[Part, ...]:
        """Return the project with all there is, and beside it, where it is split, nothing."""
        subjects = self.story.review(review).subjects
        codes = [subject.partition(":")[2] for subject in subjects]
        if self.code not in codes:
            return ()
        whole = everything(self.story, *codes, into=self.code)
        return (
            (whole,)
            if len(codes) > 1
            else (whole, nothing(self.story, self.code, f"{self.code}-{len(self.ruled)}"))
        )

    def change(self, amount: str = SHARE) -> int:
        """Pia asks for another baseline; returns the number of the request."""
        self._promised += 1
        finish = datetime.date(2027, 6, 1) + datetime.timedelta(days=self._promised)
        command = RequestChange(
            lines=(self.line(amount),),
            start=datetime.date(2027, 1, 1),
            finish=finish,
            reason="It takes longer.",
        )
        answer = self.story.house.changes.request(self.code, command, self.story.act("pia"))
        return int(str(answer.content["change"]))

    def settle(self, stream: str, option: str, **fields: Any) -> dict[str, Any]:
        """Put the pack, let the whole panel vote for an option, and rule.

        Args:
            stream: the review.
            option: what all vote for.
            fields: what the option says, where it is not what is filled in.
        """
        review = self.story.review(stream)
        matter = self.policy.matters[review.matter]
        options = tuple(
            self.filled(one, stream).changed(**fields if one.id == option else {})
            for one in matter.options
            if one.id == option or not one.requires
        )
        recommendation = option if matter.pack.recommendation else None
        self.story.presented(stream, options=options, recommendation=recommendation)
        for seat in review.panel:
            assert seat.person is not None
            self.story.voted(stream, self._names[seat.person], option, seat=seat.seat)
        return self.story.ruled(stream, by="pia")

    def filled(self, option: Option, stream: str) -> PackOption:
        """Return an option as a pack puts it, with what it requires."""
        number = len(self.story.project(self.code).conditions) + 1 if self.code else 1
        owner = self.story.person("pia")
        due = datetime.date(2026, 12, 31)
        known: dict[str, Any] = {
            "amounts": (self.line(SHARE),),
            "awards": (Award(project=self.code, rank=1, amounts=(self.line(SHARE),)),)
            if self.code
            else (),
            "ranking": (self.code,),
            "conditions": (Condition(id=f"proof_{number}", owner=owner, due=due),),
            "review_date": datetime.date(2027, 1, 15),
            "parts": self.parts(stream) if "parts" in option.requires else (),
        }
        return PackOption(id=option.id, **{name: known[name] for name in option.requires})

    # --- what came of it ----------------------------------------------------------------------

    def matter(self, about: str) -> Matter:
        """Return the matter that decides on a gate, or the matter of that name."""
        if self.policy.lifecycle.gate(about) is None:
            return self.policy.matters[about]
        return next(m for m in self.policy.matters.values() if about in m.gates)

    def line(self, amount: str) -> Line:
        """Return an amount of the first kind of money in the first period of 2027."""
        assert self.policy.money is not None
        money = {"amount": f"{Decimal(amount):.2f}", "currency": "EUR"}
        cell = {"period": self.policy.money.example(), "kind": self.policy.money.kinds[0]}
        return Line.model_validate({**cell, "amount": money})

    def place(self) -> tuple[str, str]:
        """Return phase and standing of the project."""
        project = self.story.project(self.code)
        return project.phase, project.standing.value

    def promises(self) -> Promises:
        """Return what the project promised."""
        return self.story.project(self.code).promises

    def portfolio(self) -> Portfolio:
        """Return the portfolio with the envelope."""
        return self.story.house.desk.load().portfolio("APX")

    def held(self) -> int:
        """Return what the project holds, in whole euros."""
        return int(sum(self.portfolio().holds(self.code).values(), Decimal(0)))

    def open_steps(self) -> tuple[str, ...]:
        """Return the steps the lifecycle allows the project now."""
        return self.story.house.projects.open_steps(self.code, self.story.act("pia"))

    def require_sound(self) -> None:
        """Assert what holds of money and rulings after any walk."""
        state = self.portfolio()
        cells = {*state.envelopes, *(c for held in state.held.values() for c in held)}
        for cell in cells:
            envelope = state.envelopes.get(cell, Decimal(0))
            assert 0 <= state.allocated(cell) <= envelope
            assert state.free(cell) == envelope - state.allocated(cell)
        ruled: set[str] = set()
        for recorded in self.story.house.log.read(0, 100_000):
            event = recorded.event
            if event.topic == "review.ruled/1":
                ruled.add(event.stream)
            named = event.data.as_json().get("ruling")
            assert named is None or named in ruled, event

    def _rebaselines(self, about: str) -> bool:
        return any(
            e.do == "replace_baseline" for o in self.matter(about).options for e in o.effects
        )

    def _is_open(self, about: str) -> bool:
        gate = self.policy.lifecycle.gate(about)
        return gate is None or f"pass:{about}" in self.open_steps()
