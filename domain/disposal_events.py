"""What a disposal says on record: proposed, declined, approved, and what was destroyed."""

from typing import ClassVar

from domain.base import Code, Text, Value
from domain.event import Body
from domain.project_events import Sha256


class FileListed(Value):
    """A file held here, and the position at which it was attached."""

    position: int
    sha256: Sha256


class RecordListed(Value):
    """What is to be destroyed of one record.

    Attributes:
        under: name of the retention class. basis: its basis.
        subject: stream of the project or review.
        positions: of the events whose private values go.
        files: files whose bytes go, unless another record holds the same ones.
    """

    under: Code
    basis: Text
    subject: str
    positions: tuple[int, ...]
    files: tuple[FileListed, ...] = ()


class DisposalProposed(Body):
    """Somebody proposed to dispose of records that are due.

    Attributes:
        disposal: its number.
        schedule: number of the retention schedule in force.
        subjects: the streams it is about, sorted.
        records: exactly what is to be destroyed.
    """

    TOPIC: ClassVar[str] = "disposal.proposed/1"
    disposal: int
    schedule: int
    subjects: tuple[str, ...]
    records: tuple[RecordListed, ...]


class DisposalDeclined(Body):
    """A proposal will not be carried out. The reason is a private field.

    Attributes:
        disposal: its number.
        subjects: the streams it was about.
    """

    TOPIC: ClassVar[str] = "disposal.declined/1"
    disposal: int
    subjects: tuple[str, ...]


class DisposalApproved(Body):
    """A second person approved a disposal, and with that it was carried out.

    Attributes:
        disposal: its number.
        subjects: the streams it was about; an event on each says what was destroyed.
        proposed_by: id of who proposed it.
    """

    TOPIC: ClassVar[str] = "disposal.approved/1"
    disposal: int
    subjects: tuple[str, ...]
    proposed_by: str


class RecordDisposed(Body):
    """A record of this subject was destroyed. Recording it destroys it.

    Attributes:
        disposal: number of the disposal. proposed_by: id of who proposed it; who approved it acts.
        under: name of the retention class. basis: its basis.
        positions: of the events whose private values were destroyed.
        files: the attachments it took away, with their digests.
        kept: digests of files whose bytes stay, because another record holds the same ones.
    """

    TOPIC: ClassVar[str] = "record.disposed/1"
    disposal: int
    proposed_by: str
    under: Code
    basis: Text
    positions: tuple[int, ...]
    files: tuple[FileListed, ...] = ()
    kept: tuple[Sha256, ...] = ()
