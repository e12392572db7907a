"""Events to fill a log with."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from domain.act import Act
from domain.base import Document, Json
from domain.event import Draft, Sealed, seal
from domain.office import ActRefused
from workflows.store.contract import CommandRow

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def refusal(
    stream: str = "refusal:x",
    version: int = 1,
    *,
    at: datetime = NOON,
    private: dict[str, Json] | None = None,
    documents: tuple[Document, ...] = (),
    ground: str = "not_now",
) -> Sealed:
    data = ActRefused(act="vote", subject="review:A", subject_version=1, ground=ground)
    draft = Draft(stream=stream, data=data, private=private or {}, documents=documents)
    seed = sha256(f"{stream}/{version}/{at}/{ground}".encode()).digest()
    act = Act(by="p1", recorded_by="p1", command="c1", now=at, seed=seed)
    return seal(draft, act, version, basis=0)


def command(command_id: str = "c1", request: str = "r1", answer: bytes = b"{}") -> CommandRow:
    return CommandRow(id=command_id, request_digest=request, answer=answer)
