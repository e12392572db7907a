"""Advice in a pack: bound by its digest, private in its words, and gone with whoever gave it."""

import sqlite3

import pytest

from api.clock import now
from api.http.shown import texts
from api.signing import sign_once
from api.verifying import Given, verify_all
from domain.advice import Advice
from domain.erasure import ErasePerson
from domain.hold import PlaceHold
from domain.pack import Pack
from domain.private import disclosure_digest
from domain.refusals import FieldMissing, NotKnown, OnHold
from domain.words import Stance
from tests.examples import BOARD_POLICY
from tests.story import Story

LEGAL = "advice: {legal: {label: Legal department}}\n"
HEARING = BOARD_POLICY.replace("boards:\n", f"{LEGAL}boards:\n", 1).replace(
    "evidence: [business_case]}", "evidence: [business_case], advice: [legal]}", 1
)
AGAINST = Advice.model_validate(
    {"stance": "advises_against", "function": "legal", "words": "The permit is void."}
)


@pytest.fixture
def works(story: Story) -> Story:
    """An office whose first gate wants the legal department heard."""
    return story.governed(HEARING)


def advised(office: Story, *advice: Advice) -> Pack:
    stream = office.opened(office.ready("APX-A"))
    pack = office.house.desk.load().pack(office.presented(stream, advice=advice))
    assert pack is not None
    return pack


def by(office: Story, name: str, words: str) -> Advice:
    given = {"stance": "supports", "person": office.person(name), "words": words}
    return Advice.model_validate(given)


def kept(office: Story) -> dict[str, str]:
    """The words still held of the pack presented last."""
    presented = [r for r in office.house.log.read(0, 10_000) if r.event.topic == "pack.presented/1"]
    at = presented[-1].position
    return {name: str(text) for name, text in texts(office.house, [at]).get(at, {}).items()}


def test_the_pack_binds_the_words_and_does_not_hold_them(works: Story) -> None:
    outside = Advice.model_validate({"stance": "no_objection", "name": "Ms Weber, river board"})
    pack = advised(works, AGAINST, outside)
    assert pack.advice is not None
    held = works.house.log.disclosed(range(1, works.house.log.head() + 1))
    digests = {one.name: disclosure_digest(one.text) for one in held}
    assert [(str(one.stance), one.function, one.words, one.name) for one in pack.advice] == [
        ("advises_against", "legal", digests["advice:1"], None),
        ("no_objection", None, None, digests["adviser:2"]),
    ]
    assert {digests["advice:1"], digests["adviser:2"]} <= set(pack.texts)
    content = works.house.desk.texts.content(works.review("review:APX-A/start/1").pack or "")
    assert b"permit" not in content
    assert b"Weber" not in content


def test_adverse_advice_decides_nothing_by_itself(works: Story) -> None:
    advised(works, AGAINST)
    for name in ("ana", "ben", "cem"):
        works.voted("review:APX-A/start/1", name, "go")
    assert works.ruled("review:APX-A/start/1")["outcome"] == "approve"


def test_a_policy_that_wants_somebody_heard_takes_no_pack_without(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    with pytest.raises(FieldMissing, match="the pack lacks advice of legal"):
        works.presented(stream)
    works.presented(stream, advice=(AGAINST,))


def test_a_person_who_advises_is_on_record(works: Story) -> None:
    stream = works.opened(works.ready("APX-A"))
    nobody = Advice.model_validate({"stance": "supports", "person": "nobody"})
    with pytest.raises(NotKnown, match="no person nobody"):
        works.presented(stream, advice=(AGAINST, nobody))


def test_who_advised_is_erased_with_their_words_and_no_others(works: Story) -> None:
    advised(works, AGAINST, by(works, "ben", "Ben likes it."), by(works, "dora", "So does Dora."))
    basis = ErasePerson(basis="GDPR Art. 17(1)(a)")
    works.house.privacy.erase(works.person("dora"), basis, works.act("founder"))
    assert sorted(kept(works).values()) == ["Ben likes it.", "Build it.", "The permit is void."]
    works.house.privacy.erase(works.person("pia"), basis, works.act("founder"))
    assert [*kept(works).values()] == ["Ben likes it."], "what Pia wrote of others is hers"


def test_a_hold_on_the_project_keeps_the_words_of_advisers_too(works: Story) -> None:
    advised(works, AGAINST, by(works, "dora", "So does Dora."))
    hold = PlaceHold(on="project:APX-A", reference="Case 1", reason="A claim is pending.")
    works.house.privacy.place(hold, works.act("founder"))
    with pytest.raises(OnHold, match="Case 1"):
        works.house.privacy.erase(
            works.person("dora"), ErasePerson(basis="GDPR"), works.act("founder")
        )


# --- and the log as a whole -----------------------------------------------------------------------


def verified(office: Story) -> tuple[list[tuple[str, str]], int]:
    """Return kind and reason of each fault, and how many private values were erased."""
    office.house.views.catch_up()
    data = office.house.directory
    office.close()
    sign_once(data, data / "signer")
    log = verify_all(data, Given(data / "signer"), now).log
    return [(one.kind, one.why) for one in log.faults], log.erased


@pytest.mark.parametrize(
    ("erased", "gone"),
    [
        ("dora", 2),  # her name, her advice
        ("ben", 1),  # his name: he holds a seat and said nothing
        ("pia", 5),  # her name, a file's, what she asks for, the name and words of somebody outside
        ("dora pia", 7),
    ],
)
def test_erasing_an_adviser_or_a_presenter_is_no_fault_of_the_log(
    works: Story, erased: str, gone: int
) -> None:
    outside = AGAINST.changed(function=None, name="River board")
    advised(
        works, AGAINST.changed(stance=Stance.SUPPORTS, words=None), outside, by(works, "dora", "Ja")
    )
    for name in erased.split():
        works.house.privacy.erase(
            works.person(name), ErasePerson(basis="GDPR"), works.act("founder")
        )
    assert verified(works) == ([], gone)


@pytest.mark.parametrize("also_erased", ["", "pia"])
def test_words_of_an_adviser_taken_out_by_hand_are_missed_although_the_presenter_is_erased(
    works: Story, also_erased: str
) -> None:
    advised(works, AGAINST, by(works, "dora", "Ja."))
    for name in also_erased.split():
        works.house.privacy.erase(
            works.person(name), ErasePerson(basis="GDPR"), works.act("founder")
        )
    with sqlite3.connect(works.house.directory / "events.db") as taken:
        assert taken.execute("DELETE FROM private WHERE name LIKE 'advice:2:%'").rowcount == 1
    taken.close()
    faults, _ = verified(works)
    why = "a private value was taken out, and nobody was erased for it"
    assert faults == [("private_missing", why)]
