"""Merge, split and supersede: what comes out is what went in, or nothing happens at all."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.change_commands import RequestChange
from domain.conditions import SatisfyCondition
from domain.funding import RecordCost
from domain.pack import Condition, PackOption
from domain.parts import Part, PartCondition
from domain.portfolio import CharterPortfolio
from domain.refusals import (
    FieldMissing,
    Malformed,
    NotKnown,
    NotNow,
    Refused,
    StepNotOpen,
    Taken,
    UnknownFact,
)
from domain.review_commands import OpenReview, ReportRuling
from tests.money_examples import MONEY_POLICY
from tests.story import Story
from tests.workflows.dividing import everything, lines_of
from tests.workflows.test_changes import CHANGE
from tests.workflows.test_conditions import GO, GO_IF, WAIVE
from tests.workflows.test_money import CAPEX, endowed, funded, line
from tests.workflows.test_undoing import undoing
from workflows.dividing import OpenMerge
from workflows.projects import WithdrawProject

DONE = "    - {id: done, label: Done, standing: closed}\n"
REPLACED = """\
    - {id: done, label: Done, standing: closed}
    - {id: replaced, label: Replaced, standing: superseded}
"""
LAST_GATE = "    - {id: finish, label: Finish, from: [building], to: done}\n"
RESTS = "  rests: {superseded: replaced}\n"
DIVIDING = """
  twin:
    kind: supersede
    decided_by: [{board: head}]
    options:
      - {id: supersede, outcome: approve, effects: [{do: supersede}]}
  join:
    kind: merge
    decided_by: [{board: head}]
    options:
      - {id: merge, outcome: approve, requires: [parts], effects: [{do: merge}]}
  part:
    kind: split
    decided_by: [{board: head}]
    options:
      - {id: split, outcome: approve, requires: [parts], effects: [{do: split}]}
      - {id: keep, outcome: reject}
  later:
    kind: defer
    decided_by: [{board: head}]
    options:
      - id: defer
        outcome: defer
        requires: [review_date]
        effects: [{do: rest, standing: deferred}]
"""
PROMISING = CHANGE.replace(
    "[{up_to: 100.00 EUR, board: head}, {board: works_board}]", "[{board: head}]"
)
POLICY = (
    MONEY_POLICY.replace(DONE, REPLACED)
    .replace(LAST_GATE, LAST_GATE + RESTS)
    .replace(GO, GO + GO_IF, 1)
    .replace(
        "\nmoney:\n", "\n" + WAIVE.rstrip() + PROMISING.rstrip() + DIVIDING.rstrip() + "\nmoney:\n"
    )
)


@pytest.fixture
def office(story: Story) -> Story:
    """An office that merges and splits, with an envelope of 1000.00 for capex in 2027."""
    return endowed(story, POLICY)


def opened(office: Story, code: str, matter: str, **fields: Any) -> str:
    command = OpenReview(project=code, matter=matter, **fields)
    return str(office.house.reviews.open(command, office.act("pia")).content["review"])


def joining(office: Story, *codes: str) -> str:
    command = OpenMerge(projects=codes)
    return str(office.house.merges.open("APX", command, office.act("pia")).content["review"])


def voted(office: Story, stream: str, option: str, **fields: Any) -> str:
    """Hana has voted; the review waits for the ruling."""
    office.presented(stream, options=(PackOption(id=option, **fields),))
    office.voted(stream, "hana", option)
    return stream


def settled(office: Story, stream: str, option: str, **fields: Any) -> str:
    verdict = office.ruled(voted(office, stream, option, **fields), by="hana")
    assert verdict["option"] == option
    return stream


def merged(office: Story, *codes: str, into: str, title: str | None = None) -> str:
    part = everything(office, *codes, into=into, title=title)
    return settled(office, joining(office, *codes), "merge", parts=(part,))


def split(office: Story, code: str, *parts: Part, **fields: Any) -> str:
    return settled(office, opened(office, code, "part"), "split", parts=parts, **fields)


def works(office: Story, code: str, held: str, spent: str = "0.00") -> str:
    """A proposed project that holds money, and spent some."""
    office.proposed(code)
    funded(office, code, line(held))
    if Decimal(spent):
        spend(office, code, spent)
    return code


def spend(office: Story, code: str, amount: str, **fields: Any) -> None:
    command = RecordCost(lines=(line(amount),), **fields)
    office.house.funds.record_cost(code, command, office.act("pia"))


def obliged(office: Story, code: str, *names: str) -> None:
    """The project passes its first gate with conditions."""
    office.ready(code)
    stream = office.opened(code)
    owner = office.person("pia")
    given = tuple(Condition(id=name, owner=owner, due=date(2027, 6, 30)) for name in names)
    office.presented(stream, options=(PackOption(id="go_if", conditions=given),))
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "go_if")
    office.ruled(stream)


def promise(office: Story, code: str, cost: str, *benefits: dict[str, Any]) -> None:
    command = RequestChange.model_validate(
        {
            "lines": [line(cost)], "start": "2027-01-01", "finish": "2027-12-31",
            "benefits": benefits, "reason": "The plan.",
        }
    )  # fmt: skip
    number = office.house.changes.request(code, command, office.act("pia")).content["change"]
    stream = opened(office, code, "change", change=number)
    settled(office, stream, "agree")


def share(office: Story, code: str, held: str, spent: str = "0.00", **fields: Any) -> Part:
    cell = ("FY2027", "capex")
    fields.setdefault("title", None if office_has(office, code) else f"Part {code}")
    return Part(
        code=code,
        allocated=lines_of({cell: Decimal(held)}),
        costs=lines_of({cell: Decimal(spent)}),
        **fields,
    )


def office_has(office: Story, code: str) -> bool:
    return office.house.log.version(f"project:{code}") > 0


def money(office: Story, *codes: str) -> dict[str, Any]:
    """What each project holds and has spent."""
    portfolio = office.house.desk.load().portfolio("APX")
    return {
        code: (
            portfolio.holds(code).get(CAPEX, Decimal(0)),
            office.project(code).spent().get(CAPEX, Decimal(0)),
        )
        for code in codes
    }


def allocated(office: Story) -> Decimal:
    return office.house.desk.load().portfolio("APX").allocated(CAPEX)


# --- Entered twice -----------------------------------------------------------------------------


def test_a_duplicate_is_superseded_by_the_right_one_and_says_so(office: Story) -> None:
    office.proposed("A")
    office.proposed("B")
    settled(office, opened(office, "B", "twin", into="A"), "supersede")
    gone = office.project("B")
    assert (gone.phase, gone.standing, gone.left) == ("replaced", "superseded", "idea")
    assert gone.superseded_by == ("A",)
    assert office.project("A").standing == "proposed"


@pytest.mark.parametrize(("matter", "option"), [("later", "defer"), ("pause", "hold")])
def test_a_duplicate_that_rests_is_superseded_as_well(
    office: Story, matter: str, option: str
) -> None:
    office.proposed("A")
    if matter == "pause":
        obliged(office, "B", "permit")
        waiver = opened(office, "B", "waive", condition="permit")
        settled(office, waiver, "waive")
    else:
        office.proposed("B")
    fields = {"review_date": date(2027, 1, 15)} if option == "defer" else {}
    settled(office, opened(office, "B", matter), option, **fields)
    settled(office, opened(office, "B", "twin", into="A"), "supersede")
    assert office.project("B").standing == "superseded"


def test_superseding_in_error_is_set_aside_whole(office: Story) -> None:
    office.proposed("A")
    office.proposed("B")
    target = settled(office, opened(office, "B", "twin", into="A"), "supersede")
    undo = undoing(office, "B", target, "mind")
    for name in ("ana", "ben", "cem"):
        office.voted(undo, name, "revoke")
    office.ruled(undo)
    assert office.project("B").place == office.project("A").place
    settled(office, opened(office, "A", "twin", into="B"), "supersede")
    assert office.project("A").superseded_by == ("B",)


@pytest.mark.parametrize(
    ("into", "refusal", "words"),
    [
        ("B", Malformed, "by itself"),
        ("NONE", NotKnown, "no project NONE"),
        (None, FieldMissing, "by which project"),
        ("C", NotNow, "was superseded itself, by A"),
        ("D", NotNow, "project D is withdrawn"),
    ],
)
def test_what_cannot_stand_for_a_duplicate_is_refused(
    office: Story, into: str | None, refusal: type[Refused], words: str
) -> None:
    for code in ("A", "B", "C", "D"):
        office.proposed(code)
    settled(office, opened(office, "C", "twin", into="A"), "supersede")
    office.house.projects.withdraw("D", WithdrawProject(reason="Gone."), office.act("pia"))
    with pytest.raises(refusal, match=words):
        opened(office, "B", "twin", into=into)


def test_a_duplicate_that_holds_something_is_refused_with_what_and_what_to_do(
    office: Story,
) -> None:
    office.proposed("A")
    obliged(office, "B", "permit")
    funded(office, "B", line("100.00"))
    with pytest.raises(NotNow) as refused:
        opened(office, "B", "twin", into="A")
    assert "FY2027 capex: 100.00 held; condition permit is open" in refused.value.why
    assert refused.value.fix.startswith("Release the money, or waive the conditions, or merge")
    spend(office, "B", "1.00")
    with pytest.raises(NotNow, match=r"1\.00 spent") as refused:
        opened(office, "B", "twin", into="A")
    assert "elease" not in refused.value.fix


def test_a_duplicate_funded_after_the_vote_is_not_superseded(office: Story) -> None:
    office.proposed("A")
    office.proposed("B")
    stream = voted(office, opened(office, "B", "twin", into="A"), "supersede")
    funded(office, "B", line("0.01"))
    with pytest.raises(NotNow, match=r"0\.01 held"):
        office.ruled(stream, by="hana")
    assert office.project("B").standing == "proposed"


# --- Split -------------------------------------------------------------------------------------


def test_a_split_divides_money_costs_conditions_and_promises(office: Story) -> None:
    obliged(office, "A", "permit", "audit")
    funded(office, "A", line("500.00"))
    spend(office, "A", "80.00")
    benefit = {"name": "savings", "number": "5", "unit": "people", "due": "2028-01-01"}
    promise(office, "A", "450.00", benefit)
    whole = everything(office, "A", into="A")
    assert whole.promise is not None
    some, more = (whole.promise.changed(lines=(line(x),)) for x in ("150.00", "300.00"))
    before = office.house.log.head()
    split(
        office, "A",
        share(office, "A1", "200.00", "80.00", promise=some,
              conditions=(PartCondition(project="A", condition="audit"),)),
        share(office, "A2", "300.00", promise=more.changed(benefits=()),
              conditions=(PartCondition(project="A", condition="permit"),)),
    )  # fmt: skip
    assert office.topics(before)[-14:] == [
        "review.ruled/1", "project.divided/1", "condition.passed_on/1", "condition.passed_on/1",
        "project.proposed/1", "project.succeeded/1", "condition.inherited/1", "baseline.divided/1",
        "project.proposed/1", "project.succeeded/1", "condition.inherited/1", "baseline.divided/1",
        "funds.divided/1", "project.superseded/1",
    ]  # fmt: skip
    gone, one, other = (office.project(code) for code in ("A", "A1", "A2"))
    assert (gone.standing, gone.superseded_by) == ("superseded", ("A1", "A2"))
    assert {one.place, other.place} == {gone.placings[-1].before}
    assert money(office, "A", "A1", "A2") == {
        "A": (0, 0), "A1": (200, 80), "A2": (300, 0)
    }  # fmt: skip
    assert allocated(office) == 500
    assert {one.conditions["audit"].status, other.conditions["permit"].status} == {"open"}
    assert {c.status for c in gone.conditions.values()} == {"passed_on"}
    assert one.promises.current is not None
    assert one.promises.current.promise.lines[0].planned.amount == 150
    assert (one.proposer, other.proposer) == (gone.proposer, gone.proposer)


def test_a_project_keeps_one_part_and_goes_on(office: Story) -> None:
    works(office, "A", "500.00", "80.00")
    split(office, "A", share(office, "A", "300.00", "80.00"), share(office, "A2", "200.00"))
    assert office.project("A").standing == "proposed"
    assert money(office, "A", "A2") == {"A": (300, 80), "A2": (200, 0)}


def test_costs_that_came_with_a_part_are_one_record_that_can_be_corrected(office: Story) -> None:
    works(office, "A", "500.00", "80.00")
    split(office, "A", share(office, "A1", "500.00", "80.00"), share(office, "A2", "0.00"))
    (record,) = office.project("A1").costs
    spend(office, "A1", "75.00", corrects=record)
    assert money(office, "A1")["A1"] == (500, 75)


def test_the_parts_of_a_held_project_are_held_and_resume(office: Story) -> None:
    obliged(office, "A", "permit")
    settled(office, opened(office, "A", "waive", condition="permit"), "waive")
    settled(office, opened(office, "A", "pause"), "hold")
    split(office, "A", share(office, "A1", "0.00"), share(office, "A2", "0.00"))
    part = office.project("A2")
    assert (part.phase, part.standing, part.left) == ("building", "on_hold", "building")
    settled(office, opened(office, "A2", "wake"), "resume")
    assert office.project("A2").standing == "active"


def test_the_parts_of_a_deferred_project_are_deferred_to_a_date(office: Story) -> None:
    office.proposed("A")
    settled(office, opened(office, "A", "later"), "defer", review_date=date(2027, 1, 15))
    parts = share(office, "A1", "0.00"), share(office, "A2", "0.00")
    with pytest.raises(FieldMissing, match="deferred without a date"):
        split(office, "A", *parts)
    office.presented("review:A/part/1", options=(
        PackOption(id="split", parts=parts, review_date=date(2027, 2, 1)),))  # fmt: skip
    office.voted("review:A/part/1", "hana", "split")
    office.ruled("review:A/part/1", by="hana")
    assert office.project("A1").standing == "deferred"


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([("A1", "400.00", "80.00")], "a split makes two or more"),
        ([("A1", "400.00", "80.00"), ("A1", "100.00", "0.00")], "part A1 is given twice"),
        ([("A1", "400.00", "80.00"), ("A2", "99.99", "0.00")],
         "allocated FY2027 capex: 500.00 before, 499.99 in the parts"),
        ([("A1", "400.00", "80.00"), ("A2", "100.01", "0.00")],
         "allocated FY2027 capex: 500.00 before, 500.01 in the parts"),
        ([("A1", "400.00", "79.99"), ("A2", "100.00", "0.00")],
         "costs FY2027 capex: 80.00 before, 79.99 in the parts"),
        ([("A1", "400.00", "80.00"), ("A2", "100.00", "0.01")],
         "costs FY2027 capex: 80.00 before, 80.01 in the parts"),
    ],
)  # fmt: skip
def test_a_split_that_is_not_whole_is_refused_with_what_is_missing_or_double(
    office: Story, parts: list[tuple[str, str, str]], fault: str
) -> None:
    works(office, "A", "500.00", "80.00")
    head = office.house.log.head()
    with pytest.raises(Malformed, match=fault):
        split(office, "A", *(share(office, *part) for part in parts))
    assert "pack.presented/1" not in office.topics(head)


def test_amounts_are_stated_once_and_in_the_planning_currency(office: Story) -> None:
    works(office, "A", "500.00")
    pounds = Part(code="A1", title="One", allocated=(line("500.00", currency="GBP"),))
    with pytest.raises(Malformed, match="part A1: allocated FY2027 capex is in GBP, not EUR"):
        split(office, "A", pounds, share(office, "A2", "0.00"))
    twice = Part(code="A1", title="One", allocated=(line("250.00"), line("250.00")))
    settled(office, "review:A/part/1", "keep")
    with pytest.raises(Malformed, match="part A1: allocated FY2027 capex is given twice"):
        split(office, "A", twice, share(office, "A2", "0.00"))


def test_every_open_condition_goes_to_exactly_one_part(office: Story) -> None:
    obliged(office, "A", "permit", "audit")
    permit, audit = (PartCondition(project="A", condition=c) for c in ("permit", "audit"))
    other = PartCondition(project="A", condition="other")
    stream = opened(office, "A", "part")

    def put(*conditions: tuple[PartCondition, ...]) -> None:
        parts = [share(office, f"A{n}", "0.00", conditions=c) for n, c in enumerate(conditions)]
        office.presented(stream, options=(PackOption(id="split", parts=tuple(parts)),))

    with pytest.raises(Malformed, match="condition audit of A goes to no part"):
        put((permit,), ())
    with pytest.raises(Malformed, match="condition permit of A goes to 2 parts"):
        put((permit, audit), (permit,))
    with pytest.raises(Malformed, match="condition other of A is not open"):
        put((permit, audit), (other,))
    put((permit,), (audit,))
    office.house.conditions.satisfy("A", "audit", SatisfyCondition(), office.act("pia"))
    office.voted(stream, "hana", "split")
    with pytest.raises(Malformed, match="condition audit of A is not open"):
        office.ruled(stream, by="hana")


def test_parts_promise_exactly_what_was_promised(office: Story) -> None:
    office.proposed("A")
    stream = opened(office, "A", "part")

    def put(*promises: Any) -> None:
        parts = [share(office, f"A{n}", "0.00", promise=one) for n, one in enumerate(promises)]
        office.presented(stream, options=(PackOption(id="split", parts=tuple(parts)),))

    put(None, None)
    benefit = {"name": "savings", "number": "5", "unit": "people", "due": "2028-01-01"}
    promise(office, "A", "450.00", benefit)
    whole = everything(office, "A", into="A").promise
    assert whole is not None
    none = whole.changed(lines=())
    for promises, fault in [
        ((whole, None), "part A1 has no promise, and what it comes from has one"),
        ((none, none), "promised cost FY2027 capex EUR: 450.00 before, 0 in the parts"),
        ((whole, whole), "promised cost FY2027 capex EUR: 450.00 before, 900.00 in the parts"),
        ((whole.changed(benefits=()), none.changed(benefits=())), "benefit savings is promised by"),
        ((whole.changed(finish=date(2026, 12, 31)), none), "finishes on 2026-12-31, before"),
    ]:
        with pytest.raises(Malformed, match=fault):
            put(*promises)
    put(whole, none.changed(benefits=()))
    promises_nothing = opened(office, office.proposed("B"), "part")
    option = PackOption(
        id="split",
        parts=(share(office, "B1", "0.00", promise=none), share(office, "B2", "0.00")),
    )
    with pytest.raises(Malformed, match="part B1 has a promise, and what it comes from has none"):
        office.presented(promises_nothing, options=(option,))


def test_a_part_takes_no_code_that_is_in_use_and_a_new_one_has_a_title(office: Story) -> None:
    office.proposed("A")
    office.proposed("B")
    stream = opened(office, "A", "part")
    for parts, refusal, words in [
        ((Part(code="A"), Part(code="B")), Taken, "project B exists already"),
        ((Part(code="A"), Part(code="C")), FieldMissing, "part C is a new project and needs"),
        ((Part(code="A", title="Other"), Part(code="C", title="C")), Malformed, "keeps its title"),
        ((), FieldMissing, "needs parts"),
    ]:
        with pytest.raises(refusal, match=words):
            office.presented(stream, options=(PackOption(id="split", parts=parts),))
    good = (Part(code="A"), Part(code="C", title="C"))
    office.presented(stream, options=(PackOption(id="split", parts=good),))
    office.voted(stream, "hana", "split")
    office.proposed("C")
    with pytest.raises(Taken, match="project C exists already"):
        office.ruled(stream, by="hana")
    obliged(office, "D", "permit")
    stream, option = opened(office, "D", "pause"), PackOption(id="hold", parts=good)
    with pytest.raises(Malformed, match="option hold has parts"):
        office.presented(stream, options=(option,))


# --- Merge -------------------------------------------------------------------------------------


def test_a_merge_into_one_of_them_takes_everything_along(office: Story) -> None:
    works(office, "A", "300.00", "20.00")
    works(office, "B", "200.00", "30.00")
    promise(office, "B", "250.00")
    merged(office, "A", "B", into="A")
    assert money(office, "A", "B") == {"A": (500, 50), "B": (0, 0)}
    assert allocated(office) == 500
    assert office.project("B").superseded_by == ("A",)
    assert office.project("A").standing == "proposed"
    current = office.project("A").promises.current
    assert current is not None
    assert (current.number, current.sources, current.change) == (1, ("A", "B"), None)


def test_a_merge_into_a_new_project_supersedes_all(office: Story) -> None:
    works(office, "A", "300.00", "20.00")
    works(office, "B", "200.00")
    merged(office, "A", "B", into="AB", title="Both")
    assert money(office, "A", "B", "AB") == {"A": (0, 0), "B": (0, 0), "AB": (500, 20)}
    new = office.project("AB")
    assert (new.title, new.phase, new.portfolio) == ("Both", "idea", "APX")
    assert {office.project(code).superseded_by for code in "AB"} == {("AB",)}


def test_projects_in_two_phases_are_merged_into_one_of_them_only(office: Story) -> None:
    office.proposed("A")
    obliged(office, "B", "permit")
    stream = joining(office, "A", "B")
    new = everything(office, "A", "B", into="AB", title="Both")
    with pytest.raises(NotNow, match="A idea proposed, B building active"):
        office.presented(stream, options=(PackOption(id="merge", parts=(new,)),))
    part = everything(office, "A", "B", into="B")
    settled(office, stream, "merge", parts=(part,))
    assert office.project("B").conditions["permit"].status == "open"


def test_a_deferred_project_takes_no_money_over(office: Story) -> None:
    office.proposed("A")
    settled(office, opened(office, "A", "later"), "defer", review_date=date(2027, 1, 15))
    works(office, "B", "0.01")
    with pytest.raises(NotNow, match="part A would be deferred, and holds no money"):
        merged(office, "A", "B", into="A")


def test_two_conditions_of_one_name_are_not_merged(office: Story) -> None:
    obliged(office, "A", "permit")
    obliged(office, "B", "permit")
    with pytest.raises(Malformed, match="part A: condition permit twice"):
        merged(office, "A", "B", into="A")


def test_only_projects_that_go_on_and_belong_together_are_merged(office: Story) -> None:
    charter = CharterPortfolio(code="BPX", title="Other", policy="works")
    office.house.portfolios.charter(charter, office.act("founder"))
    for code in ("A", "B", "C"):
        office.proposed(code)
    settled(office, opened(office, "C", "hand_over", portfolio="BPX"), "transfer")
    with pytest.raises(NotNow, match="A to APX, C to BPX belong apart") as refused:
        joining(office, "A", "C")
    assert refused.value.fix == "Transfer them to one portfolio first."
    with pytest.raises(Malformed, match="named twice"):
        joining(office, "A", "A")
    with pytest.raises(FieldMissing, match="about several projects"):
        opened(office, "A", "join")
    command = OpenMerge(projects=("A", "B"), matter="part")
    with pytest.raises(UnknownFact, match="is not of kind merge"):
        office.house.merges.open("APX", command, office.act("pia"))
    stream = voted(office, joining(office, "A", "B"), "merge",
                   parts=(everything(office, "A", "B", into="A"),))  # fmt: skip
    settled(office, opened(office, "B", "twin", into="A"), "supersede")
    with pytest.raises(NotNow, match="project B is superseded"):
        office.ruled(stream, by="hana")
    with pytest.raises(NotNow, match="project B is superseded"):
        joining(office, "A", "B")
    with pytest.raises(NotNow, match="project B is superseded"):
        opened(office, "B", "part")
    with pytest.raises(StepNotOpen):
        opened(office, "B", "twin", into="A")


def test_a_cost_recorded_after_the_vote_stops_a_merge_until_it_is_put_again(office: Story) -> None:
    works(office, "A", "300.00")
    office.proposed("B")
    part = everything(office, "A", "B", into="B")
    stream = voted(office, joining(office, "A", "B"), "merge", parts=(part,))
    spend(office, "A", "0.01")
    with pytest.raises(Malformed, match=r"costs FY2027 capex: 0\.01 before, 0 in the parts"):
        office.ruled(stream, by="hana")
    settled(office, stream, "merge", parts=(everything(office, "A", "B", into="B"),))
    assert money(office, "A", "B") == {"A": (0, 0), "B": (300, Decimal("0.01"))}


# --- And back ----------------------------------------------------------------------------------


def test_a_division_is_not_set_aside_nor_is_what_came_before_it(office: Story) -> None:
    works(office, "A", "300.00")
    office.proposed("B")
    target = merged(office, "A", "B", into="A")
    for code in ("A", "B"):
        with pytest.raises(NotNow, match="a merge or a split is not undone") as refused:
            undoing(office, code, target)
        assert refused.value.fix.startswith("Split what was merged")
    with pytest.raises(NotNow, match="was merged or split by review:A/join/1 since"):
        undoing(office, "A", "review:A/fund/1")


def test_what_was_decided_after_a_division_can_be_set_aside(office: Story) -> None:
    works(office, "A", "300.00")
    office.proposed("B")
    merged(office, "A", "B", into="A")
    funded(office, "A", line("50.00"))
    stream = undoing(office, "A", "review:A/fund/2")
    office.voted(stream, "hana", "set_aside")
    office.ruled(stream, by="hana")
    assert money(office, "A")["A"] == (300, 0)


def test_the_promise_of_a_division_comes_back_when_a_later_change_is_set_aside(
    office: Story,
) -> None:
    office.proposed("A")
    office.proposed("B")
    promise(office, "A", "450.00")
    merged(office, "A", "B", into="A")
    promise(office, "A", "460.00")
    stream = undoing(office, "A", "review:A/change/2", "mind")
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "revoke")
    office.ruled(stream)
    current = office.project("A").promises.current
    assert current is not None
    assert (current.number, current.sources) == (4, ("A", "B"))
    assert current.promise.lines[0].planned.amount == 450


def test_what_a_report_does_not_carry_is_not_reported_from_outside(office: Story) -> None:
    office.proposed("A")
    minutes = office.attached("A", "minutes")
    for matter, option, missing in [
        *[("part", "split", "parts"), ("twin", "supersede", "into")],
        *[("waive", "waive", "condition"), ("change", "agree", "change")],
    ]:
        command = ReportRuling(
            project="A", matter=matter, option=option, decided_by=office.person("hana"),
            decided_at=office.now, minutes=minutes,
        )  # fmt: skip
        with pytest.raises(FieldMissing, match=missing):
            office.house.rulings.report(command, office.act("pia"))
