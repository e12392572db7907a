"""Every event there is, by the topic it bears in the log, and how old ones are read.

A topic, once released, never changes its meaning or its fields; a new form is a new version with an
upcaster from the old. Stored bytes are never rewritten.
"""

from collections.abc import Callable
from functools import cache

from pydantic import ValidationError

from domain.base import Json, NotCanonical, canonical, parse
from domain.baseline_events import (
    BaselineDivided,
    BaselineSet,
    BaselineWithdrawn,
    ChangeRequested,
    ChangeWithdrawn,
)
from domain.board import MemberAppointed, MemberRelieved
from domain.condition_events import (
    ConditionImposed,
    ConditionInherited,
    ConditionKept,
    ConditionLifted,
    ConditionPassedOn,
    ConditionSatisfied,
    ConditionWaived,
)
from domain.disposal_events import (
    DisposalApproved,
    DisposalDeclined,
    DisposalProposed,
    RecordDisposed,
)
from domain.erasure import PersonErased
from domain.event import Body, Event
from domain.form import Form, NoForm, topic_of
from domain.hold import HoldLifted, HoldPlaced
from domain.log_key import LogKeyRotated
from domain.money_events import CostRecorded, FundsApproved, FundsRequested
from domain.office import ActRefused, OfficeConstituted, OfficeFounded
from domain.person import IdentityLinked, PersonJoined, PersonRegistered
from domain.policy_book import PolicyAdopted
from domain.portfolio_events import (
    EnvelopeSet,
    FundsAllocated,
    FundsDivided,
    FundsReleased,
    NumberGiven,
    PeriodClosed,
    PortfolioChartered,
    ProjectsPrioritised,
)
from domain.project_events import (
    EvidenceAttached,
    FactCorrected,
    FactRecorded,
    ProjectMoved,
    ProjectProposed,
    ProjectRested,
    ProjectResumed,
    ProjectRetitled,
    ProjectTransferred,
    ProjectWithdrawn,
)
from domain.restriction import ProjectOpened, ProjectRestricted
from domain.retention import RetentionScheduled
from domain.review_events import (
    BallotCast,
    BallotContested,
    ConflictDeclared,
    PackOpened,
    PackPresented,
    QuestionAnswered,
    QuestionAsked,
    ReviewOpened,
    ReviewPostponed,
    ReviewRuled,
    ReviewWithdrawn,
    RulingReported,
    SittingRecorded,
)
from domain.stand_in_events import (
    AuthorityDelegated,
    AuthorityGranted,
    DelegationRevoked,
    DeputyNamed,
    DeputyRecalled,
    StandInRecused,
)
from domain.succession_events import ProjectDivided, ProjectSucceeded, ProjectSuperseded
from domain.taken_over_events import (
    BaselineTakenOver,
    ConditionTakenOver,
    EnvelopeTakenOver,
    FundsTakenOver,
    ProjectTakenOver,
)
from domain.takeon import TakeonConfirmed, TakeonPrepared
from domain.undoing_events import (
    ProjectRestored,
    RulingRevoked,
    RulingSetAside,
    ShortfallFound,
)

BODIES: tuple[type[Body], ...] = (
    OfficeFounded,
    OfficeConstituted,
    ActRefused,
    PersonRegistered,
    IdentityLinked,
    PersonErased,
    HoldPlaced,
    HoldLifted,
    RetentionScheduled,
    DisposalProposed,
    DisposalDeclined,
    DisposalApproved,
    RecordDisposed,
    PolicyAdopted,
    MemberAppointed,
    MemberRelieved,
    PortfolioChartered,
    NumberGiven,
    EnvelopeSet,
    FundsAllocated,
    FundsReleased,
    ProjectsPrioritised,
    PeriodClosed,
    FundsRequested,
    FundsApproved,
    CostRecorded,
    ChangeRequested,
    ChangeWithdrawn,
    BaselineSet,
    BaselineWithdrawn,
    ProjectProposed,
    ProjectRetitled,
    ProjectMoved,
    ProjectRested,
    ProjectResumed,
    ProjectWithdrawn,
    ProjectTransferred,
    FactRecorded,
    FactCorrected,
    EvidenceAttached,
    ConditionImposed,
    ConditionSatisfied,
    ConditionWaived,
    ConditionLifted,
    ConditionKept,
    ReviewOpened,
    PackPresented,
    PackOpened,
    QuestionAsked,
    QuestionAnswered,
    BallotCast,
    BallotContested,
    ConflictDeclared,
    SittingRecorded,
    ReviewPostponed,
    ReviewWithdrawn,
    RulingReported,
    ReviewRuled,
    RulingSetAside,
    RulingRevoked,
    ProjectRestored,
    ShortfallFound,
    ProjectRestricted,
    ProjectOpened,
    PersonJoined,
    AuthorityDelegated,
    DelegationRevoked,
    DeputyNamed,
    DeputyRecalled,
    AuthorityGranted,
    StandInRecused,
    ProjectSuperseded,
    ProjectDivided,
    ProjectSucceeded,
    FundsDivided,
    ConditionPassedOn,
    ConditionInherited,
    BaselineDivided,
    TakeonPrepared,
    TakeonConfirmed,
    ProjectTakenOver,
    EnvelopeTakenOver,
    FundsTakenOver,
    BaselineTakenOver,
    ConditionTakenOver,
    LogKeyRotated,
)
EVENTS: dict[str, type[Body]] = {body.TOPIC: body for body in BODIES}

Upcast = Callable[[dict[str, Json]], tuple[str, dict[str, Json]]]
UPCASTS: dict[str, Upcast] = {}
"""Old topic to a function from its data to the next topic and that topic's data."""


class UnreadableEvent(ValueError):  # noqa: N818  a fault of the log, named for what is wrong
    """Stored bytes that are not an event this catalogue knows."""


def read_event(content: bytes) -> Event:
    """Return the event that stored bytes stand for, upcast to the present form of its topic.

    Raises:
        UnreadableEvent: bytes that are not canonical, or not a known event.
    """
    topic = topic_of(content)
    form = _form(EVENTS[topic]) if topic in EVENTS and topic not in UPCASTS else None
    event = None if form is None else form.read(content)
    return read_closely(content) if event is None else event


def read_closely(content: bytes) -> Event:
    """Return what `read_event` returns, step by step: slower, and able to say what is wrong.

    Raises:
        UnreadableEvent: bytes that are not canonical, or not a known event.
    """
    try:
        fields = parse(content)
        if not isinstance(fields, dict):
            raise UnreadableEvent("an event is a JSON object")
        topic, data = fields.get("topic"), fields.get("data")
        if not isinstance(topic, str) or not isinstance(data, dict):
            raise UnreadableEvent("an event has a topic and data")
        newest, data = upcast(topic, data)
        if newest not in EVENTS:
            raise UnreadableEvent(f"unknown topic {topic}")
        event = Event.model_validate({**fields, "data": EVENTS[newest].model_validate(data)})
        written = event.to_bytes() if newest == topic else canonical(fields)
        if written != content:
            raise UnreadableEvent("the bytes are not the canonical form of their own content")
        return event
    except (NotCanonical, ValidationError) as fault:
        raise UnreadableEvent(str(fault)) from fault


@cache
def _form(body: type[Body]) -> Form | None:
    try:
        return Form(body)
    except NoForm:
        return None


def upcast(topic: str, data: dict[str, Json]) -> tuple[str, dict[str, Json]]:
    """Bring the data of an old topic to the newest form of it."""
    while topic in UPCASTS:
        topic, data = UPCASTS[topic](data)
    return topic, data
