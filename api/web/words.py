"""The words of the pages: one catalogue for each language, the same keys in all of them."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("en", "de")
"""Languages of the pages; the first is taken where nothing else decides."""


class Words:
    """The catalogue of one language."""

    def __init__(self, language: str) -> None:
        """Read the words of one of `LANGUAGES`."""
        self.language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, **fields: object) -> str:
        """Return a text; ``fields`` go into its braces."""
        text = self._texts[key]
        if any(isinstance(one, Markup) for one in fields.values()):
            # What is marked up already stays so; everything beside it is escaped.
            return Markup(text).format_map(fields)  # noqa: S704  a text of the catalogue
        return text.format_map(fields) if fields else text

    def of(self, family: str, code: object) -> str:
        """Return the word for a code of a family; words of a policy have none, and stay."""
        return self._texts.get(f"{family}.{code}") or str(code).replace("_", " ")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return every text of a language by its key."""
    with (FOLDER / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file), ""))


def preferred(accepted: str) -> str | None:
    """Return the first language of the pages in an ``Accept-Language``. Source: RFC 9110, 12.5.4.

    Browsers list languages in the order of preference, so the weights need no reading, except for
    a weight of nothing.
    """
    for one in accepted[:500].split(","):
        name, _, weight = one.strip().partition(";")
        language = name.partition("-")[0].strip().lower()
        if language in LANGUAGES and weight.replace(" ", "") not in {"q=0", "q=0.0"}:
            return language
    return None


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
