"""People are erased, legal holds stand against it, and every proof goes on holding."""

import json
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from api.bundling import key_of, signed_of
from api.clock import now
from api.house import House
from api.http.shown import Names, called
from api.signing import sign_once
from api.verifying import Given, verify_all
from domain.erasure import ErasePerson
from domain.hold import LiftHold, PlaceHold
from domain.person import JoinPeople
from domain.refusals import NotKnown, OnHold
from tests.story import Story
from tests.workflows.bundles.bundled import RULING, Outsider, opened
from workflows.backup.restoring import restore_backup
from workflows.backup.taking import Source, take_backup
from workflows.bundles.gathering import Recipient, gather
from workflows.bundles.packing import write_bundle
from workflows.store.evidence import Evidence

BASIS = ErasePerson(basis="GDPR Art. 17(1)(a)")
REVIEW = "review:APX-1/start/1"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A ruling to which Ben left a comment."""
    story = Story(tmp_path / "data").governed()
    review = story.opened(story.ready("APX-1"))
    story.presented(review)
    for name in ("ana", "ben", "cem"):
        story.voted(review, name, "go", comment=f"So says {name}.")
    story.ruled(review)
    story.house.views.catch_up()
    return story


def erase(story: Story, name: str) -> None:
    story.house.privacy.erase(story.person(name), BASIS, story.act("founder"))


def place(story: Story, on: str, reference: str = "Case 12-2026") -> None:
    command = PlaceHold(on=on, reference=reference, reason="A claim is pending.")
    story.house.privacy.place(command, story.act("founder"))


def comments(story: Story) -> set[str]:
    from domain.private import open_disclosure

    held = story.house.log.disclosed(range(1, story.house.log.head() + 1))
    return {str(open_disclosure(one.text)[1]) for one in held if one.name == "comment"}


def test_name_and_words_go_and_what_happened_stays(story: Story) -> None:
    ben = story.person("ben")
    before = story.house.log.contents(0, 1000)
    assert called(Names(story.house).person(ben) or {}) == "ben"
    erase(story, "ben")
    assert comments(story) == {"So says ana.", "So says cem."}
    assert Names(story.house).person(ben) == {"id": ben, "name": None, "erased": True}
    assert called(Names(story.house).person(ben) or {}) == "erased"
    assert story.house.log.contents(0, len(before)) == before
    recorded = story.house.log.at(story.house.log.head())
    assert recorded is not None
    assert (recorded.event.topic, recorded.event.stream) == ("person.erased/1", f"person:{ben}")
    assert recorded.event.data.as_json() == {"basis": BASIS.basis}
    assert recorded.event.by == story.person("founder")


def test_after_an_erasure_everything_is_verified_and_bundled(story: Story, tmp_path: Path) -> None:
    data = tmp_path / "data"
    erase(story, "ben")
    story.house.views.catch_up()
    story.close()
    sign_once(data, data / "signer")
    report = verify_all(data, Given(data / "signer"), now)
    assert (report.ok, report.log.faults) == (True, ())
    assert report.log.erased == 2, "a name and a comment"
    with closing(House(data, writable=False, now=now)) as house:
        bundle = gather(house.log, Evidence(data), signed_of(data), RULING, Recipient())
        content = BytesIO()
        write_bundle(bundle, key_of(data), Evidence(data), content)
    files = opened(content.getvalue())
    why = [one["why"] for one in json.loads(files["disclosures.json"])["closed"]]
    assert why.count("erased") == 2
    (tmp_path / "outside").mkdir()
    code, said = Outsider(tmp_path / "outside", key_of(data)).verify(files)
    assert (code, "2 private values were erased" in said) == (0, True), said


def test_a_restored_backup_does_not_bring_anybody_back(story: Story, tmp_path: Path) -> None:
    """T24: the backup of before the erasure, with the keys of the backup after it."""
    data, backups = tmp_path / "data", tmp_path / "backups"
    older = take_backup(Source(data, data / "signer"), backups, story.now)
    erase(story, "ben")
    take_backup(Source(data, data / "signer"), backups, now())
    ben = story.person("ben")
    story.close()
    restore_backup(older.path, tmp_path / "restored")
    with closing(House(tmp_path / "restored", writable=True, now=now)) as house:
        assert Names(house).person(ben) == {"id": ben, "name": None}
        held = [one.name for one in house.log.disclosed(range(1, 100))]
        assert held.count("comment") == 2
    report = verify_all(tmp_path / "restored", Given(tmp_path / "restored/signer"), now)
    assert report.log.faults == ()


@pytest.mark.parametrize("on", ["project:APX-1", REVIEW, "ben"])
def test_a_legal_hold_stands_against_it_and_says_which(story: Story, on: str) -> None:
    subject = f"person:{story.person('ben')}" if on == "ben" else on
    place(story, subject)
    with pytest.raises(OnHold, match="is under legal hold 1, Case 12-2026"):
        erase(story, "ben")
    assert "So says ben." in comments(story)
    lifted = LiftHold(on=subject, hold=1, reason="Settled.")
    story.house.privacy.lift(lifted, story.act("founder"))
    erase(story, "ben")
    assert "So says ben." not in comments(story)
    with pytest.raises(NotKnown, match="no hold 1"):
        story.house.privacy.lift(lifted, story.act("founder"))


def test_the_last_of_several_holds_stands_as_the_first(story: Story) -> None:
    place(story, "project:APX-1", "A")
    place(story, "project:APX-1", "B")
    lifted = LiftHold(on="project:APX-1", hold=1, reason="Settled.")
    story.house.privacy.lift(lifted, story.act("founder"))
    with pytest.raises(OnHold, match="legal hold 2, B"):
        erase(story, "ben")


def test_a_hold_on_something_else_stands_in_nobodys_way(story: Story) -> None:
    code = story.proposed("APX-2")
    place(story, f"project:{code}")
    erase(story, "ben")
    story.attached(code, "business_case")
    with pytest.raises(OnHold):
        erase(story, "pia")


def test_one_human_being_is_erased_under_every_id(story: Story) -> None:
    join = JoinPeople(person=story.person("ben"), into=story.person("cem"), reason="One man.")
    story.house.people.join(join, story.act("founder"))
    erase(story, "ben")
    assert comments(story) == {"So says ana."}
    assert story.topics(story.house.log.head() - 2) == ["person.erased/1", "person.erased/1"]


def test_the_same_command_again_is_answered_and_not_done_again(story: Story) -> None:
    act = story.act("founder", key="once")
    first = story.house.privacy.erase(story.person("ben"), BASIS, act)
    again = story.house.privacy.erase(story.person("ben"), BASIS, act)
    assert (again.repeated, again.content) == (True, first.content)


@pytest.mark.parametrize("on", ["project:NONE", "person:nobody", "refusal", "board:", "x:y"])
def test_there_is_no_hold_on_what_there_is_not(story: Story, on: str) -> None:
    with pytest.raises(NotKnown, match=f"there is no {on}"):
        place(story, on)


def test_nobody_is_erased_who_is_not_on_record(story: Story) -> None:
    with pytest.raises(NotKnown):
        story.house.privacy.erase("nobody", BASIS, story.act("founder"))
