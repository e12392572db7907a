"""What no linter checks: how long things are, what they are called, what no file may hold."""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("domain", "workflows", "projections", "api")
SOURCES = sorted(path for top in PACKAGES for path in (ROOT / top).rglob("*.py"))
LOCKS = sorted(ROOT.glob("*.lock"))

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 50
VAGUE = {
    *("Base", "Controller", "Data", "Handler", "Helper", "Impl", "Info", "Manager", "Misc"),
    *("Object", "Processor", "Service", "Stuff", "Util", "Utils"),
}

# Put together so that this file does not match itself.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
REGISTRY = re.compile(
    r"https?://[^\s\"'<>/]*\b(?:pypi|pythonhosted|npmjs|yarnpkg|rubygems|crates|anaconda)\b"
)
MACHINE_PATH = re.compile(r"(?<![\w.-])/(?:work|root|home|Users)/")
UNTRACKED = {".git", ".venv", "dist", "node_modules", "quorate-data", "__pycache__", ".hypothesis"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def project_files() -> list[Path]:
    """Every file a commit would hold: asked of git in a checkout, else found by walking."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            return [
                path for one in listed.stdout.split("\0") if one and (path := ROOT / one).is_file()
            ]
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            f for f in folders if f not in UNTRACKED and not f.endswith(("_cache", ".egg-info"))
        ]
        found += [Path(folder, file) for file in files if not file.endswith((".pyc", ".swp"))]
    return found


def project_lines() -> Iterator[tuple[str, str]]:
    """Every line of every text file, with the place it stands at."""
    for path in sorted(project_files()):
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            yield f"{name(path)}:{number}", line


def public(body: list[ast.stmt]) -> Iterator[Definition]:
    """Public classes, functions and methods; not what is inside a function or a private class."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def says_enough_elsewhere(node: Definition) -> bool:
    """Whether the docstring is that of the method overridden, or of the property set."""
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
    return bool(marks & {"override", "overload", "setter", "deleter"})


def test_there_are_sources_and_locks_to_check() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == set(PACKAGES)
    assert [path.name for path in LOCKS] == ["requirements-dev.lock", "requirements.lock"]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_are_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES_MAX, f"{name(path)} has {lines} lines"
    long = {
        f"{name(path)}:{node.lineno} {node.name}": length
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    }
    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_class_has_a_vague_name(path: Path) -> None:
    vague = [
        f"{name(path)}:{node.lineno} {node.name}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and re.split(r"(?=[A-Z])", node.name)[-1] in VAGUE
    ]
    assert not vague


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_everything_public_says_what_it_is(path: Path) -> None:
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for node in public(tree(path).body)
        if not ast.get_docstring(node) and not says_enough_elsewhere(node)
    ]
    assert ast.get_docstring(tree(path)), f"{name(path)} does not say what it is for"
    assert not silent


@pytest.mark.parametrize(
    "unwanted", [UNFINISHED, REGISTRY, MACHINE_PATH], ids=["unfinished", "registry", "machine-path"]
)
def test_no_file_holds(unwanted: re.Pattern[str]) -> None:
    assert not [
        f"{place}: {line.strip()}" for place, line in project_lines() if unwanted.search(line)
    ]


@pytest.mark.parametrize("path", LOCKS, ids=name)
def test_locks_name_packages_and_hashes_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=sha256:[0-9a-f]{64}\b)", text, re.MULTILINE)
    pins = re.findall(r"^[A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?==[^\s;]+", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[^\s#]", text, re.MULTILINE))
    assert len(pins) <= text.count("--hash=sha256:")


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (UNFINISHED, "x = 1  # TO" + "DO later"),
        (REGISTRY, "see https:/" + "/files.pythonhosted.org/x"),
        (REGISTRY, "index = https:/" + "/pypi.org/simple"),
        (MACHINE_PATH, "cd '/wo" + "rk/main'"),
        (MACHINE_PATH, "file:///ho" + "me/ada/x"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)
