"""Notes, checkpoints and proofs have one form each; whatever is not in it is not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checkpoint import (
    Checkpoint,
    NotANote,
    Note,
    Signature,
    VerifierKey,
    growth_content,
    proof_content,
    read_checkpoint,
    read_key,
    read_note,
    read_proof,
    read_records,
    record,
)
from domain.merkle import EMPTY_ROOT

# The example of C2SP tlog-checkpoint, and that of C2SP signed-note.
SOFA = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurm\
RDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
""".encode()
POEM = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGI\
TLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
""".encode()
# A verifier key of the Go checksum database: name, id and key as they are printed in its documents.
SUM_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
WITNESS = Signature("witness.example/w1", b"abcd", b"time and signature")
CHECKPOINT = Checkpoint("quorate.local", 3, EMPTY_ROOT)
NOTE = Note(CHECKPOINT.text, (Signature("quorate.local", b"\x00\x01\x02\x03", b"x" * 64), WITNESS))


def test_the_examples_of_the_specifications_are_read_and_written_byte_for_byte() -> None:
    checkpoint, note = read_checkpoint(SOFA)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text == note.text
    assert note.content == SOFA
    poem = read_note(POEM)
    assert poem.text.endswith("\n\ned è subito sera.\n")
    assert poem.content == POEM


def test_a_key_of_another_log_is_read_with_the_id_it_has_there() -> None:
    key = read_key(SUM_KEY)
    assert (key.name, key.id.hex(), key.text) == ("sum.golang.org", "033de0ae", SUM_KEY)


def test_a_line_of_a_witness_is_kept_as_it_came() -> None:
    checkpoint, note = read_checkpoint(NOTE.content)
    assert (checkpoint, note) == (CHECKPOINT, NOTE)
    assert note.signatures[1] == WITNESS


ROOT = CHECKPOINT.text.split("\n")[2]
LINE = WITNESS.line


@pytest.mark.parametrize(
    "text",
    [
        f"log\n3\n{ROOT}\n",
        f"log\n3\n{ROOT}\n\n",
        f"log\n3\n{ROOT}\n\n{LINE[:-1]}",
        f"log\n03\n{ROOT}\n\n{LINE}",
        f"log\n-3\n{ROOT}\n\n{LINE}",
        f"log\n٣\n{ROOT}\n\n{LINE}",
        f"\n3\n{ROOT}\n\n{LINE}",
        f"log\n3\n{ROOT}\nextra\n\n{LINE}",
        f"log\n3\n{ROOT[:-5]}\n\n{LINE}",
        f"log\n3\n{ROOT[:-2]}V=\n\n{LINE}",
        f"log\n3\n{ROOT} \n\n{LINE}",
        f"log\r\n3\n{ROOT}\n\n{LINE}",
        f"log\n3\n{ROOT}\n\n{LINE}{LINE}x\n",
        f"log\n3\n{ROOT}\n\n- w {LINE.split()[2]}\n",
        f"log\n3\n{ROOT}\n\n— w+w {LINE.split()[2]}\n",
        f"log\n3\n{ROOT}\n\n— w AAAA\n",
        f"log\n3\n{ROOT}\n\n— w !!!!\n",
        f"log\n3\n{ROOT}\n\n" + LINE * 101,
        "x" * 1_000_001,
    ],
)
def test_nothing_else_is_a_checkpoint(text: str) -> None:
    with pytest.raises(NotANote):
        read_checkpoint(text.encode())


def test_bytes_that_are_no_text_are_no_note() -> None:
    with pytest.raises(NotANote):
        read_note(b"\xff\n\n" + LINE.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+033de0ae",
        SUM_KEY.replace("033de0ae", "033de0af"),
        SUM_KEY.replace("sum.", "sum+"),
        SUM_KEY.replace("sum.", "sum "),
        SUM_KEY.replace("+Ac", "+Bc"),
        SUM_KEY[:-4],
    ],
)
def test_nothing_else_is_a_key(text: str) -> None:
    with pytest.raises(NotANote):
        read_key(text)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.integers(0, 2**40))
def test_a_proof_is_read_as_it_was_written(path: list[bytes], leaf: int) -> None:
    content = proof_content(leaf, path, NOTE.content)
    assert read_proof(content) == (leaf, tuple(path), CHECKPOINT, NOTE)
    assert growth_content(leaf, path, NOTE.content).startswith(f"old {leaf}\n".encode())


def test_what_others_add_to_a_proof_is_passed_over() -> None:
    content = proof_content(2, [EMPTY_ROOT], NOTE.content)
    assert read_proof(content.replace(b"index", b"extra AAAA\nindex")).leaf == 2


HASH = ROOT.encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 2", b"index 02"),
        (b"index 2", b"index"),
        (b"index 2", b"place 2"),
        (b"index 2\n", b""),
        (b"index 2\n", b"index 2\nindex 2\n"),
        (b"index 2\n", b"extra ?\nindex 2\n"),
        (HASH + b"\n\n", HASH + b"\n"),
        (HASH + b"\n\n", (HASH + b"\n") * 64 + b"\n"),
        (HASH + b"\n\n", HASH[:-4] + b"\n\n"),
        (HASH + b"\n\n", HASH + b"\n\n\n"),
        (b"c2sp", b"\xffc2sp"),
        (LINE.encode(), LINE.encode() + b"trailing"),
    ],
)
def test_nothing_else_is_a_proof(old: bytes, new: bytes) -> None:
    content = proof_content(2, [EMPTY_ROOT], NOTE.content)
    assert old in content
    with pytest.raises(NotANote):
        read_proof(content.replace(old, new, 1))


@given(st.binary(max_size=300))
def test_bytes_nobody_wrote_are_nothing(content: bytes) -> None:
    for read in (read_note, read_checkpoint, read_proof):
        with pytest.raises(NotANote):
            read(content)


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_note_with_one_byte_changed_is_another_note_or_none(at: int, byte: int) -> None:
    content = bytearray(NOTE.content)
    content[at % len(content)] = byte
    try:
        read = read_note(bytes(content))
    except NotANote:
        return
    assert read.content == bytes(content)


@pytest.mark.parametrize("torn", range(len(record(NOTE))))
def test_a_file_of_checkpoints_that_breaks_off_gives_up_the_last_one(torn: int) -> None:
    whole = record(NOTE)
    assert read_records(whole * 3) == (((CHECKPOINT, NOTE),) * 3, b"")
    read, rest = read_records(whole * 2 + whole[:torn])
    assert (read, rest) == (((CHECKPOINT, NOTE),) * 2, whole[:torn])


def test_a_file_of_checkpoints_with_garbage_between_is_not_read() -> None:
    with pytest.raises(NotANote):
        read_records(record(NOTE) + b"garbage\n\n" + record(NOTE))
    with pytest.raises(NotANote):
        read_records(b"x\n\n" + record(NOTE) + record(NOTE) + b"y\n\n")


def test_two_keys_of_one_name_have_two_ids() -> None:
    assert VerifierKey("a", b"x" * 32).id != VerifierKey("a", b"y" * 32).id
    assert VerifierKey("a", b"x" * 32).id != VerifierKey("b", b"x" * 32).id
