"""The lives of the cases in a history: which project each row belongs to, and what it does there.

A case that is created again after it was removed begins a second life. The life that goes on bears
the plain code, earlier ones ``~2``, ``~3`` and so on; if all were removed, the first is plain.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from domain.lifecycle import RESTS_FROM, Place
from domain.policy import Phase
from domain.words import Standing
from workflows.history_file import Row, RowFault
from workflows.history_words import Answered, PolicyWords, arrival, is_pronounced, mentioned

CREATING = frozenset({"created", "accepted"})
REMOVING = "removed"
DELEGATE = "delegate"
_STATUS_KINDS = frozenset({"lifecycle", "status"})

DepartureKind = Literal[
    "earlier_than_row_before", "status_from_differs", "before_creation", "step_not_in_policy",
    "code_taken", "status_missing", "created_again",
]  # fmt: skip
"""How a history departs from what one would expect; it is imported all the same."""


class Begun(NamedTuple):
    """A life that goes on from what is on record."""

    place: Place
    status: str


@dataclass
class Life:
    """One life of a case.

    Attributes:
        rows: its rows, in the order of recording.
        removed: whether it ended.
        code: code of its project, once that is settled.
        begun: where its project was before the first row, if that was on record.
    """

    case: str
    rows: list[Row] = field(default_factory=list)
    removed: bool = False
    code: str = ""
    begun: Begun | None = None

    @property
    def begins(self) -> bool:
        """Return whether its first row creates it."""
        return is_creation(self.rows[0])


class Step(NamedTuple):
    """What one row does.

    Attributes:
        begins: phase in which the row creates its project, if it does, and since when that holds.
        answered: what is known of the ruling the row reports, if it reports one.
        phase: phase the project comes to by that ruling, unless it began there.
        delegate: name of the one who decided it, where that is known.
        removes: whether the row withdraws the project.
        facts: what it says about the project, by name.
    """

    row: Row
    code: str
    begins: tuple[Phase, datetime] | None
    answered: Answered | None
    phase: Phase | None
    delegate: str | None
    removes: bool
    facts: tuple[tuple[str, str], ...]
    departures: tuple[DepartureKind, ...]


def is_creation(row: Row) -> bool:
    """Return whether a row creates its case."""
    return row.column("kind") == "lifecycle" and row.column("activity") in CREATING


def _is_removal(row: Row) -> bool:
    return row.column("kind") == "lifecycle" and row.column("activity") == REMOVING


def _is_status(row: Row) -> bool:
    return row.column("kind") in _STATUS_KINDS and not is_creation(row)


def unknown_words(row: Row, words: PolicyWords) -> Iterator[RowFault]:
    """Yield what a row says that the policy has no word for."""
    status = row.column("status_to")
    if row.column("kind") == "status" and not status:
        yield RowFault(line=row.line, kind="unknown_status", why="status_to is empty")
    if row.column("kind") in _STATUS_KINDS and status and words.phase(status) is None:
        why = f"status {status!r} is no phase of policy {words.policy.policy}"
        yield RowFault(line=row.line, kind="unknown_status", why=why)
    for fact, _ in _facts(row, words):
        if not words.knows(fact):
            why = f"{fact!r} is no fact of policy {words.policy.policy}; add it to its vocabulary"
            yield RowFault(line=row.line, kind="unknown_fact", why=why)


def lives_of(rows: Iterable[Row]) -> dict[str, list[Life]]:
    """Return the lives of each case."""
    cases: dict[str, list[Life]] = {}
    for row in rows:
        lives = cases.setdefault(row.case, [])
        if not lives or (lives[-1].removed and is_creation(row)):
            lives.append(Life(row.case))
        lives[-1].rows.append(row)
        lives[-1].removed = lives[-1].removed or _is_removal(row)
    return cases


def settle_codes(cases: dict[str, list[Life]], taken: Callable[[str], bool]) -> set[int]:
    """Give every life that has no code yet its own.

    Args:
        cases: lives by case; those whose project is on record have their code.
        taken: whether a project bears a code already.

    Returns:
        The ``seq`` of the first row of each life that could not have the code it should bear.
    """
    given = {life.code for lives in cases.values() for life in lives if life.code} | set(cases)
    displaced: set[int] = set()
    for case, lives in cases.items():
        plain = lives[-1] if not lives[-1].removed else lives[0]
        if not plain.code and any(life.code == case for life in lives):
            displaced.add(plain.rows[0].seq)
        elif not plain.code:
            plain.code = case
        number = 2
        for life in lives:
            while not life.code:
                code = f"{case}~{number}"
                number += 1
                if code not in given and not taken(code):
                    life.code = code
                    given.add(code)
    return displaced


class _Walk:
    """One life as it is walked through, row by row."""

    def __init__(self, life: Life, words: PolicyWords) -> None:
        self._life = life
        self._words = words
        begun = life.begun
        self._place = None if begun is None else begun.place
        self._status = "" if begun is None else begun.status
        self._last: Row | None = None
        self._known: dict[str, str] = {}

    def step(self, row: Row) -> Step:
        """Return what a row does, and go on behind it."""
        found: list[DepartureKind] = []
        if self._last is not None and row.moment < self._last.moment:
            found.append("earlier_than_row_before")
        self._last = row
        begins = self._begin(row, found)
        assert self._place is not None, "the first row begins the life"
        known = self._learn(row)
        if _is_status(row) and row.column("status_from").casefold() != self._status.casefold():
            found.append("status_from_differs")
        answered, delegate = None, None
        phase = self._decided(row)
        if phase is not None:
            # What was accepted as it was created came from where every proposal begins.
            begun = self._place == _place(phase) and (begins is not None or is_creation(row))
            origin = _place(self._words.initial()) if begun else self._place
            answered = self._words.answered(origin, phase, frozenset(self._known))
            delegate = self._delegate(row, origin, phase)
            if not answered.open and not begun:
                found.append("step_not_in_policy")
            self._place = arrival(self._place, phase)[1]
            phase = None if begun else phase
        if _is_removal(row):
            self._remove(found)
        if row.column("kind") in _STATUS_KINDS:
            self._status = row.column("status_to") or self._status
        return Step(
            row, self._life.code, begins, answered, phase, delegate,
            _is_removal(row), known, tuple(found),
        )  # fmt: skip

    def _begin(self, row: Row, found: list[DepartureKind]) -> tuple[Phase, datetime] | None:
        """Return where a row creates the project, if there is none yet, and since when.

        What is known before the creation is kept with a project that begins at its creation.
        """
        if self._place is not None:
            if is_creation(row) and self._life.begins:
                found.append("created_again")
            return None
        creation = next(filter(is_creation, self._life.rows), row)
        status = creation.column("status_to")
        if creation is not row:
            found.append("before_creation")
        elif not is_creation(row):
            found.append("before_creation")
            status = row.column("status_from") or status
            self._status = row.column("status_from")
        elif not status:
            found.append("status_missing")
        phase = self._words.phase(status) or self._words.initial()
        self._place = _place(phase)
        return phase, creation.moment

    def _decided(self, row: Row) -> Phase | None:
        """Return the phase a row reports a decision for, if it reports one."""
        if row.column("kind") not in _STATUS_KINDS or _is_removal(row):
            return None
        phase = self._words.phase(row.column("status_to"))
        if phase is None or not is_creation(row) or row.column("activity") == "accepted":
            return phase
        # To be created in a phase is no decision; to be created anew in another one is.
        return None if self._place == _place(phase) else phase

    def _delegate(self, row: Row, origin: Place, phase: Phase) -> str | None:
        """Return the name of the one delegate who decided, where there is one."""
        name = row.attrs.get(DELEGATE, self._known.get(DELEGATE, ""))
        if not name or "," in name or not is_pronounced(origin.standing, phase.standing):
            return None
        return name

    def _learn(self, row: Row) -> tuple[tuple[str, str], ...]:
        """Return what a row says; in passing, only what was not known before."""
        said = tuple(_facts(row, self._words))
        about = not (is_creation(row) or _is_status(row))
        new = tuple(pair for pair in said if about or self._known.get(pair[0]) != pair[1])
        self._known.update(said)
        return new

    def _remove(self, found: list[DepartureKind]) -> None:
        assert self._place is not None
        lifecycle = self._words.policy.lifecycle
        shown = lifecycle.rests.get(Standing.WITHDRAWN, self._place.phase)
        left = self._place.left or self._place.phase
        if self._place.standing not in RESTS_FROM[Standing.WITHDRAWN]:
            found.append("step_not_in_policy")
        self._place = Place(phase=shown, standing=Standing.WITHDRAWN, left=left)


def _facts(row: Row, words: PolicyWords) -> Iterator[tuple[str, str]]:
    about = not (is_creation(row) or _is_status(row))
    fact = words.fact_of(row.column("activity")) if about else None
    return mentioned(row.attrs, fact, row.column("status_to"))


def _place(phase: Phase) -> Place:
    return Place(phase=phase.id, standing=phase.standing)


def steps_of(cases: dict[str, list[Life]], displaced: set[int], words: PolicyWords) -> list[Step]:
    """Return what every row does, in the order of recording."""
    steps = []
    for lives in cases.values():
        for life in lives:
            walk = _Walk(life, words)
            for row in life.rows:
                step = walk.step(row)
                if row.seq in displaced:
                    step = step._replace(departures=("code_taken", *step.departures))
                steps.append(step)
    return sorted(steps, key=lambda step: step.row.seq)
