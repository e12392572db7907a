"""Leaving out what is not shown: whole rows, and single mentions in rows about several projects.

What is hidden is named by the streams of projects, for example ``project:APX-042``.
"""

from collections.abc import Collection, Mapping
from typing import Any

from domain.event import stream_code, stream_kind

Hidden = frozenset[str]
NOTHING: Hidden = frozenset()


def without(content: Any, hidden: Hidden) -> Any:
    """Return JSON-like content without whatever names a hidden project.

    Items of lists go that name one directly, and entries of objects whose name or text does. Rather
    too much goes than too little: another thing that bears the code of a hidden project goes too.
    """
    if isinstance(content, Mapping):
        return {
            name: without(value, hidden)
            for name, value in content.items()
            if not _names(name, hidden) and not _names(value, hidden)
        }
    if isinstance(content, list | tuple):
        return [without(one, hidden) for one in content if not _is_about(one, hidden)]
    return content


def without_streams(content: Any, hidden: Hidden) -> Any:
    """Return JSON-like content that names no stream of a hidden project or of a review of one.

    Items of lists and entries under such names go; in the place of a text stands nothing. What only
    bears the code of a hidden project stays, so the content keeps its form.
    """
    if isinstance(content, Mapping):
        return {
            name: without_streams(value, hidden)
            for name, value in content.items()
            if not (isinstance(name, str) and names_hidden(name, hidden))
        }
    if isinstance(content, list | tuple):
        kept = (one for one in content if not (isinstance(one, str) and names_hidden(one, hidden)))
        return [without_streams(one, hidden) for one in kept]
    return None if isinstance(content, str) and names_hidden(content, hidden) else content


def code_shown(code: Any, hidden: Hidden) -> bool:
    """Return whether a code is not that of a hidden project."""
    return f"project:{code}" not in hidden


def codes_shown(codes: Any, hidden: Hidden) -> Any:
    """Return a code, or those of a list, unless it is that of a hidden project."""
    if isinstance(codes, list):
        return [code for code in codes if code_shown(code, hidden)]
    return codes if code_shown(codes, hidden) else None


def all_hidden(subjects: Collection[str], hidden: Hidden) -> bool:
    """Return whether something is about hidden projects and nothing else."""
    return bool(subjects) and all(subject in hidden for subject in subjects)


def names_hidden(stream: str, hidden: Hidden) -> bool:
    """Return whether a stream is a hidden project's own, or that of a review of one."""
    if stream_kind(stream) == "review":
        return f"project:{stream_code(stream).partition('/')[0]}" in hidden
    return stream in hidden


def _names(value: Any, hidden: Hidden) -> bool:
    if not isinstance(value, str):
        return False
    return f"project:{value}" in hidden or names_hidden(value, hidden)


def _is_about(one: Any, hidden: Hidden) -> bool:
    if isinstance(one, Mapping):
        return any(_names(value, hidden) for value in one.values())
    return _names(one, hidden)
