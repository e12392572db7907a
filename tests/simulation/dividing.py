"""Merges, splits and duplicates among the random acts, each beside the model's word on it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from domain.pack import PackOption
from domain.parts import Part
from domain.review_commands import OpenReview, WithdrawReview
from tests.money_examples import MONEY_POLICY
from tests.simulation.model import OfficeModel, ProjectModel
from tests.story import Story
from tests.workflows.dividing import lines_of
from tests.workflows.test_dividing import DIVIDING, DONE, LAST_GATE, REPLACED, RESTS
from tests.workflows.test_money import CAPEX
from workflows.dividing import OpenMerge

POLICY = (
    MONEY_POLICY.replace(DONE, REPLACED)
    .replace(LAST_GATE, LAST_GATE + RESTS)
    .replace("\nmoney:\n", DIVIDING.rstrip() + "\nmoney:\n")
)
GOING = {"proposed", "active", "on_hold", "deferred"}
NEW = ("NEW-1", "NEW-2", "NEW-3")
chance = st.integers(0, 9)
CENT = Decimal("0.01")


class DividingActs(RuleBasedStateMachine):
    """What can be done to make one project of several, or several of one."""

    office: Story
    model: OfficeModel
    attempt: Callable[[Callable[[], object], str], bool]

    def named(self, number: int) -> str:
        known = sorted(self.model.projects)
        return known[number % len(known)]

    @precondition(lambda self: self.model.projects)
    @rule(number=chance, other=chance)
    def supersede(self, number: int, other: int) -> None:
        code, into = self.named(number), self.named(other)
        gone, right = self.model.projects[code], self.model.projects[into]
        expected = "ok"
        if gone.standing not in GOING | {"closed"}:
            expected = "step_not_open"
        elif code == into:
            expected = "malformed"
        elif right.standing not in GOING or gone.held or gone.spent:
            expected = "not_now"
        command, act = OpenReview(project=code, matter="twin", into=into), self.office.act("pia")
        if self.attempt(lambda: self.office.house.reviews.open(command, act), expected):
            stream = self._newest(code, "twin")
            self._settle(stream, PackOption(id="supersede"), "ok")
            self._end(gone, stream)

    @precondition(lambda self: self.model.projects)
    @rule(number=chance, other=chance, wrong=st.booleans())
    def merge(self, number: int, other: int, wrong: bool) -> None:
        code, more = self.named(number), self.named(other)
        one, two = self.model.projects[code], self.model.projects[more]
        command, act = OpenMerge(projects=(code, more)), self.office.act("pia")
        expected = "ok" if {one.standing, two.standing} <= GOING else "not_now"
        expected = "malformed" if code == more else expected
        if not self.attempt(lambda: self.office.house.merges.open("APX", command, act), expected):
            return
        stream, held, spent = self._newest(code, "join"), one.held + two.held, one.spent + two.spent
        expected = "not_now" if one.standing == "deferred" and held else "ok"
        option = PackOption(id="merge", parts=(part(code, held, spent),))
        if wrong:
            worse = PackOption(id="merge", parts=(part(code, held, spent + CENT),))
            self._put(stream, worse, "malformed")
        if self._settle(stream, option, expected):
            one.held, one.spent = held, spent
            two.held = two.spent = Decimal(0)
            one.divided_at = two.divided_at = self.model.tick()
            self._end(two, stream)

    @precondition(lambda self: self.model.projects)
    @rule(number=chance, which=chance, keep=st.booleans(), wrong=st.booleans())
    def split(self, number: int, which: int, keep: bool, wrong: bool) -> None:
        code = self.named(number)
        source = self.model.projects[code]
        command, act = OpenReview(project=code, matter="part"), self.office.act("pia")
        expected = "ok" if source.standing in GOING else "not_now"
        if not self.attempt(lambda: self.office.house.reviews.open(command, act), expected):
            return
        stream = self._newest(code, "part")
        new = [one for one in NEW if one != code]
        first, last = (code if keep else new[0]), new[1 + which % (len(new) - 1)]
        held, spent = ((x / 3).quantize(CENT) for x in (source.held, source.spent))
        parts = part(first, held, spent), part(last, source.held - held, source.spent - spent)
        titled = tuple(one if one.code == code else one.changed(title="A part") for one in parts)
        option = PackOption(id="split", parts=titled, review_date=date(2027, 1, 15))
        taken = any(one.code in self.model.projects for one in parts if one.code != code)
        empty = source.standing == "deferred" and source.held > 0
        if wrong and not taken:
            more = titled[0].changed(allocated=lines_of({CAPEX: held + CENT}))
            worse = option.changed(parts=(more, titled[1]))
            self._put(stream, worse, "malformed")
        if not self._settle(stream, option, "taken" if taken else "not_now" if empty else "ok"):
            return
        at, place = self.model.tick(), source.place
        for code_, amounts in ((first, (held, spent)),
                               (last, (source.held - held, source.spent - spent))):  # fmt: skip
            if code_ != code:
                self.model.projects[code_] = placed(source, place, at, *amounts)
        source.held, source.spent, source.divided_at = Decimal(0), Decimal(0), at
        if keep:
            source.held, source.spent = held, spent
        else:
            self._end(source, stream)

    def _end(self, project: ProjectModel, stream: str) -> None:
        project.put(("replaced", "superseded", project.left or project.phase), stream)

    def _newest(self, code: str, about: str) -> str:
        number = 1
        while self.office.house.log.version(f"review:{code}/{about}/{number + 1}"):
            number += 1
        return f"review:{code}/{about}/{number}"

    def _put(self, stream: str, option: PackOption, expected: str) -> bool:
        return self.attempt(lambda: self.office.presented(stream, options=(option,)), expected)

    def _settle(self, stream: str, option: PackOption, expected: str) -> bool:
        """Put, vote and rule; a pack that cannot be put ends the review."""
        if not self._put(stream, option, expected):
            command, act = WithdrawReview(reason="It cannot be."), self.office.act("hana")
            self.office.house.reviews.withdraw(stream, command, act)
            return False
        self.office.voted(stream, "hana", option.id)
        return self.attempt(lambda: self.office.ruled(stream, by="hana"), "ok")


def part(code: str, held: Decimal, spent: Decimal) -> Part:
    return Part(code=code, allocated=lines_of({CAPEX: held}), costs=lines_of({CAPEX: spent}))


def placed(
    source: ProjectModel, place: Any, at: int, held: Decimal, spent: Decimal
) -> ProjectModel:
    """A new project where its source stands, placed by nobody a ruling could be undone of."""
    phase, standing, left = place
    new = replace(source, phase=phase, standing=standing, left=left, facts=set(), evidence=False)
    new.held, new.spent, new.divided_at, new.placings = held, spent, at, []
    return new
