"""One review from its pack to its ruling, as a board of the demo goes through it."""

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from api.demo.days import working
from api.demo.office import DemoOffice, Life
from api.demo.script import everywhere
from domain.advice import Advice
from domain.pack import PackOption
from domain.review import Review
from domain.review_commands import (
    AnswerQuestion,
    AskQuestion,
    CastVote,
    DeclareConflict,
    PostponeReview,
    PresentPack,
    RecordSitting,
    RoomBallot,
)
from domain.words import OPPOSING

DISSENT_PERCENT = 22
SPOILING = frozenset({"tie", "veto", "failing", "unknown", "weak", "no_quorum"})
"""Turns by which a review does not come to the option hoped for."""
WINDOW_OVER_DAYS = 23
SECRETARY = "marlene"
VETO = "safety"


class Brief(NamedTuple):
    """What is put before a board.

    Attributes:
        by: who opened the review and presents the pack.
        option: the option the board is to take.
        options: the options put, with their fields.
        conditions: words of the conditions, by name.
        questions: pairs of question and answer.
        advice: what those who were asked say.
    """

    by: str
    request: str
    reasons: str | None
    option: str
    options: tuple[PackOption, ...]
    conditions: dict[str, str]
    turns: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    advice: tuple[Advice, ...] = ()


class Hearing:
    """A review that is played."""

    def __init__(self, office: DemoOffice, stream: str, brief: Brief) -> None:
        """Take up a review that was opened."""
        self.office, self.stream, self.brief = office, stream, brief
        review = self._review()
        panel = {s.seat: s.person for s in review.panel if s.person is not None}
        self.voters = {
            seat: office.name_of(person)
            for seat, person in panel.items()
            if person not in review.proposers
        }
        self.board = review.board
        self.verdict: str | None = None
        self.pack = ""

    def play(self) -> Life:
        """Present, ask, vote and rule; then ``verdict`` holds the option taken, if any."""
        turns, office = self.brief.turns, self.office
        yield office.after(1, self.stream)
        self.present()
        yield from self._questions()
        day = office.days.sitting(self.board, office.today)
        if "postponed" in turns:
            day = self._postponed(day)
        if "room" in turns:
            yield from self._in_the_room(day)
        else:
            yield from self._ballots(self.choices())
        if "no_quorum" in turns:
            yield office.after(WINDOW_OVER_DAYS, f"rule {self.stream}")
        else:
            yield office.moment(max(day, office.today), f"rule {self.stream}")
        self._rule()

    def present(self) -> None:
        """Put the pack before the board."""
        brief = self.brief
        command = PresentPack(
            request=brief.request,
            options=brief.options,
            recommendation=brief.option,
            reasons=brief.reasons,
            condition_words=brief.conditions or None,
            advice=brief.advice or None,
        )
        reviews = self.office.house.reviews
        content = reviews.present(self.stream, command, self.office.act(brief.by)).content
        self.pack = str(content["pack"])

    def some(self, count: int) -> Life:
        """Let so many seats vote and leave the review open."""
        yield self.office.after(1, self.stream)
        self.present()
        if self.brief.questions:
            self._ask(next(iter(self.voters.values())), self.brief.questions[0][0])
        *earlier, last = [*self.choices().items()][:count] or [("", None)]
        yield from self._ballots(dict(earlier))
        minutes = self.office.chance.number(f"today {self.stream}", 0, 300)
        yield self.office.days.at(self.office.days.today, minutes)
        if last[0]:
            self._vote(*last)

    # --- asking -------------------------------------------------------------------------------

    def _questions(self) -> Life:
        for number, (question, answer) in enumerate(self.brief.questions, start=1):
            asker = self.office.chance.pick(
                f"asker {self.stream} {number}", [*self.voters.values()]
            )
            yield self.office.after(1, f"ask {self.stream} {number}")
            self._ask(asker, question)
            yield self.office.after(1, f"answer {self.stream} {number}")
            self._answer(number, answer)
        if "need_more" in self.brief.turns:
            seat, who = list(self.voters.items())[-1]
            command = CastVote(
                pack=self.pack, choice="need_more", seat=seat, question=everywhere()["more"]
            )
            self.office.house.reviews.vote(self.stream, command, self.office.act(who))
            yield self.office.after(1, f"more {self.stream}")
            self._answer(len(self.brief.questions) + 1, everywhere()["answer_more"])

    def _ask(self, who: str, text: str) -> None:
        command = AskQuestion(text=text)
        self.office.house.reviews.ask(self.stream, command, self.office.act(who))

    def _answer(self, number: int, text: str) -> None:
        act = self.office.act(self.brief.by)
        self.office.house.reviews.answer(self.stream, number, AnswerQuestion(text=text), act)

    # --- voting -------------------------------------------------------------------------------

    def choices(self) -> dict[str, str | None]:
        """Return what each seat chooses; None abstains, and a seat left out does not vote."""
        seats, brief, chance = list(self.voters), self.brief, self.office.chance
        aimed = "go" if "failing" in brief.turns else brief.option
        chosen: dict[str, str | None] = dict.fromkeys(seats, aimed)
        against = self._against(aimed)
        if "no_quorum" in brief.turns:
            return dict.fromkeys(seats[:2], aimed)
        if "tie" in brief.turns:
            return {seat: aimed if n % 2 else against for n, seat in enumerate(seats)}
        if "veto" in brief.turns:
            return {**chosen, VETO: "nothing"}
        if "conflict" in brief.turns:
            return {seat: option for seat, option in chosen.items() if seat != seats[1]}
        many = len(seats) > 2 and "split" in brief.turns
        if many or (len(seats) > 3 and chance.happens(f"dissent {self.stream}", DISSENT_PERCENT)):
            seat = chance.pick(f"dissenter {self.stream}", seats[1:])
            chosen[seat] = against if many or chance.happens(f"no {self.stream}", 60) else None
        if len(seats) > 4 and chance.happens(f"absent {self.stream}", 20):
            chosen.pop(next(s for s in seats[1:] if chosen[s] == aimed and s != VETO))
        return chosen

    def _against(self, aimed: str) -> str | None:
        """Return an option put that is another one and kills nothing; None where there is none."""
        matter = self.office.policy.matters[self._review().matter]
        for put in self.brief.options:
            rule = matter.option(put.id)
            if rule is not None and put.id != aimed and rule.outcome not in OPPOSING:
                return put.id
        return None

    def _ballots(self, chosen: dict[str, str | None]) -> Life:
        if "conflict" in self.brief.turns:
            seat, who = list(self.voters.items())[1]
            conflict = DeclareConflict(seat=seat, reason=everywhere()["conflict"])
            reviews = self.office.house.reviews
            reviews.declare_conflict(self.stream, conflict, self.office.act(who))
        draw, begun = self.office.chance.number, self.office.today
        days = {
            seat: max(
                begun, working(begun + datetime.timedelta(days=draw(f"{self.stream} {seat}", 1, 3)))
            )
            for seat in chosen
        }
        for seat in sorted(days, key=lambda one: (days[one], one)):
            yield self.office.moment(days[seat], f"vote {self.stream} {seat}")
            self._vote(seat, chosen[seat])

    def _vote(self, seat: str, option: str | None) -> None:
        who = self.office.voter(self.board, seat, self.voters[seat])
        chance = self.office.chance
        label, reviews = f"{self.stream} {seat}", self.office.house.reviews
        reviews.open_pack(self.stream, self.office.act(who))
        said: Sequence[str] = everywhere()["agree" if option == self.brief.option else "object"]
        command = CastVote(
            pack=self.pack,
            choice="abstain" if option is None else "option",
            option=option,
            seat=seat,
            comment=self._said(seat, said) if chance.happens(f"says {label}", 35) else None,
            confidence=chance.number(f"sure {label}", 2, 5) if chance.happens(label, 60) else None,
            seen=self.office.house.log.head(),
        )
        reviews.vote(self.stream, command, self.office.act(who))

    def _said(self, seat: str, texts: Sequence[str]) -> str:
        """Return a comment; no two members of a board say the same."""
        first = self.office.chance.number(f"said {self.stream}", 0, len(texts) - 1)
        return texts[(first + [*self.voters].index(seat)) % len(texts)]

    # --- the sitting --------------------------------------------------------------------------

    def _postponed(self, day: datetime.date) -> datetime.date:
        later = self.office.days.sitting(self.board, day)
        command = PostponeReview(to=later, reason="The agenda was too long for one afternoon.")
        act = self.office.act(self.brief.by)
        self.office.house.reviews.postpone(self.stream, command, act)
        return later

    def _in_the_room(self, day: datetime.date) -> Life:
        yield self.office.moment(day, f"room {self.stream}")
        code = self.stream.partition(":")[2].partition("/")[0]
        text = everywhere()["minutes"].format(day=f"{day:%d.%m.%Y}", what=self.brief.request)
        minutes = self.office.attach(code, "minutes", f"{text}\n", SECRETARY)
        ballots = tuple(RoomBallot(seat=s, option=self.brief.option) for s in self.voters)
        command = RecordSitting(
            on=day, present=tuple(self.voters), minutes=minutes, ballots=ballots
        )
        act = self.office.act(SECRETARY)
        self.office.house.reviews.record_sitting(self.stream, command, act)

    def _rule(self) -> None:
        chair = next(iter(self.voters.values()))
        content = self.office.house.rulings.rule(self.stream, self.office.act(chair)).content
        verdict = content["verdict"]
        assert isinstance(verdict, dict)
        option = verdict.get("option")
        self.verdict = None if option is None else str(option)
        spoilt = SPOILING & set(self.brief.turns)
        assert spoilt or self.verdict == self.brief.option, (self.stream, verdict)

    def _review(self) -> Review:
        return self.office.review(self.stream)
