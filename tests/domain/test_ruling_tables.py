"""Every table of tests/golden/rulings: what an auditor reads is what runs.

A table has comments (#), settings (``name: value``), a header, and rows; left of ``|`` stands what
is given, right of it what must come out. ``-`` is nothing. A setting is a column with one value.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.criteria import evaluate
from domain.docket import Ballot, Docket, PanelSeat
from domain.pack import Pack
from domain.policy import Policy, Predicate
from domain.ruling import may_rule, rule, settled
from tests.oracle import ruling as oracle

TABLES = sorted((Path(__file__).parent.parent / "golden" / "rulings").glob("*.table"))
OPENED = datetime(2026, 3, 1, 9, tzinfo=UTC)
SUBJECT, REVIEW = "project:A-1", "review:A-1/1"
OPTIONS = {"A": "approve", "D": "defer", "R": "reject"}

Row = dict[str, str]


def rows() -> list[Any]:
    """What is given and what is expected, for every row of every table."""
    found = []
    for path in TABLES:
        settings: Row = {}
        header: list[list[str]] = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            sides = [side.split() for side in line.split("|")]
            if not line or line.startswith("#"):
                continue
            if len(sides) == 1:
                name, _, value = line.partition(":")
                settings[name] = value.strip()
            elif not header:
                header = sides
            else:
                given, expected = (
                    dict(zip(names_, cells, strict=True))
                    for names_, cells in zip(header, sides, strict=True)
                )
                found.append(pytest.param(settings | given, expected, id=f"{path.stem}:{number}"))
    return found


@pytest.mark.parametrize(("given", "expected"), rows())
def test_each_row_comes_out_as_the_table_says(given: Row, expected: Row) -> None:
    came_out = CHECKS[given["check"]](given)
    assert {name: came_out[name] for name in expected} == expected


# --- Rulings ---------------------------------------------------------------------------------


def check_ruling(row: Row) -> Row:
    case = made(row)
    assert rule(*case) == oracle.ruling(*case)
    verdict = rule(*case).verdict
    return {
        "outcome": verdict.outcome.value,
        "option": verdict.option or "-",
        "ground": verdict.ground.value,
        "deciding": ",".join(verdict.deciding) or "-",
        "seats": str(verdict.seats),
        "present": str(verdict.present),
        "cast": str(verdict.cast),
    }


def check_checks(row: Row) -> Row:
    return {check.id: check.truth.value for check in rule(*made(row)).checks}


def check_may_rule(row: Row) -> Row:
    case = made(row)
    assert may_rule(*case) == oracle.may_rule(*case)
    return {"may": yes_or_no(may_rule(*case)), "settled": yes_or_no(settled(*case))}


def yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"


def made(row: Row) -> tuple[Policy, Pack, Docket]:
    """The policy, pack and docket a row stands for."""
    marks = seats_of(row["seats"])
    criteria = [made_criterion(*c) for c in enumerate(names(row.get("criteria")), start=1)]
    sign, share = split_share(row.get("share", ">1/2"))
    board = {
        "seats": [{"id": seat} for seat in marks],
        "chair": "s1",
        "quorum": row.get("quorum", "1"),
        "voting": {
            {">": "more_than", ">=": "at_least"}[sign]: share,
            "of": row.get("of", "cast"),
            "tie": row.get("tie", "fails"),
            "veto": names(row.get("veto")),
            "conflict": row.get("conflict", "leaves"),
        },
    }
    matter = {
        "kind": "hold",
        "decided_by": [{"board": "board"}],
        "criteria": criteria,
        "hurdle": next(iter(names(row.get("hurdle"))), None),
        "window": made_window(row.get("early")),
        "options": [{"id": o, "outcome": o} for o in OPTIONS.values()],
        "otherwise": row.get("otherwise", "no_ruling"),
        "proposer_may_decide": row.get("proposers", "barred") == "allowed",
    }
    docket = Docket(
        matter="matter",
        board="board",
        now=OPENED + span(row.get("now", "1d")),
        opened_at=OPENED,
        closes_at=None if row.get("closes", "-") == "-" else OPENED + span(row["closes"]),
        panel=tuple(
            PanelSeat(seat=seat, person=None if mark == "v" else f"person-{seat}")
            for seat, mark in marks.items()
        ),
        conflicts=tuple(seat for seat, mark in marks.items() if mark[0] == "x"),
        waivers=tuple(
            f"c{at}"
            for at, c in enumerate(names(row.get("criteria")), start=1)
            if "w" in c.partition(":")[0]
        ),
        ballots=tuple(b for seat, mark in marks.items() for b in ballots_of(seat, mark)),
        proposers=tuple(f"person-{seat}" for seat, mark in marks.items() if mark[0] == "p"),
    )
    options = names(row.get("pack")) or list(OPTIONS.values())
    return made_policy(board, matter), made_pack(options=[{"id": o} for o in options]), docket


def seats_of(text: str) -> dict[str, str]:
    """Seats s1, s2, ... with their marks; a number repeats the mark behind it."""
    marks: list[str] = []
    for times, mark in re.findall(r"(\d*)([xp][adr]|[ADR?.xpv-])", text):
        marks += [mark] * int(times or 1)
    spelled = "".join(f"{times}{mark}" for times, mark in re.findall(r"(\d*)(\D)", text))
    assert spelled == text
    return {f"s{number}": mark for number, mark in enumerate(marks, start=1)}


def ballots_of(seat: str, mark: str) -> list[Ballot]:
    letter = mark[-1].upper()
    if letter in OPTIONS:
        return [Ballot(seat=seat, person=seat, choice="option", option=OPTIONS[letter])]
    if letter == "-":
        return [Ballot(seat=seat, person=seat, choice="abstain")]
    return [Ballot(seat=seat, person=seat, choice="need_more")] if letter == "?" else []


def made_criterion(number: int, text: str) -> dict[str, Any]:
    mark, *rest = text.split(":")
    kind, weight = [*rest, "must", "1"][:2] if len(rest) != 1 else [rest[0], "1"]
    return {"id": f"c{number}", "kind": kind, "weight": weight, "test": TESTS[mark[0]]}


def made_window(early: str | None) -> dict[str, Any] | None:
    if early is None:
        return None
    rule_, _, days = early.partition("_after_")
    return {"days": "14", "early": rule_, "early_after_days": days or "0"}


def split_share(text: str) -> tuple[str, str]:
    return (">=", text[2:]) if text.startswith(">=") else (">", text[1:])


def names(cell: str | None) -> list[str]:
    return [] if cell in {None, "-"} else str(cell).split(",")


def span(text: str) -> timedelta:
    """A span such as 30d, or 30d and a microsecond: 30d+1us."""
    days, sign, _ = re.fullmatch(r"(\d+)d(?:([+-])(1us))?", text).groups()  # type: ignore[union-attr]
    tick = timedelta(microseconds={"+": 1, "-": -1}.get(sign, 0))
    return timedelta(days=int(days)) + tick


# --- Tests of criteria -----------------------------------------------------------------------

TESTS: dict[str, dict[str, Any]] = {
    "M": {"fact": "known", "at_least": "1"},
    "F": {"fact": "known", "at_least": "2"},
    "U": {"fact": "absent", "at_least": "1"},
}


def check_fact(row: Row) -> Row:
    kind = {"type": row["type"], "choices": ["a", "b", "c"] if row["type"] == "choice" else []}
    kind |= {"unit": "EUR"} if row["type"] == "money" else {}
    test = {"fact": "it"} | bounds(row["test"])
    facts = [] if row["value"] == "-" else [made_fact("it", row["type"], row["value"])]
    return finding(test, made_policy(facts={"it": kind}), made_pack(facts=facts))


def check_ratio(row: Row) -> Row:
    kinds = {
        n: {"type": "money" if any("_" in row[m] for m in ("above", "below")) else "number"}
        for n in ("above", "below")
    }
    facts = [made_fact(n, kinds[n]["type"], row[n]) for n in kinds if row[n] != "-"]
    test = {"ratio": ["above", "below"]} | bounds(row["test"])
    return finding(test, made_policy(facts=kinds), made_pack(facts=facts))


def check_freshness(row: Row) -> Row:
    since = [OPENED - span(age) for age in names(row["age"])]
    if row["what"] == "fact":
        test: dict[str, Any] = {"fact": "it", "at_least": "1"}
        pack = made_pack(facts=[made_fact("it", "number", "1", since=at) for at in since])
    else:
        test = {"evidence": "proof"}
        proof = {"subject": SUBJECT, "kind": "proof", "sha256": "0" * 64, "position": 1}
        pack = made_pack(evidence=[proof | {"dated": at} for at in since])
    kinds = {"it": {"type": "number", "max_age_days": "30"}}
    policy = made_policy(facts=kinds, evidence={"proof": {"max_age_days": "30"}})
    return finding(test, policy, pack)


def check_combination(row: Row) -> Row:
    unknown = {"U": lambda at: {"fact": f"u{at}", "at_least": "1"}}
    parts = [
        unknown.get(mark, lambda at, mark=mark: TESTS[mark])(at)
        for at, mark in enumerate(row["of"], start=1)
    ]
    how = row["how"]
    test = {how: parts} if how in {"all_of", "any_of"} else {"n_of": parts, "n": how[0]}
    return finding(test, made_policy(), made_pack())


def check_earlier(row: Row) -> Row:
    earlier = []
    for at, name, outcome in (one.split(":") for one in names(row["rulings"])):
        matter = name.partition("matter.")[2]
        place = {"matter": matter} if matter else {"matter": "pass", "gate": name}
        earlier.append({"subject": SUBJECT, "outcome": outcome, "position": at} | place)
    test = {"earlier": "g1", "one_of": ["approve", "approve_with_conditions"]}
    return finding(test, made_policy(), made_pack(earlier=earlier))


def check_subjects(row: Row) -> Row:
    values = {"M": "1", "F": "0"}
    subjects = [f"project:A-{number}" for number in range(len(row["of"]))]
    facts = [
        made_fact("known", "number", values[mark], subject=subject)
        for subject, mark in zip(subjects, row["of"], strict=True)
        if mark in values
    ]
    return finding(TESTS["M"], made_policy(), made_pack(subjects=subjects, facts=facts))


def finding(test: dict[str, Any], policy: Policy, pack: Pack) -> Row:
    truth, missing = evaluate(Predicate.model_validate(test), policy, pack, OPENED)
    return {"truth": truth.value, "missing": ",".join(missing) or "-"}


def bounds(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in text.replace("_", " ").split("&"):
        sign, limit = re.fullmatch("(>=|<=|==|in:)(.*)", part).groups()  # type: ignore[union-attr]
        key = {">=": "at_least", "<=": "at_most", "==": "equals", "in:": "one_of"}[sign]
        found[key] = limit.split(",") if sign == "in:" else limit
    return found


def made_fact(
    name: str, kind: str, text: str, *, since: datetime = OPENED, subject: str = SUBJECT
) -> dict[str, Any]:
    value: Any = text
    if kind == "money":
        amount, _, currency = text.partition("_")
        value = {"amount": amount, "currency": currency}
    field = "text" if kind == "choice" else kind
    return {
        "subject": subject, "fact": name, "value": {field: value}, "position": 1,
        "effective_at": since,
    }  # fmt: skip


def made_pack(**given: Any) -> Pack:
    usual = {
        "review": REVIEW,
        "subjects": [SUBJECT],
        "options": [{"id": "approve"}],
        "facts": [made_fact("known", "number", "1")],
    }
    return Pack.model_validate(usual | given)


def made_policy(
    board: dict[str, Any] | None = None, matter: dict[str, Any] | None = None, **given: Any
) -> Policy:
    board = board or {"seats": [{"id": "s1"}], "voting": {"more_than": "1/2"}}
    options = [{"id": "approve", "outcome": "approve"}]
    matter = matter or {"kind": "hold", "decided_by": [{"board": "board"}], "options": options}
    number = {"type": "number"}
    usual = {
        "policy": "table",
        "title": "Of a table",
        "language": "1",
        "facts": {"known": number, "absent": number, "u1": number, "u2": number, "u3": number},
        "boards": {"board": board},
        "lifecycle": {
            "initial": "idea",
            "phases": [{"id": "idea", "label": "Idea", "standing": "proposed"}],
        },
        "matters": {"matter": matter},
    }
    return Policy.model_validate(usual | given)


CHECKS: dict[str, Callable[[Row], Row]] = {
    "ruling": check_ruling,
    "checks": check_checks,
    "may_rule": check_may_rule,
    "fact": check_fact,
    "ratio": check_ratio,
    "freshness": check_freshness,
    "combination": check_combination,
    "earlier": check_earlier,
    "subjects": check_subjects,
}
