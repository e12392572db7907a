"""A history against what is on record: which rows are known, and what the others do."""

from collections import defaultdict
from collections.abc import Iterator

from domain.base import read_canonical
from domain.diagram import wording
from domain.project import project_stream
from workflows.desk import Asked, Desk
from workflows.history_file import HistoryFile, Row, RowFault
from workflows.history_lives import (
    Begun,
    Life,
    Step,
    is_creation,
    lives_of,
    settle_codes,
    steps_of,
    unknown_words,
)
from workflows.history_words import PolicyWords


class ImportPlan:
    """A file against what is on record.

    Attributes:
        faults: what is wrong with the rows that are left out.
        known: the projects of the rows on record, by ``seq``.
        steps: what each of the other rows does and of those that are known, in order.
    """

    def __init__(self, desk: Desk, source: str, words: PolicyWords, file: HistoryFile) -> None:
        """Plan how to take the rows of a source."""
        self._desk = desk
        self._source = source
        self._words = words
        self.faults = list(file.faults)
        self.known: dict[int, str] = {}
        rows = [row for row in file.rows if self._is_sound(row)]
        self._cases = lives_of(rows)
        for lives in list(self._cases.values()):
            self._go_on(lives)
        displaced = settle_codes(self._cases, self._is_taken)
        self.steps: list[Step] = steps_of(self._cases, displaced, words)

    def asked(self, row: Row) -> Asked:
        """Return what a row asks for, by whose digest it is known again."""
        return Asked(act="import_row", content={"source": self._source, **row.content})

    def command(self, row: Row) -> str:
        """Return the id of the command that records a row."""
        return f"import:{self._source}:{row.case}:{row.seq}"

    def departures(self) -> dict[str, tuple[int, ...]]:
        """Return the lines of the rows that depart from what one would expect, by kind."""
        found: dict[str, list[int]] = defaultdict(list)
        for step in self.steps:
            for kind in step.departures:
                found[kind].append(step.row.line)
        return {kind: tuple(sorted(found[kind])) for kind in sorted(found)}

    def _is_sound(self, row: Row) -> bool:
        faults = [*unknown_words(row, self._words), *self._changed(row)]
        self.faults += faults
        return not faults

    def _changed(self, row: Row) -> Iterator[RowFault]:
        kept = self._desk.log.command(self.command(row))
        if kept is None:
            return
        now = self.asked(row).digest
        if kept.request_digest == now:
            answer = read_canonical(kept.answer)
            assert isinstance(answer, dict), "an answer is kept as an object"
            self.known[row.seq] = str(answer["project"])
        else:
            why = (
                f"seq {row.seq} of {row.case} was imported from {self._source} at positions"
                f" {kept.first}-{kept.last} with digest {kept.request_digest}, and has {now} now;"
                " correct facts by new rows, never by other old ones"
            )
            yield RowFault(line=row.line, kind="changed_row", why=why)

    def _go_on(self, lives: list[Life]) -> None:
        """Take up the lives whose projects are on record; refuse a code that others gave."""
        for life in lives:
            life.code = next((self.known[r.seq] for r in life.rows if r.seq in self.known), "")
        case = lives[0].case
        if any(life.code for life in lives) or not self._is_taken(case):
            return
        if not self._gave(case):
            line = lives[0].rows[0].line
            why = f"project {case} exists, and does not come from source {self._source}"
            self.faults.append(RowFault(line=line, kind="code_in_use", why=why))
            del self._cases[case]
        elif not is_creation(lives[0].rows[0]):
            project = self._desk.load().project(case)
            phase = self._words.policy.lifecycle.phase(project.phase)
            status = project.phase if phase is None else wording(phase.label, "en")
            lives[0].code = case
            lives[0].begun = Begun(place=project.place, status=status)
        else:
            # An earlier file of this source held a life that this one no longer has.
            lives.insert(0, Life(case, removed=True, code=case))

    def _is_taken(self, code: str) -> bool:
        return self._desk.log.version(project_stream(code)) > 0

    def _gave(self, code: str) -> bool:
        first = next(iter(self._desk.log.stream(project_stream(code))))
        return first.event.command.startswith(f"import:{self._source}:{code}:")
