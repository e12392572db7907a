"""A ruling against what is on record, without any log."""

from datetime import UTC, datetime

from domain.act import Channel
from domain.docket import Docket, PanelSeat, Verdict
from domain.event import Event
from domain.history import again, against_log, is_computed
from domain.pack import Pack, PackOption
from domain.review import Review
from domain.review_events import ReportedRuling, ReviewRuled
from domain.review_rulings import checks_document
from domain.ruling import rule
from domain.words import Ground, Outcome
from tests.examples import BOARD_POLICY
from workflows.policy_text import read_policy

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POLICY = read_policy(BOARD_POLICY, "works").policy
PACK = Pack(review="review:A/start/1", subjects=("project:A",), options=(PackOption(id="go"),))
DOCKET = Docket(
    matter="start",
    gate="start",
    board="works_board",
    now=NOW,
    opened_at=NOW,
    panel=tuple(PanelSeat(seat=s, person=s) for s in ("chair", "finance", "technical")),
)
RULING = rule(POLICY, PACK, DOCKET)
BODY = ReviewRuled(
    subjects=("project:A",),
    policy="p",
    pack="q",
    docket=DOCKET,
    verdict=RULING.verdict,
    checks=checks_document(RULING.checks).digest,
)
REVIEW = Review(
    stream="review:A/start/1",
    matter="start",
    gate="start",
    subjects=("project:A",),
    board="works_board",
    policy="p",
    pack="q",
    engine=1,
    panel=DOCKET.panel,
    opened_by="chair",
    opened_at=NOW,
)


def event(body: ReviewRuled) -> Event:
    return Event(
        topic=body.TOPIC, stream=REVIEW.stream, version=3, at=NOW, effective_at=NOW, by="chair",
        recorded_by="chair", channel=Channel.LIVE, command="c", basis=8, data=body,
    )  # fmt: skip


def against(body: ReviewRuled, review: Review | None) -> list[tuple[int, str]]:
    return [(fault.position, fault.kind) for fault in against_log(9, event(body), review)]


def remade(body: ReviewRuled) -> list[str]:
    return [fault.kind for fault in again(9, body, POLICY, PACK)]


def test_a_ruling_that_is_what_it_was_has_no_faults() -> None:
    assert against(BODY, REVIEW) == []
    assert remade(BODY) == []


def test_every_argument_is_compared_with_the_record() -> None:
    for change in (
        {"conflicts": ("chair",)},
        {"panel": DOCKET.panel[:2]},
        {"closes_at": NOW},
        {"matter": "finish"},
    ):
        assert against(BODY, REVIEW.changed(**change)) == [(9, "docket_differs")]
    for name in ("policy", "pack"):
        assert against(BODY, REVIEW.changed(**{name: "z"})) == [(9, "docket_differs")]
    assert against(BODY, REVIEW.changed(subjects=("project:B",))) == [(9, "docket_differs")]


def test_a_ruling_without_an_open_review_is_a_fault() -> None:
    assert against(BODY, None) == [(9, "no_review")]
    assert against(BODY, REVIEW.changed(status="ruled")) == [(9, "no_review")]


def test_verdict_and_checks_are_compared_byte_for_byte() -> None:
    verdict = RULING.verdict.changed(seats=RULING.verdict.seats + 1)
    assert remade(BODY.changed(verdict=verdict)) == ["verdict_differs"]
    assert remade(BODY.changed(checks="z")) == ["checks_differ"]


def test_an_engine_or_matter_that_is_unknown_cannot_rule() -> None:
    for change in ({"engine": 99}, {"matter": "nothing"}):
        assert remade(BODY.changed(docket=DOCKET.changed(**change))) == ["cannot_rule"]


def test_only_what_says_it_was_reported_and_has_no_arguments_is_left_out() -> None:
    verdict = Verdict(outcome=Outcome.APPROVE, ground=Ground.REPORTED)
    reported = ReviewRuled(
        subjects=("project:A",), policy="p", verdict=verdict, reported=ReportedRuling()
    )
    assert not is_computed(reported)
    assert is_computed(BODY)
    stripped = BODY.changed(docket=None)
    assert is_computed(stripped)
    assert against(stripped, REVIEW) == [(9, "docket_differs")]
