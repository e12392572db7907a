"""The ruling, made once more from policy, pack and docket. This is engine 1 written a second time.

Everything is plain JSON: what goes in is what is on record, what comes out is compared with it.
"""

from fractions import Fraction
from typing import Any, NamedTuple

from workflows.bundles.outside.form import Rejected
from workflows.bundles.outside.weighing import weigh

SAYS_YES = ("approve", "approve_with_conditions")
SAYS_NO = ("reject", "cancel")


class _Vote(NamedTuple):
    """A vote under way: the matter and board, who may vote, and what they voted."""

    matter: dict[str, Any]
    board: dict[str, Any]
    able: list[str]
    barred: list[str]
    put: list[str]
    present: int
    chosen: dict[str, str]

    @property
    def options(self) -> list[dict[str, Any]]:
        """The policy's options that are on the table, in the policy's order."""
        return [one for one in self.matter["options"] if one["id"] in self.put]

    @property
    def seats(self) -> int:
        """How many seats a share of the seats is a share of."""
        stays = self.board["voting"].get("conflict", "leaves") == "stays"
        return len(self.able) + (len(self.barred) if stays else 0)

    @property
    def quorate(self) -> bool:
        """Whether enough are there."""
        fewest, _, of = self.board.get("quorum", "1").partition("/")
        if not of:
            return self.present >= int(fewest)
        return self.seats > 0 and int(of) > 0 and self.present * int(of) >= int(fewest) * self.seats

    @property
    def vetoes(self) -> list[str]:
        """The seats that used a veto."""
        opposing = [one["id"] for one in self.options if one["outcome"] in SAYS_NO]
        veto = self.board["voting"].get("veto", [])
        return sorted({seat for seat in veto if self.chosen.get(seat) in opposing})


def rule_again(
    policy: dict[str, Any], pack: dict[str, Any], docket: dict[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the verdict, and every check made on the way."""
    if docket["engine"] != 1:
        raise Rejected("the ruling", f"this program has no engine {docket['engine']}")
    vote = _vote(policy, pack, docket)
    checks = _criteria_checks(vote.matter, policy, pack, docket)
    checks += _hurdle_check(vote.matter, checks)
    strikes = _strikes_of(checks, vote.vetoes)
    taken = _taken(vote, struck=bool(strikes))
    ground, deciding = taken[2], ["quorum"] if taken[2] == "no_quorum" else []
    if strikes and taken[:2] != _taken(vote, struck=False)[:2]:
        ground, deciding = strikes[0]
    verdict = {
        "outcome": taken[0],
        "ground": ground,
        "deciding": deciding,
        "seats": len(vote.able),
        "present": vote.present,
        "cast": len(vote.chosen),
        "tallies": [
            {"option": option, "votes": list(vote.chosen.values()).count(option)}
            for option in vote.put
        ],
    }
    if taken[1] is not None:
        verdict["option"] = taken[1]
    return verdict, checks + _seat_checks(vote)


def _vote(policy: dict[str, Any], pack: dict[str, Any], docket: dict[str, Any]) -> _Vote:
    matter, board = policy["matters"][docket["matter"]], policy["boards"][docket["board"]]
    own = matter.get("proposer_may_decide", False) in (True, "true")
    able: list[str] = []
    barred: list[str] = []
    for place in docket["panel"]:
        if "person" not in place:
            continue
        proposed = place["person"] in docket.get("proposers", []) and not own
        conflict = place["seat"] in docket.get("conflicts", [])
        (barred if proposed or conflict else able).append(place["seat"])
    put = [option["id"] for option in pack["options"]]
    counted = [one for one in docket.get("ballots", []) if one["seat"] in able]
    chosen = {
        one["seat"]: one["option"]
        for one in counted
        if one["choice"] == "option" and one.get("option") in put
    }
    return _Vote(matter, board, sorted(able), sorted(barred), put, len(counted), chosen)


def _criteria_checks(
    matter: dict[str, Any], policy: dict[str, Any], pack: dict[str, Any], docket: dict[str, Any]
) -> list[dict[str, Any]]:
    checks = []
    for criterion in matter.get("criteria", []):
        truth, missing = weigh(criterion["test"], policy, pack, docket["now"])
        check = _check_of("criterion", criterion["id"], truth)
        waived = criterion["id"] in docket.get("waivers", [])
        kind = criterion.get("kind", "must")
        checks.append({**check, "kind": kind, "waived": waived, "missing": missing})
    return checks


def _check_of(of: str, name: str, truth: str) -> dict[str, Any]:
    return {"of": of, "id": name, "truth": truth, "waived": False, "missing": []}


def _hurdle_check(matter: dict[str, Any], checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if "hurdle" not in matter:
        return []
    sure = possible = Fraction(0)
    for criterion, check in zip(matter.get("criteria", []), checks, strict=True):
        if check["kind"] == "should":
            weight = Fraction(criterion.get("weight", "1"))
            sure += weight if check["waived"] or check["truth"] == "met" else 0
            possible += weight if check["waived"] or check["truth"] != "failed" else 0
    hurdle = Fraction(matter["hurdle"])
    truth = "met" if sure >= hurdle else "unknown" if possible >= hurdle else "failed"
    return [_check_of("hurdle", "hurdle", truth)]


def _strikes_of(checks: list[dict[str, Any]], vetoes: list[str]) -> list[tuple[str, list[str]]]:
    def musts(truth: str) -> list[str]:
        return sorted(
            one["id"]
            for one in checks
            if one.get("kind") == "must" and not one["waived"] and one["truth"] == truth
        )

    hurdle = [one["id"] for one in checks if one["of"] == "hurdle" and one["truth"] != "met"]
    found = [
        ("veto", vetoes),
        ("must_failed", musts("failed")),
        ("must_unknown", musts("unknown")),
        ("hurdle_missed", hurdle),
    ]
    return [(ground, names) for ground, names in found if names]


def _taken(vote: _Vote, *, struck: bool) -> tuple[str, str | None, str]:
    """Return outcome, option and ground of the vote; struck are the approving options."""
    if not vote.quorate:
        return "no_ruling", None, "no_quorum"
    left = [one for one in vote.options if not (struck and one["outcome"] in SAYS_YES)]
    way = "not_carried"
    for option in left:
        went = _went(vote, option["id"])
        if went == "carried":
            return option["outcome"], option["id"], "carried"
        way = "tie" if went == "tie" else way
    for option in left:
        if option["id"] == vote.matter.get("otherwise", "no_ruling"):
            return option["outcome"], option["id"], way
    return "no_ruling", None, way


def _went(vote: _Vote, option: str) -> str:
    voting = vote.board["voting"]
    of = {"cast": len(vote.chosen), "present": vote.present, "seats": vote.seats}
    whole = of[voting.get("of", "cast")]
    if whole == 0:
        return "not_carried"
    share = Fraction(list(vote.chosen.values()).count(option), whole)
    if "more_than" not in voting:
        return "carried" if share >= Fraction(voting["at_least"]) else "not_carried"
    bar = Fraction(voting["more_than"])
    if share != bar:
        return "carried" if share > bar else "not_carried"
    casting = vote.chosen.get(vote.board.get("chair", ""))
    return "carried" if voting.get("tie", "fails") == "chair" and casting == option else "tie"


def _seat_checks(vote: _Vote) -> list[dict[str, Any]]:
    checks = [_check_of("quorum", "quorum", "met" if vote.quorate else "failed")]
    checks += [_check_of("seat", seat, "failed") for seat in vote.barred]
    for seat in sorted(vote.board["voting"].get("veto", [])):
        if seat in vote.able:
            checks.append(_check_of("veto", seat, "failed" if seat in vote.vetoes else "met"))
    return checks
