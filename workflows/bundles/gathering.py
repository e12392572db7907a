"""Gathering a bundle: which events, documents, private values and files belong to it.

The record is read, nothing is written. What is not shown to whoever asks is not in a bundle: of an
event they may not see it holds the hash, of a private value that there is one.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from domain.base import canonical
from domain.event import stream_kind
from domain.office import OFFICE, PEPPER
from domain.pack import Pack
from domain.person import PersonJoined, person_stream
from domain.policy_book import PolicyAdopted, policy_stream
from domain.private import disclosure_digest
from domain.refusals import Malformed, NotKnown, NotPermitted
from domain.review_events import ReviewRuled
from workflows.bundles.disposed import disposals_of, files_held
from workflows.bundles.succession import KeyChanged, Pair, Signed, key_changes
from workflows.log.proving import event_proof
from workflows.policy_text import policy_from_document
from workflows.store.contract import Log, Recorded
from workflows.store.evidence import Evidence

EVENTS_MAX = 5_000
PAGE = 500
SECRET = frozenset({PEPPER, "email", "book"})
"""Private fields that no bundle discloses: secrets of the office, addresses, whole workbooks."""

_BINDING = ("policy", "pack", "checks", "digest")

Kind = Literal["ruling", "stream", "range"]


class Wanted(NamedTuple):
    """What a bundle is to be about.

    Attributes:
        stream: of the review or the stream. first, last: bounds of a range, both in it.
    """

    kind: Kind
    stream: str = ""
    first: int = 0
    last: int = 0


class Recipient(NamedTuple):
    """Who a bundle is for.

    Attributes:
        shows: whether an event is shown to them. private: whether private values are, at all.
        until: last position they ask about; absent for as far as the checkpoint goes.
    """

    shows: Callable[[Recorded], bool] = lambda _recorded: True
    private: bool = True
    until: int | None = None


class Bundle(NamedTuple):
    """What a bundle holds.

    Attributes:
        manifest: what it is about, and what is in it.
        files: content by name. evidence: digests of the files to put beside them.
        events: the events shown, by position. documents: by digest.
        shown: private values by position and name.
    """

    manifest: dict[str, Any]
    files: dict[str, bytes]
    evidence: tuple[str, ...]
    events: dict[int, Recorded]
    documents: dict[str, bytes]
    shown: dict[tuple[int, str], str]


def gather(
    log: Log,
    evidence: Evidence,
    signed: Signed,
    wanted: Wanted,
    recipient: Recipient,
) -> Bundle:
    """Return a bundle under a signed checkpoint.

    Raises:
        NotKnown: there is no such ruling, stream or range, or the checkpoint does not cover it; or
            nothing shows how its key took the place of the one before.
        NotPermitted: a part of the stream is not shown to them.
        Malformed: it would be too long.
    """
    checkpoint, note = signed.newest
    end = min(checkpoint.size, recipient.until or checkpoint.size)
    ruling = _ruling(log, wanted.stream, end) if wanted.kind == "ruling" else None
    listed = sorted(set(_positions(log, wanted, ruling, end)))
    _require_some(listed, wanted, end)
    found = {at: recorded for at in listed if (recorded := log.at(at)) is not None}
    disposed = disposals_of(log, evidence, found, end)
    if wanted.kind == "ruling":
        found |= {one.position: one for one in disposed.values()}
    found = dict(sorted(found.items()))
    events = {at: recorded for at, recorded in found.items() if recipient.shows(recorded)}
    hidden = sorted(found.keys() - events.keys())
    _require_visible(wanted, ruling, found, hidden)
    gathered = _Gathered(log, events, recipient, disposed)
    held = files_held(evidence, events, disposed)
    changes = key_changes(log, signed)
    manifest: dict[str, Any] = {
        "v": 1,
        "kind": wanted.kind,
        "origin": checkpoint.origin,
        "positions": sorted(events),
        "withheld": hidden,
        "keys": [change.position for change in changes],
        "evidence": [{"sha256": sha, **state} for sha, state in sorted(held.items())],
        **({} if ruling is None else {"ruling": ruling.position}),
        **({"range": [wanted.first, wanted.last]} if wanted.kind == "range" else {}),
        **({"stream": wanted.stream} if wanted.kind != "range" else {}),
    }
    files = {"manifest.json": canonical(manifest), "checkpoint": note.content}
    files |= _proven(log, signed.newest, found, events, changes)
    files |= {f"documents/{one}.json": content for one, content in gathered.documents.items()}
    files["disclosures.json"] = canonical({"shown": gathered.disclosed, "closed": gathered.closed})
    here = tuple(sha for sha, state in sorted(held.items()) if state == {"state": "here"})
    return Bundle(manifest, files, here, events, gathered.documents, gathered.shown)


def _proven(
    log: Log,
    newest: Pair,
    found: dict[int, Recorded],
    shown: dict[int, Recorded],
    changes: list[KeyChanged],
) -> dict[str, bytes]:
    """Return the files of the events, or of their hashes, and of the changes of key."""
    files = {}
    for at, recorded in found.items():
        if at in shown:
            files[f"events/{at}.json"] = recorded.content
        else:
            files[f"events/{at}.leaf"] = log.leaves(at - 1, 1)[0]
        files[f"events/{at}.tlog-proof"] = event_proof(log.node, at, newest)
    for change in changes:
        files[f"keys/{change.position}.json"] = change.content
        files[f"keys/{change.position}.tlog-proof"] = change.proof
    return files


class _Gathered:
    """What comes with the events of a bundle."""

    def __init__(
        self,
        log: Log,
        events: dict[int, Recorded],
        recipient: Recipient,
        disposed: dict[int, Recorded],
    ) -> None:
        self.documents: dict[str, bytes] = {}
        for recorded in events.values():
            for name in named_documents(recorded):
                content = self.documents.get(name) or log.document(name)
                if content is not None:
                    self.documents[name] = content
        self.disclosed: list[Any] = []
        self.shown: dict[tuple[int, str], str] = {}
        held: dict[int, set[str]] = {}
        opened: dict[int, set[str]] = {}
        for one in log.disclosed(list(events)):
            held.setdefault(one.position, set()).add(disclosure_digest(one.text))
            if recipient.private and one.name not in SECRET:
                opened.setdefault(one.position, set()).add(disclosure_digest(one.text))
                self.shown[one.position, one.name] = one.text
                told = {"position": one.position, "name": one.name, "disclosure": one.text}
                self.disclosed.append(told)
        self.closed: list[Any] = [
            {"position": at, "digest": digest}
            | _why(held=digest in held.get(at, set()), disposal=disposed.get(at))
            for at, recorded in sorted(events.items())
            for digest in recorded.event.sd or ()
            if digest not in opened.get(at, set())
        ]


def named_documents(recorded: Recorded) -> list[str]:
    """Return the digests of the documents an event names."""
    data = recorded.event.data
    names = [getattr(data, field, None) for field in _BINDING]
    return [name for name in names if isinstance(name, str) and len(name) == 64]


def _why(*, held: bool, disposal: Recorded | None) -> dict[str, Any]:
    if held or disposal is None:
        return {"why": "not_shown" if held else "erased"}
    return {"why": "disposed", "disposal": disposal.position}


def _ruling(log: Log, stream: str, end: int) -> Recorded:
    if stream_kind(stream) == "review":
        for recorded in log.stream(stream):
            if isinstance(recorded.event.data, ReviewRuled) and recorded.position <= end:
                return recorded
    raise NotKnown(
        f"the checkpoint covers no ruling of {stream}",
        fix="Give a review that was ruled, such as APX-1/start/1; `quorate decisions` lists them,"
        " and `quorate checkpoint` has the newest signed.",
    )


def _positions(log: Log, wanted: Wanted, ruling: Recorded | None, end: int) -> Iterator[int]:
    if wanted.kind == "range":
        if wanted.last - wanted.first < EVENTS_MAX:
            yield from range(wanted.first, min(wanted.last, end) + 1)
        return
    for recorded in log.stream(wanted.stream):
        if recorded.position <= end:
            yield recorded.position
    if ruling is not None:
        yield from (at for at in _rested_on(log, ruling) if at <= end)


def _rested_on(log: Log, ruling: Recorded) -> Iterator[int]:
    """Yield where the record says what a ruling rests on, and what it did."""
    yield 1
    body = ruling.event.data
    assert isinstance(body, ReviewRuled), "it was looked for"
    yield from _append(log, ruling)
    pack = None if body.pack is None else log.document(body.pack)
    people = {ruling.event.by}
    if pack is not None:
        put = Pack.model_validate_json(pack)
        people |= {one.person for one in put.advice or () if one.person is not None}
        for named in (put.facts, put.evidence, put.earlier):
            yield from (one.position for one in named)
        yield from put.answers
    policy = log.document(body.policy)
    if policy is not None:
        for one in log.stream(policy_stream(policy_from_document(policy).policy)):
            if isinstance(one.event.data, PolicyAdopted) and one.position < ruling.position:
                yield one.position
    for one in log.stream(OFFICE):
        if isinstance(one.event.data, PersonJoined):
            yield one.position
    panel = () if body.docket is None else body.docket.panel
    for person in sorted({*people, *(one.person for one in panel if one.person)}):
        yield from (one.position for one in log.stream(person_stream(person)))


def _append(log: Log, ruling: Recorded) -> Iterator[int]:
    """Yield the positions of the events recorded together with a ruling."""
    command = log.command(ruling.event.command)
    if command is not None and command.first <= ruling.position <= command.last:
        yield from range(command.first, command.last + 1)


def _require_some(listed: list[int], wanted: Wanted, end: int) -> None:
    if wanted.kind == "range":
        if not 1 <= wanted.first <= wanted.last <= end:
            raise NotKnown(
                f"a range lies between 1 and {end}, as far as is signed;"
                f" not {wanted.first} to {wanted.last}",
                fix="Have the newest signed: quorate checkpoint.",
            )
        if not listed:
            raise _too_long()
    elif len(listed) > EVENTS_MAX:
        raise _too_long()
    elif not listed:
        raise NotKnown(f"no event of {wanted.stream} is signed", fix="quorate checkpoint")


def _too_long() -> Malformed:
    return Malformed(
        f"a bundle holds at most {EVENTS_MAX} events",
        fix="Give a shorter range; the tiles under log/ hold the whole log for any tool.",
    )


def _require_visible(
    wanted: Wanted, ruling: Recorded | None, found: dict[int, Recorded], hidden: list[int]
) -> None:
    """Hidden is answered as unknown; a stream with gaps would prove nothing."""
    if ruling is not None and ruling.position in hidden:
        raise NotKnown(f"the checkpoint covers no ruling of {wanted.stream}")
    own = [at for at, one in found.items() if one.event.stream == wanted.stream]
    if own and set(own) <= set(hidden):
        raise NotKnown(f"no event of {wanted.stream} is signed", fix="quorate checkpoint")
    if wanted.kind != "range" and set(own) & set(hidden):
        raise NotPermitted(
            f"parts of {wanted.stream} are not shown to you", fix="Ask an auditor for the bundle."
        )
