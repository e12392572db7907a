"""The domain says the same bytes on every machine: no floats, no addresses, no order of chance."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "domain").rglob("*.py"))
BANNED_CALLS = {"float", "hash", "id", "input", "open", "print"}

SCRIPT = """
import sys
from datetime import UTC, datetime
from decimal import Decimal

from domain.act import Act
from domain.base import Texts, Value, canonical, document
from domain.event import seal
from domain.money import Money
from domain.office import FoundOffice, found

class Sample(Value):
    words: Texts
    cost: Money

words = {"quorum", "veto", "tie", "gate", "seat", "pack", "chair", "panel", "ballot"}
cost = Money(amount=Decimal("1200000"), currency="EUR")
now = datetime(2026, 1, 2, tzinfo=UTC)
act = Act(by="p1", recorded_by="p1", command="c1", now=now, seed=b"s" * 32)
(founded,) = found(None, FoundOffice(title="Office"), act)
sealed = seal(founded.changed(private={word: word for word in words}), act, version=1, basis=0)
out = sys.stdout.buffer
out.write(canonical({word: len(word) for word in words}))
out.write(document(Sample(words=words, cost=cost)).content)
out.write(sealed.content)
out.write("".join(disclosure.text for disclosure in sealed.disclosures).encode())
"""


def unsteady(path: Path) -> list[str]:
    """Every place in a file where a float or a value of chance could enter."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=float() | complex()):
                found.append(f"{path.name}:{node.lineno} number {node.value!r}")
            case ast.Call(func=ast.Name(id=called)) if called in BANNED_CALLS:
                found.append(f"{path.name}:{node.lineno} {called}()")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_domain_holds_nothing_unsteady(path: Path) -> None:
    assert unsteady(path) == []


def test_the_lint_finds_what_it_is_for(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("a = 1.5\nb = hash('x')\nc = open('x')\nd = [id(a), 2j]\n", encoding="utf-8")
    assert len(unsteady(path)) == 5


def test_bytes_do_not_depend_on_the_seed_of_hashing() -> None:
    def run(seed: int) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
        return subprocess.check_output([sys.executable, "-c", SCRIPT], env=environment, cwd=ROOT)

    first, *others = [run(seed) for seed in (0, 1, 2)]
    assert b'"office.founded/1"' in first
    assert others == [first, first]
