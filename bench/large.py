"""Large logs in little time: one cycle of the workload, played once and written again and again.

A copy is the same lives under other codes, some days later, at its own positions: other bytes,
digests and salts, sealed by us and appended by our own recorder, so that whatever holds of a log
holds of it. Nothing is faked that `quorate verify` looks at.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from bench.workload import CYCLE, Office
from domain.base import Document, digest
from domain.catalogue import read_event
from domain.event import Sealed
from domain.private import Disclosure, disclose, open_disclosure
from workflows.store.contract import Log

BATCH = 2_000
_PLACES = re.compile(
    r"(?P<code>P\d{7})"
    r'|(?<=")(?P<day>20\d\d-\d\d-\d\d)(?=[T"])'
    r'|(?P<name>"(?:basis|seen|position)":)(?P<place>\d+)'
    r"|(?<![0-9a-f])(?P<digest>[0-9a-f]{64})(?![0-9a-f])"
    r'|(?<=")(?P<field>[\w-]{43})(?=")'
)
_FIELDS = re.compile(r'"_sd":\[([^\]]*)\]')


class Lived(NamedTuple):
    """One event of the cycle, with what it was the first to name."""

    content: str
    documents: tuple[str, ...]
    disclosures: tuple[str, ...]


class Cycle(NamedTuple):
    """A cycle that was played: what comes before it, its events, and how many days it took."""

    prefix: int
    lived: tuple[Lived, ...]
    days: int


def large_log(directory: Path, events: int) -> int:
    """Make a log of at least so many events, and return how many projects live in it."""
    office = Office(directory, durable=False)
    try:
        office.play(CYCLE)
        cycle = played(office)
        copies = -(-max(0, events - office.house.log.head()) // len(cycle.lived))
        write(office.house.log, cycle, copies)
    finally:
        office.close()
    return CYCLE * (copies + 1)


def played(office: Office) -> Cycle:
    """Return the cycle an office has just played."""
    log, prefix = office.house.log, office.prefix
    documents = dict(log.documents("", 1_000_000))
    named: set[str] = set()
    lived = []
    for recorded in log.read(prefix, 1_000_000):
        text = recorded.content.decode()
        first = [
            one
            for one in re.findall(r"[0-9a-f]{64}", text)
            if one in documents and one not in named
        ]
        named.update(first)
        own = tuple(
            content for one in dict.fromkeys(first) if "P0" in (content := documents[one].decode())
        )
        held = tuple(one.text for one in log.disclosed([recorded.position]))
        lived.append(Lived(text, own, held))
    days = (office.now.date() - log.read(prefix, 1)[0].event.at.date()).days + 1
    return Cycle(prefix, tuple(lived), days)


def write(log: Log, cycle: Cycle, copies: int) -> None:
    """Append some copies of a cycle."""
    waiting: list[Sealed] = []
    for sealed in (one for number in range(1, copies + 1) for one in copy(cycle, number)):
        waiting.append(sealed)
        if len(waiting) == BATCH:
            log.append(waiting, {}, None)
            waiting.clear()
    if waiting:
        log.append(waiting, {}, None)


def copy(cycle: Cycle, number: int) -> Iterator[Sealed]:
    """Yield the events of one copy, sealed."""
    known: dict[str, str] = {}
    moved = _moving(cycle, number, known)
    for lived in cycle.lived:
        opened = []
        for text in lived.disclosures:
            before, after = _again(text, number)
            known[before] = after.digest
            opened.append(after)
        kept = []
        for text in lived.documents:
            content = _PLACES.sub(moved, text).encode()
            known[digest(text.encode())] = digest(content)
            kept.append(Document(digest=digest(content), content=content))
        content = _FIELDS.sub(_sorted, _PLACES.sub(moved, lived.content)).encode()
        yield Sealed(
            event=read_event(content),
            content=content,
            disclosures=tuple(opened),
            documents=tuple(kept),
        )


def _moving(cycle: Cycle, number: int, known: dict[str, str]) -> Callable[[re.Match[str]], str]:
    """Return what each place in the bytes of the cycle becomes in a copy."""
    further, later = number * len(cycle.lived), timedelta(days=number * cycle.days)
    days: dict[str, str] = {}

    def moved(found: re.Match[str]) -> str:
        kind, text = found.lastgroup, found[0]
        if kind == "code":
            return f"P{int(text[1:]) + number * CYCLE:07d}"
        if kind == "day":
            if text not in days:
                days[text] = (date.fromisoformat(text) + later).isoformat()
            return days[text]
        if kind == "place":
            place = int(found["place"])
            return f"{found['name']}{place + further if place > cycle.prefix else place}"
        return known.get(text, text)

    return moved


def _again(text: str, number: int) -> tuple[str, Disclosure]:
    """Return the digest of a disclosure, and the same under another salt."""
    name, value = open_disclosure(text)
    salt = sha256(f"{number} {text}".encode()).digest()[:16]
    if isinstance(value, str):
        value = re.sub(r"P\d{7}", lambda one: f"P{int(one[0][1:]) + number * CYCLE:07d}", value)
    before = base64.urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()
    return before, disclose(salt, name, value)


def _sorted(found: re.Match[str]) -> str:
    return f'"_sd":{json.dumps(sorted(json.loads(f"[{found[1]}]")), separators=(",", ":"))}'
