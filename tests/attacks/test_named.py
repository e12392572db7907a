"""Every threat has its line in docs/log.md, and every line its tests."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| T(\d+) \|(.*)$", (ROOT / "docs/log.md").read_text("utf-8"), re.M)
NAMES = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)
}


def test_every_threat_has_one_line() -> None:
    assert [int(number) for number, _ in ROWS] == [*range(1, 25)]


@pytest.mark.parametrize(("number", "said"), ROWS)
def test_a_threat_has_the_tests_it_is_said_to_have(number: str, said: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", said))
    numbered = {name for name in NAMES if name.startswith(f"test_t{number}_")}
    assert named <= NAMES
    assert named | numbered
