"""The key that signs the log's checkpoints, where it was changed."""

from typing import ClassVar

from domain.base import Text, Value
from domain.checkpoint import NotANote, read_key
from domain.event import Body, Draft
from domain.office import OFFICE, Office
from domain.refusals import Malformed


class LogKeyRotated(Body):
    """From here on another key signs the checkpoints of the log.

    The checkpoint that first covers this event is signed by both keys, so whoever trusts the one
    before has reason to trust this one.

    Attributes:
        key: verifier key that signs from here on, in the text form of C2SP signed-note.
        replaces: the one before.
    """

    TOPIC: ClassVar[str] = "key.rotated/1"
    key: Text
    replaces: Text


class RotateLogKey(Value):
    """Let another key sign the checkpoints from here on."""

    key: Text
    replaces: Text


def rotate(office: Office, command: RotateLogKey) -> tuple[Draft, ...]:
    """Record that another key signs.

    Raises:
        Malformed: one of them is no key of this log, or both are the same.
    """
    for text in (command.key, command.replaces):
        try:
            key = read_key(text)
        except NotANote as fault:
            raise Malformed(str(fault)) from None
        if key.name != office.origin:
            raise Malformed(f"the key is one of {key.name}, this log is {office.origin}")
    if command.key == command.replaces:
        raise Malformed("a key does not replace itself", fix="Make a new key first.")
    return (Draft(stream=OFFICE, data=LogKeyRotated(**dict(command))),)
