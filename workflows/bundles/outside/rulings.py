"""The rulings of a bundle, made once more, and held against what their review has on record."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from workflows.bundles.outside.form import Rejected, canonical_bytes
from workflows.bundles.outside.opening import Opened
from workflows.bundles.outside.voting import rule_again

RULED = "review.ruled/1"

Json = dict[str, Any]


def check_rulings(bundle: Opened, documents: dict[str, Any], wanted: int | None) -> list[str]:
    """Return a sentence for each ruling of a bundle.

    Args:
        bundle: the bundle.
        documents: its documents.
        wanted: position of the ruling it is about; it has to come with all it rests on.
    """
    said = []
    if wanted is not None and bundle.events.get(wanted, {}).get("topic") != RULED:
        raise Rejected("manifest.json", "the ruling it is about is not among the events")
    for position, event in bundle.events.items():
        if event["topic"] != RULED:
            continue
        data = event["data"]
        if "docket" not in data:
            said.append(f"ruling {position}: reported from outside; it cannot be made again")
            continue
        held = data["policy"] in documents and data.get("pack") in documents
        if not held and position != wanted:
            said.append(f"ruling {position}: not made again, its policy or pack is not here")
            continue
        _make_again(position, data, documents)
        outcome = data["verdict"]["outcome"]
        said.append(f"ruling {position}: {outcome}, made again and the same byte for byte")
        said.append(f"ruling {position}: {_against_record(position, event, bundle, wanted)}")
    return said


def _make_again(position: int, data: Json, documents: dict[str, Any]) -> None:
    where = f"ruling {position}"
    for name in ("policy", "pack"):
        if data.get(name) not in documents:
            raise Rejected(where, f"its {name} is missing")
    try:
        verdict, checks = rule_again(
            documents[data["policy"]], documents[data["pack"]], data["docket"]
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise Rejected(where, f"it cannot be made again: {fault!r}") from None
    if canonical_bytes(verdict) != canonical_bytes(data["verdict"]):
        raise Rejected(where, f"made again it comes out otherwise: {verdict}")
    listed = sha256(canonical_bytes({"checks": checks})).hexdigest()
    if listed != data.get("checks"):
        raise Rejected(where, "made again its checks come out otherwise")


def _against_record(position: int, event: Json, bundle: Opened, wanted: int | None) -> str:
    """Hold the arguments of a ruling against the events of its review before it."""
    where = f"ruling {position}"
    before = [
        (at, one)
        for at, one in bundle.events.items()
        if one["stream"] == event["stream"] and at < position
    ]
    whole = [one["version"] for _at, one in before] == list(range(1, event["version"]))
    if not whole and position != wanted:
        return "its review is not here as a whole, so its ballots were not compared"
    if not whole or before[0][1]["topic"] != "review.opened/1":
        raise Rejected(where, "events of its review before it are missing")
    opened, data = before[0][1], event["data"]
    docket = data["docket"]
    for name in ("policy", "subjects"):
        if data[name] != opened["data"][name]:
            raise Rejected(where, f"its {name} is not that of the review")
    for name in ("matter", "gate", "board", "engine"):
        if docket.get(name) != opened["data"].get(name):
            raise Rejected(where, f"its {name} is not that of the review")
    if (docket["opened_at"], docket["now"]) != (opened["at"], event["at"]):
        raise Rejected(where, "its moments are not those of the record")
    _require_adopted(position, data["policy"], before[0][0], bundle)
    _require_ballots(where, data, before, _joined(position, bundle))
    return "policy, pack, panel and every ballot are those on record"


def _require_adopted(position: int, policy: str, opened: int, bundle: Opened) -> None:
    adopted = any(
        one["topic"] == "policy.adopted/1" and one["data"]["digest"] == policy and at < opened
        for at, one in bundle.events.items()
    )
    if not adopted:
        raise Rejected(f"ruling {position}", "its policy was not adopted before the review opened")


class _OnRecord:
    """A review as its events before a ruling tell it.

    Attributes:
        pack: the pack before it. conflicts: seats that declared one. closes: end of the window.
        ballots: by seat, with their position and the pack they attest.
    """

    def __init__(self, before: list[tuple[int, Json]]) -> None:
        self.pack: str | None = None
        self.closes: str | None = None
        self.conflicts: set[str] = set()
        self.ballots: dict[str, tuple[int, str, Json]] = {}
        for at, event in before:
            self._take(at, event, event["data"])

    def counted(self) -> list[Json]:
        """Return the ballots that attest the pack before the review, by seat."""
        return [one[2] for _seat, one in sorted(self.ballots.items()) if one[1] == self.pack]

    def _take(self, at: int, event: Json, body: Json) -> None:
        topic = event["topic"]
        if topic == "pack.presented/1":
            self.pack = body["pack"]
        elif topic in ("review.opened/1", "review.postponed/1"):
            self.closes = body.get("closes_at", self.closes)
        elif topic == "ballot.cast/1":
            self.ballots[body["seat"]] = at, body["pack"], _ballot_of(event)
        elif topic == "conflict.declared/1":
            self.conflicts.add(body["seat"])
            self.ballots.pop(body["seat"], None)
        elif topic == "ballot.contested/1":
            self._drop(lambda one: one[0] == body["ballot"])
        elif topic == "standin.recused/1":
            self._drop(lambda one: one[2]["person"] == event["by"])

    def _drop(self, which: Callable[[tuple[int, str, Json]], bool]) -> None:
        self.ballots = {seat: one for seat, one in self.ballots.items() if not which(one)}


def _require_ballots(
    where: str, data: Json, before: list[tuple[int, Json]], joined: dict[str, str]
) -> None:
    docket, stands = data["docket"], _OnRecord(before)
    told = (data["pack"], sorted(docket["conflicts"]), docket.get("closes_at"))
    if told != (stands.pack, sorted(stands.conflicts), stands.closes):
        raise Rejected(where, "its pack, conflicts or window are not those on record")
    counted = [_standing_for(one, joined) for one in docket["ballots"]]
    if counted != [_standing_for(one, joined) for one in stands.counted()]:
        raise Rejected(where, "the ballots it counted are not those on record")
    seated = {place["seat"]: place.get("person") for place in before[0][1]["data"]["panel"]}
    for place in docket["panel"]:
        person, sat = place.get("person"), seated.pop(place["seat"], None)
        # Of two seats under two ids of one human being, the later one is vacant.
        vacated = person is None and sat in {*joined, *joined.values()}
        if not vacated and joined.get(sat or "", sat) != joined.get(person or "", person):
            raise Rejected(where, f"seat {place['seat']} is not held as when the review opened")
    if seated:
        raise Rejected(where, "it leaves out seats the review opened with")


def _ballot_of(event: Json) -> Json:
    body = event["data"]
    names = ("seat", "choice", "option", "right")
    made = {name: body[name] for name in names if name in body} | {"person": event["by"]}
    if "on_behalf_of" in event:
        made["on_behalf_of"] = event["on_behalf_of"]
    return made


def _standing_for(ballot: Json, joined: dict[str, str]) -> Json:
    """Return a ballot under the ids that stand for its people."""
    people = ("person", "on_behalf_of")
    return {
        name: joined.get(value, value) if name in people else value
        for name, value in ballot.items()
    }


def _joined(position: int, bundle: Opened) -> dict[str, str]:
    found: dict[str, str] = {}
    for at, event in bundle.events.items():
        if event["topic"] == "person.joined/1" and at < position:
            person, into = event["data"]["person"], event["data"]["into"]
            found = {one: into if to == person else to for one, to in found.items()}
            found[person] = into
    return found
