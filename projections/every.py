"""Every view there is."""

from projections.authority import AUTHORITY
from projections.awaiting import INBOX
from projections.baselines import BASELINES
from projections.boards import BOARDS
from projections.changes import CHANGES
from projections.conditions import CONDITIONS
from projections.decisions import DECISIONS
from projections.evidence import EVIDENCE
from projections.facts import FACTS
from projections.money import MONEY
from projections.people import PEOPLE
from projections.policies import POLICIES
from projections.portfolios import PORTFOLIOS
from projections.priorities import PRIORITIES
from projections.register import REGISTER
from projections.reviews import REVIEWS
from projections.sight import SIGHT
from projections.taken_over import TAKEN_OVER
from projections.trail import TRAIL
from projections.view import View

VIEWS: tuple[View, ...] = (
    REGISTER,
    DECISIONS,
    REVIEWS,
    TRAIL,
    FACTS,
    EVIDENCE,
    PORTFOLIOS,
    POLICIES,
    BOARDS,
    AUTHORITY,
    MONEY,
    CONDITIONS,
    INBOX,
    BASELINES,
    CHANGES,
    SIGHT,
    PRIORITIES,
    TAKEN_OVER,
    PEOPLE,
)
