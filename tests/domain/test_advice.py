"""Advice as values: whose it must be, when it needs words, and the bytes a pack keeps of it."""

import pytest

from domain.advice import ADVICE_MAX, Advice, PackAdvice, advice_texts, put_advice, require_advice
from domain.base import canonical
from domain.pack import Pack, PackOption
from domain.policy import AdviceType, Matter, PackRule, Policy
from domain.private import owner_of
from domain.refusals import FieldMissing, Malformed, Refused, UnknownFact
from domain.review_commands import PresentPack
from domain.words import Stance
from tests.examples import BOARD_POLICY
from workflows.policy_text import read_policy

WORKS: Policy = read_policy(BOARD_POLICY, "works").policy
HEARD = WORKS.changed(advice={"legal": AdviceType(), "finance": AdviceType()})
START: Matter = WORKS.matters["start"]

# Left what is given, right what comes of it; - is nothing.
TABLE = """
stance                      function  person  name    words     | refused
supports                    legal     -       -       -         | -
supports                    -         pia     -       -         | -
supports                    -         -       Weber   -         | -
supports                    legal     pia     -       -         | -
supports                    legal     -       Weber   -         | -
no_objection                legal     -       -       -         | -
no_objection                legal     -       -       None.     | -
supports_with_reservations  legal     -       -       Bind-it.  | -
supports_with_reservations  legal     -       -       -         | FieldMissing does not say why
advises_against             legal     -       -       Void.     | -
advises_against             legal     -       -       -         | FieldMissing does not say why
supports                    -         -       -       Good.     | FieldMissing does not say whose
supports                    legal     pia     Weber   -         | Malformed    of Weber
supports                    safety    -       -       -         | UnknownFact  hears no safety
"""
REFUSALS = {one.__name__: one for one in (FieldMissing, Malformed, UnknownFact)}


def advice(**fields: str) -> Advice:
    return Advice.model_validate(fields)


def rows() -> list[tuple[dict[str, str], str]]:
    header, *lines = (line for line in TABLE.strip().splitlines())
    names = header.partition("|")[0].split()
    found = []
    for line in lines:
        given, _, refused = line.partition("|")
        cells = dict(zip(names, given.split(), strict=True))
        found.append(({n: c for n, c in cells.items() if c != "-"}, refused.strip()))
    return found


@pytest.mark.parametrize(("given", "refused"), rows())
def test_each_piece_of_advice_says_whose_it_is_and_why(given: dict[str, str], refused: str) -> None:
    pieces = (advice(stance="supports", function="finance"), advice(**given))
    if refused == "-":
        require_advice(HEARD, START, pieces)
        return
    kind, _, why = refused.partition(" ")
    with pytest.raises(REFUSALS[kind], match=f"^(advice 2|policy works).* {why.strip()}"):
        require_advice(HEARD, START, pieces)


@pytest.mark.parametrize(
    ("wanted", "heard", "missing"),
    [
        ("", "", ""),
        ("", "legal", ""),
        ("legal", "legal", ""),
        ("legal finance", "finance legal legal", ""),
        ("legal finance", "legal", "finance"),
        ("legal finance", "", "legal, finance"),
    ],
)
def test_a_policy_may_want_functions_to_be_heard_whatever_they_say(
    wanted: str, heard: str, missing: str
) -> None:
    matter = START.changed(pack=PackRule(advice=tuple(wanted.split())))
    pieces = tuple(
        advice(stance="advises_against", function=one, words="No.") for one in heard.split()
    )
    if not missing:
        require_advice(HEARD, matter, pieces)
        return
    with pytest.raises(FieldMissing, match=f"lacks advice of {missing}$"):
        require_advice(HEARD, matter, pieces)


def test_words_and_names_are_private_texts_and_the_stance_is_not() -> None:
    pieces = (
        advice(stance="advises_against", person="pia", words="Too dear."),
        advice(stance="no_objection", name="Ms Weber"),
        advice(stance="supports", function="legal"),
    )
    called = dict(advice_texts(pieces))
    assert called == {"advice:1:pia": "Too dear.", "adviser:2": "Ms Weber"}
    assert put_advice(pieces, {name: f"#{name}" for name in called}) == (
        PackAdvice(stance=Stance.ADVISES_AGAINST, person="pia", words="#advice:1:pia"),
        PackAdvice(stance=Stance.NO_OBJECTION, name="#adviser:2"),
        PackAdvice(stance=Stance.SUPPORTS, function="legal"),
    )
    assert put_advice((), {}) is None


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("advice:1:pia", "pia"),
        ("advice:12:pia", "pia"),
        ("advice:1", "presenter"),
        ("adviser:1", "presenter"),
        ("request", "presenter"),
    ],
)
def test_the_words_of_advice_belong_to_whoever_gave_it(name: str, owner: str) -> None:
    assert owner_of("review:A/start/1", "presenter", name) == owner


def pack(**fields: object) -> bytes:
    given = {"review": "review:A/go/1", "subjects": ("project:A",), "options": ({"id": "go"},)}
    return canonical(Pack.model_validate(given | fields).as_json())


def test_a_pack_without_advice_has_the_bytes_it_always_had() -> None:
    option = canonical(PackOption(id="go").as_json()).decode()
    assert (
        pack()
        == (
            '{"answers":[],"earlier":[],"evidence":[],"facts":[],"options":[' + option + "],"
            '"review":"review:A/go/1","subjects":["project:A"],"texts":[]}'
        ).encode()
    )
    assert PresentPack(request="Go.").as_json() == {"request": "Go."}


def test_a_pack_keeps_of_advice_codes_and_digests() -> None:
    one = PackAdvice(stance=Stance.ADVISES_AGAINST, function="legal", person="pia", words="w" * 43)
    assert pack(advice=(one,)).startswith(
        b'{"advice":[{"function":"legal","person":"pia","stance":"advises_against","words":"'
        + b"w" * 43
        + b'"}],"answers":[]'
    )


@pytest.mark.parametrize(
    ("count", "fits"), [(0, True), (ADVICE_MAX, True), (ADVICE_MAX + 1, False)]
)
def test_a_pack_takes_so_many_pieces_and_no_more(count: int, fits: bool) -> None:
    given = {"request": "Go.", "advice": [{"stance": "supports", "name": "A"}] * count}
    if fits:
        assert len(PresentPack.model_validate(given).advice or ()) == count
        return
    with pytest.raises(ValueError, match=f"at most {ADVICE_MAX}"):
        PresentPack.model_validate(given)


def test_every_refusal_says_what_to_do() -> None:
    for given, refused in rows():
        if refused != "-":
            with pytest.raises(Refused) as turned_down:
                require_advice(HEARD, START, (advice(**given),))
            assert turned_down.value.fix
