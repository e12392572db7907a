"""Writing a bundle as a zip file; the same bundle is the same bytes."""

from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from workflows.bundles.gathering import Bundle
from workflows.bundles.report import report
from workflows.bundles.verifier import verifier
from workflows.store.evidence import Evidence

_PIECE_BYTES = 1 << 20
README = """A bundle of Quorate: {about}.

    python verify.py --key KEYFILE

KEYFILE holds the verifier key of the log, one line, which you have from somebody you trust and not
from this bundle: `log.key` is only here so that you can compare. Take verify.py, too, from
somewhere else than a bundle you doubt: it is the same for all. It needs Python 3.11 and nothing
else, no network, and says what it has proved and what it has not.

events/         the exact bytes of each event by position, and the proof that it is in the log;
                of an event that is not shown to you, its hash (.leaf)
checkpoint      the signed root of the log
keys/           where the key of the log was changed, proven under checkpoints of both keys
documents/      policy, pack and checks by SHA-256: the arguments of the ruling
disclosures.json  private values shown to you, and which are not shown or were erased
evidence/       the files by SHA-256
report.html     the same, to be read; nothing in it is proven
"""


def write_bundle(bundle: Bundle, key: str, evidence: Evidence, file: IO[bytes]) -> None:
    """Write a bundle.

    Args:
        bundle: what was gathered.
        key: the verifier key of the log, for comparison only.
        evidence: where its files are.
        file: written to from its beginning.
    """
    about = bundle.manifest.get("stream") or "positions {} to {}".format(*bundle.manifest["range"])
    files = {
        "README.txt": README.format(about=about).encode(),
        "report.html": report(bundle).encode(),
        "log.key": key.encode(),
        "verify.py": verifier(),
        **bundle.files,
    }
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(_entry(name), content)
        for digest in bundle.evidence:
            entry = _entry(f"evidence/{digest}")
            with evidence.open(digest) as held, packed.open(entry, "w", force_zip64=True) as to:
                while piece := held.read(_PIECE_BYTES):
                    to.write(piece)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name)  # bears the first date a zip file knows, whatever the clock says
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
