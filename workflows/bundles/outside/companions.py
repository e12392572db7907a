"""What comes with the events: documents, private values and files, each bound by a digest."""

import re
from hashlib import sha256
from typing import Any

from workflows.bundles.outside.form import Rejected, read_strictly, without_padding
from workflows.bundles.outside.opening import BundleFiles, Opened

ATTACHED = "evidence.attached/1"
DISPOSED = "record.disposed/1"
SHA256_FORM = re.compile(rb'"([0-9a-f]{64})"')


def check_documents(files: BundleFiles, bundle: Opened) -> dict[str, Any]:
    """Return the documents by digest; each has its digest, and an event names it."""
    found, named = {}, _named_in(bundle)
    for name in files.below("documents", ".json"):
        where = f"document {name}"
        content = files.read(f"documents/{name}.json")
        if sha256(content).hexdigest() != name:
            raise Rejected(where, "it has other bytes than its digest says")
        _require_named(where, name, named)
        found[name] = read_strictly(content, where)
    return found


def check_disclosures(files: BundleFiles, bundle: Opened) -> int:
    """Return how many private values are shown; every other one is named as not shown.

    Source: SD-JWT (RFC 9901) section 4.2.
    """
    listed = read_strictly(files.read("disclosures.json"), "disclosures.json")
    shown: dict[int, set[str]] = {}
    for one in listed["shown"]:
        position, text = one["position"], one["disclosure"]
        where = f"private value {one['name']} of event {position}"
        digest = without_padding(sha256(text.encode()).digest())
        bound = set(bundle.events.get(position, {}).get("_sd", []))
        if digest not in bound:
            raise Rejected(where, "the event does not bind it")
        shown.setdefault(position, set()).add(digest)
    closed = {(one["position"], one["digest"]) for one in listed["closed"]}
    for position, event in bundle.events.items():
        for digest in event.get("_sd", []):
            if digest not in shown.get(position, set()) and (position, digest) not in closed:
                where = f"private value {digest} of event {position}"
                raise Rejected(where, "it is neither shown nor named as not shown")
    return len(listed["shown"])


def check_files(files: BundleFiles, bundle: Opened) -> int:
    """Return how many evidence files there are; each has its digest, and an event names it."""
    names, named = files.below("evidence", ""), _named_in(bundle)
    for name in names:
        where = f"evidence {name}"
        if files.digest(f"evidence/{name}") != name:
            raise Rejected(where, "it has other bytes than its digest says")
        _require_named(where, name, named)
    missing = {one["sha256"] for one in bundle.manifest["evidence"] if one["state"] == "here"}
    if missing - set(names):
        raise Rejected(f"evidence {min(missing - set(names))}", "it is missing")
    told = {one["sha256"] for one in bundle.manifest["evidence"]}
    for position, event in bundle.events.items():
        if event["topic"] == ATTACHED and event["data"]["sha256"] not in told:
            raise Rejected(f"evidence of event {position}", "the bundle does not say where it is")
    return len(names)


def check_disposals(files: BundleFiles, bundle: Opened) -> list[str]:
    """Return what was disposed of, as sentences: of each the event says so that did it."""
    closed = read_strictly(files.read("disclosures.json"), "disclosures.json")["closed"]
    gone = [(one["position"], one["disposal"]) for one in closed if one["why"] == "disposed"]
    files_gone = [one for one in bundle.manifest["evidence"] if one["state"] == "disposed"]
    lost = [(one["attached"], one["disposal"]) for one in files_gone]
    told: dict[int, list[int]] = {}
    for kind, found in enumerate((gone, lost)):
        for position, at in found:
            told.setdefault(at, [0, 0])[kind] += 1
            _require_disposed(bundle, position, at)
    return [
        f"{values} private values and {lost_files} files are not here: {_by_what(bundle, at)}."
        for at, (values, lost_files) in sorted(told.items())
    ]


def _require_disposed(bundle: Opened, position: int, at: int) -> None:
    event = bundle.events.get(at)
    if event is None:
        return
    named = event["topic"] == DISPOSED and position in event["data"]["positions"]
    if not named or event["stream"] != bundle.events[position]["stream"] or at <= position:
        raise Rejected(f"event {position}", f"event {at} does not dispose of what it had beside it")


def _by_what(bundle: Opened, at: int) -> str:
    if at not in bundle.events:
        return f"disposed of at position {at}, which is not in the bundle: so says the bundle"
    return f"disposed of under {bundle.events[at]['data']['under']} at position {at}"


def _named_in(bundle: Opened) -> set[str]:
    """Return every SHA-256 that the events of a bundle name."""
    contents = bundle.contents.values()
    return {one.decode() for content in contents for one in SHA256_FORM.findall(content)}


def _require_named(where: str, digest: str, named: set[str]) -> None:
    if digest not in named:
        raise Rejected(where, "no event of the bundle names it")
