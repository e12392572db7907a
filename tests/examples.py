"""The people and the policy most tests speak of: a small works board with one gate of each kind."""

BOARD_POLICY = """
policy: works
title: Small works
language: 1
sources: [made up for tests]
facts:
  npv: {type: money, unit: EUR, min: 0, exogenous: true}
  risk: {type: number, min: 0, max: 25}
  region: {type: choice, choices: [north, south]}
  note: {type: text}
evidence:
  business_case: {label: Business case, max_age_days: 90}
  minutes: {label: Minutes}
boards:
  works_board:
    label: Works board
    seats: [{id: chair}, {id: finance}, {id: technical}]
    chair: chair
    quorum: 2
    voting: {more_than: 1/2, of: cast, tie: chair}
  head:
    label: Head of office
    seats: [{id: head}]
    quorum: 1
    voting: {at_least: 1/1}
lifecycle:
  initial: idea
  phases:
    - {id: idea, label: Idea, standing: proposed}
    - {id: building, label: Building, standing: active}
    - {id: done, label: Done, standing: closed}
  gates:
    - {id: start, label: Start, from: [idea], to: building}
    - {id: finish, label: Finish, from: [building], to: done}
matters:
  start:
    kind: pass_gate
    gates: [start]
    decided_by: [{up_to: 1000.00 EUR, board: head}, {board: works_board}]
    pack: {facts: [npv], evidence: [business_case]}
    criteria:
      - {id: pays_back, test: {fact: npv, at_least: 50000.00 EUR}}
      - {id: bearable, test: {fact: risk, at_most: "15"}}
      - {id: argued, test: {evidence: business_case}}
    window: {days: 14, early: settled}
    options:
      - {id: go, outcome: approve, effects: [{do: move_phase}]}
      - id: later
        outcome: defer
        requires: [review_date]
        effects: [{do: rest, standing: deferred}]
      - {id: no, outcome: reject, effects: [{do: rest, standing: rejected}]}
    otherwise: "no"
  finish:
    kind: pass_gate
    gates: [finish]
    decided_by: [{board: works_board}]
    options:
      - {id: go, outcome: approve, effects: [{do: move_phase}]}
      - {id: back, outcome: rework}
    otherwise: back
  pause:
    kind: hold
    decided_by: [{board: head}]
    options:
      - {id: hold, outcome: hold, effects: [{do: rest, standing: on_hold}]}
  wake:
    kind: resume
    decided_by: [{board: head}]
    options:
      - {id: resume, outcome: approve, effects: [{do: resume}]}
  hand_over:
    kind: transfer
    decided_by: [{board: head}]
    options:
      - {id: transfer, outcome: approve, effects: [{do: transfer}]}
  adopt:
    kind: adopt_policy
    decided_by: [{board: head}]
    options:
      - {id: adopt, outcome: approve, effects: [{do: adopt}]}
  appoint:
    kind: appoint
    decided_by: [{board: works_board}]
    options:
      - {id: appoint, outcome: approve, effects: [{do: appoint}]}
      - {id: no, outcome: reject}
  relieve:
    kind: relieve
    decided_by: [{board: head}]
    options:
      - {id: relieve, outcome: approve, effects: [{do: relieve}]}
"""
