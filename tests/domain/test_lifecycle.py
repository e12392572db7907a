"""The lifecycle as a table, and as a picture."""

from domain.diagram import diagram
from domain.lifecycle import Place, pass_gate, reachable, rest, start, steps
from domain.policy import Lifecycle
from domain.words import Standing

GRANTS = Lifecycle.model_validate(
    {
        "initial": "idea",
        "phases": [
            {"id": "idea", "label": "Idea", "standing": "proposed"},
            {"id": "end", "label": {"de": "Läuft; „ja“", "en": 'Live: "yes" --> no'},
             "standing": "active"},
            {"id": "waiting", "label": "Waiting", "standing": "deferred"},
            {"id": "done", "label": "Done", "standing": "closed"},
        ],
        "gates": [
            {"id": "go", "label": "Go", "from": ["idea"], "to": "end"},
            {"id": "finish", "from": ["end"], "to": "done"},
        ],
        "rests": {"deferred": "waiting"},
    }
)  # fmt: skip


def rows(name: str) -> set[tuple[str, str]]:
    """Every arrow of a step, as `phase/standing/left` to the same."""

    def text(place: Place) -> str:
        return f"{place.phase}/{place.standing}/{place.left or '-'}"

    return {
        (text(source), text(rule.target))
        for rule in steps(GRANTS)
        if rule.name == name
        for source in rule.sources
    }


def test_a_gate_is_passed_from_a_phase_with_its_own_standing() -> None:
    assert rows("pass:go") == {("idea/proposed/-", "end/active/-")}


def test_what_was_not_started_is_deferred_into_the_phase_the_policy_names() -> None:
    assert rows("defer") == {("idea/proposed/-", "waiting/deferred/idea")}


def test_what_was_started_is_held_in_the_phase_it_is_in() -> None:
    assert rows("hold") == {("end/active/-", "end/on_hold/end")}


def test_what_rests_resumes_in_the_phase_it_left() -> None:
    assert rows("resume") == {
        ("waiting/deferred/idea", "idea/proposed/-"),
        ("idea/deferred/-", "idea/proposed/-"),
        ("end/on_hold/-", "end/active/-"),
    }


def test_what_was_deferred_may_still_be_rejected_and_remembers_where_it_began() -> None:
    assert rows("reject") == {
        ("idea/proposed/-", "idea/rejected/idea"),
        ("waiting/deferred/idea", "idea/rejected/idea"),
        ("idea/deferred/-", "idea/rejected/idea"),
        ("waiting/deferred/-", "waiting/rejected/waiting"),
    }


def test_closing_and_superseding_are_steps_only_where_the_policy_shows_them() -> None:
    assert rows("rest:closed") == set()
    shown = GRANTS.changed(rests={Standing.CLOSED: "done"})
    closing = [rule for rule in steps(shown) if rule.name == rest(Standing.CLOSED)]
    assert [rule.target for rule in closing] == [
        Place(phase="done", standing=Standing.CLOSED, left="end")
    ]


def test_a_proposal_begins_in_the_initial_phase() -> None:
    assert start(GRANTS) == Place(phase="idea", standing=Standing.PROPOSED)


def test_phases_are_reached_through_gates_rests_and_options() -> None:
    assert reachable(GRANTS) == {"idea", "end", "waiting", "done"}
    lonely = GRANTS.changed(gates=(), rests={})
    assert reachable(lonely) == {"idea"}
    assert reachable(lonely, ["done"]) == {"idea", "done"}


def test_a_gate_has_a_step_of_its_own() -> None:
    assert pass_gate("go") == "pass:go"


PICTURE = """\
stateDiagram-v2
    [*] --> phase_idea
    state "Idea (proposed)" as phase_idea
    state "Live#58; #34;yes#34; --#62; no (active)" as phase_end
    state "Waiting (deferred)" as phase_waiting
    state "Done (closed)" as phase_done
    phase_idea --> phase_end : Go
    phase_end --> phase_done : finish
    phase_idea --> phase_waiting : defer
    phase_waiting --> phase_idea : reject
    phase_waiting --> phase_idea : withdraw
    phase_waiting --> phase_idea : resume
    classDef here stroke-width:4px
    class phase_end here
"""


def test_the_picture_shows_phases_gates_and_rests_with_labels_that_cannot_break_it() -> None:
    assert diagram(GRANTS, here="end") == PICTURE


def test_the_picture_is_drawn_in_a_language() -> None:
    assert 'state "Läuft#59; #8222;ja#8220; (active)" as phase_end' in diagram(GRANTS, "de")
    assert diagram(GRANTS, "fr") != diagram(GRANTS, "en")


def test_a_label_with_lines_stays_on_one_line() -> None:
    phases = (GRANTS.phases[0].changed(label="a\nb } %% c"), *GRANTS.phases[1:])
    assert 'state "a b #125; #37;#37; c (proposed)"' in diagram(GRANTS.changed(phases=phases))
