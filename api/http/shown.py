"""What is joined when it is shown: names of people, private texts, labels. Never kept in a view."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from api.house import House
from domain.base import Json, moment_text
from domain.office import PEPPER
from domain.person import person_stream
from domain.policy import Label
from domain.private import open_disclosure
from domain.project import project_stream
from projections.as_of import AsOf
from projections.policies import policies
from projections.portfolios import portfolios
from projections.reading import Answer, Page, Views

NEVER_SHOWN = frozenset({PEPPER})
"""Private fields that are secrets of the office and not anybody's words."""
NOT_IN_TRAILS = NEVER_SHOWN | {"email", "book"}
ALL_ROWS = Page(limit=None)


class Names:
    """Names of people, each looked up once per answer; today's name, whatever the moment."""

    def __init__(self, house: House) -> None:
        """Look names up in a house."""
        self._log = house.log
        self._states = house.desk.states
        self._names: dict[str, str | None] = {}

    def person(self, person: str | None) -> dict[str, Any] | None:
        """Return a person as shown: id, and the name while it is held, or that it was erased."""
        if person is None:
            return None
        if person not in self._names:
            held = self._log.disclosed_of(person_stream(person), "name")
            self._names[person] = None if held is None else str(open_disclosure(held.text)[1])
        shown: dict[str, Any] = {"id": person, "name": self._names[person]}
        if shown["name"] is None and self._is_erased(person):
            shown["erased"] = True
        return shown

    def _is_erased(self, person: str) -> bool:
        state = self._states.state(person_stream(person))[0]
        return state is not None and state.erased

    def of(self, row: dict[str, Any], *fields: str) -> dict[str, Any]:
        """Return a row with some of its ids of people replaced by people as shown."""
        return {**row, **{field: self.person(row[field]) for field in fields if field in row}}


def called(person: dict[str, Any]) -> str:
    """Return what a person as shown is called: the name, that it was erased, or the id."""
    return str(person.get("name") or ("erased" if person.get("erased") else person["id"]))


class Titles:
    """Titles of projects: one that was proposed restricted has its title as a private field."""

    def __init__(self, house: House) -> None:
        """Look titles up in a house."""
        self._log = house.log

    def title(self, code: str, recorded: str) -> str:
        """Return the title of a project, its code where no title is held any more.

        Args:
            code: of the project.
            recorded: what the record says openly; the code itself, where the title is private.
        """
        if recorded != code:
            return recorded
        held = self._log.disclosed_of(project_stream(code), "title")
        return code if held is None else str(open_disclosure(held.text)[1])


def texts(
    house: House, positions: Iterable[int], hidden: frozenset[str] = NOT_IN_TRAILS
) -> dict[int, dict[str, Json]]:
    """Return the private texts still held of the events at some positions, by position and name."""
    found: dict[int, dict[str, Json]] = {}
    for held in house.log.disclosed(sorted(set(positions))):
        if held.name not in hidden:
            found.setdefault(held.position, {})[held.name] = open_disclosure(held.text)[1]
    return found


class PhaseLabels:
    """Labels of phases, as the policies said at one place in the log."""

    def __init__(self, house: House, at: AsOf, instant: datetime | None = None) -> None:
        """Read which policy governed which portfolio at a place, and at its instant or another."""
        views: Views = house.views.reading
        self._texts = house.desk.texts
        self._language = house.desk.load().office().languages[0]
        moment = moment_text(instant or at.moment)
        governing = {
            row.code: version.digest
            for row in policies(views, at, ALL_ROWS).found
            if (version := row.in_force(moment)) is not None
        }
        self._digests = {
            row.code: governing.get(row.policy) for row in portfolios(views, at, ALL_ROWS).found
        }
        self._labels: dict[tuple[str, str], str] = {}

    def every(self) -> dict[str, str]:
        """Return the label of every phase there is, by ``PORTFOLIO/phase``."""
        return {
            f"{portfolio}/{phase.id}": worded(phase.label, self._language)
            for portfolio, digest in self._digests.items()
            if digest is not None
            for phase in self._texts.policy(digest).lifecycle.phases
        }

    def label(self, portfolio: str, phase: str) -> str:
        """Return the label of a phase in the policy of a portfolio; its name, where it has none."""
        key = portfolio, phase
        if key not in self._labels:
            digest = self._digests.get(portfolio)
            known = None if digest is None else self._texts.policy(digest).lifecycle.phase(phase)
            self._labels[key] = phase if known is None else worded(known.label, self._language)
        return self._labels[key]


def at_answer(found: Answer[Any]) -> AsOf | None:
    """Return the place at which an answer holds; nowhere while the log is empty."""
    if found.as_of is None:
        return None
    return AsOf(position=found.position, moment=found.as_of)


def worded(label: Label, language: str) -> str:
    """Return a label in a language, or in the first it has."""
    if isinstance(label, str):
        return label
    return label.get(language) or next(iter(label.values()))
