"""Making people known, by the identity somebody vouches for."""

import hmac
from hashlib import sha256

from domain.act import Act
from domain.base import Value
from domain.office import OFFICE, PEPPER
from domain.person import RegisterPerson, register
from domain.private import open_disclosure
from domain.refusals import NotKnown
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded


class Vouched(Value):
    """An identity and who vouches for it.

    Attributes:
        issuer: who vouches: an identity provider, ``office``, or ``import`` for a bare name.
        subject: the identity, as the issuer names it.
    """

    issuer: str
    subject: str


OFFICE_ISSUER = "office"
IMPORT_ISSUER = "import"


class People:
    """What is done about people."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def known(self, vouched: Vouched) -> str | None:
        """Return the id of the person an identity belongs to, None at first sight.

        Raises:
            NotKnown: there is no office yet.
        """
        identity = self._desk.load().identity(self._stream(vouched))
        return None if identity is None else identity.person

    def sign_in(self, vouched: Vouched, name: str, act: Act) -> str:
        """Return the id of whoever signed in; at first sight they become a person."""
        known = self.known(vouched)
        if known is not None:
            return known
        person = act.new_id("person")
        self_made = act.changed(by=person, recorded_by=person)
        return self._register(vouched, RegisterPerson(name=name[:200]), self_made)

    def register(self, command: RegisterPerson, act: Act) -> Answer:
        """Make a person known before they first sign in, by e-mail or by name."""
        subject = command.email.casefold() if command.email else command.name
        vouched = Vouched(issuer=OFFICE_ISSUER, subject=subject)
        return self._perform(vouched, command, act)

    def named(self, name: str, act: Act) -> str:
        """Return the id of a person known only by name, as imports bring them."""
        vouched = Vouched(issuer=IMPORT_ISSUER, subject=name)
        known = self.known(vouched)
        if known is not None:
            return known
        return self._register(vouched, RegisterPerson(name=name[:200]), act)

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
        pepper = self._desk.log.disclosed_of(OFFICE, PEPPER)
        if pepper is None:
            raise NotKnown("there is no office yet", fix="Found it first: `quorate init`.")
        return identity_stream(str(open_disclosure(pepper.text)[1]), vouched)


def identity_stream(pepper: str, vouched: Vouched) -> str:
    """Return the stream of an identity: a keyed hash, so that nothing of it can be guessed."""
    label = f"{vouched.issuer}\0{vouched.subject}"
    return f"identity:{hmac.digest(pepper.encode(), label.encode(), sha256).hex()[:40]}"
