"""The small works board once more: others may stand in, and a director is granted authority."""

from tests.examples import BOARD_POLICY

AUTHORITY_POLICY = (
    BOARD_POLICY.replace(
        "    voting: {more_than: 1/2, of: cast, tie: chair}\n  head:",
        "    voting: {more_than: 1/2, of: cast, tie: chair}\n"
        "    delegation: {onward: true}\n"
        "    deputies: {named_by: chair, days_max: 30}\n"
        "  director:\n"
        "    label: Director\n"
        "    seats: [{id: director}]\n"
        "    voting: {at_least: 1/1}\n"
        "  head:",
    ).replace(
        "[{up_to: 1000.00 EUR, board: head}, {board: works_board}]",
        "[{up_to: 1000.00 EUR, board: head},"
        " {up_to: 20000.00 EUR, board: director, granted: true}, {board: works_board}]",
    )
    + """\
  grant:
    kind: grant_authority
    decided_by: [{board: head}]
    options:
      - {id: grant, outcome: approve, effects: [{do: grant}]}
      - {id: "no", outcome: reject}
"""
)
