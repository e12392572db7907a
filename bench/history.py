"""A log of many projects with a long past, for looking back: sealed by us, appended in batches."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from bench.workload import START, Office, code_of, eur
from domain.act import Act
from domain.event import Body, Draft, Sealed, seal
from domain.project_events import ProjectMoved, ProjectProposed
from domain.words import Standing

PROJECTS = 20_000
BATCH = 2_000
_PHASES = ("scope", "plan", "build", "trial")


def write(directory: Path, events: int) -> int:
    """Write so many events of 20,000 projects in turns; return the number of projects."""
    office = Office(directory, durable=False)
    try:
        log, first = office.house.log, office.prefix
        waiting: list[Sealed] = []
        for place in range(first, events):
            version, number = divmod(place - first, PROJECTS)
            waiting.append(_sealed(place, code_of(number), version + 1))
            if len(waiting) == BATCH:
                log.append(waiting, {}, None)
                waiting.clear()
        if waiting:
            log.append(waiting, {}, None)
    finally:
        office.close()
    return PROJECTS


def _sealed(place: int, code: str, version: int) -> Sealed:
    now = START + timedelta(days=1, seconds=place)
    act = Act(
        by="p", recorded_by="p", command=f"p:{place}", now=now, seed=sha256(b"%d" % place).digest()
    )
    draft = Draft(stream=f"project:{code}", data=_body(code, version))
    return seal(draft, act, version, place)


def _body(code: str, version: int) -> Body:
    if version == 1:
        return ProjectProposed(
            title=f"Works {code}",
            portfolio="BENCH",
            phase="idea",
            standing=Standing.PROPOSED,
            requested=eur(9),
        )
    standing = Standing.PROPOSED if version < 3 else Standing.ACTIVE
    return ProjectMoved(
        phase=_PHASES[version % 4],
        standing=standing,
        from_phase="idea",
        from_standing=Standing.PROPOSED,
        ruling=f"review:{code}/g1/1",
    )
