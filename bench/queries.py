"""Questions: where everything stands, the trail of one, and looking back into a long past."""

from collections.abc import Iterable
from contextlib import closing
from operator import attrgetter
from statistics import median
from time import perf_counter

from pydantic_core import to_json

from api.http.trail import happened
from bench import floors
from bench.history import PROJECTS
from bench.table import Found, Ground, alternating, seconds
from bench.workload import CYCLE, START, Office, code_of
from projections.as_of import AsOf
from projections.lines import Shown, lines
from projections.reading import Page, Views
from projections.register import REGISTER, register
from projections.runner import Runner
from projections.trail import Span, trail
from workflows.store.sqlite import open_log

STATUS_ROWS = 11_000
STATUS_MAX = 1.3
TRAIL_MAX = 1.5
AS_OF_MS_MAX = 100
FLAT_MAX = 1.5
ROUNDS = 9
TRAIL_ROWS = 100
ASKED_EACH = 20
START_EVENTS_MAX = 100
_COLUMNS = ("code", "title", "portfolio", "phase", "standing", "since", "position")
_STATUS = Shown(fields=_COLUMNS)


def status(here: Ground) -> Found:
    """Measure where 11,000 projects stand, as JSON, against a table that holds just that."""
    directory, _ = here.register
    with (
        closing(open_log(directory, writable=False)) as log,
        closing(Runner(directory, log, (REGISTER,))) as runner,
        closing(floors.connect(here.scratch / "status.db")) as floor,
    ):
        runner.catch_up()
        views, page, pick = runner.reading, Page(limit=STATUS_ROWS), attrgetter(*_COLUMNS)

        def ours() -> bytes:
            return _as_json(lines(views, page=page, shown=_STATUS).found)

        rows = register(views, page=page).found
        floors.fill_status(floor, [pick(row) for row in rows])
        if ours() != floors.status(floor, STATUS_ROWS):
            raise SystemExit("the floor answers something else")
        floor_s, ours_s, ratio = alternating(
            ROUNDS,
            lambda: seconds(lambda: floors.status(floor, STATUS_ROWS)),
            lambda: seconds(ours),
        )
    return Found(
        f"{ratio:.2f}x", ratio <= STATUS_MAX, f"{ours_s * 1e3:.0f} of {floor_s * 1e3:.0f} ms"
    )


def trail_of_one(here: Ground) -> Found:
    """Measure the last 100 events about one project, as JSON, against an index and the events."""
    directory = here.scratch / "trail"
    subject = f"project:{code_of(CYCLE)}"
    with (
        closing(Office(directory, durable=False)) as office,
        closing(floors.connect(here.scratch / "trail.db")) as floor,
    ):
        office.play(CYCLE + 1)
        house = office.house
        house.views.catch_up()
        views, span = house.views.reading, Span(limit=TRAIL_ROWS)
        every = {row.position: row for row in house.log.contents(0, 100_000)}
        concerned = sorted(trail(views, subject, span=Span(limit=10_000)).found)
        rows = [every[place] for place in concerned]
        floors.fill_trail(
            floor,
            subject,
            [floors.Happened(r.position, r.stream, r.version, r.content) for r in rows],
        )

        def ours() -> bytes:
            found = happened(house.log, trail(views, subject, span=span).found)
            return to_json({"trail": [{"position": place, **fields} for place, fields in found]})

        if ours() != floors.trail(floor, subject, TRAIL_ROWS):
            raise SystemExit("the floor answers something else")
        floor_s, ours_s, ratio = alternating(
            ROUNDS,
            lambda: seconds(lambda: _each(lambda: floors.trail(floor, subject, TRAIL_ROWS))),
            lambda: seconds(lambda: _each(ours)),
        )
    note = f"{ours_s / ASKED_EACH * 1e3:.2f} of {floor_s / ASKED_EACH * 1e3:.2f} ms"
    return Found(f"{ratio:.2f}x", ratio <= TRAIL_MAX, f"{note}, {len(rows)} events")


def _each(work: object) -> None:
    assert callable(work), "a question"
    for _ in range(ASKED_EACH):
        work()


def looking_back(here: Ground) -> Found:
    """Measure 20,000 projects at positions all over a long past, and over a shorter one."""
    directory, _ = here.register
    low, high = here.heights
    with (
        closing(open_log(directory, writable=False)) as log,
        closing(Runner(directory, log, (REGISTER,))) as runner,
    ):
        runner.catch_up()
        short, long = _back(runner.reading, low), _back(runner.reading, high)
    flat = long / short
    return Found(
        f"{long * 1e3:.0f} ms; {flat:.2f}x",
        long * 1e3 <= AS_OF_MS_MAX and flat <= FLAT_MAX,
        f"at {high:,} positions, against {short * 1e3:.0f} ms at {low:,}",
    )


def _back(views: Views, height: int) -> float:
    # Not before every project has been proposed.
    places = range(PROJECTS + START_EVENTS_MAX, height + 1, (height - PROJECTS) // 7)
    return median(_whole(views, place) for place in places)


def _whole(views: Views, position: int) -> float:
    asked = AsOf(position=position, moment=START)
    start = perf_counter()
    found = lines(views, asked, page=Page(limit=None), shown=_STATUS).found
    answer = _as_json(found)
    taken = perf_counter() - start
    if len(found) != PROJECTS or not answer:
        raise SystemExit(f"{len(found)} projects at {asked.position}, not {PROJECTS}")
    return taken


def _as_json(found: Iterable[str]) -> bytes:
    return f'{{"projects":[{",".join(found)}]}}'.encode()
