"""Histories of real events to fill a log with: any list of numbers is told as one."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from domain.act import Act, Channel
from domain.baseline_events import Promise
from domain.board import MemberAppointed, MemberRelieved
from domain.docket import Docket, PanelSeat, Verdict
from domain.event import Body, Draft, Sealed, seal
from domain.facts import FactValue
from domain.funds import PlannedLine
from domain.money import Money
from domain.office import OFFICE, ActRefused, OfficeFounded
from domain.person import IdentityLinked, PersonRegistered
from domain.policy_book import PolicyAdopted
from domain.portfolio_events import NumberGiven, PortfolioChartered
from domain.project_events import (
    EvidenceAttached,
    FactCorrected,
    FactRecorded,
    ProjectMoved,
    ProjectProposed,
    ProjectRested,
    ProjectResumed,
    ProjectRetitled,
    ProjectTransferred,
    ProjectWithdrawn,
)
from domain.review_events import (
    BallotCast,
    BallotContested,
    ConflictDeclared,
    PackOpened,
    PackPresented,
    QuestionAnswered,
    QuestionAsked,
    ReportedRuling,
    ReviewOpened,
    ReviewPostponed,
    ReviewRuled,
    ReviewWithdrawn,
    RulingReported,
    SittingRecorded,
)
from domain.succession_events import ProjectSucceeded, ProjectSuperseded
from domain.taken_over_events import (
    BaselineTakenOver,
    ConditionTakenOver,
    FundsTakenOver,
    ProjectTakenOver,
)
from domain.undoing_events import ProjectRestored, RulingRevoked, RulingSetAside
from domain.words import Ground, Outcome, Standing
from workflows.store.sqlite import SQLiteLog

FOUNDED = datetime(2026, 1, 5, 9, tzinfo=UTC)
SEATS = ("chair", "finance", "risk")
PHASES = ("idea", "case", "build", "done")
PEOPLE = ("ada", "bob", "cyd")
OPTIONS = ("go", "stop")
ZONE = "Europe/Berlin"


class Step(NamedTuple):
    """What happens next, in numbers; each is taken modulo what there is."""

    kind: int
    which: int
    other: int
    late_hours: int


class Author:
    """Writes events: keeps versions and positions, and an hour passes with each."""

    def __init__(self, log: SQLiteLog) -> None:
        self.log = log
        self.versions: dict[str, int] = {}
        self.now = FOUNDED
        self.position = 0
        self.places: dict[str, tuple[str, Standing]] = {}
        self.reviews: dict[str, dict[str, Any]] = {}
        self.assertions: list[tuple[str, str, int]] = []
        self.waiting: list[Sealed] = []

    def write(
        self,
        stream: str,
        body: Body,
        *,
        by: str = "ada",
        late_hours: int = 0,
        corrects: int | None = None,
        channel: Channel = Channel.LIVE,
    ) -> int:
        version = self.versions.get(stream, 0) + 1
        self.now += timedelta(hours=1)
        act = Act(
            by=by,
            recorded_by="sec" if channel is Channel.IN_ROOM else by,
            on_behalf_of="cyd" if by == "bob" and late_hours == 1 else None,
            channel=channel,
            command=f"c{self.position}",
            now=self.now,
            seed=sha256(f"{self.position}".encode()).digest(),
        )
        effective = max(FOUNDED, self.now - timedelta(hours=late_hours))
        draft = Draft(
            stream=stream,
            data=body,
            effective_at=effective,
            corrects=corrects,
            private={"comment": "private words"},
        )
        self.waiting.append(seal(draft, act, version, basis=self.position))
        self.versions[stream] = version
        self.position += 1
        return self.position

    def commit(self) -> None:
        """Append what is waiting, one command per event would be slower and no different."""
        for start in range(0, len(self.waiting), 1_000):
            self.log.append(self.waiting[start : start + 1_000], {}, None)
        self.waiting.clear()

    def found(self) -> None:
        self.write(
            OFFICE,
            OfficeFounded(
                origin="test.local",
                title="Office",
                zone=ZONE,
                currency="EUR",
                languages=("en",),
                founder="ada",
            ),
        )


def founded(log: SQLiteLog) -> Author:
    author = Author(log)
    author.found()
    author.commit()
    return author


def tell(author: Author, steps: Sequence[Step]) -> None:
    """Let the steps happen; each is turned into something that can happen then."""
    for step in steps:
        TOLD[step.kind % len(TOLD)](author, step)
    author.commit()


def _pick(options: Sequence[str], number: int) -> str:
    return options[number % len(options)]


def _project(author: Author, step: Step) -> str:
    """A project that exists; it is proposed now if there is none."""
    stream = f"project:P-{step.which % 4:03d}"
    if stream not in author.places:
        _propose(author, step)
    return stream


def _propose(author: Author, step: Step) -> None:
    stream = f"project:P-{step.which % 4:03d}"
    if stream in author.places:
        author.write(stream, ProjectRetitled(title=f"Title {author.position}"))
        return
    body = ProjectProposed(
        title=f"Project {step.which}",
        portfolio=_pick("AB", step.other),
        phase="idea",
        standing=Standing.PROPOSED,
        requested=Money(amount=step.other, currency="EUR") if step.other % 2 else None,  # type: ignore[arg-type]
    )
    author.write(stream, body, by=_pick(PEOPLE, step.other), late_hours=step.late_hours)
    author.places[stream] = ("idea", Standing.PROPOSED)


def _move(author: Author, step: Step) -> None:
    stream = _project(author, step)
    phase, standing = author.places[stream]
    to = _pick(PHASES, step.other)
    body = ProjectMoved(
        phase=to,
        standing=Standing.ACTIVE,
        from_phase=phase,
        from_standing=standing,
        ruling="review:R/1",
    )
    author.write(stream, body, late_hours=step.late_hours)
    author.places[stream] = (to, Standing.ACTIVE)


def _rest(author: Author, step: Step) -> None:
    stream = _project(author, step)
    phase, standing = author.places[stream]
    rests = (Standing.ON_HOLD, Standing.DEFERRED, Standing.REJECTED, Standing.CANCELLED)
    to = rests[step.other % 4]
    body = ProjectRested(
        phase="waiting",
        standing=to,
        from_phase=phase,
        from_standing=standing,
        left=phase,
        review_date=date(2026, 6, 1 + step.other % 28) if step.other % 2 else None,
        ruling="review:R/1",
    )
    author.write(stream, body, late_hours=step.late_hours)
    author.places[stream] = ("waiting", to)


def _resume(author: Author, step: Step) -> None:
    stream = _project(author, step)
    phase, standing = author.places[stream]
    body = ProjectResumed(
        phase="case",
        standing=Standing.ACTIVE,
        from_phase=phase,
        from_standing=standing,
        ruling="review:R/1",
    )
    author.write(stream, body, late_hours=step.late_hours)
    author.places[stream] = ("case", Standing.ACTIVE)


def _withdraw(author: Author, step: Step) -> None:
    stream = _project(author, step)
    phase, standing = author.places[stream]
    body = ProjectWithdrawn(
        phase="ended",
        standing=Standing.WITHDRAWN,
        from_phase=phase,
        from_standing=standing,
        left=phase,
    )
    author.write(stream, body)
    author.places[stream] = ("ended", Standing.WITHDRAWN)


def _restore(author: Author, step: Step) -> None:
    """A ruling is undone: the project is back, and the ruling bears a mark."""
    stream = _project(author, step)
    phase, standing = author.places[stream]
    body = ProjectRestored(
        phase="case",
        standing=Standing.ON_HOLD if step.other % 2 else Standing.ACTIVE,
        left="case" if step.other % 2 else None,
        from_phase=phase,
        from_standing=standing,
        undone="review:R/1",
        ruling="review:S/1",
    )
    author.write(stream, body, late_hours=step.late_hours)
    author.places[stream] = ("case", body.standing)
    ended = [review for review, kept in author.reviews.items() if not kept["open"]]
    if ended:
        mark = RulingRevoked if step.which % 2 else RulingSetAside
        author.write(_pick(ended, step.which), mark(ruling="review:S/1"))


def _supersede(author: Author, step: Step) -> None:
    stream = _project(author, step)
    phase, standing = author.places[stream]
    body = ProjectSuperseded(
        phase="replaced",
        standing=Standing.SUPERSEDED,
        from_phase=phase,
        from_standing=standing,
        left=phase,
        superseded_by=(f"P-{step.other % 4:03d}",) if step.other % 3 else ("P-000", "P-001"),
        ruling="review:R/1",
    )
    author.write(stream, body, late_hours=step.late_hours)
    author.places[stream] = ("replaced", Standing.SUPERSEDED)


def _succeed(author: Author, step: Step) -> None:
    """The project is a part of another one, and counts as that one's proposer's."""
    body = ProjectSucceeded(
        sources=(f"P-{step.other % 4:03d}",),
        proposer=_pick(PEOPLE, step.other) if step.other % 2 else None,
        ruling="review:R/1",
    )
    author.write(_project(author, step), body)


def _transfer(author: Author, step: Step) -> None:
    stream = _project(author, step)
    body = ProjectTransferred(
        portfolio=_pick("AB", step.other),
        from_portfolio=_pick("BA", step.other),
        ruling="review:R/1",
    )
    author.write(stream, body, late_hours=step.late_hours)


def _fact(author: Author, step: Step) -> None:
    stream = _project(author, step)
    fact = _pick(("cost", "risk"), step.other)
    value = FactValue(number=step.other) if step.which % 2 else FactValue(text=f"t{step.other}")  # type: ignore[arg-type]
    position = author.write(
        stream, FactRecorded(fact=fact, value=value), late_hours=step.late_hours
    )
    author.assertions.append((stream, fact, position))


def _correct(author: Author, step: Step) -> None:
    if not author.assertions:
        _fact(author, step)
    index = step.which % len(author.assertions)
    stream, fact, wrong = author.assertions.pop(index)
    body = FactCorrected(fact=fact, value=FactValue(flag=bool(step.other % 2)))
    position = author.write(stream, body, late_hours=step.late_hours, corrects=wrong)
    author.assertions.append((stream, fact, position))


def _attach(author: Author, step: Step) -> None:
    body = EvidenceAttached(
        evidence="minutes",
        sha256=sha256(f"{author.position}".encode()).hexdigest(),
        size=step.other,
        media_type="application/pdf",
        held="elsewhere" if step.other % 2 else "here",
        dated=FOUNDED,
        checked_by="bob" if step.other % 2 else None,
    )
    author.write(_project(author, step), body, by=_pick(PEOPLE, step.other))


def _panel() -> tuple[PanelSeat, ...]:
    return tuple(
        PanelSeat(seat=seat, person=person)
        for seat, person in zip(SEATS, (*PEOPLE[:2], None), strict=True)
    )


def _open(author: Author, step: Step) -> str:
    """Open a review about one subject or two."""
    subjects = {_project(author, step), _project(author, step._replace(which=step.other))}
    stream = f"review:R{len(author.reviews) + 1}/case/1"
    body = ReviewOpened(
        matter="pass_gate",
        gate="case",
        subjects=tuple(sorted(subjects)),
        board="board",
        policy="a" * 64,
        engine=1,
        panel=_panel(),
        proposers=("ada",),
        closes_at=author.now + timedelta(days=7) if step.other % 2 else None,
    )
    author.write(stream, body, by=_pick(PEOPLE, step.which))
    author.reviews[stream] = {
        "subjects": tuple(sorted(subjects)),
        "open": True,
        "asked": 0,
        "ballots": [],
        "pack": "b" * 64,
    }
    return stream


def _review(author: Author, step: Step) -> str:
    """A review that is open; one is opened now if there is none."""
    going = [stream for stream, kept in author.reviews.items() if kept["open"]]
    return _pick(going, step.which) if going else _open(author, step)


def _opening(author: Author, step: Step) -> None:
    _open(author, step)


def _present(author: Author, step: Step) -> None:
    stream = _review(author, step)
    author.reviews[stream]["pack"] = sha256(f"{step.other % 2}".encode()).hexdigest()
    author.write(stream, PackPresented(pack=author.reviews[stream]["pack"]))


def _look(author: Author, step: Step) -> None:
    stream = _review(author, step)
    author.write(stream, PackOpened(pack=author.reviews[stream]["pack"]), by="bob")


def _ask(author: Author, step: Step) -> None:
    stream = _review(author, step)
    author.reviews[stream]["asked"] += 1
    author.write(stream, QuestionAsked(question=author.reviews[stream]["asked"]), by="bob")


def _reply(author: Author, step: Step) -> None:
    stream = _review(author, step)
    if not author.reviews[stream]["asked"]:
        _ask(author, step)
    asked = author.reviews[stream]["asked"] or 1
    author.write(stream, QuestionAnswered(question=1 + step.other % asked))


def _vote(author: Author, step: Step) -> None:
    stream = _review(author, step)
    choices: tuple[Literal["option", "abstain", "need_more"], ...]
    choices = ("option", "abstain", "need_more")
    choice = choices[step.other % 3]
    body = BallotCast(
        seat=_pick(SEATS, step.other),
        choice=choice,
        option=_pick(OPTIONS, step.which) if choice == "option" else None,
        pack=author.reviews[stream]["pack"],
        seen=author.position,
        confidence=4,
    )
    channel = Channel.IN_ROOM if step.late_hours % 5 == 4 else Channel.LIVE
    position = author.write(stream, body, by=_pick(PEOPLE, step.which), channel=channel)
    author.reviews[stream]["ballots"].append((body.seat, position))


def _contest(author: Author, step: Step) -> None:
    stream = _review(author, step)
    ballots = author.reviews[stream]["ballots"]
    if not ballots:
        _vote(author, step)
        return
    seat, position = ballots[step.other % len(ballots)]
    author.write(stream, BallotContested(seat=seat, ballot=position))


def _conflict(author: Author, step: Step) -> None:
    author.write(_review(author, step), ConflictDeclared(seat=_pick(SEATS, step.other)))


def _sit(author: Author, step: Step) -> None:
    body = SittingRecorded(on=date(2026, 2, 1), present=SEATS[: step.other % 4], minutes="c" * 64)
    author.write(_review(author, step), body, by="cyd")


def _postpone(author: Author, step: Step) -> None:
    closes_at = author.now + timedelta(days=30) if step.other % 2 else None
    body = ReviewPostponed(to=date(2026, 3, 1), closes_at=closes_at)
    author.write(_review(author, step), body)


def _give_up(author: Author, step: Step) -> None:
    stream = _review(author, step)
    author.write(stream, ReviewWithdrawn())
    author.reviews[stream]["open"] = False


def _rule(author: Author, step: Step) -> None:
    stream = _review(author, step)
    kept = author.reviews[stream]
    outcome = (Outcome.APPROVE, Outcome.DEFER, Outcome.NO_RULING)[step.other % 3]
    docket = Docket(
        matter="pass_gate",
        gate="case",
        board="board",
        now=author.now,
        opened_at=FOUNDED,
        panel=_panel(),
    )
    body = ReviewRuled(
        subjects=kept["subjects"],
        policy="a" * 64,
        pack=kept["pack"],
        docket=docket,
        verdict=Verdict(outcome=outcome, option="go", ground=Ground.CARRIED, seats=3),
        checks="d" * 64,
    )
    author.write(stream, body)
    kept["open"] = False


def _report(author: Author, step: Step) -> None:
    """A decision taken outside, and sometimes its confirmation."""
    subject = _project(author, step)
    stream = f"review:R{len(author.reviews) + 1}/hold/1"
    author.reviews[stream] = {"subjects": (subject,), "open": False}
    decided_at = max(FOUNDED, author.now - timedelta(hours=step.late_hours))
    body = RulingReported(
        matter="hold",
        subjects=(subject,),
        board="board",
        policy="a" * 64,
        panel=_panel(),
        option="stop",
        decided_by="cyd",
        decided_at=decided_at,
        minutes="c" * 64,
    )
    author.write(stream, body, channel=Channel.AFTERWARDS)
    if step.other % 2:
        _confirm(author, stream, subject, step)


def _confirm(author: Author, stream: str, subject: str, step: Step) -> None:
    reported = ReportedRuling(matter="hold", board="board", decided_by="cyd", minutes="c" * 64)
    ruled = ReviewRuled(
        subjects=(subject,),
        policy="a" * 64,
        verdict=Verdict(outcome=Outcome.HOLD, option="stop", ground=Ground.REPORTED),
        reported=reported,
    )
    author.write(stream, ruled, by="bob", late_hours=step.late_hours, channel=Channel.AFTERWARDS)


def _import_ruling(author: Author, step: Step) -> None:
    subject = _project(author, step)
    stream = f"review:R{len(author.reviews) + 1}/old/1"
    author.reviews[stream] = {"subjects": (subject,), "open": False}
    body = ReviewRuled(
        subjects=(subject,),
        policy="a" * 64,
        verdict=Verdict(outcome=Outcome.APPROVE, ground=Ground.REPORTED),
        reported=ReportedRuling(),
    )
    author.write(stream, body, late_hours=step.late_hours, channel=Channel.IMPORT)


def _refuse(author: Author, step: Step) -> None:
    subject = _pick((_project(author, step), *author.reviews), step.other)
    body = ActRefused(act="vote", subject=subject, subject_version=1, ground="not_now")
    author.write(f"refusal:{author.position}", body, by=_pick(PEOPLE, step.other))


def _appoint(author: Author, step: Step) -> None:
    body = MemberAppointed(
        seat=_pick(SEATS, step.other),
        person=_pick(PEOPLE, step.which),
        from_=date(2026, 1, 1 + step.other % 28),
        until=date(2026, 12, 31) if step.which % 2 else None,
    )
    author.write("board:board", body)


def _relieve(author: Author, step: Step) -> None:
    body = MemberRelieved(
        seat=_pick(SEATS, step.other),
        person=_pick(PEOPLE, step.which),
        on=date(2026, 5, 1 + step.other % 28),
    )
    author.write("board:board", body)


def _adopt(author: Author, step: Step) -> None:
    author.write(
        f"policy:{_pick(('gates', 'audit'), step.which)}",
        PolicyAdopted(
            digest=sha256(f"{author.position}".encode()).hexdigest(),
            effective_from=author.now + timedelta(days=step.other % 10 + 1),
        ),
    )


def _charter(author: Author, step: Step) -> None:
    code = _pick("ABCD", step.which)
    stream = f"portfolio:{code}"
    if stream not in author.versions:
        author.write(stream, PortfolioChartered(title=f"Portfolio {code}", policy="gates"))
    else:
        author.write(stream, NumberGiven(number=step.other + 1, project=f"{code}-{step.other}"))


def _register(author: Author, _step: Step) -> None:
    person = f"p{author.position}"
    author.write(f"person:{person}", PersonRegistered(), by=person)
    author.write(f"identity:{author.position}", IdentityLinked(person=person), by=person)


def _take_over(author: Author, step: Step) -> None:
    """A project is brought forward, with money, a baseline and an open condition."""
    stream = f"project:P-{step.which % 4:03d}"
    if stream in author.places:
        _fact(author, step)
        return
    portfolio, standing = _pick("AB", step.other), Standing.ON_HOLD
    body = ProjectTakenOver(
        title=f"Project {step.which}",
        portfolio=portfolio,
        phase="waiting",
        standing=standing,
        left="build",
        manager=_pick(PEOPLE, step.other),
    )
    author.write(stream, body, late_hours=step.late_hours)
    author.places[stream] = ("waiting", standing)
    cost = Money(amount=step.other, currency="EUR")  # type: ignore[arg-type]
    line = PlannedLine(period="FY2026", kind="capex", amount=cost, planned=cost)
    given = FundsTakenOver(project=stream.partition(":")[2], lines=(line,))
    author.write(f"portfolio:{portfolio}", given)
    promise = Promise(total=cost, start=date(2026, 1, 1), finish=date(2026, 12, 31))
    author.write(stream, BaselineTakenOver(number=1, promise=promise))
    due = ConditionTakenOver(condition="staffing", owner="ada", due=date(2026, 6, 30))
    author.write(stream, due)


TOLD: tuple[Callable[[Author, Step], None], ...] = (
    *(_propose, _move, _rest, _resume, _withdraw, _restore, _transfer, _fact, _correct, _attach),
    *(_opening, _present, _look, _ask, _reply, _vote, _contest, _conflict, _sit, _postpone),
    *(_give_up, _rule, _report, _import_ruling, _refuse, _appoint, _relieve, _adopt, _charter),
    *(_register, _supersede, _succeed, _take_over),
)
