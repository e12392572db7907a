"""Opening an office from the command line, and who acts there.

Whoever can read the data directory is its operator, and acts as a verified person all the same: the
embedded issuer vouches for the user of this machine, or for the name given, with a token that is
verified as the HTTP door verifies it.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from api import door
from api.cli_output import note
from api.clock import new_key, new_seed, now
from api.house import House
from api.sign_in import Issuer, Role, SignedInPerson
from api.signing import configured_signer
from api.storing import configured_store, may_hold_office
from domain.act import Act
from domain.office import FoundOffice
from domain.refusals import Malformed, NotKnown
from projections.as_of import AsOf, as_of
from workflows.imports import Acts

TOKEN_LIFETIME = timedelta(minutes=5)
VIEWS_WAIT_S = 5.0

Data = Annotated[
    Path,
    typer.Option("--data", metavar="DIR", envvar="QUORATE_DATA", help="The data directory."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
AsOfGiven = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="WHEN",
        help="As we knew it then: a position, a moment with its offset, or a date.",
    ),
]
Actor = Annotated[
    str | None,
    typer.Option("--actor", metavar="NAME", help="Who acts; the user of this machine by default."),
]
DATA = Path("quorate-data")


class Operator(NamedTuple):
    """A verified person at the command line, and the office they act in."""

    house: House
    person: SignedInPerson

    def act(self) -> Act:
        """Return an act of the operator, now."""
        return door.act_of(self.house, self.person, new_key())

    def acts(self) -> Acts:
        """Return what makes the operator's acts under command ids of the caller's own."""
        base = self.act()

        def made(command: str) -> Act:
            return base.changed(command=command, now=now(), seed=new_seed())

        return made


class Looking(NamedTuple):
    """An office looked at, and the place looked back to."""

    house: House
    asked: AsOf | None

    @property
    def zone(self) -> str:
        """Return the office's time zone."""
        return self.house.desk.load().office().zone


@contextmanager
def acting(data: Path, actor: str | None, *, founds: bool = False) -> Iterator[Operator]:
    """Open an office to act in it.

    Args:
        data: the data directory.
        actor: name of who acts; the user of this machine when absent.
        founds: whether an office is founded where there is none.

    Raises:
        NotKnown: there is no office.
        StoreUnavailable: another process writes here.
    """
    if not founds:
        require_office(data)
    house = House(
        data,
        writable=True,
        now=now,
        signer=configured_signer(data),
        store=configured_store(),
    )
    try:
        operator = Operator(house, verified(data, actor))
        if not door.is_founded(house):
            if not founds:
                raise _no_office(data)
            found(operator, FoundOffice(title="Project office"))
            note(f"Founded an office in {data}, with {operator.person.name} as its founder.")
        yield operator
    finally:
        house.close()


def found(operator: Operator, command: FoundOffice) -> None:
    """Found the office; the operator becomes its founder."""
    house, person = operator
    act = door.founding_act(house, person, new_key())
    house.offices.found(command, act, door.founder_of(person))


@contextmanager
def looking(data: Path, asked: str | None) -> Iterator[Looking]:
    """Open an office to look at it, its views up to the log; also while a server writes there.

    Raises:
        NotKnown: there is no office, or no such place in its log.
    """
    require_office(data)
    house = House(data, writable=False, now=now, store=configured_store())
    try:
        zone = house.desk.load().office().zone
        house.views.catch_up()
        if not house.views.wait_for(house.log.head(), VIEWS_WAIT_S):
            note("The views are behind the log; what was recorded last is not in this answer.")
        yield Looking(house, None if asked is None else as_of(asked, house.log, zone))
    finally:
        house.close()


def require_office(data: Path) -> None:
    """Refuse a directory that holds no log, before anything is made in it.

    Raises:
        NotKnown: there is no office in it.
    """
    if not may_hold_office(data):
        raise _no_office(data)


def verified(data: Path, actor: str | None) -> SignedInPerson:
    """Return the operator as a person the embedded issuer vouches for.

    Raises:
        Malformed: the name is none.
    """
    issuer = Issuer(data, now)
    try:
        token = issuer.issue_token(actor or _user(), [Role.ADMINISTRATOR], TOKEN_LIFETIME)
    except ValueError as fault:
        raise Malformed(f"--actor: {fault}", fix="Give a name or an e-mail address.") from None
    return issuer.verify(token)


def _user() -> str:
    """Return the name of the user whose process this is; the environment has no say in it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def _no_office(data: Path) -> NotKnown:
    return NotKnown(f"there is no office in {data}", fix=f"Found one: quorate init --data {data}")
