"""Who is asked before a board of the demo decides, and what they say."""

from collections.abc import Iterator

from api.demo.case import Case
from api.demo.script import Step, everywhere
from domain.advice import Advice
from domain.words import Stance

CONTROLLER = "liwei"
ASKED = {
    "scope": {"legal": 20, "outside": 30},
    "invest": {"controlling": 100, "legal": 45, "outside": 15},
    "change": {"controlling": 60},
}
"""Who is asked at which step, in how many of a hundred cases."""
LEANING = (
    (40, Stance.SUPPORTS),
    (65, Stance.NO_OBJECTION),
    (88, Stance.SUPPORTS_WITH_RESERVATIONS),
    (100, Stance.ADVISES_AGAINST),
)
"""Up to which of a hundred draws each stance is taken."""


def advised(case: Case, step: Step, label: str) -> tuple[Advice, ...]:
    """Return the advice that goes into the pack of a step.

    Args:
        case: the project.
        step: what is to be decided.
        label: of this occasion; asked again, the same people may say something else.
    """
    return tuple(_given(case, step, label))


def _given(case: Case, step: Step, label: str) -> Iterator[Advice]:
    chance = case.office.chance
    for who, percent in ASKED.get(step.about, {}).items():
        about = f"{who} {case.label} {label}"
        warns = "warned" in step.turns and who == "legal"
        if not warns and not chance.happens(f"heard {about}", percent):
            continue
        drawn = chance.number(f"stance {about}", 1, 100)
        stance = next(stance for most, stance in LEANING if drawn <= most)
        if warns or ("weak" in step.turns and who == "controlling"):
            stance = Stance.ADVISES_AGAINST
        said = everywhere()["advice"][who]
        name = said.get("name")
        yield Advice(
            stance=stance,
            function=who if name is None else None,
            person=case.office.ids[CONTROLLER] if who == "controlling" else None,
            name=name,
            words=chance.pick(f"advice {about}", said[stance]) if said.get(stance) else None,
        )
