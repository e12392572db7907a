"""The one line every act takes: load, decide, append once, answer.

Whoever sends the same command twice gets the same answer, refusals included. Of two acts that race
for one thing, the later one loads again and decides again.
"""

import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from domain.act import Act
from domain.base import Json, Value, canonical, digest, read_canonical
from domain.event import Body, Draft, Sealed, seal
from domain.office import ActRefused
from domain.refusals import (
    Conflict,
    FieldMissing,
    KeyReused,
    NotNow,
    NotPermitted,
    OtherPack,
    Refused,
    Stale,
    Taken,
)
from workflows.loaded import EVOLVES, Loaded, Texts
from workflows.store.contract import AlreadyDone, CommandRow, Log
from workflows.store.states import States

TRIES_MAX = 5
RECORDED_REFUSALS = (NotPermitted, NotNow, FieldMissing, OtherPack, Taken)
"""Refusals by a rule of the domain: they go on record, once per occasion."""


class Asked(Value):
    """What was asked, as far as repeating it and refusing it are concerned.

    Attributes:
        act: name of the act.
        subject: stream it is about; absent when it makes something new.
        content: everything the person sent.
        if_match: version of the subject the person had before them, where they said so.
    """

    act: str
    subject: str | None = None
    content: dict[str, Json]
    if_match: int | None = None

    @property
    def digest(self) -> str:
        """Return the digest by which the same request is known again."""
        return digest(canonical({k: v for k, v in self.as_json().items() if k != "if_match"}))


class Decision(NamedTuple):
    """What a decision wants recorded, and what the person is told."""

    drafts: Sequence[Draft]
    answer: dict[str, Json]


class Answer(Value):
    """What a person is told.

    Attributes:
        position: the log's head once the act was recorded.
        content: what it came to.
        repeated: whether the command was on record already.
    """

    position: int
    content: dict[str, Json]
    repeated: bool = False


class Desk:
    """Where acts are carried out."""

    def __init__(self, log: Log) -> None:
        """Work on a log."""
        self.log = log
        self.states = States(log, EVOLVES)
        self.texts = Texts(log)
        self._turn = threading.Lock()

    def load(self, unseen: frozenset[str] = frozenset()) -> Loaded:
        """Return a fresh reading of the log, by somebody to whom some projects are not shown."""
        return Loaded(self.states, self.texts, self.states.refresh(self.log), unseen)

    def perform(self, act: Act, asked: Asked, decide: Callable[[Loaded], Decision]) -> Answer:
        """Carry out an act.

        Raises:
            Refused: the act was turned down, with the reason.
            StoreUnavailable: the store cannot write.
        """
        kept = self.log.command(act.command)
        if kept is not None:
            return self._repeat(kept, asked)
        answer = self._attempt(act, asked, decide)
        if answer is not None:
            return answer
        # Whoever lost a race decides again alone in this process, or might lose for ever.
        with self._turn:
            for _ in range(TRIES_MAX - 1):
                answer = self._attempt(act, asked, decide)
                if answer is not None:
                    return answer
        raise Conflict("others kept changing what this act is about")

    def _attempt(
        self, act: Act, asked: Asked, decide: Callable[[Loaded], Decision]
    ) -> Answer | None:
        """Load, decide and append once; None where what was read has moved meanwhile."""
        loaded = self.load(act.unseen)
        try:
            decision = self._decide(loaded, asked, decide)
        except Refused as refusal:
            if self._moved(loaded):
                return None
            carried_out = self._keep_refusal(act, asked, refusal, loaded)
            if carried_out is not None:
                return self._repeat(carried_out, asked)
            raise
        try:
            return self._append(act, asked, decision, loaded)
        except AlreadyDone as done:
            return self._repeat(done.row, asked)
        except Conflict:
            self.states.forget(loaded.read)
            return None

    def _decide(
        self, loaded: Loaded, asked: Asked, decide: Callable[[Loaded], Decision]
    ) -> Decision:
        if asked.if_match is not None and asked.subject is not None:
            version = loaded.version_shown(asked.subject)
            if version != asked.if_match:
                raise Stale(f"{asked.subject} is at version {version}, not {asked.if_match}")
        return decide(loaded)

    def _moved(self, loaded: Loaded) -> bool:
        """Return whether the streams read may not all have stood like this at one moment.

        They are read one after the other. What was unchanged from its reading until after the last
        reading held together with all others; a refusal may rest on nothing less.
        """
        if self.log.head() == loaded.basis:
            return False
        return any(self.log.version(stream) != version for stream, version in loaded.read.items())

    def _append(self, act: Act, asked: Asked, decision: Decision, loaded: Loaded) -> Answer:
        sealed = sealed_in_order(decision.drafts, act, loaded)
        row = CommandRow(
            id=act.command, request_digest=asked.digest, answer=canonical(decision.answer)
        )
        positions = self.log.append(sealed, loaded.read, row, loaded.basis)
        self.states.advance(sealed, positions)
        last = positions[-1] if positions else loaded.basis
        return Answer(position=last, content=decision.answer)

    def _repeat(self, kept: CommandRow, asked: Asked) -> Answer:
        if kept.request_digest != asked.digest:
            raise KeyReused(f"key {kept.id} was used for another act")
        content = read_canonical(kept.answer)
        assert isinstance(content, dict), "an answer is kept as an object"
        if "refused" in content:
            raise refusal_from(content)
        return Answer(position=kept.last or self.log.head(), content=content, repeated=True)

    def _keep_refusal(
        self, act: Act, asked: Asked, refusal: Refused, loaded: Loaded
    ) -> CommandRow | None:
        """Keep the refusal for whoever repeats the command, and on record where it belongs.

        Returns:
            What is kept of the command, when it was carried out meanwhile by another thread.
        """
        if isinstance(refusal, Stale | Conflict | KeyReused):
            return None
        row = CommandRow(
            id=act.command, request_digest=asked.digest, answer=canonical(refusal_content(refusal))
        )
        draft = _refused(act, asked, refusal, loaded)
        read: dict[str, int] = {}
        sealed: list[Sealed] = []
        if draft is not None and loaded.version(draft.stream) == 0:
            sealed = [seal(draft, act, 1, loaded.basis)]
            read = {draft.stream: 0}
        try:
            return self._kept_as(row, sealed, read)
        except Conflict:
            # Another thread recorded the same refusal first; this command keeps its own answer.
            return self._kept_as(row, (), {})

    def _kept_as(
        self, row: CommandRow, sealed: Sequence[Sealed], read: dict[str, int]
    ) -> CommandRow | None:
        try:
            self.log.append(sealed, read, row)
        except AlreadyDone as done:
            return done.row
        return None


def sealed_in_order(drafts: Sequence[Draft], act: Act, loaded: Loaded) -> list[Sealed]:
    """Give drafts their versions, each stream counting on from what was loaded."""
    versions: dict[str, int] = {}
    sealed = []
    for draft in drafts:
        version = versions.get(draft.stream, loaded.version(draft.stream)) + 1
        versions[draft.stream] = version
        sealed.append(seal(draft, act, version, loaded.basis))
    return sealed


def refusal_content(refusal: Refused) -> dict[str, Json]:
    """Return a refusal as it is kept with its command."""
    return {"refused": refusal.code, "why": refusal.why, "fix": refusal.fix}


def refusal_from(content: dict[str, Json]) -> Refused:
    """Return the refusal that was kept with a command."""
    refusal = Refused.__new__(_classes(Refused)[str(content["refused"])])
    Refused.__init__(refusal, str(content["why"]), fix=str(content["fix"]))
    return refusal


def _classes(root: type[Refused]) -> dict[str, type[Refused]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _classes(child)
    return found


def _refused(act: Act, asked: Asked, refusal: Refused, loaded: Loaded) -> Draft | None:
    if asked.subject is None or not isinstance(refusal, RECORDED_REFUSALS):
        return None
    version = loaded.version_shown(asked.subject)
    if version == 0:
        return None
    body: Body = ActRefused(
        act=asked.act, subject=asked.subject, subject_version=version, ground=refusal.code
    )
    occasion = canonical({"by": act.by, **body.as_json()})
    return Draft(stream=f"refusal:{digest(occasion)[:32]}", data=body)
