"""Golden events: how a topic gets its file, once."""

import datetime
from pathlib import Path

from hypothesis import HealthCheck, Phase, find, settings

from domain.act import Act
from domain.base import digest
from domain.catalogue import EVENTS
from domain.event import Draft, seal
from tests.domain.anything import values

FOLDER = Path(__file__).parent.parent / "golden" / "events"
ACT = Act(
    by="0123456789abcdef0123456789",
    recorded_by="0123456789abcdef0123456789",
    command="0123456789abcdef0123456789:key",
    now=datetime.datetime(2026, 11, 22, 9, 30, tzinfo=datetime.UTC),
    seed=bytes(range(32)),
)


def golden_file(topic: str) -> Path:
    """Return the golden file of a topic."""
    return FOLDER / f"{topic.replace('/', '.')}.json"


def write_missing() -> None:
    """Write a file, with every field present, for each topic that has none."""
    for topic, kind in EVENTS.items():
        path = golden_file(topic)
        if path.exists():
            continue
        body = find(
            values(kind, full=True), lambda _: True, settings=settings(
                max_examples=500, database=None, phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck), derandomize=True,
            ),
        )  # fmt: skip
        private = {"comment": "words that can be erased"}
        sealed = seal(Draft(stream="subject:1", data=body, private=private), ACT, 1, 0)
        path.write_bytes(sealed.content)
    lines = [f"{digest(p.read_bytes())}  {p.name}\n" for p in sorted(FOLDER.glob("*.json"))]
    (FOLDER.parent / "events.sha256").write_text("".join(lines))


if __name__ == "__main__":
    write_missing()
