"""The presets: they hold together, and the histories they are for find their places in them."""

import csv
import os
from pathlib import Path

import pytest

from domain.diagram import diagram
from domain.lifecycle import Place, start
from domain.policy import Policy
from domain.words import MatterKind, Standing
from workflows.machine import open_steps, take
from workflows.policy_text import policy_from_document, read_policy
from workflows.presets import PRESETS, preset_text

DATA = Path(os.environ.get("QUORATE_DATA", Path(__file__).parents[3] / "shared" / "data"))
OWN = ("five-gate", "pmi", "two-gate")
"""Presets of whole offices; the others are for real histories."""
LATER = {MatterKind.GRANT_AUTHORITY}
"""Matters that no preset has: their sole deciders decide what the policy itself says."""
SMALL = {"two-gate": {MatterKind.REPRIORITISE, MatterKind.REALLOCATE}}
"""What an office of small works does not decide: it has no rounds over several projects."""
STANDINGS = """
    Draft proposed        Incomplete proposed   Accepted active      Active active
    Provisional active    Approved active       Final closed         Complete closed
    Finished closed       April_Fool closed     Rejected rejected    Deferred deferred
    Postponed deferred    Withdrawn withdrawn   Withdrawal withdrawn Superseded superseded
    Replaced superseded
"""


def preset(name: str) -> Policy:
    return read_policy(preset_text(name), f"{name}.yaml").policy


def labels(policy: Policy) -> dict[str, Standing]:
    return {str(phase.label): phase.standing for phase in policy.lifecycle.phases}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_no_fault_and_nothing_odd(name: str) -> None:
    text = read_policy(preset_text(name), f"{name}.yaml")
    assert text.warnings == ()
    assert text.policy.policy == name
    assert text.policy.sources
    assert policy_from_document(text.document.content) == text.policy


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_who_runs_the_house_after_the_founder(name: str) -> None:
    kinds = {matter.kind for matter in preset(name).matters.values()}
    assert kinds >= {
        MatterKind.ADOPT_POLICY, MatterKind.APPOINT, MatterKind.RELIEVE, MatterKind.TRANSFER
    }  # fmt: skip


def test_there_is_no_preset_of_another_name() -> None:
    with pytest.raises(KeyError):
        preset_text("../pep")


def test_every_status_a_pep_ever_had_is_a_phase_with_its_standing() -> None:
    words = STANDINGS.split()
    expected = {w.replace("_", " "): s for w, s in zip(words[::2], words[1::2], strict=True)}
    assert labels(preset("pep")) == expected


@pytest.mark.parametrize(("name", "file"), [("pep", "peps.csv"), ("cncf", "cncf_projects.csv")])
def test_every_status_of_the_real_history_is_the_label_of_a_phase(name: str, file: str) -> None:
    if not (DATA / file).is_file():
        pytest.skip(f"the real histories are not here: {DATA}")
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        seen = {row["status_to"].casefold() for row in csv.DictReader(lines)} - {""}
    assert seen <= {label.casefold() for label in labels(preset(name))}


def test_a_pep_is_accepted_then_final_then_superseded() -> None:
    policy = preset("pep")
    place = start(policy.lifecycle)
    for gate, phase in (("accept", "accepted"), ("finalise", "final"), ("supersede", "superseded")):
        place = take("pep", policy.lifecycle, place, f"pass:{gate}")
        assert place.phase == phase
    assert open_steps("pep", policy.lifecycle, place) == ()


def test_a_deferred_pep_is_shown_as_deferred_and_comes_back_to_draft() -> None:
    lifecycle = preset("pep").lifecycle
    deferred = take("pep", lifecycle, start(lifecycle), "defer")
    assert deferred == Place(phase="deferred", standing=Standing.DEFERRED, left="draft")
    assert open_steps("pep", lifecycle, deferred) == ("pass:revive", "reject", "resume", "withdraw")
    assert take("pep", lifecycle, deferred, "resume") == start(lifecycle)


@pytest.mark.parametrize("level", ["sandbox", "incubating", "graduated"])
def test_a_cncf_project_enters_at_any_level(level: str) -> None:
    lifecycle = preset("cncf").lifecycle
    entered = take("cncf", lifecycle, start(lifecycle), f"pass:enter_{level}")
    assert entered == Place(phase=level, standing=Standing.ACTIVE)
    assert "pass:archive" in open_steps("cncf", lifecycle, entered)


def test_a_cncf_vote_carries_with_two_thirds_of_eleven_seats_exactly() -> None:
    board = preset("cncf").boards["toc"]
    assert (len(board.seats), board.voting.at_least, board.voting.of) == (11, "2/3", "seats")


def test_only_graduation_asks_for_a_security_audit() -> None:
    matters = preset("cncf").matters
    musts = {name: {c.id for c in m.criteria if c.kind == "must"} for name, m in matters.items()}
    asking = {name for name, ids in musts.items() if "security_audit" in ids}
    assert asking == {"accept_graduated", "graduation"}


@pytest.mark.parametrize("name", OWN)
def test_a_preset_of_an_office_decides_everything_there_is_to_decide(name: str) -> None:
    kinds = {matter.kind for matter in preset(name).matters.values()}
    assert {*MatterKind} - kinds <= LATER | SMALL.get(name, set())


@pytest.mark.parametrize("name", OWN)
def test_a_preset_of_an_office_speaks_english_and_german(name: str) -> None:
    policy = preset(name)
    given = [policy.title]
    given += [board.label or "" for board in policy.boards.values()]
    given += [matter.label or "" for matter in policy.matters.values()]
    given += [phase.label for phase in policy.lifecycle.phases]
    given += [gate.label or "" for gate in policy.lifecycle.gates]
    assert [one for one in given if not isinstance(one, dict) or {*one} != {"en", "de"}] == []


@pytest.mark.parametrize("name", OWN)
def test_a_project_of_an_office_ends_only_with_its_money_given_back(name: str) -> None:
    ends = {Standing.DEFERRED, Standing.REJECTED, Standing.CANCELLED}
    for matter in preset(name).matters.values():
        for option in matter.options:
            does = {effect.do for effect in option.effects}
            if ends & {effect.standing for effect in option.effects} or option.id == "close":
                assert "release" in does, option.id


@pytest.mark.parametrize(
    ("name", "when_short", "keeps"),
    [
        ("five-gate", "approve_unfunded", True),
        ("pmi", "refuse", False),
        ("two-gate", "refuse", True),
    ],
)
def test_presets_say_what_happens_when_money_is_short_and_on_hold(
    name: str, when_short: str, keeps: bool
) -> None:
    policy = preset(name)
    assert policy.money is not None
    hold = next(o for o in policy.matters["hold"].options if o.outcome == "hold")
    assert policy.money.when_short == when_short
    assert ("release" not in {effect.do for effect in hold.effects}) is keeps


def test_the_five_gates_stand_between_five_stages_and_can_be_drawn() -> None:
    lifecycle = preset("five-gate").lifecycle
    place = start(lifecycle)
    passed = [place.phase]
    for gate in ("screen", "second_screen", "develop", "test", "launch", "close"):
        place = take("five-gate", lifecycle, place, f"pass:{gate}")
        passed.append(place.phase)
    assert passed == [phase.id for phase in lifecycle.phases if phase.id != "superseded"]
    drawn = diagram(lifecycle, "de")
    assert "phase_testing --> phase_launch : 5 Einführungsfreigabe" in drawn
    assert 'state "Abgeschlossen (closed)" as phase_closed' in drawn
