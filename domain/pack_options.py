"""The options a pack puts: the policy's own, with the fields they require, within its limits."""

from decimal import Decimal

from domain.authority import exceeds
from domain.funds import Line, planned, require_lines, total
from domain.money import Money
from domain.pack import PackOption
from domain.periods import require_fates
from domain.policy import Lifecycle, Matter, Policy
from domain.project import Project
from domain.refusals import FieldMissing, Malformed, NotPermitted, UnknownFact
from domain.review import Review


def put_options(
    review: Review,
    policy: Policy,
    given: tuple[PackOption, ...] | None,
    projects: tuple[Project, ...],
) -> tuple[PackOption, ...]:
    """Return the options put before a review, in the policy's order.

    Args:
        review: the review.
        policy: the policy that rules it.
        given: options with their fields; when absent, all that require none.
        projects: what the review is about.

    Raises:
        UnknownFact: an option, phase, period, kind or rate the policy does not have.
        FieldMissing: an option lacks a field it requires.
        Malformed: an option is put twice, or names a project twice.
        NotPermitted: an option asks for more than this board may decide.
    """
    matter = policy.matters[review.matter]
    options = _chosen(matter, given)
    codes = {project.code for project in projects}
    for option in options:
        _require_ranking(option, codes)
        require_fates(option, review.proposal)
        _require_target(option, policy.lifecycle, review.gate)
        _require_within(option, policy, matter, review.board)
    return options


def _chosen(matter: Matter, given: tuple[PackOption, ...] | None) -> tuple[PackOption, ...]:
    if given is None:
        given = tuple(PackOption(id=o.id) for o in matter.options if not o.requires)
    if not given:
        wanted = "; ".join(f"{o.id}: {', '.join(o.requires)}" for o in matter.options)
        raise FieldMissing(f"a pack puts at least one option, with its fields: {wanted}")
    chosen = {option.id: option for option in given}
    if len(chosen) != len(given):
        raise Malformed("the pack puts one option twice")
    unknown = sorted(set(chosen) - {o.id for o in matter.options})
    if unknown:
        raise UnknownFact(f"the policy has no option {', '.join(unknown)} for this matter")
    for rule_ in matter.options:
        option = chosen.get(rule_.id)
        missing = [f for f in rule_.requires if option is not None and not getattr(option, f)]
        if missing:
            raise FieldMissing(f"option {rule_.id} needs {', '.join(missing)}")
    return tuple(chosen[o.id] for o in matter.options if o.id in chosen)


def _require_ranking(option: PackOption, codes: set[str]) -> None:
    ranked = [award.project for award in option.awards]
    if len(set(ranked)) != len(ranked) or not set(ranked) <= codes:
        raise Malformed(f"option {option.id} ranks a project twice, or one not under review")
    if option.ranking and sorted(option.ranking) != sorted(codes):
        raise Malformed(
            f"option {option.id} does not rank every project under review exactly once",
            fix=f"Rank each of these once: {', '.join(sorted(codes))}.",
        )


def _require_target(option: PackOption, cycle: Lifecycle, gate: str | None) -> None:
    """Refuse a phase that lies behind the gate: a gate is passed, never stepped over."""
    if option.target is None:
        return
    order = [phase.id for phase in cycle.phases]
    passed = None if gate is None else cycle.gate(gate)
    if passed is None or option.target not in order:
        raise UnknownFact(f"option {option.id}: there is no phase {option.target} to go back to")
    last = max(order.index(phase) for phase in passed.from_)
    if order.index(option.target) > last:
        back = ", ".join(order[: last + 1])
        raise Malformed(f"option {option.id} goes back to one of {back}, not to {option.target}")


def _require_within(option: PackOption, policy: Policy, matter: Matter, board: str) -> None:
    """Refuse amounts that could not be allocated as they stand, or are above this board's limit."""
    asked = _asked(option, policy)
    limits = [decider.up_to for decider in matter.decided_by if decider.board == board]
    if asked is None or None in limits:
        return
    if all(limit is not None and exceeds(asked, limit) for limit in limits):
        raise NotPermitted(
            f"option {option.id} asks for {asked.amount} {asked.currency},"
            f" above what {board} decides",
            fix="Open the review with that amount, so that the right board decides it.",
        )


def _asked(option: PackOption, policy: Policy) -> Money | None:
    """Return what an option asks for in all."""
    given: list[tuple[Line, ...]] = [option.amounts, *(award.amounts for award in option.awards)]
    split = [lines for lines in given if lines]
    if not split:
        return option.amount
    if policy.money is None:
        raise UnknownFact(f"policy {policy.policy} says nothing of money")
    rule = policy.money
    sums = (total(planned(require_lines(lines, rule), rule)) for lines in split)
    return Money(amount=sum(sums, Decimal(0)), currency=rule.currency)
