"""The office of `Hushed`, whose hidden projects are bound up with others in every way there is.

Open projects are ranked beside ``HUSH-7``, superseded by it, merged into it and divided from it;
``HUSH-8``, restricted from the start, is split, so that ``HUSH-9`` is born restricted.
"""

from typing import Any

from tests.api.conftest import made
from tests.api.hushed import AMOUNTS, MARKS, POLICY, WORD, Hushed, line

ENTANGLED = (
    POLICY.replace(
        "standing: active}\n",
        "standing: active}\n    - {id: replaced, label: Replaced, standing: superseded}\n",
    ).replace(
        "to: build}\nmoney: {currency: EUR, kinds: [capex]}\n",
        """to: build}
  rests: {superseded: replaced}
money: {currency: EUR, kinds: [capex], unspent: carry}
""",
    )
    + """\
  rank:
    kind: reprioritise
    decided_by: [{board: works_board}]
    options:
      - {id: rank, outcome: approve, requires: [ranking], effects: [{do: reprioritise}]}
  move:
    kind: reallocate
    decided_by: [{board: works_board}]
    options:
      - {id: move, outcome: approve, requires: [awards], effects: [{do: reallocate}]}
  twin:
    kind: supersede
    decided_by: [{board: works_board}]
    options: [{id: supersede, outcome: approve, effects: [{do: supersede}]}]
  join:
    kind: merge
    decided_by: [{board: works_board}]
    options: [{id: merge, outcome: approve, requires: [parts], effects: [{do: merge}]}]
  part:
    kind: split
    decided_by: [{board: works_board}]
    options: [{id: split, outcome: approve, requires: [parts], effects: [{do: split}]}]
  closing:
    kind: close_period
    decided_by: [{board: works_board}]
    options: [{id: close, outcome: approve, effects: [{do: close_period}]}]
"""
)
ALL_MARKS = (*(mark for mark in MARKS if mark not in {AMOUNTS[3], AMOUNTS[5]}), "HUSH-9")
"""Marks of what there is to be seen in the end."""


class Entangled(Hushed):
    """See the module."""

    policy = ENTANGLED

    def more(self) -> None:
        for code in ("OPEN-2", "OPEN-3"):
            self.propose(code, f"Open works {code}", None)
        self._ranked("HUSH-7", "OPEN-1", "OPEN-3")
        self.decided("OPEN-2", {"matter": "twin", "into": "HUSH-7"}, "supersede")
        self._merged()
        self._ranked("OPEN-1", "HUSH-7")
        self._moved()
        kept = {"code": "HUSH-8", "allocated": [line("800.38")], "costs": [line("2.00")]}
        born = {"code": "HUSH-9", "title": f"{WORD} third works", "allocated": [line("38.00")]}
        self.decided("HUSH-8", {"matter": "part"}, "split", parts=[kept, born])
        closing = {"period": "FY2027", "into": "FY2028"}
        told = self.ana.post("/portfolios/CAP/closings", closing)
        assert told.status_code == 200, told.text

    def _several(self, matter: str, option: str, projects: list[str], **fields: Any) -> None:
        asked = {"projects": projects, "matter": matter}
        review = made(self.ana.post("/portfolios/CAP/rounds", asked))["review"]
        self.ruled(review.removeprefix("review:"), option, "Round", **fields)

    def _ranked(self, *order: str) -> None:
        self._several("rank", "rank", sorted(order), ranking=list(order))

    def _moved(self) -> None:
        awards = [
            {"project": "HUSH-7", "rank": 1, "amounts": [line("1140.41")]},
            {"project": "OPEN-1", "rank": 2, "amounts": [line("22.00")]},
        ]
        self._several("move", "move", ["HUSH-7", "OPEN-1"], awards=awards)

    def _merged(self) -> None:
        """What HUSH-7 holds stays with it, in one sum; OPEN-3 brings nothing."""
        part = {
            "code": "HUSH-7",
            "allocated": [line("1141.41")],
            "costs": [line(AMOUNTS[4])],
            "conditions": [{"project": "HUSH-7", "condition": "permit"}],
            "promise": {"lines": [line("5.00")], "start": "2027-01-01", "finish": "2027-12-31"},
        }
        asked = {"projects": ["OPEN-3", "HUSH-7"]}
        review = made(self.pm.post("/portfolios/CAP/merges", asked))["review"]
        self.ruled(review.removeprefix("review:"), "merge", "Round", parts=[part])
