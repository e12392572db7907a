"""A bundle to check: made of a real office with two rulings, and taken apart for attacks."""

import json
import subprocess
import sys
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from api.bundling import key_of, signed_of
from workflows.bundles.gathering import Bundle, Recipient, Wanted, gather
from workflows.bundles.packing import write_bundle
from workflows.bundles.verifier import verifier
from workflows.store.evidence import Evidence
from workflows.store.sqlite import open_log

RULING = Wanted("ruling", "review:APX-1/start/1")
EVERYBODY = Recipient()


def made(data: Path, wanted: Wanted = RULING, recipient: Recipient = EVERYBODY) -> dict[str, bytes]:
    """Gather and pack a bundle; return its files."""
    content = BytesIO()
    with closing(open_log(data, writable=False)) as log:
        bundle: Bundle = gather(log, Evidence(data), signed_of(data), wanted, recipient)
        write_bundle(bundle, key_of(data), Evidence(data), content)
    return opened(content.getvalue())


def opened(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def one_of(files: dict[str, bytes], topic: str, number: int = 0) -> str:
    """Return the name of the file of an event by its topic."""
    events = [name for name in files if name.startswith("events/") and name.endswith(".json")]
    events.sort(key=lambda name: int(name[7:-5]))
    return [name for name in events if f'"topic":"{topic}"'.encode() in files[name]][number]


def document_of(files: dict[str, bytes], field: str) -> str:
    """Return the name of the document that the ruling names in a field."""
    data: dict[str, Any] = json.loads(files[one_of(files, "review.ruled/1")])["data"]
    return f"documents/{data[field]}.json"


class Outsider:
    """Somebody with a bundle, a copy of ``verify.py`` and a key, and without this program."""

    def __init__(self, directory: Path, key: str) -> None:
        self.directory = directory
        (directory / "verify.py").write_bytes(verifier())
        (directory / "trusted.key").write_text(key)

    def verify(self, files: dict[str, bytes], *words: str) -> tuple[int, str]:
        """Run the program alone: no packages, no environment, another directory."""
        with ZipFile(self.directory / "bundle.zip", "w") as packed:
            for name, content in files.items():
                packed.writestr(name, content)
        return self.run("bundle.zip", *(words or ("--key", "trusted.key")))

    def run(self, *words: str) -> tuple[int, str]:
        told = subprocess.run(
            [sys.executable, "-I", "-S", "verify.py", *words],
            cwd=self.directory, env={}, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert "Traceback" not in told.stderr, told.stderr
        return told.returncode, told.stdout + told.stderr
