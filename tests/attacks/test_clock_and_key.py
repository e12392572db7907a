"""Attacks that leave a well-formed log: on the clock, with the key, and by two faces.

T9 to T12 and T19 of the threat table in docs/log.md, on both stores.
"""

import json
from datetime import datetime, timedelta

import pytest

from api.signing import sign_once
from domain.base import moment_text
from domain.checkpoint import Checkpoint, Note
from tests.attacks.owner import Owned

Held = list[tuple[Checkpoint, Note]]

# --- T9: backdated ------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "remarked"), [(5, False), (6, True)])
def test_t9_an_event_recorded_before_its_predecessor_is_remarked_on(
    owned: Owned, minutes: int, remarked: bool
) -> None:
    last = datetime.fromisoformat(json.loads(owned.content(owned.head()))["at"])
    at = moment_text(last - timedelta(minutes=minutes))
    forged = owned.append(owned.place("fact.recorded/1"), at=at, effective_at=at)
    report = owned.verified()
    assert report.ok
    expected = [(forged, "clock_went_back")] if remarked else []
    assert [(one.position, one.kind) for one in report.log.remarks] == expected


# --- T11, T12: the key is stolen ----------------------------------------------------------------


def test_t11_a_history_rewritten_and_signed_anew_is_seen_by_a_held_checkpoint_only(
    owned: Owned, held: Held
) -> None:
    key = (owned.data / "signer/key").read_bytes()
    owned.edit(owned.place("project.proposed/1"), '"amount":"5000.00"', '"amount":"9000.00"')
    owned.grow_tree()
    owned.fold_views()
    owned.forget_signatures()
    (owned.data / "signer").mkdir()
    (owned.data / "signer/key").write_bytes(key)
    sign_once(owned.data, owned.data / "signer")
    kinds = {kind for _, kind in owned.found()}
    assert "root_differs" not in kinds
    sizes = [checkpoint.size for checkpoint, _ in held]
    found = owned.found(*held)
    assert [position for position, kind in found if kind == "root_differs"] == sizes
