"""The oracle's own idea of an office: dictionaries and plain rules, written from the policy text.

It knows nothing of events, versions or storage. For each act it says what must come of it: ``ok``
or the code of the refusal.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

SEATS = {
    "works_board": {"ana": "chair", "ben": "finance", "cem": "technical"},
    "head": {"hana": "head"},
}
BOARD = {
    "start": "works_board",
    "finish": "works_board",
    "fund": "works_board",
    "pause": "head",
    "wake": "head",
    "stop": "head",
    "error": "head",
}
OPTIONS = {
    "start": ["go", "later", "no"],
    "finish": ["go", "back"],
    "pause": ["hold"],
    "wake": ["resume"],
    "fund": ["fund", "no"],
    "stop": ["cancel"],
    "error": ["set_aside"],
}
WINDOW_DAYS = {"start": 14}
PLACING = {("start", "go"), ("start", "later"), ("start", "no"), ("finish", "go")}
STANDINGS = {
    "pause": {"active"},
    "wake": {"deferred", "on_hold"},
    "stop": {"active", "on_hold"},
}
ENDED = {"rejected", "withdrawn", "cancelled", "closed", "superseded"}
GATES = {"start": ("idea", "proposed"), "finish": ("building", "active")}


Place = tuple[str, str, str | None]
"""Phase, standing, and the phase left."""


@dataclass
class ProjectModel:
    proposer: str
    phase: str = "idea"
    standing: str = "proposed"
    left: str | None = None
    facts: set[str] = field(default_factory=set)
    evidence: bool = False
    held: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    placings: list[tuple[str, Place]] = field(default_factory=list)
    divided_at: int = 0

    @property
    def place(self) -> Place:
        return self.phase, self.standing, self.left

    def put(self, place: Place, ruling: str) -> None:
        """Place it, and remember who did and where it was."""
        self.placings.append((ruling, self.place))
        self.phase, self.standing, self.left = place

    def after(self, matter: str, option: str) -> Place | None:
        """Where an option leads, None where the lifecycle does not let it."""
        here = (self.phase, self.standing, self.left)
        match (matter, option):
            case ("start", "go"):
                moved = ("building", "active", None)
                return moved if here[:2] == ("idea", "proposed") else None
            case ("finish", "go"):
                moved = ("done", "closed", None)
                return moved if here[:2] == ("building", "active") else None
            case ("start", "later"):
                return (self.phase, "deferred", self.phase) if here[1] == "proposed" else None
            case ("start", "no"):
                ends = here[1] in {"proposed", "deferred"}
                return (self.phase, "rejected", self.left or self.phase) if ends else None
            case ("pause", "hold"):
                return (self.phase, "on_hold", self.phase) if here[1] == "active" else None
            case ("stop", "cancel"):
                ends = here[1] in {"active", "on_hold"}
                return (self.phase, "cancelled", self.left or self.phase) if ends else None
            case ("wake", "resume"):
                if self.left is None or here[1] not in {"deferred", "on_hold"}:
                    return None
                return (self.left, "proposed" if here[1] == "deferred" else "active", None)
        return here


@dataclass
class ReviewModel:
    project: str
    matter: str
    opened_by: str
    closes_at: datetime | None
    proposers: set[str]
    target: str | None = None
    status: str = "open"
    undone: bool = False
    ruled_by: str = ""
    ruled_at: int = 0
    amount: Decimal = Decimal(0)
    pack: int = 0
    offered: list[str] = field(default_factory=list)
    ballots: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    conflicts: set[str] = field(default_factory=set)

    def seat(self, person: str) -> str | None:
        return SEATS[BOARD[self.matter]].get(person)

    def counting(self) -> dict[str, str | None]:
        """Ballots on the pack that lies before the review, by seat."""
        return {seat: option for seat, (pack, option) in self.ballots.items() if pack == self.pack}


@dataclass
class OfficeModel:
    projects: dict[str, ProjectModel] = field(default_factory=dict)
    reviews: dict[str, ReviewModel] = field(default_factory=dict)
    envelope: Decimal = Decimal(1000)
    moved: dict[str, Decimal] = field(default_factory=dict)
    ticks: int = 0
    order: list[str] = field(default_factory=list)
    closed: bool = False

    def tick(self) -> int:
        """Count what happens in an order that matters: rulings, and divisions since."""
        self.ticks += 1
        return self.ticks

    def divided_since(self, stream: str) -> bool:
        """Whether the project of a ruling was merged or split after it."""
        review = self.reviews[stream]
        return review.ruled_at < self.projects[review.project].divided_at

    @property
    def free(self) -> Decimal:
        return self.envelope - sum(project.held for project in self.projects.values())

    def undoable(self, stream: str) -> bool:
        """Whether a ruling stands, and no other has placed its project since."""
        review = self.reviews[stream]
        placings = [ruling for ruling, _ in self.projects[review.project].placings]
        newest = stream not in placings or placings[-1] == stream
        whole = not self.divided_since(stream)
        return review.status == "ruled" and not review.undone and newest and whole

    def act_on(self, stream: str, option: str, place: Place) -> str:
        """Let a ruling act; says what could not be done, and then nothing is."""
        review = self.reviews[stream]
        project = self.projects[review.project]
        if review.matter == "fund" and option == "fund":
            if project.standing not in {"proposed", "active", "on_hold"}:
                return "not_now"
            if self.closed:
                return "period_closed"
            if review.amount > self.free:
                return "funds_available"
            project.held += review.amount
            self.moved[stream] = review.amount
        elif review.matter == "error":
            if review.target is None or not self.undoable(review.target):
                return "not_now"
            self._undo(review.target, project)
        elif place != project.place or (review.matter, option) in PLACING:
            project.put(place, stream)
        if review.matter == "stop":
            unspent = max(project.held - project.spent, Decimal(0))
            project.held -= unspent
            self.moved[stream] = -unspent
        return "ok"

    def _undo(self, target: str, project: ProjectModel) -> None:
        self.reviews[target].undone = True
        if project.placings and project.placings[-1][0] == target:
            _, (project.phase, project.standing, project.left) = project.placings.pop()
        moved = self.moved.get(target, Decimal(0))
        if moved > 0:
            project.held -= max(min(moved, project.held - project.spent), Decimal(0))
        elif -moved <= self.free and not self.closed:
            project.held -= moved

    def propose(self, code: str, person: str) -> str:
        if code in self.projects:
            return "taken"
        self.projects[code] = ProjectModel(proposer=person)
        return "ok"

    def open(self, code: str, matter: str, person: str, now: datetime) -> tuple[str, str]:
        project = self.projects[code]
        if matter in GATES and (project.phase, project.standing) != GATES[matter]:
            return "step_not_open", ""
        if matter in STANDINGS and project.standing not in STANDINGS[matter]:
            return "step_not_open", ""
        same = [s for s in self.reviews if s.startswith(f"review:{code}/{matter}/")]
        if any(self.reviews[s].status == "open" for s in same):
            return "taken", ""
        days = WINDOW_DAYS.get(matter)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        closes = None if days is None else midnight + timedelta(days=days + 1)
        stream = f"review:{code}/{matter}/{len(same) + 1}"
        proposers = {project.proposer}
        self.reviews[stream] = ReviewModel(code, matter, person, closes, proposers)
        return "ok", stream

    def open_undoing(self, code: str, target: str, person: str) -> tuple[str, str]:
        """Take up that a ruling was an error."""
        review = self.reviews[target]
        if review.project != code:
            return "not_in_policy", ""
        if review.status != "ruled" or review.undone or self.divided_since(target):
            return "not_now", ""
        same = [s for s in self.reviews if s.startswith(f"review:{code}/error/")]
        if any(self.reviews[s].status == "open" for s in same):
            return "taken", ""
        stream = f"review:{code}/error/{len(same) + 1}"
        self.reviews[stream] = ReviewModel(
            code, "error", person, None, {review.ruled_by}, target=target
        )
        return "ok", stream

    def present(self, stream: str, offered: list[str]) -> str:
        review = self.reviews[stream]
        project = self.projects[review.project]
        if review.status != "open":
            return "review_over"
        if review.matter == "start" and not (project.evidence and "npv" in project.facts):
            return "field_missing"
        review.pack += 1
        review.offered = [o for o in OPTIONS[review.matter] if o in offered]
        return "ok"

    def vote(self, stream: str, person: str, option: str | None, stale: bool, now: datetime) -> str:
        review = self.reviews[stream]
        seat = review.seat(person)
        refusals = (
            ("review_over", review.status != "open"),
            ("not_a_seat", seat is None),
            ("no_pack", review.pack == 0),
            ("in_conflict", seat in review.conflicts),
            ("not_your_own", person in review.proposers),
            ("window_over", review.closes_at is not None and now >= review.closes_at),
            ("other_pack", stale),
            ("not_in_policy", option is not None and option not in review.offered),
        )
        code = next((code for code, applies in refusals if applies), "ok")
        if code == "ok" and seat is not None:
            review.ballots[seat] = (review.pack, option)
        return code

    def declare(self, stream: str, person: str) -> str:
        review = self.reviews[stream]
        seat = review.seat(person)
        if review.status != "open":
            return "review_over"
        if seat is None:
            return "not_a_seat"
        review.conflicts.add(seat)
        review.ballots.pop(seat, None)
        return "ok"

    def end(self, stream: str, person: str) -> str:
        review = self.reviews[stream]
        if review.status != "open":
            return "review_over"
        if review.seat(person) is None and person != review.opened_by:
            return "not_permitted"
        review.status = "withdrawn"
        return "ok"

    def postpone(self, stream: str, person: str, to: datetime, now: datetime) -> str:
        review = self.reviews[stream]
        if review.status != "open":
            return "review_over"
        if review.seat(person) is None and person != review.opened_by:
            return "not_permitted"
        if to.date() <= now.date():
            return "malformed"
        end = to.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        if review.closes_at is not None and review.closes_at < end:
            review.closes_at = end
        return "ok"

    def withdraw(self, code: str, person: str) -> str:
        project = self.projects[code]
        if project.standing not in {"proposed", "deferred"}:
            return "step_not_open"
        if person != project.proposer:
            return "not_permitted"
        project.put((project.phase, "withdrawn", project.left or project.phase), "its proposer")
        project.held = min(project.held, max(project.spent, Decimal(0)))
        return "ok"

    def may_call(self, stream: str, person: str) -> bool:
        review = self.reviews[stream]
        return review.seat(person) is not None or person == review.opened_by

    # --- several projects at once ---------------------------------------------------------------

    def prioritise(self, codes: list[str]) -> str:
        """Put projects in an order: who has ended is not ranked, who goes on is not left out."""
        if any(self.projects[code].standing in ENDED for code in codes):
            return "not_now"
        going = [c for c in self.order if self.projects[c].standing not in ENDED]
        if set(going) - set(codes):
            return "not_now"
        self.order = codes
        return "ok"

    def reallocate(self, shares: dict[str, Decimal]) -> str:
        """Let projects hold their shares; says what could not be done, and then nothing is."""
        changes = {c: share - self.projects[c].held for c, share in shares.items()}
        if not any(changes.values()):
            return "not_now"
        if any(by and shares[c] < self.projects[c].spent for c, by in changes.items()):
            return "not_now"
        free = self.free - sum(by for by in changes.values() if by < 0)
        for code, by in changes.items():
            if by <= 0:
                continue
            if self.projects[code].standing not in {"proposed", "active", "on_hold"}:
                return "not_now"
            if self.closed:
                return "period_closed"
            if by > free:
                return "funds_available"
            free -= by
        for code, share in shares.items():
            self.projects[code].held = share
        return "ok"

    def close_period(self) -> str:
        """Let unspent money lapse; once."""
        if self.closed:
            return "period_closed"
        self.closed = True
        for project in self.projects.values():
            project.held = min(project.held, project.spent)
        return "ok"
