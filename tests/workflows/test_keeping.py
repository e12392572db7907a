"""Records are disposed of when they are due, by two people, and every proof goes on holding."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from api.bundling import key_of
from api.clock import now
from api.house import House
from api.signing import sign_once
from api.verifying import Given, Report, verify_all
from domain.disposal import ApproveDisposal, Chosen, DeclineDisposal, ProposeDisposal
from domain.disposal_events import DisposalApproved, RecordDisposed
from domain.event import Draft
from domain.hold import LiftHold, PlaceHold
from domain.person import JoinPeople
from domain.private import open_disclosure
from domain.project_acts import AttachEvidence
from domain.refusals import Malformed, NotDue, NotKnown, NotYourOwn, OnHold, StepNotOpen
from domain.retention import RetentionClass, SetSchedule
from tests.story import CASE, Story
from tests.workflows.bundles.bundled import Outsider, made
from workflows.backup.restoring import restore_backup
from workflows.backup.taking import Source, take_backup
from workflows.desk import Answer, sealed_in_order
from workflows.projects import WithdrawProject
from workflows.store.evidence import Evidence

REVIEW = "review:APX-1/start/1"
TALK = Chosen(subject=REVIEW, under="talk")
FILES = Chosen(subject="project:APX-2", under="files")


def classes(months: int = 12) -> tuple[RetentionClass, ...]:
    given = (("files", "evidence", "ended"), ("words", "project_words", "ended"))
    return tuple(
        RetentionClass.model_validate(
            {"name": name, "kind": kind, "begins": begins, "months": months, "basis": "Rule 7"}
        )
        for name, kind, begins in (*given, ("talk", "review_words", "ruled"))
    )


STORES = ["files", pytest.param("postgres", marks=pytest.mark.postgres)]
ON_FILES = pytest.mark.parametrize("story", ["files"], indirect=True)
"""For what is about the data directory itself."""


@pytest.fixture(params=STORES)
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    """A ruling with words, a project that was withdrawn with a file, and a schedule."""
    store = None if request.param == "files" else request.getfixturevalue("database")
    story = Story(tmp_path / "data", store=store).governed()
    review = story.opened(story.ready("APX-1"))
    story.presented(review)
    for name in ("ana", "ben", "cem"):
        story.voted(review, name, "go", comment=f"So says {name}.")
    story.ruled(review)
    story.proposed("APX-2")
    story.attached("APX-2", "minutes", b"It may rain.")
    taken_back = WithdrawProject(reason="It did rain.")
    story.house.projects.withdraw("APX-2", taken_back, story.act("pia"))
    story.house.keeping.set_schedule(
        SetSchedule(classes=classes(), replaces=0), story.act("founder")
    )
    story.now += timedelta(days=370)
    yield story
    story.close()


def propose(story: Story, *records: Chosen, by: str = "founder") -> int:
    answer = story.house.keeping.propose(ProposeDisposal(records=records), story.act(by))
    return int(str(answer.content["disposal"]))


def approve(story: Story, disposal: int = 1, by: str = "hana") -> Answer:
    return story.house.keeping.approve(ApproveDisposal(disposal=disposal), story.act(by))


def dispose(story: Story, *records: Chosen) -> Answer:
    return approve(story, propose(story, *records))


def place(story: Story, on: str) -> None:
    command = PlaceHold(on=on, reference="Case 12-2026", reason="A claim is pending.")
    story.house.privacy.place(command, story.act("founder"))


def values(house: House, name: str) -> set[str]:
    held = house.log.disclosed(range(1, house.log.head() + 1))
    return {str(open_disclosure(one.text)[1]) for one in held if one.name == name}


def file_of(story: Story, code: str) -> str:
    return story.project(code).evidence[0].sha256


def verified(data: Path) -> Report:
    return verify_all(data, Given(data / "signer"), now)


def forged_approval(story: Story, by: str, *, hold: bool = False) -> None:
    """Whoever owns the database writes a disposal that nobody else approved."""
    number = propose(story, TALK)
    house, act = story.house, story.act(by)
    (record,) = house.desk.load().state(f"disposal:{number}").records
    person = story.person("founder")
    approved = DisposalApproved(disposal=number, subjects=(REVIEW,), proposed_by=person)
    disposed = RecordDisposed(
        disposal=number,
        proposed_by=person,
        under="talk",
        basis="Rule 7",
        positions=record.positions,
    )
    if hold:
        place(story, REVIEW)
    drafts = [Draft(stream=REVIEW, data=disposed)]
    if hold or by == "founder":
        drafts.insert(0, Draft(stream=f"disposal:{number}", data=approved))
    loaded = house.desk.load()
    house.log.append(sealed_in_order(drafts, act, loaded), {}, None)


def test_words_go_once_a_second_person_approves_and_what_happened_stays(story: Story) -> None:
    before = story.house.log.contents(0, 1000)
    assert propose(story, TALK) == 1
    assert len(values(story.house, "comment")) == 3
    answer = approve(story)
    assert answer.content == {"disposal": 1, "destroyed": [], "kept": [], "events": 4}
    assert values(story.house, "comment") == set()
    assert story.house.log.contents(0, len(before)) == before
    assert story.topics()[-3:] == [
        "disposal.proposed/1",
        "disposal.approved/1",
        "record.disposed/1",
    ]
    recorded = story.house.log.at(answer.position)
    assert recorded is not None
    assert recorded.event.by == story.person("hana")
    told = recorded.event.data.as_json()
    assert {name: told[name] for name in ("disposal", "proposed_by", "under", "basis")} == {
        "disposal": 1,
        "proposed_by": story.person("founder"),
        "under": "talk",
        "basis": "Rule 7",
    }


def test_a_file_goes_with_its_name_and_the_record_says_which(story: Story) -> None:
    digest = file_of(story, "APX-2")
    answer = dispose(story, FILES)
    assert answer.content["destroyed"] == [digest]
    assert not story.house.evidence.holds(digest)
    assert values(story.house, "name") >= {"ana", "pia"}
    recorded = story.house.log.at(answer.position)
    assert recorded is not None
    assert recorded.event.stream == "project:APX-2"
    assert isinstance(recorded.event.data, RecordDisposed)
    assert [file.sha256 for file in recorded.event.data.files] == [digest]
    with pytest.raises(NotDue, match="nothing of project:APX-2 that is due under files"):
        propose(story, FILES)


def test_who_proposed_a_disposal_cannot_approve_it_under_any_id(story: Story) -> None:
    propose(story, TALK, by="cem")
    with pytest.raises(NotYourOwn, match="disposal 1 was proposed by you"):
        approve(story, by="cem")
    join = JoinPeople(person=story.person("cem"), into=story.person("hana"), reason="One person.")
    story.house.people.join(join, story.act("founder"))
    with pytest.raises(NotYourOwn):
        approve(story, by="hana")
    with pytest.raises(NotYourOwn):
        approve(story, by="cem")
    assert len(values(story.house, "comment")) == 3
    approve(story, by="founder")


@pytest.mark.parametrize("on", ["project:APX-1", REVIEW, "portfolio:APX", "office:1", "ben"])
def test_a_hold_stands_against_proposing_and_approving_and_says_which(
    story: Story, on: str
) -> None:
    subject = f"person:{story.person('ben')}" if on == "ben" else on
    propose(story, TALK)
    place(story, subject)
    for act in (lambda: propose(story, TALK), lambda: approve(story)):
        with pytest.raises(OnHold, match=f"{subject} is under legal hold 1, Case 12-2026"):
            act()
    assert len(values(story.house, "comment")) == 3
    lifted = LiftHold(on=subject, hold=1, reason="Settled.")
    story.house.privacy.lift(lifted, story.act("founder"))
    approve(story)
    assert values(story.house, "comment") == set()


def test_a_hold_on_something_else_stands_in_no_way(story: Story) -> None:
    place(story, "project:APX-2")
    place(story, f"person:{story.person('dora')}")
    dispose(story, TALK)


@pytest.mark.parametrize(
    ("subject", "under", "refused", "why"),
    [
        ("project:APX-1", "files", NotDue, "nothing of project:APX-1 that is due under files"),
        ("project:APX-2", "talk", NotDue, "under talk"),
        ("project:APX-2", "nothing", NotDue, "under nothing"),
        ("project:NONE", "files", NotKnown, "there is no project:NONE"),
        ("review:NONE/start/1", "talk", NotKnown, "there is no review:NONE/start/1"),
        ("person:x", "words", Malformed, "person:x has no records to dispose of"),
    ],
)
def test_what_is_not_due_is_not_proposed(
    story: Story, subject: str, under: str, refused: type[Exception], why: str
) -> None:
    with pytest.raises(refused, match=why):
        propose(story, Chosen(subject=subject, under=under))


def test_the_last_day_is_kept_and_the_next_is_not(story: Story) -> None:
    ruled = story.house.log.at(story.review(REVIEW).ruled_at or 0)
    assert ruled is not None
    story.now = ruled.event.at.replace(year=ruled.event.at.year + 1, hour=22)
    with pytest.raises(NotDue):
        propose(story, TALK)
    story.now += timedelta(days=1)
    propose(story, TALK)


def test_what_changed_since_it_was_proposed_is_proposed_again(story: Story) -> None:
    propose(story, TALK)
    story.house.keeping.set_schedule(
        SetSchedule(classes=classes(months=24), replaces=1), story.act("founder")
    )
    with pytest.raises(NotDue, match="nothing of review:APX-1/start/1 that is due under talk"):
        approve(story)
    changed = tuple(one.changed(basis="Rule 8") for one in classes())
    story.house.keeping.set_schedule(SetSchedule(classes=changed, replaces=2), story.act("founder"))
    with pytest.raises(NotDue, match="is not what was proposed"):
        approve(story)


def test_a_disposal_is_declined_or_approved_once(story: Story) -> None:
    propose(story, TALK)
    declined = DeclineDisposal(disposal=1, reason="The auditors come in May.")
    story.house.keeping.decline(declined, story.act("founder"))
    with pytest.raises(StepNotOpen, match="disposal 1 was declined before"):
        approve(story)
    with pytest.raises(StepNotOpen, match="disposal 1 was declined before"):
        story.house.keeping.decline(declined, story.act("hana"))
    assert len(values(story.house, "comment")) == 3
    dispose(story, TALK)
    with pytest.raises(StepNotOpen, match="disposal 2 was approved before"):
        approve(story, 2)
    with pytest.raises(NotKnown, match="there is no disposal 3"):
        approve(story, 3)


def test_nothing_is_named_twice(story: Story) -> None:
    with pytest.raises(Malformed, match="named twice"):
        propose(story, TALK, TALK)


def test_a_file_that_another_record_holds_stays_and_the_answer_says_so(story: Story) -> None:
    story.attached("APX-1", "minutes", b"It may rain.")
    digest = file_of(story, "APX-2")
    answer = dispose(story, FILES)
    assert (answer.content["destroyed"], answer.content["kept"]) == ([], [digest])
    assert story.house.evidence.check(digest)
    recorded = story.house.log.at(answer.position)
    assert recorded is not None
    assert recorded.event.data.as_json()["kept"] == [digest]


def test_the_last_record_of_a_shared_file_takes_it_along(story: Story) -> None:
    for code in ("APX-3", "APX-4"):
        story.proposed(code)
        story.attached(code, "business_case", b"One and the same.")
        back = WithdrawProject(reason="No.")
        story.house.projects.withdraw(code, back, story.act("pia"))
    story.now += timedelta(days=370)
    third, fourth = (Chosen(subject=f"project:APX-{n}", under="files") for n in (3, 4))
    digest = file_of(story, "APX-3")
    assert dispose(story, third).content["kept"] == [digest]
    assert story.house.evidence.holds(digest)
    assert dispose(story, fourth).content["destroyed"] == [digest]
    assert not story.house.evidence.holds(digest)


@ON_FILES
def test_the_same_bytes_attached_anew_are_kept(story: Story, tmp_path: Path) -> None:
    dispose(story, FILES)
    digest = story.attached("APX-1", "minutes", b"It may rain.")
    story.close()
    with closing(House(tmp_path / "data", writable=True, now=lambda: story.now)) as house:
        assert house.evidence.check(digest)
    assert verified(tmp_path / "data").log.faults == ()


def test_an_approval_sent_twice_is_answered_twice_and_done_once(story: Story) -> None:
    propose(story, TALK)
    act = story.act("hana", key="once")
    command = ApproveDisposal(disposal=1)
    first = story.house.keeping.approve(command, act)
    again = story.house.keeping.approve(command, act)
    assert (again.repeated, again.content) == (True, first.content)


@ON_FILES
def test_verification_and_a_bundle_say_disposed_and_where(story: Story, tmp_path: Path) -> None:
    data = tmp_path / "data"
    digest = file_of(story, "APX-2")
    answer = dispose(story, FILES, TALK)
    files_at, talk_at = answer.position - 1, answer.position
    story.house.views.catch_up()
    story.close()
    sign_once(data, data / "signer")
    report = verified(data)
    assert (report.ok, report.log.faults) == (True, ())
    # The clock of the story is ahead of ours.
    assert {one.kind for one in report.log.remarks} == {"clock_ahead"}
    assert report.log.disposed == 6, "a file, its name, and of the review four values"
    said = [one.why for one in report.log.disposals]
    assert f"the file {digest} was disposed of under files at position {files_at}" in said
    assert said.count(f"a private value was disposed of under talk at position {talk_at}") == 4
    files = made(data)
    closed = json.loads(files["disclosures.json"])["closed"]
    assert {one["disposal"] for one in closed if one["why"] == "disposed"} == {talk_at}
    (tmp_path / "outside").mkdir()
    outsider = Outsider(tmp_path / "outside", key_of(data))
    code, told = outsider.verify(files)
    assert code == 0, told
    assert f"disposed of under talk at position {talk_at}" in told
    ruled = json.loads(files["manifest.json"])["ruling"]
    for other in (1, ruled):
        forged = files["disclosures.json"].replace(
            f'"disposal":{talk_at}'.encode(), f'"disposal":{other}'.encode()
        )
        code, told = outsider.verify({**files, "disclosures.json": forged})
        assert (code, "does not dispose of what it had beside it" in told) == (1, True), told


@ON_FILES
def test_a_bundle_names_the_file_that_was_disposed_of(story: Story, tmp_path: Path) -> None:
    from workflows.bundles.gathering import Wanted

    data = tmp_path / "data"
    answer = dispose(story, FILES)
    story.close()
    sign_once(data, data / "signer")
    files = made(data, Wanted("stream", "project:APX-2"))
    (told,) = json.loads(files["manifest.json"])["evidence"]
    assert (told["state"], told["disposal"]) == ("disposed", answer.position)
    assert not [name for name in files if name.startswith("evidence/")]
    (tmp_path / "outside").mkdir()
    code, said = Outsider(tmp_path / "outside", key_of(data)).verify(files)
    assert (
        code,
        f"1 files are not here: disposed of under files at position {answer.position}" in said,
    ) == (0, True), said


@ON_FILES
def test_a_file_that_is_gone_without_a_disposal_is_a_fault(story: Story, tmp_path: Path) -> None:
    digest = file_of(story, "APX-1")
    dispose(story, FILES)
    story.house.evidence.destroy(digest)
    story.close()
    assert [one.kind for one in verified(tmp_path / "data").log.faults] == ["evidence_missing"]


@ON_FILES
def test_what_was_disposed_of_and_is_still_there_is_a_fault(story: Story, tmp_path: Path) -> None:
    dispose(story, FILES)
    story.house.evidence.keep([b"It may rain."], 100)
    story.close()
    assert [one.kind for one in verified(tmp_path / "data").log.faults] == ["disposed_held"]


@ON_FILES
def test_a_restored_backup_does_not_bring_it_back(story: Story, tmp_path: Path) -> None:
    """T24: the backup of before the disposal, with the keys of the backup after it."""
    data, backups = tmp_path / "data", tmp_path / "backups"
    digest = file_of(story, "APX-2")
    older = take_backup(Source(data, data / "signer"), backups, story.now)
    copy = tmp_path / "copy"
    shutil.copytree(older.path, copy)
    dispose(story, FILES, TALK)
    take_backup(Source(data, data / "signer"), backups, now())
    assert not list(backups.glob(f"*/evidence/sha256/*/{digest}")), "out of the older one, too"
    shutil.copytree(copy, older.path, dirs_exist_ok=True)
    story.close()
    for number, given in enumerate((older.path, older.path)):
        restored = tmp_path / f"restored{number}"
        restore_backup(given, restored)
        with closing(House(restored, writable=False, now=now)) as house:
            assert values(house, "comment") == set()
            assert not house.evidence.holds(digest)
            assert house.evidence.check(file_sha(CASE))
        report = verified(restored)
        assert (report.log.faults, report.log.disposed) == ((), 6)
        assert {one.kind for one in report.log.remarks} == {"disposed_unseen"}
        assert "by an act that came after this copy" in report.log.remarks[0].why
        (given / f"evidence/sha256/{digest[:2]}/{digest}").unlink(missing_ok=True)


def file_sha(content: bytes) -> str:
    from hashlib import sha256

    return sha256(content).hexdigest()


@ON_FILES
def test_a_disposal_broken_off_after_it_was_recorded_is_finished_at_opening(
    story: Story, tmp_path: Path
) -> None:
    """A kill after the transaction leaves the file; the next start destroys it."""
    data = tmp_path / "data"
    digest = file_of(story, "APX-2")
    kept = (data / "vault.db").read_bytes()
    dispose(story, FILES)
    story.house.evidence.keep([b"It may rain."], 100)
    story.close()
    (data / "vault.db").write_bytes(kept)
    with closing(House(data, writable=True, now=lambda: story.now)) as house:
        assert not house.evidence.holds(digest)
        assert [one.sha256 for one in house.log.disposed()] == [digest]


@ON_FILES
@pytest.mark.parametrize(
    ("by", "hold", "kind"),
    [("founder", False, "same_hand"), ("hana", False, "no_approval"), ("hana", True, "on_hold")],
)
def test_a_disposal_forged_into_the_log_is_named(
    story: Story, tmp_path: Path, by: str, hold: bool, kind: str
) -> None:
    forged_approval(story, by, hold=hold)
    story.close()
    assert [one.kind for one in verified(tmp_path / "data").log.faults] == [kind]


@ON_FILES
def test_files_go_from_nobody_who_is_attaching_them(story: Story, tmp_path: Path) -> None:
    """An attachment under way holds a disposal up, and the other way round."""
    propose(story, FILES)
    done = threading.Event()

    def approve_it() -> None:
        approve(story)
        done.set()

    with Evidence(tmp_path / "data").steady():
        waiting = threading.Thread(target=approve_it)
        waiting.start()
        assert not done.wait(0.3)
        assert story.house.evidence.holds(file_of(story, "APX-2"))
    waiting.join(30)
    assert done.is_set()
    command = AttachEvidence(
        evidence="minutes", name="a.txt", sha256=file_of(story, "APX-2"), size=12
    )
    with pytest.raises(NotKnown, match="no file with SHA-256"):
        story.house.projects.attach("APX-1", command, story.act("pia"))
