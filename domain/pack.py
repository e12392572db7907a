"""The pack: what is put before a review, content-addressed, so that all attest the same thing."""

import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.advice import ADVICE_MAX, PackAdvice
from domain.base import Code, Moment, Value
from domain.facts import FactValue
from domain.funds import LINES_MAX, Line
from domain.money import Money
from domain.parts import PARTS_MAX, Part
from domain.policy import EffectRule, Name


class Condition(Value):
    """What an approval asks for afterwards.

    Attributes:
        id: name of the condition within the pack.
        owner: id of the person who has to meet it.
        due: the last day on which it can be met.
        evidence: kind of evidence that shows it was met.
    """

    id: Name
    owner: str
    due: datetime.date
    evidence: Name | None = None


class Award(Value):
    """What one of several projects is to get, in the order in which they are ranked.

    Attributes:
        project: its code.
        rank: place in the ranking, from 1.
        amounts: what it gets; none below the line.
    """

    project: Code
    rank: int = Field(ge=1)
    amounts: tuple[Line, ...] = Field(default=(), max_length=LINES_MAX)


class Unspent(Value):
    """What becomes of the money that a project has not spent when a period is closed."""

    project: Code
    fate: Literal["lapse", "carry"]


class PackOption(Value):
    """One option as put before this review, with its fields filled in.

    Attributes:
        amount: one sum. amounts: money by period and kind, for a single project.
        awards: money for each of several projects.
        ranking: codes of several projects, the most important one first.
        unspent: what becomes of the unspent money of each project, where a period is closed.
        review_date: the day by which a deferred project is looked at again.
        target: the phase to which a project goes back. effective_on: first day of the effect.
        parts: what projects are merged or split into.
    """

    id: Name
    amount: Money | None = None
    amounts: tuple[Line, ...] = Field(default=(), max_length=LINES_MAX)
    awards: tuple[Award, ...] = Field(default=(), max_length=500)
    ranking: tuple[Code, ...] = Field(default=(), max_length=500)
    unspent: tuple[Unspent, ...] = Field(default=(), max_length=2000)
    conditions: tuple[Condition, ...] = Field(default=(), max_length=100)
    review_date: datetime.date | None = None
    target: Name | None = None
    effective_on: datetime.date | None = None
    parts: tuple[Part, ...] = Field(default=(), max_length=PARTS_MAX)

    def award(self, project: str) -> Award | None:
        """Return what a project is to get, where the option ranks several."""
        return next((award for award in self.awards if award.project == project), None)

    def concerns(self, rule: EffectRule, project: str) -> bool:
        """Return whether an effect is for a project: above the line, below it, or for all."""
        award = self.award(project)
        funded = award is not None and bool(award.amounts)
        return rule.only == "all" or (rule.only == "funded") == funded


class PackFact(Value):
    """A fact as it stood when the pack was presented.

    Attributes:
        position: where in the log it was asserted.
        effective_at: since when it holds.
    """

    subject: str
    fact: Name
    value: FactValue
    position: int
    effective_at: Moment


class PackEvidence(Value):
    """A piece of evidence as it stood when the pack was presented.

    Attributes:
        sha256: digest of the file.
        position: where in the log it was attached.
        dated: the moment its age is counted from.
    """

    subject: str
    kind: Name
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    position: int
    dated: Moment


class EarlierRuling(Value):
    """An earlier ruling about a subject, as a criterion may ask for it.

    Attributes:
        matter: the matter that was decided, or the gate that was passed.
        gate: the gate, when the matter was about one.
        outcome: what was ruled.
        position: where in the log.
    """

    subject: str
    matter: Name
    gate: Name | None = None
    outcome: str
    position: int


class Pack(Value):
    """What is put before a review. Its digest is what ballots attest.

    Attributes:
        review: stream of the review.
        subjects: streams it is about.
        amount: money asked for, if any.
        recommendation: the option recommended, and by whom.
        options: in the policy's order; a ballot chooses one of them.
        facts, evidence, earlier: what was on record.
        answers: positions of the questions answered before it was presented.
        texts: digests of its private texts: the request in one sentence, the reasons, advice.
        advice: what those who were asked say of it; absent where nobody's is put.
    """

    review: str
    subjects: tuple[str, ...] = Field(min_length=1)
    amount: Money | None = None
    recommendation: Name | None = None
    recommended_by: str | None = None
    options: tuple[PackOption, ...] = Field(min_length=1, max_length=40)
    facts: tuple[PackFact, ...] = ()
    evidence: tuple[PackEvidence, ...] = ()
    earlier: tuple[EarlierRuling, ...] = ()
    answers: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    advice: Annotated[tuple[PackAdvice, ...], Field(min_length=1, max_length=ADVICE_MAX)] | None = (
        None
    )

    def option(self, name: str) -> PackOption | None:
        """Return an option by name."""
        return next((o for o in self.options if o.id == name), None)
