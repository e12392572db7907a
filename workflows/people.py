"""Making people known, by the identity somebody vouches for."""

import hmac
from hashlib import sha256

from domain.act import Act
from domain.base import Json, Value
from domain.office import OFFICE, PEPPER
from domain.person import (
    JoinPeople,
    LinkIdentity,
    RegisterPerson,
    join,
    link,
    person_stream,
    register,
)
from domain.private import open_disclosure
from domain.refusals import NotKnown
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded


class Vouched(Value):
    """An identity and who vouches for it.

    Attributes:
        issuer: who vouches: an identity provider, ``office``, or ``import`` for a bare name.
        subject: the identity, as the issuer names it.
        email: an address the issuer vouches for as well: that it is this identity's own.
    """

    issuer: str
    subject: str
    email: str | None = None


OFFICE_ISSUER = "office"
IMPORT_ISSUER = "import"


class People:
    """What is done about people."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._pepper: str | None = None

    def known(self, vouched: Vouched) -> str | None:
        """Return the id of the person an identity belongs to, None at first sight.

        Of people who were joined it is the id that stands for both.

        Raises:
            NotKnown: there is no office yet.
        """
        loaded = self._desk.load()
        identity = loaded.identity(self._stream(vouched))
        return None if identity is None else loaded.office().one(identity.person)

    def sign_in(self, vouched: Vouched, name: str, act: Act) -> str:
        """Return the id of whoever signed in; at first sight they become a person.

        Whoever was registered by an address that the issuer vouches for is that person.
        """
        known = self.known(vouched)
        if known is not None:
            return known
        registered = None if vouched.email is None else self.known(registered_as(vouched.email))
        if registered is not None:
            self._link(registered, vouched, act.changed(by=registered, recorded_by=registered))
            return registered
        person = act.new_id("person")
        self_made = act.changed(by=person, recorded_by=person)
        return self._register(vouched, RegisterPerson(name=name[:200]), self_made)

    def register(self, command: RegisterPerson, act: Act) -> Answer:
        """Make a person known before they first sign in, by e-mail or by name."""
        vouched = Vouched(issuer=OFFICE_ISSUER, subject=command.name)
        if command.email:
            vouched = registered_as(command.email)
        return self._perform(vouched, command, act)

    def link(self, person: str, command: LinkIdentity, act: Act) -> Answer:
        """Let an identity belong to a person, before they first sign in with it.

        Raises:
            NotKnown: nobody has this id.
            Taken: the identity belongs to a person already.
        """
        vouched = Vouched(issuer=command.issuer, subject=command.subject)
        return self._link(person, vouched, act)

    def join(self, command: JoinPeople, act: Act) -> Answer:
        """Say that two people on record are one; from here on they count once, everywhere.

        Raises:
            NotKnown: nobody has one of the ids.
            Taken: they are one already.
            NotYourOwn: whoever says so is one of them.
        """
        subject = person_stream(command.person)
        asked = Asked(act="join_people", subject=subject, content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            person, into = loaded.person(command.person).id, loaded.person(command.into).id
            drafts = join(OFFICE, command, person, into, act.by)
            return Decision(drafts, {"person": into, "joined": person})

        return self._desk.perform(act, asked, decide)

    def named(self, name: str, act: Act) -> str:
        """Return the id of a person known only by name, as imports bring them."""
        vouched = Vouched(issuer=IMPORT_ISSUER, subject=name)
        known = self.known(vouched)
        if known is not None:
            return known
        return self._register(vouched, RegisterPerson(name=name[:200]), act)

    def _link(self, person: str, vouched: Vouched, act: Act) -> Answer:
        stream = self._stream(vouched)
        # Nothing an identity says of itself is kept, not even as what was asked for.
        content: dict[str, Json] = {"person": person, "identity": stream}
        asked = Asked(act="link_identity", subject=person_stream(person), content=content)

        def decide(loaded: Loaded) -> Decision:
            known = loaded.person(person).id
            return Decision(link(loaded.identity(stream), stream, known), {"person": known})

        return self._desk.perform(act, asked, decide)

    def identity_of(self, email: str) -> str:
        """Return the stream of the identity the office knows somebody by before they sign in.

        Raises:
            NotKnown: there is no office yet.
        """
        return self._stream(Vouched(issuer=OFFICE_ISSUER, subject=email.casefold()))

    def _register(self, vouched: Vouched, command: RegisterPerson, act: Act) -> str:
        answer = self._perform(vouched, command, act)
        return str(answer.content["person"])

    def _perform(self, vouched: Vouched, command: RegisterPerson, act: Act) -> Answer:
        person = act.new_id("person")
        stream = self._stream(vouched)
        asked = Asked(act="register_person", content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            loaded.office()
            return Decision(
                register(loaded.identity(stream), stream, command, person), {"person": person}
            )

        return self._desk.perform(act, asked, decide)

    def _stream(self, vouched: Vouched) -> str:
        if self._pepper is None:
            # It is given once, when the office is founded, and never again.
            found = self._desk.log.disclosed_of(OFFICE, PEPPER)
            if found is None:
                raise NotKnown("there is no office yet", fix="Found it first: `quorate init`.")
            self._pepper = str(open_disclosure(found.text)[1])
        return identity_stream(self._pepper, vouched)


def registered_as(email: str) -> Vouched:
    """Return the identity of whoever the office registers by an address."""
    return Vouched(issuer=OFFICE_ISSUER, subject=email.strip().casefold())


def identity_stream(pepper: str, vouched: Vouched) -> str:
    """Return the stream of an identity: a keyed hash, so that nothing of it can be guessed."""
    label = f"{vouched.issuer}\0{vouched.subject}"
    return f"identity:{hmac.digest(pepper.encode(), label.encode(), sha256).hex()[:40]}"
