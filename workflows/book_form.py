"""The form of the book of a take-on: its sheets, their columns, and what each cell holds.

The template is written from this table and the book is read by it, so neither can know a column the
other does not. Columns are known by their headings, in any order.
"""

from typing import Any, Literal, NamedTuple

ABOUT = "About"
OFFICE, CUT_OVER, POLICY, PREPARED_BY = "Office", "Cut-over date", "Policy", "Prepared by"
ABOUT_LINES = (OFFICE, CUT_OVER, POLICY, PREPARED_BY)

REMARK = "Remark"


Kind = Literal["text", "day", "money"]


class Column(NamedTuple):
    """One column.

    Attributes:
        note: what it holds, in words, shown beside its heading.
        kind: what its cells are. list_of: what they are picked from, if anything.
        required: whether every row says something here.
    """

    heading: str
    note: str
    kind: Kind = "text"
    list_of: str | None = None
    required: bool = True
    width: int = 16


def _optional(heading: str, note: str, kind: Kind, **more: Any) -> Column:
    return Column(heading, note, kind, required=False, **more)


_PERSON = "A person of the sheet People, by name; by e-mail where two bear the name."
_CURRENCY = Column("Currency", "Three letters, for example EUR.", list_of="currencies", width=10)
_NOTE = Column(REMARK, "Yours; it is not read.", required=False, width=30)

FORM: dict[str, tuple[Column, ...]] = {
    "People": (
        Column("Name", "As it is to be shown.", width=28),
        Column("E-mail", "Each address once; the person signs in by it later.", width=34),
        _NOTE,
    ),
    "Boards and seats": (
        Column("Board", "As the policy names it.", list_of="boards", width=22),
        Column("Seat", "As the policy names it.", list_of="seats"),
        Column("Person", _PERSON, list_of="people", width=28),
        Column("From", "First day with the seat.", kind="day", width=12),
        _optional("Until", "Last day with it; empty while there is none.", "day", width=12),
        _NOTE,
    ),
    "Limits": (
        Column("Matter", "As the policy names it.", list_of="matters", width=22),
        Column("Board", "The board that decides it.", list_of="boards", width=22),
        _optional("Up to", "Up to which amount; empty for any amount.", "money"),
        _CURRENCY._replace(required=False),
        _NOTE,
    ),
    "Portfolios": (
        Column("Code", "Short, never changed, unique."),
        Column("Title", "What it is called.", width=36),
        Column("Policy", "The policy its projects are governed by.", list_of="policies"),
        _NOTE,
    ),
    "Envelopes": (
        Column("Portfolio", "Its code.", list_of="portfolios"),
        Column("Period", "As the policy writes periods.", list_of="periods"),
        Column("Kind", "Kind of money, as the policy names it.", list_of="kinds", width=12),
        Column("Amount", "What may be allocated.", kind="money"),
        _CURRENCY,
        _NOTE,
    ),
    "Projects": (
        Column("Code", "Short, never changed, unique."),
        Column("Title", "What it is called.", width=36),
        Column("Portfolio", "Code of a portfolio of this book.", list_of="portfolios"),
        Column(
            "Phase",
            "Where it is; of a project that rests or has ended, the phase it left.",
            list_of="phases",
        ),
        Column("Standing", "Whether it goes on, rests or has ended.", list_of="standings"),
        Column("Manager", _PERSON, list_of="people", width=24),
        Column("Sponsor", _PERSON, list_of="people", required=False, width=24),
        _optional("Baseline start", "First day, as promised.", "day"),
        _optional("Baseline finish", "Last day, as promised.", "day"),
        _optional("Baseline cost", "As promised, as one sum.", "money"),
        _optional("Baseline benefit", "As promised, as one sum.", "money"),
        _optional("Benefit due", "By when the benefit is promised.", "day"),
        _CURRENCY._replace(note="Of cost and benefit.", required=False),
        _optional("Last decision", "The day of it.", "day"),
        _optional("Decided by", "The board that took it.", "text", list_of="boards", width=22),
        _optional("Minutes", "Where the minutes of it are.", "text", width=24),
        _NOTE,
    ),
    "Approved": (
        Column("Project", "Code of a project of this book.", list_of="projects"),
        Column("Period", "As the policy writes periods.", list_of="periods"),
        Column("Kind", "Kind of money, as the policy names it.", list_of="kinds", width=12),
        Column("Amount", "Approved and held, spent money included.", kind="money"),
        _CURRENCY,
        _NOTE,
    ),
    "Open conditions": (
        Column("Project", "Code of a project of this book.", list_of="projects"),
        Column("Name", "Short: small letters, digits, underscores; once for a project.", width=20),
        Column("Text", "What is to be done.", width=50),
        Column("Owner", _PERSON, list_of="people", width=24),
        Column("Due", "Last day on which it is met in time.", kind="day", width=12),
        _NOTE,
    ),
}
