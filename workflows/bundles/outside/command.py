"""Holds a bundle of Quorate to account, offline, with the standard library of Python 3.11 only.

    python verify.py --key KEYFILE BUNDLE.zip

KEYFILE is a verifier key you have from somebody you trust: one line NAME+ID+KEY. The key that
comes with a bundle proves nothing, and neither does the copy of this program that comes with it:
keep one of your own. Exit code 0: everything holds. 1: rejected, and why. 2: asked wrongly.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from workflows.bundles.outside.companions import (
    check_disclosures,
    check_disposals,
    check_documents,
    check_files,
)
from workflows.bundles.outside.form import Rejected, read_strictly
from workflows.bundles.outside.opening import BundleFiles, Opened, open_bundle
from workflows.bundles.outside.rulings import check_rulings
from workflows.bundles.outside.signing import read_trusted_key

UNPROVEN = ("report.html", "README.txt", "log.key", "verify.py")
NEVER = (
    "Not shown by any bundle: that the people named acted themselves (no signature of theirs is"
    " on record); that nobody was shown another log (compare the checkpoint with those of others)."
)


def verify_bundle(files: BundleFiles, key: str) -> list[str]:
    """Return what a bundle proves to whoever trusts a key, as sentences.

    Raises:
        Rejected: something in it does not hold.
    """
    bundle = open_bundle(files, read_trusted_key(key))
    try:
        return [*_established(files, bundle), *_reach(bundle), *_unproven(files), NEVER]
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise Rejected("the bundle", f"it is not made as a bundle is: {fault!r}") from None


def _established(files: BundleFiles, bundle: Opened) -> list[str]:
    documents = check_documents(files, bundle)
    values = check_disclosures(files, bundle)
    evidence = check_files(files, bundle)
    wanted = bundle.manifest["ruling"] if bundle.manifest["kind"] == "ruling" else None
    disposals = check_disposals(files, bundle)
    rulings = check_rulings(bundle, documents, wanted)
    closed = read_strictly(files.read("disclosures.json"), "disclosures.json")["closed"]
    why = [one["why"] for one in closed]
    states = [one["state"] for one in bundle.manifest["evidence"]]
    return [
        f"The log {bundle.root.origin}, {bundle.root.size} events, was signed by {_by(bundle)}.",
        f"{len(bundle.events)} events are in it at their positions, byte for byte.",
        *(f"{sentence}." for sentence in rulings),
        f"{len(documents)} documents, {evidence} files and {values} private values are those"
        " the events bind.",
        *disposals,
        f"{why.count('erased')} private values were erased or are no longer held, and"
        f" {why.count('not_shown')} are not shown to you: so says the bundle.",
        *(
            f"{states.count(state)} files are not here, {said}: so says the bundle."
            for state, said in (
                ("elsewhere", "held elsewhere"), ("missing", "lost"), ("not_shown", "not shown"),
            )
            if state in states
        ),
    ]  # fmt: skip


def _by(bundle: Opened) -> str:
    if not bundle.key_changes:
        return "your key"
    where = ", ".join(map(str, bundle.key_changes))
    return f"the key that took the place of yours, as both say of position {where}"


def _reach(bundle: Opened) -> list[str]:
    """Say how far the proof goes, having made sure that it goes there."""
    manifest, hidden = bundle.manifest, len(bundle.withheld)
    veiled = [f"Of {hidden} of them you are shown the hash only."] if hidden else []
    if manifest["kind"] == "range":
        first, last = manifest["range"]
        if sorted([*bundle.events, *bundle.withheld]) != list(range(first, last + 1)):
            raise Rejected("the bundle", f"events between {first} and {last} are missing")
        said = f"There is no other event from position {first} to {last}."
        return [said, *veiled, "What came before or later is not in it."]
    if manifest["kind"] == "stream":
        versions = [
            one["version"] for one in bundle.events.values() if one["stream"] == manifest["stream"]
        ]
        if not versions or versions != list(range(1, len(versions) + 1)):
            raise Rejected("the bundle", f"events of {manifest['stream']} are missing")
        return [
            f"{manifest['stream']} from its beginning to version {len(versions)}, none left out.",
            "That nothing followed is not shown: only a range up to the checkpoint shows that.",
        ]
    if manifest["kind"] != "ruling":
        raise Rejected("manifest.json", "it is of no kind this program knows")
    return [
        "That nothing else happened is not shown: the decision may have been set aside later, or"
        " preceded by others. Only a range shows absence."
    ]


def _unproven(files: BundleFiles) -> list[str]:
    folders = ("events/", "keys/", "documents/", "evidence/")
    checked = ("manifest.json", "checkpoint", "disclosures.json")
    others = [
        name for name in files.names if name not in checked and not name.startswith(folders)
    ]  # fmt: skip
    strange = [name for name in others if name not in UNPROVEN and not name.endswith(".pyc")]
    readable = [name for name in UNPROVEN if name in others]
    return [f"NOT PROVEN, read with care: {', '.join([*readable, *strange])}."] if others else []


def run(arguments: list[str] | None = None) -> int:
    """Verify a bundle, say what came of it, and return the exit code."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(description="Hold a bundle to account, offline.")
    parser.add_argument("bundle", nargs="?", type=Path, help="a zip file, or a directory")
    parser.add_argument("--key", type=Path, help="file with a verifier key that you trust")
    given = parser.parse_args(arguments)
    path = given.bundle or Path(sys.argv[0]).absolute().parent
    if given.key is None or _is_inside(given.key, path):
        sys.stderr.write(
            "Give a key you trust: --key FILE, from somebody else than who gave you the bundle.\n"
            "The key in the bundle proves nothing: who made a false bundle put a false key in it.\n"
        )
        return 2
    try:
        said = verify_bundle(BundleFiles(path), _text_of(given.key))
    except Rejected as fault:
        sys.stdout.write(f"REJECTED. {fault}\n")
        return 1
    sys.stdout.write("".join(f"{sentence}\n" for sentence in said))
    sys.stdout.write(f"VERIFIED in {time.monotonic() - began:.2f} s.\n")
    return 0


def _is_inside(key: Path, bundle: Path) -> bool:
    return bundle.is_dir() and bundle.resolve() in key.resolve().parents


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as fault:
        raise Rejected(str(path), f"the key cannot be read: {fault}") from None


def _started() -> Any:
    return sys.exit(run())


if __name__ == "__main__":
    _started()
