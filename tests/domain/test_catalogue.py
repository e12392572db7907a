"""Every topic has a golden file that is never edited; old topics are read through upcasters.

A new topic gets its file with `python -m tests.domain.golden`, which never overwrites one.
"""

from pathlib import Path

import pytest

from domain import catalogue
from domain.base import Json, canonical, digest, read_canonical
from domain.catalogue import EVENTS, read_event
from domain.event import Draft, seal
from domain.office import ActRefused
from tests.domain.golden import ACT, FOLDER, golden_file

DIGESTS = Path(__file__).parent.parent / "golden" / "events.sha256"


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_a_golden_event_is_read_and_written_unchanged(topic: str) -> None:
    content = golden_file(topic).read_bytes()
    event = read_event(content)
    assert event.topic == topic
    assert event.to_bytes() == content


def test_no_golden_file_was_ever_edited() -> None:
    kept = dict(line.split("  ")[::-1] for line in DIGESTS.read_text().splitlines())
    found = {path.name: digest(path.read_bytes()) for path in FOLDER.glob("*.json")}
    assert found == kept


def test_an_old_topic_is_read_as_the_newest_and_its_bytes_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def name_the_act(data: dict[str, Json]) -> tuple[str, dict[str, Json]]:
        return "act.refused/1", {"act": data["did"], **{k: data[k] for k in data if k != "did"}}

    monkeypatch.setitem(catalogue.UPCASTS, "act.refused/0", name_the_act)
    body = ActRefused(act="vote", subject="x:1", subject_version=1, ground="not_a_seat")
    fields = read_canonical(seal(Draft(stream="x:1", data=body), ACT, 1, 0).content)
    assert isinstance(fields, dict)
    data = {k: v for k, v in body.as_json().items() if k != "act"} | {"did": "vote"}
    old = canonical({**fields, "topic": "act.refused/0", "data": data})
    event = read_event(old)
    assert event.data == body
    assert event.topic == "act.refused/0"


def test_topics_are_noun_past_version_and_unique() -> None:
    assert len(EVENTS) == len(catalogue.BODIES)
    for topic in EVENTS:
        noun, _, rest = topic.partition(".")
        past, _, version = rest.partition("/")
        assert noun.replace("_", "").isalpha()
        assert past.replace("_", "").isalpha()
        assert version.isdigit()
