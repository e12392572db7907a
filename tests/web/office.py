"""An office with money: an envelope, a round that funds three of five, a start, costs."""

from typing import Any

from tests.api.conftest import Bridge, Caller, made

CAPITAL = """\
policy: capital
title: Capital works
language: 1
evidence:
  acceptance: {label: Record of acceptance}
boards:
  investment: {seats: [{id: chair}], quorum: 1, voting: {at_least: 1/1}}
  oversight: {seats: [{id: head}], quorum: 1, voting: {at_least: 1/1}}
lifecycle:
  initial: idea
  phases:
    - {id: idea, label: Idea, standing: proposed}
    - {id: build, label: Build, standing: active}
    - {id: done, label: Done, standing: closed}
  gates:
    - {id: start, from: [idea], to: build}
    - {id: close, from: [build], to: done}
money: {currency: EUR, kinds: [capex]}
matters:
  envelope:
    kind: set_envelope
    decided_by: [{board: investment}]
    options: [{id: set, outcome: approve, effects: [{do: set_envelope}]}]
  round:
    kind: fund
    decided_by: [{board: investment}]
    options:
      - id: award
        outcome: approve
        requires: [awards, review_date]
        effects: [{do: allocate, only: funded}, {do: rest, standing: deferred, only: not_funded}]
  start:
    kind: pass_gate
    gates: [start]
    decided_by: [{board: investment}]
    options: [{id: go, outcome: approve, effects: [{do: move_phase}]}]
  close:
    kind: pass_gate
    gates: [close]
    decided_by: [{board: investment}]
    pack: {evidence: [acceptance]}
    options: [{id: go, outcome: approve, effects: [{do: move_phase}, {do: release}]}]
  hold:
    kind: hold
    decided_by: [{board: investment}]
    options: [{id: hold, outcome: hold, effects: [{do: rest, standing: on_hold}]}]
  resume:
    kind: resume
    decided_by: [{board: investment}]
    options: [{id: resume, outcome: approve, effects: [{do: resume}]}]
  change:
    kind: change
    decided_by: [{board: investment}]
    options: [{id: agree, outcome: approve, effects: [{do: replace_baseline}]}]
  error:
    kind: set_aside
    decided_by: [{board: oversight}]
    options: [{id: set_aside, outcome: approve, effects: [{do: undo}]}]
"""
LONG = "Umbau des Wasserwerks mit Filterhalle und Donaudampfschifffahrtsanlegestelle " * 2
MARKUP = "<script>alert(1)</script> & \N{ARABIC LETTER ALEF}\N{GRINNING FACE}"
TITLES = {"A": "Pumps", "B": LONG, "C": "Treatment works", "D": MARKUP, "E": "Depot"}
ROUND = "portfolio.CITY/round/1"


def with_money(bridge: Bridge) -> None:
    """Add a portfolio with money to an office; its sole decider is Ana."""
    office, pm, ana = bridge.office, bridge.pm, bridge.members["chair"]
    made(office.post("/policies", {"text": CAPITAL}))
    for board, seat, person in (("investment", "chair", "chair"), ("oversight", "head", "works")):
        appointment = {"policy": "capital", "seat": seat, "person": bridge.ids[person]}
        made(office.post(f"/boards/{board}/members", appointment))
    made(office.post("/portfolios", {"code": "CITY", "title": "City", "policy": "capital"}))
    done(ana.post("/portfolios/CITY/envelope", {"lines": [line("1000000.00")]}))
    for code, title in TITLES.items():
        made(pm.post("/projects", {"portfolio": "CITY", "code": code, "title": title}))
        made(pm.post(f"/projects/{code}/funds", {"lines": [line("350000.00")]}))
    made(ana.post("/portfolios/CITY/rounds", {"projects": list(TITLES), "matter": "round"}))
    awards = [
        {"project": code, "rank": rank, "amounts": [line(amount)] if amount else []}
        for rank, (code, amount) in enumerate(
            {"C": "400000.00", "A": "300000.00", "B": "300000.00", "D": "", "E": ""}.items(), 1
        )
    ]
    decide(pm, ana, ROUND, "award", {"review_date": "2027-06-30", "awards": awards})
    made(pm.post("/reviews", {"project": "C", "gate": "start"}))
    decide(pm, ana, "C/start/1", "go", {})
    made(pm.post("/projects/C/costs", {"lines": [line("125000.50")]}))
    made(pm.post("/reviews", {"project": "A", "gate": "start"}))


def decide(pm: Caller, chair: Caller, review: str, option: str, fields: dict[str, Any]) -> None:
    """Put a pack before a review, vote and have it ruled."""
    content = {"request": f"Decide {review}.", "options": [{"id": option, **fields}]}
    pack = made(pm.post(f"/reviews/{review}/pack", content))["pack"]
    made(chair.post(f"/reviews/{review}/ballots", {"pack": pack, "option": option}))
    made(chair.post(f"/reviews/{review}/ruling", {}))


def line(amount: str) -> dict[str, Any]:
    money = {"amount": amount, "currency": "EUR"}
    return {"period": "FY2027", "kind": "capex", "amount": money}


def done(response: Any) -> None:
    assert response.status_code < 300, response.text
