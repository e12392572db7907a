"""People: registered before they sign in, linked to identities later, joined where they are one."""

import pytest

from domain.person import JoinPeople, LinkIdentity, RegisterPerson
from domain.refusals import NotASeat, NotKnown, NotPermitted, NotYourOwn, Taken
from tests.authority_examples import AUTHORITY_POLICY
from tests.story import START, Story
from workflows.governing import RelieveMember
from workflows.people import Vouched
from workflows.recheck import recheck
from workflows.stand_ins import NameDeputy


def registered(office: Story, name: str, email: str | None = None) -> str:
    command = RegisterPerson(name=name, email=email)
    answer = office.house.people.register(command, office.act("founder"))
    return str(answer.content["person"])


def signs_in(office: Story, subject: str, email: str | None = None) -> str:
    vouched = Vouched(issuer="https://id.example", subject=subject, email=email)
    return office.house.people.sign_in(vouched, subject, office.act("founder"))


def joined(office: Story, person: str, into: str, by: str = "founder") -> None:
    command = JoinPeople(
        person=office.people.get(person, person),
        into=office.people.get(into, into),
        reason="One colleague, two addresses.",
    )
    office.house.people.join(command, office.act(by))


def test_who_was_registered_by_address_is_that_person_at_the_first_sign_in(office: Story) -> None:
    person = registered(office, "Rosa", "Rosa@Example.org")
    assert signs_in(office, "s-1", "rosa@example.ORG") == person
    assert signs_in(office, "s-1") == person  # from then on by the identity alone
    assert signs_in(office, "s-2", "rosa@example.org") == person
    linked = [r for r in office.house.log.read(0, 10_000) if r.event.topic == "identity.linked/1"]
    assert linked[-1].event.by == person


def test_an_address_nobody_vouches_for_makes_nobody_that_person(office: Story) -> None:
    person = registered(office, "Rosa", "rosa@example.org")
    assert signs_in(office, "rosa@example.org") != person


def test_the_office_links_an_identity_to_a_person(office: Story) -> None:
    person = registered(office, "Rosa")
    link = LinkIdentity(issuer="https://id.example", subject="s-7")
    office.house.people.link(person, link, office.act("founder"))
    assert signs_in(office, "s-7") == person
    with pytest.raises(Taken, match="this person already"):
        office.house.people.link(person, link, office.act("founder"))
    with pytest.raises(Taken, match="another person already"):
        office.house.people.link(office.person("ana"), link, office.act("founder"))
    with pytest.raises(NotKnown):
        office.house.people.link("nobody", link, office.act("founder"))


def test_of_two_who_were_joined_one_id_stands_for_both(office: Story) -> None:
    kept, double = registered(office, "Rosa", "rosa@example.org"), signs_in(office, "s-9")
    joined(office, double, kept)
    assert signs_in(office, "s-9") == kept
    third = signs_in(office, "s-10")
    joined(office, kept, third)  # and on: whoever stood for another takes them along
    assert signs_in(office, "s-9") == third


def test_nobody_is_joined_twice_or_by_their_own_word(office: Story) -> None:
    one, other = signs_in(office, "s-1"), signs_in(office, "s-2")
    with pytest.raises(Taken):
        joined(office, one, one)
    joined(office, one, other)
    for again in ((one, other), (other, one), (one, office.person("ana"))):
        with pytest.raises(Taken):
            joined(office, *again)
    with pytest.raises(NotYourOwn):
        joined(office, other, "ana", by="ana")


def test_a_seat_held_under_the_old_id_is_voted_for_under_the_new_one(office: Story) -> None:
    office.people["ben at home"] = signs_in(office, "ben@home")
    stream = office.opened(office.ready())
    office.presented(stream)
    joined(office, "ben", "ben at home")
    office.voted(stream, "ben at home", "go")
    office.voted(stream, "ana", "go")
    office.voted(stream, "cem", "no")
    assert office.ruled(stream)["outcome"] == "approve"
    found = recheck(office.house.log)
    assert (found.computed, found.equal, found.faults) == (1, 1, ())
    opened = next(r.event for r in office.house.log.stream(stream))
    assert office.person("ben") in str(opened.data)  # what happened keeps its ids


def test_one_human_being_in_two_seats_counts_once_in_the_panel(office: Story) -> None:
    stream = office.opened(office.ready())
    office.presented(stream)
    office.voted(stream, "ana", "go")
    office.voted(stream, "ben", "go")
    joined(office, "ben", "ana")
    assert [seat.person for seat in office.review(stream).panel][1] is None
    office.voted(stream, "cem", "no")
    # One vote each way, not two against one; the chair's own vote settles the tie.
    verdict = office.ruled(stream)
    assert (verdict["seats"], verdict["present"], verdict["cast"]) == (2, 2, 2)
    assert recheck(office.house.log).faults == ()
    later = office.opened(office.ready())
    assert [seat.person for seat in office.review(later).panel][1] is None


def test_no_second_seat_is_given_to_who_holds_one_under_another_id(office: Story) -> None:
    office.people["ben at home"] = signs_in(office, "ben@home")
    joined(office, "ben", "ben at home")
    relieve = RelieveMember(
        policy="works", board="works_board", seat="technical", person=office.person("cem")
    )
    office.house.governing.relieve(relieve, office.act("hana"))
    with pytest.raises(Taken, match="under another id"):
        office.appoint("works_board", "technical", "ben at home", by="ana")
    # Under either id the person is relieved of the seat the record has them in.
    command = RelieveMember(
        policy="works", board="works_board", seat="finance", person=office.person("ben at home")
    )
    office.house.governing.relieve(command, office.act("hana"))
    board = office.house.desk.load().board("works_board")
    assert board is not None
    assert board.member("finance", START.date()) is None


def test_who_proposed_under_one_id_does_not_vote_under_the_other(office: Story) -> None:
    stream = office.opened(office.ready())
    office.presented(stream)
    joined(office, "pia", "cem")
    with pytest.raises(NotPermitted):
        office.voted(stream, "cem", "go")


def test_a_deputys_ballot_counts_no_longer_once_they_prove_to_sit_on_the_panel(
    story: Story,
) -> None:
    office = story.governed(AUTHORITY_POLICY)
    command = NameDeputy(
        policy="works",
        board="works_board",
        seat="finance",
        person=office.person("dora"),
        until=START.date(),
    )
    office.house.stand_ins.name_deputy(command, office.act("ben"))
    stream = office.opened(office.ready())
    office.presented(stream)
    office.voted(stream, "dora", "go")
    joined(office, "dora", "ana")
    assert office.review(stream).ballots == ()
    with pytest.raises(NotPermitted):
        office.voted(stream, "ana", "go", seat="finance")
    office.voted(stream, "ana", "go")
    office.voted(stream, "ben", "go")
    office.voted(stream, "cem", "go")
    office.ruled(stream)
    assert recheck(office.house.log).faults == ()


def test_the_founder_stays_the_founder(story: Story) -> None:
    story.people["other"] = signs_in(story, "s-1")
    joined(story, "founder", "other", by="ana")
    assert story.house.desk.load().office().founder == story.person("other")


def test_who_only_shares_a_name_holds_no_seat(office: Story) -> None:
    stream = office.opened(office.ready())
    office.presented(stream)
    office.people["other ben"] = signs_in(office, "ben")
    with pytest.raises(NotASeat):
        office.voted(stream, "other ben", "go")
