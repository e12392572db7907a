"""What the demo plays, as its data files say: people, portfolios, projects, lives and texts."""

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml
from pydantic import Field

from domain.base import Value


class Step(NamedTuple):
    """One decision of a life.

    Attributes:
        weeks: how long after the step before.
        about: the gate or matter, or what else happens.
        option: the option the board is to take.
        turns: what happens besides.
    """

    weeks: int
    about: str
    option: str
    turns: tuple[str, ...] = ()


class ProjectScript(Value):
    """A project as ``projects.yaml`` has it; that file says what each field means."""

    title: str
    what: str
    domain: str
    keur: int
    usd: bool = False
    life: str
    last: int
    through: str | None = None
    turns: dict[str, str] = Field(default_factory=dict)
    then: tuple[str, ...] = ()
    now: str | None = None
    review: int | None = None


class Domain(Value):
    """What people write about one kind of asset."""

    driver: str
    need: tuple[str, ...]
    reasons: tuple[str, ...]
    trouble: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str], ...]
    lessons: tuple[str, ...]


class Visitor(Value):
    """Somebody a visitor of the demo can be.

    Attributes:
        is_: what they do there; written ``is``.
    """

    person: str
    roles: tuple[str, ...]
    is_: str


class Portrait(NamedTuple):
    """A person: the name shown, and the address they are known by."""

    name: str
    email: str


def raw(name: str) -> dict[str, Any]:
    """Return a data file of the demo."""
    return dict(_raw(name))


def policy_text(first_year: int) -> str:
    """Return the demo's policy for the fiscal years from a first one on."""
    text = files("api.demo").joinpath("policy.yaml").read_text(encoding="utf-8")
    for number in range(5, 0, -1):
        text = text.replace(f"FY200{number}", f"FY{first_year + number - 1}")
    return text


def projects(portfolio: str) -> tuple[ProjectScript, ...]:
    """Return the projects of a portfolio."""
    return tuple(ProjectScript(**one) for one in raw("projects")["projects"][portfolio])


def portfolios() -> dict[str, str]:
    """Return the portfolios with their titles."""
    return {code: str(one["en"]) for code, one in raw("projects")["portfolios"].items()}


def steps(project: ProjectScript) -> tuple[Step, ...]:
    """Return the life of a project up to where it ends or stands."""
    life = [step_of(text) for text in raw("projects")["lives"][project.life]]
    if project.through is not None:
        last = max(place for place, step in enumerate(life) if step.about == project.through)
        life = life[: last + 1]
    seen: set[str] = set()
    turned = []
    for step in life:
        more = project.turns.get(step.about) if step.about not in seen else None
        seen.add(step.about)
        turned.append(step if more is None else step._replace(turns=(*step.turns, more)))
    return tuple(turned)


def step_of(text: str) -> Step:
    """Return a step as it is written: ``weeks about option turns``."""
    weeks, about, *more = text.split()
    return Step(int(weeks), about, more[0] if more else "-", tuple(more[1:]))


def domain(name: str) -> Domain:
    """Return what people write about one kind of asset."""
    return Domain(**raw("texts")["domains"][name])


def everywhere() -> dict[str, Any]:
    """Return what people write whatever it is about."""
    found: dict[str, Any] = raw("texts")["everywhere"]
    return found


def people() -> dict[str, Portrait]:
    """Return everybody, by the name the scripts use."""
    given = raw("people")
    at = given["domain"]
    return {
        key: Portrait(one["name"], f"{one['email']}@{at}") for key, one in given["people"].items()
    }


def visitors() -> tuple[Visitor, ...]:
    """Return who a visitor can be."""
    return tuple(
        Visitor(person=one["person"], roles=tuple(one["roles"]), is_=one["is"])
        for one in raw("people")["visitors"]
    )


@cache
def _raw(name: str) -> dict[str, Any]:
    text = files("api.demo").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
