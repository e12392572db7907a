"""Small histories, each with one thing to it: what is imported, named, refused, known again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.act import Act
from domain.project_events import FactRecorded, ProjectProposed, ProjectResumed
from domain.review_events import ReviewRuled
from tests.story import Story
from workflows.history_file import COLUMNS
from workflows.imports import ImportHistory, ImportReport
from workflows.presets import preset_text

HEADER = ",".join(COLUMNS)
CHANGED = "status status_changed"
CREATED = '1,A-1,First,lifecycle,created,,Draft,2020-01-01,ana,,ref@1,"{""type"":""Process""}"'
ACCEPTED = "2,A-1,First,status,status_changed,Draft,Accepted,2020-02-01,ben,,ref@2,"


def order(source: str = "small", *, skip: bool = False) -> ImportHistory:
    text = preset_text("pep").decode()
    return ImportHistory(source=source, policy=text, policy_name="pep", skip_bad_rows=skip)


def acts(story: Story) -> Callable[[str], Act]:
    def made(command: str) -> Act:
        return story.act("founder").changed(command=command)

    return made


def imported(story: Story, *lines: str, source: str = "small", skip: bool = False) -> ImportReport:
    content = "\n".join((HEADER, *lines)).encode()
    return story.house.imports.history(content, order(source, skip=skip), acts(story))


def row(seq: int, what: str, day: str, case: str = "A-1", title: str = "First") -> str:
    """Return a row from ``kind activity from to``, a dash for nothing."""
    kind, activity, before, after = ("" if part == "-" else part for part in what.split())
    return f"{seq},{case},{title},{kind},{activity},{before},{after},{day},ana,,ref@{seq},"


def status(story: Story, code: str) -> tuple[str, str]:
    project = story.project(code)
    return project.phase, project.standing.value


def test_a_status_becomes_a_reported_ruling_with_its_effect(story: Story) -> None:
    report = imported(story, CREATED, ACCEPTED)
    assert (report.imported, report.departures, report.skipped) == (2, {}, ())
    assert status(story, "A-1") == ("accepted", "active")
    assert story.topics()[-2:] == ["review.ruled/1", "project.moved/1"]
    (ruling,) = story.house.log.stream("review:A-1/accept/1")
    body = ruling.event.data
    assert isinstance(body, ReviewRuled)
    assert body.reported is not None
    assert (body.verdict.outcome, body.verdict.option, body.verdict.ground) == (
        "approve", "accept", "reported",
    )  # fmt: skip
    assert (body.reported.gate, body.reported.decided_by) == ("accept", None)
    assert ruling.event.source_ref == "ref@2"
    assert ruling.event.channel == "import"
    assert ruling.event.effective_at.isoformat() == "2020-02-01T00:00:00+00:00"
    assert ruling.event.recorded_by == story.people["founder"] != ruling.event.by


def test_a_delegate_in_force_is_who_decided(story: Story) -> None:
    assigned = '2,A-1,First,field,delegate_assigned,,,2020-01-02,ana,,,"{""to"":""dora""}"'
    imported(story, CREATED, assigned, ACCEPTED.replace("2,A-1", "3,A-1"))
    (ruling,) = story.house.log.stream("review:A-1/accept_delegated/1")
    body = ruling.event.data
    assert isinstance(body, ReviewRuled)
    assert body.reported is not None
    dora = story.house.people.named("dora", story.act("founder"))
    assert body.reported.decided_by == dora != ruling.event.by


def test_names_stay_out_of_the_log(story: Story) -> None:
    authors = '"{""authors"":""Ada Lovelace, Grace Hopper"",""delegate"":""Dora""}"'
    line = f"1,A-1,First,lifecycle,created,,Draft,2020-01-01,Ana Ray,,,{authors}"
    imported(story, line)
    told = b"".join(recorded.content for recorded in story.house.log.read(0, 1000))
    assert not any(name in told for name in (b"Ada", b"Hopper", b"Dora", b"Ana Ray"))
    facts = [r.event.data for r in story.house.log.stream("project:A-1")]
    values = [f.value.text for f in facts if isinstance(f, FactRecorded) and f.fact == "authors"]
    assert len(str(values[0]).split(", ")) == 2


def test_a_fact_that_is_cleared_is_an_empty_text(story: Story) -> None:
    cleared = '2,A-1,First,field,type_changed,,,2020-01-02,ana,,,"{""from"":""Process""}"'
    imported(story, CREATED, cleared)
    known = story.project("A-1").known("type", story.now)
    assert known is not None
    assert known.value.text == ""


def test_a_deferred_project_resumes_where_it_left(story: Story) -> None:
    imported(
        story,
        CREATED,
        row(2, "status status_changed Draft Deferred", "2020-02-01"),
        row(3, "status status_changed Deferred Draft", "2020-03-01", title="Renamed"),
    )
    topics = story.topics()
    assert topics[-3:] == ["project.retitled/1", "review.ruled/1", "project.resumed/1"]
    last = list(story.house.log.stream("project:A-1"))[-1].event.data
    assert isinstance(last, ProjectResumed)
    assert story.project("A-1").title == "Renamed"


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("earlier_than_row_before", [CREATED, row(2, "field type_changed - -", "2019-01-01")]),
        ("status_from_differs", [CREATED, row(2, f"{CHANGED} Final Accepted", "2020-02-01")]),
        ("before_creation", [row(1, "field type_changed - -", "2019-01-01"),
                             row(2, "lifecycle created - Draft", "2020-01-01")]),
        ("before_creation", [row(1, "status status_changed Draft Accepted", "2020-01-01")]),
        ("step_not_in_policy", [CREATED, row(2, f"{CHANGED} Draft Finished", "2020-02-01")]),
        ("status_missing", [row(1, "lifecycle created - -", "2020-01-01")]),
        ("created_again", [CREATED, row(2, "lifecycle created - Draft", "2020-02-01")]),
    ],
)  # fmt: skip
def test_each_departure_is_imported_and_named_by_line(
    story: Story, kind: str, lines: list[str]
) -> None:
    report = imported(story, *lines)
    assert (report.refused, report.imported) == (False, len(lines))
    assert list(report.departures) == [kind]
    assert len(report.departures[kind]) == 1


def test_what_is_known_before_the_creation_holds_earlier_than_the_project(story: Story) -> None:
    imported(
        story,
        row(1, "field type_changed - -", "2019-01-01"),
        row(2, "lifecycle created - Draft", "2020-01-01"),
    )
    first, fact = list(story.house.log.stream("project:A-1"))
    assert isinstance(first.event.data, ProjectProposed)
    assert first.event.effective_at.year == 2020
    assert fact.event.effective_at.year == 2019


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (row(2, "status status_changed Draft Nonsense", "2020-02-01"), "unknown_status"),
        (row(2, "status status_changed Draft -", "2020-02-01"), "unknown_status"),
        (row(2, "field colour_changed - -", "2020-02-01"), "unknown_fact"),
        (row(2, "status status_changed Draft Accepted", "never"), "unparseable_date"),
    ],
)
def test_a_fault_refuses_the_whole_file_and_nothing_is_written(
    story: Story, line: str, kind: str
) -> None:
    head = story.house.log.head()
    report = imported(story, CREATED, line)
    assert report.refused
    assert [(fault.line, fault.kind) for fault in report.skipped] == [(3, kind)]
    assert story.house.log.head() <= head + 3  # the founder's own sign-in at most
    assert "policy.adopted/1" not in story.topics()

    rest = imported(story, CREATED, line, skip=True)
    assert (rest.refused, rest.imported, len(rest.skipped)) == (False, 1, 1)


def test_a_file_without_its_columns_is_refused_even_so(story: Story) -> None:
    content = HEADER.replace("case_id,", "").encode()
    report = story.house.imports.history(content, order(skip=True), acts(story))
    assert report.refused
    assert [fault.kind for fault in report.skipped] == ["missing_column"]


def test_the_same_file_again_changes_nothing(story: Story) -> None:
    imported(story, CREATED, ACCEPTED)
    head = story.house.log.head()
    report = imported(story, CREATED, ACCEPTED)
    assert (report.imported, report.already_known) == (0, 2)
    assert story.house.log.head() == head


def test_an_old_row_that_says_something_else_is_a_fault_that_names_both(story: Story) -> None:
    imported(story, CREATED, ACCEPTED)
    head = story.house.log.head()
    report = imported(story, CREATED, ACCEPTED.replace("Accepted", "Rejected"), row(
        3, "field type_changed - -", "2020-03-01"))  # fmt: skip
    assert report.refused
    (fault,) = report.skipped
    assert (fault.line, fault.kind) == (3, "changed_row")
    kept = story.house.log.command("import:small:A-1:2")
    assert kept is not None
    assert kept.request_digest in fault.why
    assert story.house.log.head() == head


def test_a_case_created_after_it_was_removed_lives_again(story: Story) -> None:
    removed = row(2, "lifecycle removed Draft -", "2020-02-01")
    again = row(3, "lifecycle created - Active", "2020-03-01", title="Second")
    report = imported(story, CREATED, removed, again)
    assert report.departures == {}
    assert status(story, "A-1") == ("active", "active")
    assert status(story, "A-1~2") == ("withdrawn", "withdrawn")


def test_of_lives_that_all_ended_the_first_is_plain(story: Story) -> None:
    report = imported(
        story,
        CREATED,
        row(2, "lifecycle removed Draft -", "2020-02-01"),
        row(3, "lifecycle created - Active", "2020-03-01"),
        row(4, "lifecycle removed Active -", "2020-04-01"),
    )
    assert story.project("A-1").left == "draft"
    assert story.project("A-1~2").left == "active"
    assert report.departures == {"step_not_in_policy": (5,)}


def test_a_life_that_comes_later_takes_the_next_code_when_the_plain_one_is_taken(
    story: Story,
) -> None:
    imported(story, CREATED)
    head = story.house.log.head()
    longer = (
        CREATED,
        row(2, "lifecycle removed Draft -", "2020-02-01"),
        row(3, "lifecycle created - Active", "2020-03-01"),
    )
    report = imported(story, *longer)
    assert report.departures == {"code_taken": (4,)}
    assert status(story, "A-1") == ("withdrawn", "withdrawn")
    assert status(story, "A-1~2") == ("active", "active")
    assert story.house.log.head() > head
    assert imported(story, *longer).imported == 0


def test_rows_that_come_later_go_on_from_what_is_on_record(story: Story) -> None:
    imported(story, CREATED)
    report = imported(story, ACCEPTED)
    assert (report.imported, report.departures) == (1, {})
    assert status(story, "A-1") == ("accepted", "active")


def test_a_code_of_somebody_else_is_a_fault(story: Story) -> None:
    imported(story, CREATED)
    report = imported(story, CREATED, ACCEPTED, source="other")
    assert [(f.line, f.kind) for f in report.skipped] == [(2, "code_in_use")]
    assert report.refused


def test_reviews_are_numbered_on_from_those_there_are(story: Story) -> None:
    back = [
        row(seq, f"status status_changed {'Draft Accepted' if seq % 2 else 'Accepted Draft'}", day)
        for seq, day in enumerate(("2020-02-01", "2020-02-02", "2020-02-03", "2020-02-04"), 3)
    ]
    imported(story, CREATED, *back[:2])
    imported(story, CREATED, *back)
    assert story.house.log.version("review:A-1/accept/2") == 1
    assert story.house.log.version("review:A-1/accept/3") == 0
    assert story.house.log.version("review:A-1/reported/2") == 1


class _Killed(Exception):  # noqa: N818  what stands in for kill -9
    pass


def test_an_import_that_was_broken_off_is_completed_by_running_it_again(tmp_path: Path) -> None:
    lines = [
        CREATED,
        ACCEPTED,
        row(3, "lifecycle created - Draft", "2020-01-01", case="B-1"),
        row(4, "status status_changed Draft Rejected", "2020-02-01", case="B-1"),
    ]
    whole, broken = Story(tmp_path / "whole"), Story(tmp_path / "broken")
    imported(whole, *lines)

    def kill(done: int, _total: int) -> None:
        if done == 3:
            raise _Killed

    content = "\n".join((HEADER, *lines)).encode()
    with pytest.raises(_Killed):
        broken.house.imports.history(content, order(), acts(broken), kill)
    report = imported(broken, *lines)
    assert (report.already_known, report.imported) == (3, 1)
    assert sorted(broken.topics()) == sorted(whole.topics())
    assert status(broken, "B-1") == status(whole, "B-1") == ("rejected", "rejected")
    whole.close()
    broken.close()
