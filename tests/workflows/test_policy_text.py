"""The text of a policy: read without guessing, refused with line and column."""

import hashlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.refusals import PolicyFaulty
from workflows.policy_text import BYTES_MAX, DEPTH_MAX, policy_from_document, read_policy
from workflows.presets import preset_text

SOUND = """\
policy: grants
title: Grants
language: 1
boards:
  board:
    seats:
      - id: chair
    voting: {more_than: 1/2}
lifecycle:
  initial: idea
  phases:
    - {id: idea, label: Idea, standing: proposed}
    - {id: live, label: Live, standing: active}
  gates:
    - {id: go, from: [idea], to: live}
matters:
  go:
    kind: pass_gate
    decided_by: [{board: board}]
    options:
      - {id: go, outcome: approve, effects: [{do: move_phase}]}
  adopt:
    kind: adopt_policy
    decided_by: [{board: board}]
    options: [{id: adopt, outcome: approve, effects: [{do: adopt}]}]
  appoint:
    kind: appoint
    decided_by: [{board: board}]
    options: [{id: appoint, outcome: approve, effects: [{do: appoint}]}]
"""
LAUGHS = "".join(
    f"{name}: &{name} [{', '.join([f'*{earlier}'] * 9)}]\n"
    for earlier, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def faults(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(PolicyFaulty) as refused:
        read_policy(text, "grants.yaml")
    assert refused.value.why.startswith("policy grants.yaml has faults, the first in line ")
    return refused.value.faults


def test_a_sound_text_is_read_with_its_document_and_digest() -> None:
    text = read_policy(SOUND, "grants.yaml")
    assert text.policy.policy == "grants"
    assert text.digest == text.document.digest == hashlib.sha256(text.document.content).hexdigest()
    assert text.warnings == ()


# What a line of the sound text becomes, and the fault that has to come of it, with its place.
FAULTS = [
    # YAML that hides something
    (
        "language: 1",
        "language: 1\ntitle: Again",
        "line 4, column 1: title: written twice, first in line 2",
    ),
    ("title: Grants", "title: &t Grants", "line 2, column 8: &t is an anchor"),
    ("title: Grants", "title: *t", "line 2, column 8: *t is an alias"),
    ("title: Grants", "<<: {title: Grants}", "line 2, column 1: << merges what stands elsewhere"),
    (
        "title: Grants",
        "title: !!python/name:os.system x",
        "line 2, column 8: tag:yaml.org,2002:python",
    ),
    (
        "title: Grants",
        "title: !!python/object/apply:os.system [ls]",
        "line 2, column 8: tag:yaml.org",
    ),
    ("title: Grants", "title: !!str Grants", "line 2, column 8: tag:yaml.org,2002:str is a tag"),
    ("title: Grants", "title: !secret Grants", "line 2, column 8: !secret is a tag"),
    ("title: Grants", "title: ! Grants", "line 2, column 8: ! is a tag"),
    ("title: Grants", "title:", "line 2, column 7: title: the value is empty"),
    (
        "title: Grants",
        "title: # a comment is no value",
        "line 2, column 7: title: the value is empty",
    ),
    ("- id: chair", "-", "line 7, column 8: boards.board.seats.item 1: the value is empty"),
    ("title: Grants", ": Grants", "line 2, column 1: this is not YAML"),
    ("{more_than", '{""', "line 8, column 14: boards.board.voting: key '' is empty or not ASCII"),
    ("title: Grants", "tïtle: Grants", "line 2, column 1: key 'tïtle' is empty or not ASCII"),
    ("title: Grants", "? [title]\n: Grants", "line 2, column 3: a key is one text"),
    ("title: Grants", "{a: b}: Grants", "line 2, column 1: a key is one text"),
    ("title: Grants", "---\ntitle: Grants", "line 2, column 1: a second document begins"),
    ("title: Grants", "title: [Grants", "line 3, column 9: this is not YAML"),
    ("title: Grants", "\ttitle: Grants", "line 2, column 1: this is not YAML"),
    ("title: Grants", 'title: "\\ud800"', "line 2, column 1: this is not YAML"),
    ("title: Grants", 'title: "\\UFFFFFFFF"', "line 2, column 1: this is not YAML"),
    ("title: Grants", f"title: {'[' * 50}", "line 2, column 47: title.item 1."),
    ("title: Grants", LAUGHS, "line 2, column 4: &b is an anchor"),
    # form
    ("title: Grants\n", "", "line 1, column 1: title: is missing; add it"),
    (
        "title: Grants",
        "titel: Grants",
        "line 2, column 1: titel: there is no such key (did you mean title?)",
    ),
    (
        "voting: {",
        "qorum: 1\n    voting: {",
        "line 8, column 5: boards.board.qorum: there is no such key (did you mean quorum?)",
    ),
    (
        "from: [idea]",
        "form: [idea]",
        "line 15, column 16: lifecycle.gates.go.form: there is no such key (did you mean from?)",
    ),
    ("language: 1", "language: 1.0", "line 3, column 11: language: 1.0 is not known here"),
    (
        "1/2",
        "66%",
        "line 8, column 25: boards.board.voting.more_than: a share is an exact fraction",
    ),
    (
        "{more_than: 1/2}",
        "{}",
        "line 8, column 5: boards.board.voting: give exactly one of more_than and at_least",
    ),
    (
        "standing: active",
        "standing: activ",
        "line 13, column 41: lifecycle.phases.live.standing: activ is not known here (did you",
    ),
    (
        "board:\n",
        "Board 1:\n",
        "line 5, column 3: boards.Board 1: write a name: up to 60 small letters",
    ),
    (
        "seats:\n      - id: chair",
        "seats: chair",
        "line 6, column 12: boards.board.seats: write a list here",
    ),
    (
        "title: Grants",
        "title: [Grants]",
        "line 2, column 1: title: write one value here, not a list or mapping",
    ),
    ("{more_than: 1/2}", "half", "line 8, column 13: boards.board.voting: write a mapping here"),
    ("[idea]", "[]", "line 15, column 16: lifecycle.gates.go.from: list at least 1"),
    ("initial: idea", "initial: 'idea\x07'", "this is not YAML"),
    (
        "label: Idea",
        'label: "Idea\\a"',
        "line 12, column 25: lifecycle.phases.idea.label: text may not hold control",
    ),
    (
        "label: Idea",
        "label: {en: Idea, 1: Idee}",
        "line 12, column 36: lifecycle.phases.idea.label.1: write the code of a language",
    ),
    # names
    (
        "initial: idea",
        "initial: gone",
        "line 10, column 12: lifecycle.initial: there is no phase gone; there are: idea, live",
    ),
    (
        "[idea]",
        "[gone]",
        "line 15, column 23: lifecycle.gates.go.from.item 1: there is no phase gone",
    ),
    (
        "- id: chair",
        "- id: chair\n      - id: chair",
        "line 8, column 13: boards.board.seats.chair.id: chair is listed twice",
    ),
]


@pytest.mark.parametrize(("line", "becomes", "said"), FAULTS)
def test_a_fault_has_a_line_a_column_and_a_sentence(line: str, becomes: str, said: str) -> None:
    assert line in SOUND
    found = faults(SOUND.replace(line, becomes, 1))
    assert any(said in fault for fault in found), found


def test_all_faults_come_at_once_in_the_order_of_lines() -> None:
    text = SOUND.replace("1/2", "half").replace("to: live", "too: live").replace("Grants", "[a]")
    assert [fault.partition(":")[0] for fault in faults(text)] == [
        "line 2, column 1",
        "line 8, column 25",
        "line 15, column 7",
        "line 15, column 30",
    ]


def test_what_stands_under_a_key_written_twice_is_not_blamed() -> None:
    (fault,) = faults(SOUND + "lifecycle:\n  initial: idea\n")
    assert fault == "line 30, column 1: lifecycle: written twice, first in line 9; keep one"


def test_names_and_warnings_carry_their_line_too() -> None:
    odd = SOUND.replace("  gates:", "    - {id: far, label: Far, standing: active}\n  gates:")
    assert read_policy(odd, "grants.yaml").warnings == (
        "line 14, column 7: lifecycle.phases.far: nothing leads to this phase;"
        " add a gate, or mark it historical: true",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column 1: the policy is empty"),
        ("# nothing\n", "line 1, column 1: the policy is empty"),
        ("---\n", "the value is empty"),
        ("~", "line 1, column 1: this is no mapping"),
        ("- policy", "line 1, column 1: this is no mapping"),
        ("\ufeff" + SOUND, "line 1, column 1: a byte order mark"),
        (b"\xef\xbb\xbf" + SOUND.encode(), "line 1, column 1: a byte order mark"),
        (SOUND.encode("utf-16"), "line 1, column 1: the file is not UTF-8"),
        (b"title: \xff", "line 1, column 1: the file is not UTF-8"),
        ("title: \ud800", "line 1, column 1: the file is not UTF-8"),
        ("#" * (BYTES_MAX + 1), "the file has 1000001 bytes, and at most 1000000 are read"),
        ("%YAML " + "9" * 5000 + "\n---\na: b", "line 1, column 1: this is not YAML"),
    ],
)
def test_a_text_that_is_no_policy_at_all_is_refused(text: str | bytes, said: str) -> None:
    assert any(said in fault for fault in faults(text))


def test_nesting_is_allowed_to_its_bound_and_no_deeper() -> None:
    inside = DEPTH_MAX - 1  # the policy itself is the first
    assert "nested" not in faults(SOUND + "x: " + "[" * inside + "a" + "]" * inside + "\n")[0]
    assert "nested deeper than 40" in faults(SOUND + "x: " + "[" * (inside + 1))[0]


def test_a_text_of_one_megabyte_is_read() -> None:
    padded = SOUND + "#" * (BYTES_MAX - len(SOUND))
    assert read_policy(padded, "a").digest == read_policy(SOUND, "b").digest


def test_many_faults_end_the_reading() -> None:
    assert len(faults("a: &b c\n" * 5000)) <= 102


@pytest.mark.parametrize(
    "scalar", "no yes 1.0 0x1F 1e3 1_000 2026-01-01 null ~ 12:30:45 .inf on Off 007".split()
)
def test_no_scalar_is_guessed_at(scalar: str) -> None:
    text = read_policy(SOUND.replace("Grants", scalar), "grants.yaml")
    assert text.policy.title == scalar
    assert json.loads(text.document.content)["title"] == scalar


def test_the_document_is_the_text_as_written_before_any_default() -> None:
    written = json.loads(read_policy(SOUND, "grants.yaml").document.content)
    assert written["language"] == "1"
    assert set(written) == {"policy", "title", "language", "boards", "lifecycle", "matters"}
    assert written["boards"]["board"] == {
        "seats": [{"id": "chair"}], "voting": {"more_than": "1/2"}
    }  # fmt: skip


def test_a_default_written_out_is_another_text() -> None:
    spelt = SOUND.replace("1/2}", "1/2, of: cast}")
    one, other = read_policy(SOUND, "a"), read_policy(spelt, "b")
    assert one.policy == other.policy
    assert one.digest != other.digest


def test_key_order_comments_quotes_and_layout_never_change_the_digest() -> None:
    lines = SOUND.splitlines(keepends=True)
    moved = "".join([lines[1], lines[0], "# a comment\n\n", *lines[2:]])
    laid_out = moved.replace("voting: {more_than: 1/2}", "voting:\n        more_than: '1/2'")
    laid_out = laid_out.replace("title: Grants", 'title:   "Grants"').replace("\n", "\r\n")
    assert laid_out != SOUND
    assert read_policy(laid_out.encode(), "b").digest == read_policy(SOUND, "a").digest


def test_the_order_of_a_list_changes_the_digest() -> None:
    phases = SOUND.splitlines(keepends=True)[11:13]
    turned = SOUND.replace("".join(phases), "".join(reversed(phases)))
    assert read_policy(turned, "b").digest != read_policy(SOUND, "a").digest


def test_a_stored_policy_reads_back_to_the_same_policy() -> None:
    text = read_policy(SOUND, "grants.yaml")
    assert policy_from_document(text.document.content) == text.policy


@pytest.mark.parametrize("content", [b"", b"{}", b'{"policy": "x"}', b'{"a":1.5}', b"\xff", b"[]"])
def test_stored_bytes_that_are_no_policy_are_refused(content: bytes) -> None:
    with pytest.raises(PolicyFaulty, match="cannot be read"):
        policy_from_document(content)


def read_or_refused(text: str | bytes) -> None:
    """Every text is a policy or refused; nothing else ever comes of reading one."""
    found: tuple[str, ...] = ()
    try:
        read_policy(text, "any.yaml")
    except PolicyFaulty as refused:
        found = refused.faults or ("refused without a fault",)
    assert all(fault.startswith("line ") for fault in found)


@given(st.text() | st.binary())
@example("a: !<tag:yaml.org,2002:%ff> b")
@example("%TAG ! tag:x,2026:\n--- !a b")
@example('? "\\x00"\n: b')
@example("a: |99\n b")
@example("[key]: a")
@example("\x85\u2028: - -")
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    read_or_refused(text)


@given(st.text("[]{}:,-?!&*|>'\"%#@`~<\\ \n\tabx01u", max_size=80))
def test_any_text_of_yaml_signs_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@given(st.data())
def test_any_damage_to_a_sound_policy_is_read_or_refused(data: st.DataObject) -> None:
    text = preset_text("cncf").decode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    put = data.draw(st.text("[]{}:,-?!&*|>'\"%#0a \n", max_size=6))
    read_or_refused(text[:start] + put + text[end:])
