"""An office with two restricted projects and everything that can be known of one, each marked.

``HUSH-7`` was open at first: a gate passed under a condition, money, a cost, a change, a baseline,
a round it shared with an open project. ``HUSH-8`` was proposed restricted. Nobody but those who
see them may meet any mark of either in any answer.
"""

from typing import Any

from tests.api.conftest import Caller, Served, made

POLICY = """\
policy: gates
title: Stage gates
language: 1
facts:
  npv: {type: money, unit: EUR}
evidence:
  business_case: {label: Business case}
boards:
  works_board: {seats: [{id: chair}], quorum: 1, voting: {at_least: 1/1}}
  secret_board: {seats: [{id: keeper}], quorum: 1, voting: {at_least: 1/1}}
lifecycle:
  initial: idea
  phases:
    - {id: idea, label: Idea, standing: proposed}
    - {id: build, label: Build, standing: active}
  gates:
    - {id: g1, from: [idea], to: build}
money: {currency: EUR, kinds: [capex]}
matters:
  pass_gate:
    kind: pass_gate
    decided_by: [{board: works_board}]
    pack: {facts: [npv], evidence: [business_case]}
    options:
      - id: go_if
        outcome: approve_with_conditions
        requires: [conditions]
        effects: [{do: move_phase}, {do: oblige}]
  fund:
    kind: fund
    decided_by: [{board: works_board}]
    options: [{id: fund, outcome: approve, requires: [amounts], effects: [{do: allocate}]}]
  round:
    kind: fund
    decided_by: [{board: works_board}]
    options: [{id: award, outcome: approve, requires: [awards], effects: [{do: allocate}]}]
  envelope:
    kind: set_envelope
    decided_by: [{board: works_board}]
    options: [{id: set, outcome: approve, effects: [{do: set_envelope}]}]
  change:
    kind: change
    decided_by: [{board: works_board}]
    options: [{id: agree, outcome: approve, effects: [{do: replace_baseline}]}]
  waive:
    kind: waive
    decided_by: [{board: works_board}]
    options: [{id: waive, outcome: approve, effects: [{do: waive}]}]
  error:
    kind: set_aside
    decided_by: [{board: secret_board}]
    options: [{id: set_aside, outcome: approve, effects: [{do: undo}]}]
"""
WORD = "Xyzzy"
"""Stands in every text about a hidden project and nowhere else."""

AMOUNTS = ("77777.71", "31313.13", "4747.47", "515.15", "191.91", "626.26", "838.38")
MARKS = (WORD, "HUSH-7", "HUSH-8", *AMOUNTS)
SECRET = b"Xyzzy, the file"
SEATS = (("Ana", "works_board", "chair"), ("Kim", "secret_board", "keeper"))


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def line(amount: str) -> dict[str, Any]:
    return {"period": "FY2027", "kind": "capex", "amount": money(amount)}


class Hushed:
    """The office, its people and its marks.

    Petra proposes; Ana is the works board; Kim sits on the secret board; Olga runs the office and
    may go through every door but the auditor's, and sees neither hidden project.
    """

    policy = POLICY

    def __init__(self, served: Served) -> None:
        self.served = served
        self.olga = served.caller("Olga", "office", "administrator", "member", "reader")
        self.pm, self.ana = served.caller("Petra"), served.caller("Ana")
        self.kim, self.aude = served.caller("Kim", "reader"), served.caller("Aude", "auditor")
        self.ids: dict[str, str] = {}
        self.file, self.before, self.pack = "", 0, ""

    @property
    def head(self) -> int:
        return self.served.house.log.head()

    def found(self) -> "Hushed":
        made(self.olga.post("/office", {"title": "Works", "languages": ["en"]}))
        made(self.olga.post("/policies", {"text": self.policy}))
        for name, board, seat in SEATS:
            self.ids[name] = made(self.olga.post("/people", {"name": name}))["person"]
            appointed = {"policy": "gates", "seat": seat, "person": self.ids[name]}
            made(self.olga.post(f"/boards/{board}/members", appointed))
        self.ids["Petra"] = made(self.pm.post("/me"))["person"]
        made(self.olga.post("/portfolios", {"code": "CAP", "title": "Capital", "policy": "gates"}))
        told = self.ana.post("/portfolios/CAP/envelope", {"lines": [line("900000.00")]})
        assert told.status_code == 200, told.text
        return self

    def lived(self) -> "Hushed":
        """Everything happens to the projects; the first is restricted at the end of it."""
        self._other()
        self.propose("OPEN-1", "An open project", None)
        self.propose("HUSH-7", f"{WORD} works", None)
        self._know("OPEN-1", "10.00", b"An open file", "Open")
        self.file = self._know("HUSH-7", AMOUNTS[1], SECRET, WORD)
        self.decided("OPEN-1", {"gate": "g1"}, "go_if", conditions=[self._condition("noise")])
        hushed = {"conditions": [self._condition("permit")]}
        self.pack = self.decided("HUSH-7", {"gate": "g1"}, "go_if", **hushed)
        made(self.pm.post("/projects/HUSH-7/funds", {"lines": [line(AMOUNTS[2])]}))
        self.decided("HUSH-7", {"matter": "fund"}, "fund", amounts=[line(AMOUNTS[3])])
        cost = {"lines": [line(AMOUNTS[4])], "source": f"{WORD} invoice"}
        made(self.pm.post("/projects/HUSH-7/costs", cost))
        self._promise(f"{WORD} plan", "2027-12-31")
        self.decided("HUSH-7", {"matter": "change", "change": 1}, "agree")
        self._promise(f"{WORD} is late", "2028-12-31")
        self._round()
        self.more()
        self.before = self.head
        made(self.pm.post("/projects/HUSH-7/restriction", {"boards": ["secret_board"]}))
        return self

    def more(self) -> None:
        """What else happens to them before the first is restricted: here nothing."""

    def _other(self) -> None:
        self.propose("HUSH-8", f"{WORD} other works", {"boards": ["secret_board"]})
        made(self.pm.post("/projects/HUSH-8/funds", {"lines": [line("1.00")]}))
        self.decided("HUSH-8", {"matter": "fund"}, "fund", amounts=[line(AMOUNTS[6])])
        made(self.pm.post("/projects/HUSH-8/costs", {"lines": [line("2.00")]}))

    def decided(self, code: str, about: dict[str, Any], option: str, **fields: Any) -> str:
        """Open a review, put a pack, ask and answer, vote, rule; returns the pack's digest."""
        asked = {"project": code, **about}
        review = made(self.pm.post("/reviews", asked))["review"].removeprefix("review:")
        return self.ruled(review, option, WORD if code.startswith("HUSH") else "Open", **fields)

    def ruled(self, review: str, option: str, word: str, **fields: Any) -> str:
        at = f"/reviews/{review}"
        body: dict[str, Any] = {
            "request": f"{word}: decide.",
            "reasons": f"{word} reasons.",
            "recommendation": option,
            "options": [{"id": option, **fields}],
        }
        if "conditions" in fields:
            body["condition_words"] = {fields["conditions"][0]["id"]: f"{word} condition."}
        pack = str(made(self.pm.post(f"{at}/pack", body))["pack"])
        made(self.ana.post(f"{at}/questions", {"text": f"{word}?"}))
        made(self.pm.post(f"{at}/questions/1/answer", {"text": f"{word}!"}))
        ballot = {"pack": pack, "option": option, "comment": f"{word} comment."}
        made(self.ana.post(f"{at}/ballots", ballot))
        made(self.ana.post(f"{at}/ruling"))
        return pack

    def propose(self, code: str, title: str, restricted: dict[str, Any] | None) -> None:
        asked = money(AMOUNTS[0] if code == "HUSH-7" else "11.00")
        body = {"portfolio": "CAP", "code": code, "title": title, "requested": asked}
        made(self.pm.post("/projects", body | ({"restricted": restricted} if restricted else {})))

    def _know(self, code: str, npv: str, content: bytes, word: str) -> str:
        fact = {"fact": "npv", "value": {"money": money(npv)}, "source": f"{word} source"}
        made(self.pm.post(f"/projects/{code}/facts", fact))
        return str(made(self.pm.upload(code, content, name=f"{word}.pdf"))["sha256"])

    def _condition(self, name: str) -> dict[str, str]:
        return {"id": name, "owner": self.ids["Petra"], "due": "2999-12-31"}

    def _promise(self, words: str, finish: str) -> None:
        body = {"lines": [line("5.00")], "start": "2027-01-01", "finish": finish}
        words_kept = {"reason": words, "scope": f"{WORD} scope"}
        made(self.pm.post("/projects/HUSH-7/changes", body | words_kept))

    def _round(self) -> None:
        both = {"projects": ["OPEN-1", "HUSH-7"], "matter": "round"}
        made(self.ana.post("/portfolios/CAP/rounds", both))
        awards = [
            {"project": "HUSH-7", "rank": 1, "amounts": [line(AMOUNTS[5])]},
            {"project": "OPEN-1", "rank": 2, "amounts": [line("21.00")]},
        ]
        self.ruled("portfolio.CAP/round/1", "award", "Round", awards=awards)

    def seen(self, caller: Caller, path: str, **query: Any) -> Any:
        return caller.get(path, **{"min_position": self.head, **query})
