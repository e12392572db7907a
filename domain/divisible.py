"""Whether projects can be merged or split as a pack says, before anything of it is done."""

from collections.abc import Mapping

from domain.division import Source
from domain.effects import Ordered
from domain.funding import FUNDABLE
from domain.parts import Part
from domain.project import Project
from domain.refusals import FieldMissing, Malformed, NotNow, Taken
from domain.restriction import Restriction, sorted_restriction
from domain.superseding import GOES_ON

MERGE, SPLIT = "merge", "split"
DIVIDING = frozenset({MERGE, SPLIT})
"""Effects that divide projects."""


def require_divisible(projects: tuple[Project, ...]) -> None:
    """Refuse projects that cannot be merged or split.

    Raises:
        NotNow: one has ended, or they belong to several portfolios.
    """
    for project in projects:
        if project.standing not in GOES_ON:
            raise NotNow(
                f"project {project.code} is {project.standing}: it is neither merged nor split",
                fix="Leave it out, or reopen it first.",
            )
    others = sorted({f"{one.code} to {one.portfolio}" for one in projects})
    if len({one.portfolio for one in projects}) > 1:
        raise NotNow(
            f"only projects of one portfolio are merged; {', '.join(others)} belong apart",
            fix="Transfer them to one portfolio first.",
        )


def require_parts(sources: tuple[Source, ...], parts: tuple[Part, ...], order: Ordered) -> None:
    """Refuse a number of parts that a merge or a split does not come to.

    Raises:
        FieldMissing: the option says no parts.
        Malformed: there are too few, or for a merge several.
    """
    if not parts:
        raise FieldMissing(f"option {order.option.id} does not say its parts")
    if order.rule.do == SPLIT and len(parts) < 2:
        raise Malformed(f"a split makes two or more of one project, not {len(parts)}")
    if order.rule.do == MERGE and (len(parts) != 1 or len(sources) < 2):
        raise Malformed(
            f"a merge makes one of two or more projects, not {len(parts)} of {len(sources)}"
        )


def require_codes(
    sources: tuple[Source, ...], parts: tuple[Part, ...], existing: Mapping[str, Project | None]
) -> None:
    """Refuse codes and titles that parts cannot bear.

    Raises:
        Taken: the code of a new project is in use.
        FieldMissing: a new project has no title.
        Malformed: a part is given twice, or a title to a project that goes on.
    """
    own = {source.project.code for source in sources}
    codes = [part.code for part in parts]
    for part in parts:
        if codes.count(part.code) > 1:
            raise Malformed(f"part {part.code} is given twice")
        if part.code not in own and existing[part.code] is not None:
            raise Taken(f"project {part.code} exists already and is not divided here")
        if part.code not in own and part.title is None:
            raise FieldMissing(f"part {part.code} is a new project and needs a title")
        if part.code in own and part.title is not None:
            raise Malformed(f"part {part.code} goes on and keeps its title; leave title out")


def seen_by(sources: tuple[Source, ...]) -> Restriction | None:
    """Return who sees the parts: those who see what they are made of.

    Raises:
        NotNow: two of the projects are restricted to different people, and nobody said to whom.
    """
    named = {source.project.code: source.project.restriction for source in sources}
    kept = {code: one for code, one in named.items() if one is not None}
    every = [sorted_restriction(one) for one in kept.values()]
    if any(one != every[0] for one in every):
        raise NotNow(
            f"{' and '.join(sorted(kept))} are restricted differently, and who is to see what they"
            " become is not said",
            fix="Restrict them alike first.",
        )
    return every[0] if every else None


def require_fundable(sources: tuple[Source, ...], parts: tuple[Part, ...]) -> None:
    """Refuse money for a part that may hold none where it would stand.

    Raises:
        NotNow: and which part that is.
    """
    standing = {source.project.code: source.project.standing for source in sources}
    for part in parts:
        at = standing.get(part.code, sources[0].project.standing)
        if at not in FUNDABLE and any(line.amount.amount for line in part.allocated):
            raise NotNow(
                f"part {part.code} would be {at}, and holds no money then",
                fix="Let a project that goes on take the money, or resume this one first.",
            )
