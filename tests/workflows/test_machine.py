"""The machine against a picture of the lifecycle, drawn by hand and read by people."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.lifecycle import Place
from domain.policy import Lifecycle
from domain.refusals import StepNotOpen
from domain.words import Standing
from workflows import machine
from workflows.machine import open_steps, take

GRANTS = Lifecycle.model_validate(
    {
        "initial": "idea",
        "phases": [
            {"id": "idea", "label": "Idea", "standing": "proposed"},
            {"id": "plan", "label": "Plan", "standing": "proposed"},
            {"id": "build", "label": "Build", "standing": "active"},
            {"id": "run", "label": "Run", "standing": "active"},
            {"id": "shelf", "label": "Shelf", "standing": "deferred"},
            {"id": "refused", "label": "Refused", "standing": "rejected"},
            {"id": "done", "label": "Done", "standing": "closed"},
        ],
        "gates": [
            {"id": "g1", "from": ["idea"], "to": "plan"},
            {"id": "g2", "from": ["plan"], "to": "build"},
            {"id": "g3", "from": ["build"], "to": "run"},
            {"id": "g4", "from": ["build", "run"], "to": "done"},
            {"id": "again", "from": ["refused", "shelf"], "to": "idea"},
        ],
        "rests": {"deferred": "shelf", "rejected": "refused", "closed": "done"},
    }
)
DIGEST = "1" * 64

# Where it is, with the phase left in brackets; the step; where it is then. Nothing else is open.
PICTURE = """
    idea proposed             pass:g1       plan proposed
    idea proposed             defer         shelf deferred (idea)
    idea proposed             reject        refused rejected (idea)
    idea proposed             withdraw      idea withdrawn (idea)
    plan proposed             pass:g2       build active
    plan proposed             defer         shelf deferred (plan)
    plan proposed             reject        refused rejected (plan)
    plan proposed             withdraw      plan withdrawn (plan)
    build active              pass:g3       run active
    build active              pass:g4       done closed
    build active              hold          build on_hold (build)
    build active              cancel        build cancelled (build)
    build active              rest:closed   done closed (build)
    run active                pass:g4       done closed
    run active                hold          run on_hold (run)
    run active                cancel        run cancelled (run)
    run active                rest:closed   done closed (run)
    build on_hold (build)     resume        build active
    build on_hold (build)     cancel        build cancelled (build)
    run on_hold (run)         resume        run active
    run on_hold (run)         cancel        run cancelled (run)
    shelf deferred (idea)     resume        idea proposed
    shelf deferred (idea)     reject        refused rejected (idea)
    shelf deferred (idea)     withdraw      idea withdrawn (idea)
    shelf deferred (idea)     pass:again    idea proposed
    shelf deferred (plan)     resume        plan proposed
    shelf deferred (plan)     reject        refused rejected (plan)
    shelf deferred (plan)     withdraw      plan withdrawn (plan)
    shelf deferred (plan)     pass:again    idea proposed
    shelf deferred            reject        refused rejected (shelf)
    shelf deferred            withdraw      shelf withdrawn (shelf)
    shelf deferred            pass:again    idea proposed
    refused rejected (idea)   pass:again    idea proposed
    refused rejected (plan)   pass:again    idea proposed
    refused rejected          pass:again    idea proposed
"""
ENDED = """
    idea withdrawn (idea)
    build cancelled (build)
    done closed
    done closed (run)
    refused deferred
    nowhere active
    idea superseded
"""
ARROWS = [line.split("  ") for line in PICTURE.strip().splitlines()]
ROWS = [[part.strip() for part in parts if part.strip()] for parts in ARROWS]


def place(text: str) -> Place:
    phase, standing, *left = text.split()
    return Place(
        phase=phase, standing=Standing(standing), left=left[0].strip("()") if left else None
    )


def steps_of(digest: str, text: str) -> tuple[str, ...]:
    return open_steps(digest, GRANTS, place(text))


@pytest.mark.parametrize(("source", "step", "target"), ROWS)
def test_each_step_leads_where_the_picture_says(source: str, step: str, target: str) -> None:
    assert take(DIGEST, GRANTS, place(source), step) == place(target)


@pytest.mark.parametrize("source", sorted({row[0] for row in ROWS}))
def test_the_steps_open_are_those_of_the_picture(source: str) -> None:
    drawn = sorted(step for at, step, _ in ROWS if at == source)
    assert list(steps_of(DIGEST, source)) == drawn


@pytest.mark.parametrize("ended", [line.strip() for line in ENDED.strip().splitlines()])
def test_no_step_leads_out_of_what_has_ended_or_is_not_known(ended: str) -> None:
    assert steps_of(DIGEST, ended) == ()


def test_every_step_not_in_the_picture_is_refused() -> None:
    names = {step for _, step, _ in ROWS} | {"to_done", "initial", "", "pass:", "pass:none"}
    for source in {row[0] for row in ROWS}:
        drawn = {step for at, step, _ in ROWS if at == source}
        for step in names - drawn:
            with pytest.raises(StepNotOpen):
                take(DIGEST, GRANTS, place(source), step)


def test_a_refusal_names_phase_standing_and_the_steps_that_are_open() -> None:
    with pytest.raises(StepNotOpen) as refused:
        take(DIGEST, GRANTS, place("build on_hold (build)"), "pass:g3")
    assert refused.value.why == (
        "step pass:g3 is not open in phase build, standing on_hold; open steps: cancel, resume"
    )
    with pytest.raises(StepNotOpen, match="open steps: none"):
        take(DIGEST, GRANTS, place("nowhere active"), "resume")


def test_what_came_to_rest_before_the_policy_named_a_phase_for_it_still_resumes() -> None:
    assert take(DIGEST, GRANTS, place("plan deferred (plan)"), "resume") == place("plan proposed")


def test_a_deferral_with_a_phase_that_is_gone_resumes_nowhere() -> None:
    assert "resume" not in steps_of(DIGEST, "shelf deferred (gone)")


def test_one_machine_is_made_for_one_policy_text_and_few_are_kept() -> None:
    machine._machine.cache_clear()
    for _ in range(3):
        steps_of(DIGEST, "idea proposed")
    assert machine._machine.cache_info().misses == 1
    for number in range(machine.MACHINES_MAX + 5):
        steps_of(f"{number:064}", "idea proposed")
    assert machine._machine.cache_info().currsize == machine.MACHINES_MAX


def test_threads_share_a_machine_without_moving_each_others_projects() -> None:
    jobs = [row for row in ROWS for _ in range(40)]
    with ThreadPoolExecutor(8) as threads:
        taken = threads.map(lambda row: take(DIGEST, GRANTS, place(row[0]), row[1]), jobs)
        assert list(taken) == [place(target) for _, _, target in jobs]
