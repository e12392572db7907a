"""A policy with money: one portfolio, yearly periods, capex and opex, pounds at a planning rate."""

from tests.examples import BOARD_POLICY

MONEY = """
money:
  currency: EUR
  kinds: [capex, opex]
  rates: {FY2027: {GBP: "1.15"}}
"""
FUNDING = """
  fund:
    kind: fund
    decided_by: [{board: works_board}]
    options:
      - id: fund
        outcome: approve
        requires: [amounts]
        effects: [{do: allocate}]
      - {id: no, outcome: reject}
  round:
    kind: fund
    decided_by: [{board: works_board}]
    options:
      - id: award
        outcome: approve
        requires: [awards, review_date]
        effects:
          - {do: allocate, only: funded}
          - {do: rest, standing: deferred, only: not_funded}
      - {id: no, outcome: reject}
  envelope:
    kind: set_envelope
    decided_by: [{board: head}]
    options:
      - {id: set, outcome: approve, effects: [{do: set_envelope}]}
  stop:
    kind: cancel
    decided_by: [{board: head}]
    options:
      - id: cancel
        outcome: cancel
        effects: [{do: rest, standing: cancelled}, {do: release}]
"""
ORDER = """
  shift:
    kind: reallocate
    decided_by: [{board: works_board}]
    options:
      - {id: move, outcome: approve, requires: [awards], effects: [{do: reallocate}]}
      - {id: no, outcome: reject}
  order:
    kind: reprioritise
    decided_by: [{board: works_board}]
    options:
      - {id: rank, outcome: approve, requires: [ranking], effects: [{do: reprioritise}]}
      - {id: no, outcome: reject}
"""
UNDOING = """
  error:
    kind: set_aside
    decided_by: [{board: head}]
    options:
      - {id: set_aside, outcome: approve, effects: [{do: undo}]}
  mind:
    kind: revoke
    decided_by: [{board: works_board}]
    options:
      - {id: revoke, outcome: approve, effects: [{do: undo}]}
      - {id: keep, outcome: reject}
"""
MONEY_POLICY = BOARD_POLICY.rstrip() + FUNDING.rstrip() + ORDER.rstrip() + UNDOING + MONEY
UNFUNDED_POLICY = MONEY_POLICY + "  when_short: approve_unfunded\n"
