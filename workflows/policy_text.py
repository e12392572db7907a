"""The text of a policy: YAML in which every scalar is text, and nothing is guessed.

The text is read from the parser's events, never by its constructors, so ``no``, ``1.0``, ``null``
and ``2026-01-01`` stay what was written. What YAML could hide is refused: keys written twice,
anchors and aliases, tags, merge keys, empty values, a second document. Every fault says its line
and column, counted from 1, what is wrong, and what to do.

Source: DESIGN.md section 5.
"""

import difflib
from collections.abc import Iterable
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.base import Document, Json, NotCanonical, Value, canonical, document, read_canonical
from domain.lifecycle import Path
from domain.policy import NAME_PATTERN, Policy
from domain.policy_check import Fault, check_policy
from domain.refusals import PolicyFaulty

BYTES_MAX = 1_000_000
DEPTH_MAX = 40
FAULTS_MAX = 100

Spot = tuple[int, int]
_KEY = "[key]"  # ends a path to a key itself, not to what stands under it; pydantic's own mark
_SCHEMA = Policy.model_json_schema()
_NAME = "write a name: up to 60 small letters, digits and _, a letter first"
_SAYINGS = {
    "missing": "is missing; add it",
    **dict.fromkeys(["dict_type", "model_type"], "write a mapping here: lines of key: value"),
    "tuple_type": "write a list here: lines that begin with a dash",
    "too_short": "list at least {min_length}",
    "too_long": "list at most {max_length}; there are {actual_length}",
}


class PolicyText(Value):
    """A policy and the text it stands in.

    Attributes:
        policy: what the text says.
        document: the text as written, as canonical JSON: before any default, all scalars text.
        warnings: what is odd but refuses nothing, each with its line and column.
    """

    policy: Policy
    document: Document
    warnings: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Return the digest of the policy as written."""
        return self.document.digest


def read_policy(text: str | bytes, name: str) -> PolicyText:
    """Read and check the text of a policy.

    Args:
        text: YAML, at most 1 MB of UTF-8.
        name: name of the file, for the message.

    Raises:
        PolicyFaulty: anything is wrong with it; all faults at once, in the order of lines.
    """
    reading = _Reading()
    reading.read(text)
    written = reading.root
    if reading.faults or not isinstance(written, dict):
        raise _refused(name, reading.sentences(()))
    held = document(written)
    try:
        policy = Policy.model_validate_json(held.content)
    except ValidationError as error:
        details = [d for d in error.errors() if d["type"] != "too_short" or not d["input"]]
        found = tuple(_fault(detail, written) for detail in details)
        raise _refused(name, reading.sentences(found)) from None
    found = check_policy(policy)
    if any(fault.level == "error" for fault in found):
        raise _refused(name, reading.sentences(found))
    return PolicyText(policy=policy, document=held, warnings=reading.sentences(found))


def policy_from_document(content: bytes) -> Policy:
    """Read back the stored canonical JSON of a policy; it was checked when it was adopted.

    Raises:
        PolicyFaulty: the bytes are not canonical, or are not a policy of this language.
    """
    try:
        return Policy.model_validate_json(canonical(read_canonical(content)))
    except (NotCanonical, ValidationError) as error:
        raise PolicyFaulty(f"the stored policy cannot be read: {error}") from None


def _refused(name: str, sentences: tuple[str, ...]) -> PolicyFaulty:
    why = f"policy {name} has faults, the first in {sentences[0]}"
    return PolicyFaulty(why, faults=sentences[:FAULTS_MAX])


class _Halt(Exception):  # noqa: N818  the fault is noted already
    """Nothing after this can be read with any meaning."""


class _Reading:
    """One reading of one text: the tree, where each node stands, and what was wrong."""

    def __init__(self) -> None:
        self.root: Json = ""
        self.faults: list[tuple[Spot, Path, str]] = []
        self._open: list[tuple[Path, dict[str, Json] | list[Json]]] = []
        self._key: str | None = None
        self._spots: dict[Path, Spot] = {}

    def read(self, text: str | bytes) -> None:
        """Read a text; faults are noted, not raised."""
        try:
            for event in yaml.parse(_decoded(text), Loader=yaml.SafeLoader):
                begin: Any = event.start_mark
                self._take(event, (begin.line + 1, begin.column + 1))
        except _Halt as halt:
            self.faults += [((1, 1), (), str(say)) for say in halt.args]
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            mark: Any = getattr(error, "problem_mark", None)
            last = max(self._spots.values(), default=(1, 1))
            spot = (mark.line + 1, mark.column + 1) if mark else last
            say = getattr(error, "problem", None) or " ".join(str(error).split())
            self.faults.append((spot, (), f"this is not YAML: {say}"))
        if not self.faults and not isinstance(self.root, dict):
            say = "this is no mapping of keys to values; begin with a line such as policy: grants"
            self.faults.append(((1, 1), (), say if self._spots else "the policy is empty"))

    def sentences(self, found: Iterable[Fault]) -> tuple[str, ...]:
        """Return every fault as a sentence with its line and column, in the order of lines."""
        located = {fault.path: (self._spot(fault.path), fault) for fault in reversed([*found])}
        faults = [*self.faults, *((s, f.path, f.message) for s, f in located.values())]
        return tuple(
            f"line {line}, column {column}: {self._named(path)}{say}"
            for (line, column), path, say in sorted(faults, key=lambda fault: fault[0])
        )

    def _spot(self, path: Path) -> Spot:
        while path not in self._spots:
            path = path[:-1]
        return self._spots[path]

    def _named(self, path: Path) -> str:
        """Return a path as people say it: items of a list by their id, if they have one."""
        node: Json | None = self.root
        said = []
        for part in path:
            node = _child(node, part)
            if isinstance(part, int):
                own = node.get("id") if isinstance(node, dict) else None
                said.append(own if isinstance(own, str) else f"item {part + 1}")
            elif part != _KEY:
                said.append(part)
        return f"{'.'.join(said)}: " if said else ""

    def _take(self, event: yaml.Event, spot: Spot) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            if self._spots:
                self._note(spot, "a second document begins; keep one policy in a file")
                raise _Halt
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.NodeEvent):
            getattr(event, "value", "").encode()  # a lone surrogate is a fault like any other
            self._node(event, spot)

    def _node(self, event: yaml.NodeEvent, spot: Spot) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._note(spot, f"*{event.anchor} is an alias; write out what it stands for")
        elif event.anchor is not None:
            self._note(spot, f"&{event.anchor} is an anchor; leave it out and write things out")
        if (tag := getattr(event, "tag", None)) is not None:
            self._note(spot, f"{tag} is a tag; leave it out, every value is text")
        if self._open and isinstance(self._open[-1][1], dict) and self._key is None:
            self._name(event, spot)
        elif isinstance(event, yaml.CollectionStartEvent):
            value = dict[str, Json]() if isinstance(event, yaml.MappingStartEvent) else list[Json]()
            self._open.append((self._place(value, spot), value))
            if len(self._open) > DEPTH_MAX:
                self._note(spot, f"nested deeper than {DEPTH_MAX}; write it flatter")
                raise _Halt
        else:
            path = self._place(getattr(event, "value", ""), spot)
            if isinstance(event, yaml.ScalarEvent) and not event.value and event.implicit[0]:
                self.faults.append((spot, path, "the value is empty; write one, or drop the key"))

    def _name(self, event: yaml.NodeEvent, spot: Spot) -> None:
        """Take a node as the key of what comes next."""
        if not isinstance(event, yaml.ScalarEvent) or len(self.faults) > FAULTS_MAX:
            self._note(spot, "a key is one text, not a list or mapping; write it as one word")
            raise _Halt
        path = (*self._open[-1][0], event.value)
        if event.value == "<<":
            self._note(spot, "<< merges what stands elsewhere; write it out")
        elif not event.value.isascii() or not event.value:
            self._note(spot, f"key {event.value!r} is empty or not ASCII; {_NAME}")
        if first := self._spots.get((*path, _KEY)):
            self.faults.append((spot, path, f"written twice, first in line {first[0]}; keep one"))
        while (*path, _KEY) in self._spots:  # so that what stands under it has a path of its own
            path = (*path[:-1], f"{path[-1]}'")
        self._spots[*path, _KEY] = spot
        self._key = str(path[-1])

    def _place(self, value: Json, spot: Spot) -> Path:
        path: Path = ()
        parent, content = self._open[-1] if self._open else ((), None)
        if content is None:
            self.root = value
        elif isinstance(content, list):
            path = (*parent, len(content))
            content.append(value)
        else:
            key, self._key = self._key or "", None
            path = (*parent, key)
            content[key] = value
            spot = spot if isinstance(value, str) else self._spots[*path, _KEY]
        self._spots[path] = spot
        return path

    def _note(self, spot: Spot, say: str) -> None:
        self.faults.append((spot, self._open[-1][0] if self._open else (), say))


def _decoded(text: str | bytes) -> str:
    try:
        data = text if isinstance(text, bytes) else text.encode()
        decoded = data.decode()
    except UnicodeError:
        raise _Halt("the file is not UTF-8; save it as UTF-8") from None
    if len(data) > BYTES_MAX:
        raise _Halt(f"the file has {len(data)} bytes, and at most {BYTES_MAX} are read; shorten it")
    if decoded.startswith("\ufeff"):
        raise _Halt("a byte order mark stands before the text; save the file without one")
    return decoded


def _child(node: Json | None, part: str | int) -> Json | None:
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return node.get(part) if isinstance(node, dict) and isinstance(part, str) else None


def _fault(detail: ErrorDetails, written: Json) -> Fault:
    """Return what the model says of the text, with its path through the text as written."""
    path: Path = ()
    node: Json | None = written
    for part in detail["loc"]:
        inner = _child(node, part)
        if inner is not None:
            path, node = (*path, part), inner
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing" or detail["loc"][-1] == _KEY:
        path = (*path, detail["loc"][-1])
    say = detail["msg"].removeprefix("Value error, ")
    if kind in _SAYINGS:
        say = _SAYINGS[kind].format(**context)
    elif kind == "extra_forbidden":
        say = f"there is no such key{_nearest(str(path[-1]), _keys_at(path[:-1]))}; leave it out"
        path = (*path, _KEY)
    elif kind in {"enum", "literal_error"}:
        known = context["expected"].replace("'", "").replace(" or ", ", ")
        nearest = _nearest(str(given), known.split(", "))
        say = f"{given} is not known here{nearest}; write one of: {known}"
    elif context.get("pattern") == NAME_PATTERN:
        say = _NAME
    elif kind.endswith("_type") and not isinstance(given, str):
        say = "write one value here, not a list or mapping"
    return Fault(path=path, message=say)


def _nearest(given: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(given, [*known], n=1, cutoff=0.5)
    return "".join(f" (did you mean {name}?)" for name in near)


def _keys_at(path: Path) -> tuple[str, ...]:
    """Return the keys the language knows at a path."""
    node: Any = _SCHEMA
    for part in path:
        inner = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
        under: Any = next(iter(node.get("patternProperties", {}).values()), {})
        node = _resolved(inner or under)
    return tuple(node.get("properties", ()))


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    for choice in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        if choice.get("type") != "null":
            return _resolved(choice)
    name = node.get("$ref")
    return _SCHEMA["$defs"][name.rpartition("/")[2]] if name else node
