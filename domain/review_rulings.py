"""How a review begins, what is put before it, and how it ends in a ruling."""

import datetime

from domain.act import Act
from domain.advice import advice_texts, put_advice, require_advice
from domain.base import Document, Json, Value, document
from domain.conditions import condition_texts
from domain.docket import ENGINE, PanelSeat, Verdict
from domain.event import Draft
from domain.money import Money
from domain.pack import EarlierRuling, Pack, PackEvidence, PackFact, PackOption
from domain.pack_options import put_options
from domain.policy import Matter, Policy
from domain.private import Disclosure, disclose
from domain.project import Project, project_stream
from domain.proposal import Proposal
from domain.refusals import FieldMissing, NotPermitted, ReviewStillOpen, UnknownFact
from domain.review import Review
from domain.review_acts import require_open
from domain.review_commands import PresentPack
from domain.review_events import PackPresented, ReviewOpened, ReviewRuled
from domain.ruling import may_rule, rule
from domain.stand_ins import Standing
from domain.words import Outcome


class Opening(Value):
    """Everything that is settled when a review opens.

    Attributes:
        stream: stream of the new review.
        policy: digest of the policy version in force.
        closes_at: end of the vote window, if the matter has one.
        grant: number of the grant by which a sole decider decides, if it is by one.
    """

    stream: str
    matter: str
    gate: str | None = None
    subjects: tuple[str, ...]
    board: str
    amount: Money | None = None
    policy: str
    panel: tuple[PanelSeat, ...]
    proposers: tuple[str, ...] = ()
    proposal: Proposal | None = None
    closes_at: datetime.datetime | None = None
    grant: int | None = None


def open_review(opening: Opening) -> tuple[Draft, ...]:
    """Take up a matter; policy and panel are fixed from here on.

    Raises:
        NotPermitted: nobody holds a seat on the board.
    """
    people = {seat.person for seat in opening.panel if seat.person is not None}
    if not people:
        raise NotPermitted(
            f"nobody holds a seat on board {opening.board} today", fix="Appoint its members first."
        )
    fields = {k: v for k, v in dict(opening).items() if k != "stream"}
    body = ReviewOpened(engine=ENGINE, notified=tuple(sorted(people)), **fields)
    return (Draft(stream=opening.stream, data=body),)


def present(
    review: Review,
    command: PresentPack,
    policy: Policy,
    projects: tuple[Project, ...],
    earlier: tuple[EarlierRuling, ...],
    act: Act,
) -> tuple[Draft, ...]:
    """Put a pack before the review: what is on record of its subjects, and the options.

    Ballots that attest an earlier pack count no longer.

    Raises:
        UnknownFact, FieldMissing: an option is not the policy's, or lacks a required field.
        UnknownFact, FieldMissing, Malformed: advice is not as `require_advice` wants it.
    """
    require_open(review)
    matter = policy.matters[review.matter]
    options = put_options(review, policy, command.options, projects)
    if command.recommendation is not None and command.recommendation not in {
        option.id for option in options
    }:
        raise UnknownFact(f"the pack has no option {command.recommendation} to recommend")
    if matter.pack.recommendation and command.recommendation is None:
        raise FieldMissing("the policy asks for a recommendation in this pack")
    _require_complete(matter, projects, act.now)
    advice = command.advice or ()
    require_advice(policy, matter, advice)
    texts = _texts(review, command, options, act)
    pack = Pack(
        review=review.stream,
        subjects=review.subjects,
        amount=review.amount,
        recommendation=command.recommendation,
        recommended_by=None if command.recommendation is None else act.by,
        options=options,
        facts=_facts(policy, projects, act.now),
        evidence=_evidence(projects),
        earlier=earlier,
        answers=review.answers,
        texts=tuple(sorted(text.digest for text in texts)),
        advice=put_advice(advice, {text.name: text.digest for text in texts}),
    )
    content = document(pack)
    body = PackPresented(pack=content.digest, notified=review.people)
    return (Draft(stream=review.stream, data=body, documents=(content,), disclosed=texts),)


def _texts(
    review: Review, command: PresentPack, options: tuple[PackOption, ...], act: Act
) -> tuple[Disclosure, ...]:
    """Return the private texts of a pack, under salts of their own."""
    own = (("request", command.request), ("reasons", command.reasons))
    conditions = condition_texts(command.condition_words, options)
    return tuple(
        disclose(act.salt(review.stream, 0, name), name, words)
        for name, words in (*own, *conditions, *advice_texts(command.advice or ()))
        if words is not None
    )


class Ruled(Value):
    """A ruling and the event that records it."""

    verdict: Verdict
    draft: Draft


def rule_review(
    review: Review, policy: Policy, pack: Pack, act: Act, standing: Standing | None = None
) -> Ruled:
    """Rule a review that may be ruled now.

    Args:
        review: what is ruled.
        policy: by which policy.
        pack: on what.
        act: who calls for the ruling.
        standing: in whose place, where they stand in for a member.

    Raises:
        ReviewStillOpen: ballots are missing, the window is open and nothing is settled.
        NotPermitted: this person may not call for the ruling.
    """
    docket = review.docket(act.now)
    seats = review.seats_of(act.by) if standing is None else (standing.seat,)
    _require_may_call(review, policy, act.by, seats)
    if not may_rule(policy, pack, docket):
        voted = {b.seat for b in docket.ballots}
        missing = [s.seat for s in review.panel if s.person and s.seat not in voted]
        until = f" or until {review.closes_at}" if review.closes_at else ""
        raise ReviewStillOpen(
            f"review {review.stream} waits for {', '.join(missing) or 'its panel'}{until}"
        )
    ruling = rule(policy, pack, docket)
    checks = checks_document(ruling.checks)
    body = ReviewRuled(
        subjects=review.subjects,
        policy=review.policy,
        pack=review.pack,
        docket=docket,
        verdict=ruling.verdict,
        checks=checks.digest,
    )
    holder = None if standing is None else standing.holder
    draft = Draft(stream=review.stream, data=body, documents=(checks,), on_behalf_of=holder)
    return Ruled(verdict=ruling.verdict, draft=draft)


def checks_document(checks: tuple[Value, ...]) -> Document:
    """Return the document that lists every check of a ruling."""
    listed: list[Json] = [check.as_json() for check in checks]
    return document({"checks": listed})


def _require_may_call(review: Review, policy: Policy, person: str, seats: tuple[str, ...]) -> None:
    board = policy.boards[review.board]
    if any(b.in_room for b in review.counting()) and board.chair is not None:
        if board.chair not in seats:
            raise NotPermitted(
                f"a sitting of {review.board} is ruled by its chair",
                fix="Let the chair call for the ruling.",
            )
    elif person != review.opened_by and not seats:
        raise NotPermitted(f"only its panel or the one who opened it rules {review.stream}")


def _require_complete(
    matter: Matter, projects: tuple[Project, ...], now: datetime.datetime
) -> None:
    missing: list[str] = []
    for project in projects:
        attached = {e.evidence for e in project.evidence}
        missing += [f"fact {f}" for f in matter.pack.facts if project.known(f, now) is None]
        missing += [f"evidence {e}" for e in matter.pack.evidence if e not in attached]
    if missing:
        raise FieldMissing(
            f"the pack lacks {', '.join(missing)}",
            fix="Record the facts and attach the evidence, then present the pack.",
        )


def _facts(
    policy: Policy, projects: tuple[Project, ...], now: datetime.datetime
) -> tuple[PackFact, ...]:
    found = []
    for project in projects:
        for name in sorted(policy.facts):
            known = project.known(name, now)
            if known is not None:
                found.append(
                    PackFact(
                        subject=project_stream(project.code),
                        fact=name,
                        value=known.value,
                        position=known.position,
                        effective_at=known.effective_at,
                    )
                )
    return tuple(found)


def _evidence(projects: tuple[Project, ...]) -> tuple[PackEvidence, ...]:
    return tuple(
        PackEvidence(
            subject=project_stream(project.code),
            kind=attached.evidence,
            sha256=attached.sha256,
            position=attached.position,
            dated=attached.dated,
        )
        for project in projects
        for attached in project.evidence
    )


def is_decided(verdict: Verdict) -> bool:
    """Return whether a verdict settles the matter, so that its effects follow."""
    return verdict.outcome is not Outcome.NO_RULING
