"""The words of the pages: the same keys in every language, none missing and none left over."""

import re
import string
from pathlib import Path

import pytest
from markupsafe import Markup

from api.problems import OTHERS, REFUSALS
from api.sign_in import Role
from api.web.words import FOLDER, LANGUAGES, Words, catalogue, preferred
from domain.catalogue import BODIES
from domain.words import Ground, MatterKind, Outcome, Stance, Standing

WEB = FOLDER.parent
SOURCES = [*WEB.glob("*.py"), *WEB.glob("templates/*.html")]
ASKED = re.compile(
    r"""\b(?:t|words|_words)\(\s*["']([a-z_]+\.[a-z_]+)["']|["'](nav\.[a-z_]+)["']"""
)
FAMILY = re.compile(r"""\b(?:w|words\.of)\(\s*["']([a-z_]+)["']""")
CODES = {
    "standing": {one.value for one in Standing},
    "outcome": {one.value for one in Outcome},
    "ground": {one.value for one in Ground},
    "stance": {one.value for one in Stance},
    "matter": {one.value for one in MatterKind},
    "role": {one.value for one in Role},
    "problem": {one.code for one in REFUSALS} | set(OTHERS),
    "topic": {body.TOPIC.partition("/")[0].replace(".", "_") for body in BODIES},
}
"""Families whose codes are a closed list: there is a word for each of them."""


def keys_of(path: Path) -> list[str]:
    return re.findall(r"^(?:\[[a-z_]+\]|[a-z_]+(?= =))", path.read_text("utf-8"), re.MULTILINE)


def test_every_language_has_the_same_keys_in_the_same_order() -> None:
    first, *others = (keys_of(FOLDER / f"{language}.toml") for language in LANGUAGES)
    for other in others:
        assert other == first


def test_every_text_takes_the_same_fields_in_every_language() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    first, *others = (catalogue(language) for language in LANGUAGES)
    for key, text in first.items():
        assert text.strip(), key
        for other in others:
            assert fields(other[key]) == fields(text), key


def test_every_text_asked_for_is_there_and_every_text_there_is_asked_for() -> None:
    asked: set[str] = set()
    families: set[str] = set()
    for path in SOURCES:
        text = path.read_text("utf-8")
        asked |= {key for found in ASKED.findall(text) for key in found if key}
        families |= set(FAMILY.findall(text))
    there = set(catalogue("en"))
    assert asked <= there, sorted(asked - there)
    free = {key for key in there - asked if key.partition(".")[0] not in families | set(CODES)}
    assert not free, sorted(free)
    assert families <= {key.partition(".")[0] for key in there}


@pytest.mark.parametrize("family", sorted(CODES))
def test_every_code_of_a_closed_list_has_a_word_and_no_other_has(family: str) -> None:
    there = {key.partition(".")[2] for key in catalogue("en") if key.startswith(f"{family}.")}
    assert there == CODES[family], "add the missing words to words/en.toml and words/de.toml"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("fr,en-GB;q=0.7,de;q=0.3", "en"),
        ("de;q=0,en", "en"),
        ("fr", None),
        ("", None),
        (";;,,q=1", None),
    ],
)
def test_the_language_is_the_first_a_browser_asks_for(accepted: str, language: str | None) -> None:
    assert preferred(accepted) == language


def test_a_code_without_a_word_stays_itself() -> None:
    assert Words("de").of("matter", "site_visit") == "site visit"


def test_a_name_that_is_marked_up_stays_so_in_a_text_and_nothing_beside_it_becomes_markup() -> None:
    said = Words("en")("review.recommended_by", name=Markup("<bdi>Ana</bdi>"))
    assert isinstance(said, Markup)
    assert "<bdi>Ana</bdi>" in said
    assert not isinstance(Words("en")("review.recommended_by", name="<b>"), Markup)
