"""What is wrong with one effect of an option: where it leads, and which matters it goes with."""

from domain import lifecycle
from domain.divisible import DIVIDING
from domain.lifecycle import Found, Path, absent
from domain.policy import EffectRule, Lifecycle, Matter, MoneyRule, Option, Policy
from domain.words import APPROVING, MatterKind, Outcome, Standing

MATTER_OF = {
    "resume": MatterKind.RESUME,
    "adopt": MatterKind.ADOPT_POLICY,
    "appoint": MatterKind.APPOINT,
    "relieve": MatterKind.RELIEVE,
    "grant": MatterKind.GRANT_AUTHORITY,
    "transfer": MatterKind.TRANSFER,
    "set_envelope": MatterKind.SET_ENVELOPE,
    "waive": MatterKind.WAIVE,
    "supersede": MatterKind.SUPERSEDE,
    "merge": MatterKind.MERGE,
    "split": MatterKind.SPLIT,
    "reprioritise": MatterKind.REPRIORITISE,
    "reallocate": MatterKind.REALLOCATE,
    "close_period": MatterKind.CLOSE_PERIOD,
}
"""Effects that go with one kind of matter only."""

RESTS_OF = {
    MatterKind.DEFER: Standing.DEFERRED,
    MatterKind.HOLD: Standing.ON_HOLD,
    MatterKind.CANCEL: Standing.CANCELLED,
    MatterKind.REJECT: Standing.REJECTED,
}
"""Matters that name the standing they lead to; another one would say one thing and do another."""

REPLACES = frozenset({"supersede", "merge", "split"})
"""Effects that let a project be superseded."""

NEEDS = {"reprioritise": "ranking", "reallocate": "awards"}
"""Effects that take everything from one field of the option."""

ABOUT_MONEY = frozenset({"allocate", "release", "set_envelope", "reallocate", "close_period"})
REPLACING = frozenset({MatterKind.CHANGE, MatterKind.PASS_GATE})
"""Matters that may replace a baseline: an approved change, and a gate that is passed with one."""

GIVES_BACK = frozenset({Standing.DEFERRED, Standing.REJECTED, Standing.CANCELLED, Standing.CLOSED})
"""Standings in which a project needs no money any more; on hold it may keep its own."""


def effect_faults(
    path: Path, effect: EffectRule, option: Option, matter: Matter, policy: Policy
) -> Found:
    """Yield what is wrong with an effect."""
    yield from _moves(path, effect, option, matter, policy.lifecycle)
    yield from _rests(path, effect, matter, policy.lifecycle)
    if effect.do in ABOUT_MONEY and policy.money is None:
        yield (*path, "do"), f"{effect.do} is about money; add a section money to the policy"
    if effect.do == "replace_baseline" and matter.kind not in REPLACING:
        yield (*path, "do"), "replace_baseline goes with a matter of kind change, or with a gate"
    if effect.do in MATTER_OF and MATTER_OF[effect.do] is not matter.kind:
        yield (*path, "do"), f"{effect.do} goes with a matter of kind {MATTER_OF[effect.do]}"
    if effect.do == "allocate" and not {"amounts", "awards"} & {*option.requires}:
        yield (*path, "do"), "an option that allocates requires amounts, or awards; add it"
    if NEEDS.get(effect.do, effect.do) not in {effect.do, *option.requires}:
        wanted = NEEDS[effect.do]
        yield (*path, "do"), f"an option that does {effect.do} requires {wanted}; add it"
    if effect.do == "close_period" and policy.money is not None:
        yield from _closes(path, option, policy.money)
    if effect.do == "undo" and matter.kind not in {MatterKind.SET_ASIDE, MatterKind.REVOKE}:
        yield (*path, "do"), "undo goes with a matter of kind set_aside or revoke"
    yield from _replaces(path, effect, option, policy.lifecycle)
    yield from _only(path, effect, option)


def _only(path: Path, effect: EffectRule, option: Option) -> Found:
    if effect.only != "all" and effect.do in NEEDS:
        yield (*path, "only"), f"{effect.do} acts on all projects at once; leave only out"
    elif effect.only != "all" and "awards" not in option.requires:
        yield (*path, "only"), "only an option with awards draws a line; leave only out"


def _replaces(path: Path, effect: EffectRule, option: Option, cycle: Lifecycle) -> Found:
    if effect.do in REPLACES and Standing.SUPERSEDED not in cycle.rests:
        yield (*path, "do"), f"{effect.do}: lifecycle.rests names no phase for superseded; add it"
    if effect.do in DIVIDING and "parts" not in option.requires:
        yield (*path, "do"), f"an option that does {effect.do} requires parts; add it"
    if effect.do in DIVIDING and len(option.effects) > 1:
        yield (*path, "do"), f"an option that does {effect.do} does nothing else; leave one out"


def _closes(path: Path, option: Option, money: MoneyRule) -> Found:
    """Yield what keeps an option from closing a period as the policy says."""
    asked = "unspent" in option.requires
    if money.unspent is None:
        yield (*path, "do"), "say in money what becomes of unspent money; add unspent"
    elif money.unspent == "ask" and not asked:
        yield (*path, "do"), "money asks what becomes of unspent money; require unspent"
    elif money.unspent != "ask" and asked:
        yield (*path, "do"), f"unspent money does {money.unspent}; do not require unspent"


def _moves(
    path: Path, effect: EffectRule, option: Option, matter: Matter, cycle: Lifecycle
) -> Found:
    moves = effect.do == "move_phase"
    yield from absent(effect.to, [p.id for p in cycle.phases], "phase", (*path, "to"))
    if effect.to is not None and not moves:
        yield (*path, "to"), f"only move_phase leads to a phase; {effect.do} does not"
    if moves and effect.to is not None and "target" in option.requires:
        yield (*path, "to"), "the option requires a target; leave to out, or do not require it"
    if moves and matter.kind is not MatterKind.PASS_GATE:
        yield (*path, "do"), "only a matter of kind pass_gate moves a project; make it one"


def _rests(path: Path, effect: EffectRule, matter: Matter, cycle: Lifecycle) -> Found:
    standing = effect.standing
    if (effect.do == "rest") != (standing is not None):
        yield (*path, "do"), "rest, and only rest, says with which standing"
    if standing is not None and standing not in lifecycle.RESTING_STEPS:
        yield (*path, "standing"), f"a project does not rest while it is {standing}"
    elif standing in lifecycle.SHOWN_ONLY and standing not in cycle.rests:
        yield (*path, "standing"), f"lifecycle.rests names no phase for {standing}; add it"
    elif standing is not None and matter.kind is MatterKind.PASS_GATE:
        shut = ", ".join(lifecycle.closed_to(cycle, matter.gates, standing))
        if shut:
            yield (*path, "standing"), f"from {shut} a project cannot become {standing}"
    elif standing is not None and standing is not RESTS_OF.get(matter.kind, standing):
        wanted = RESTS_OF[matter.kind]
        yield (*path, "standing"), f"a matter of kind {matter.kind} leads to {wanted} only"


def option_oddities(path: Path, option: Option, matter: Matter, policy: Policy) -> Found:
    """Yield what an option leaves undone, or does that its outcome does not say."""
    effects = {effect.do for effect in option.effects}
    ends = {effect.standing for effect in option.effects if effect.do == "rest"}
    if "move_phase" in effects:
        ends |= _behind(option, matter, policy.lifecycle)
    if option.outcome in APPROVING and not effects:
        if matter.kind is MatterKind.PASS_GATE:
            yield path, "approves a gate but moves nothing; add move_phase"
        else:
            yield path, "approves but does nothing; give it an effect"
    if policy.money is not None and ends & GIVES_BACK and "release" not in effects:
        where = ", ".join(sorted(end for end in ends & GIVES_BACK if end is not None))
        yield path, f"a project that becomes {where} keeps its money; add release"
    if Standing.SUPERSEDED in ends and matter.kind is not MatterKind.PASS_GATE:
        yield path, "supersedes without saying by what; use a matter of kind supersede"
    if "parts" in option.requires and not effects & DIVIDING:
        yield path, "requires parts and divides nothing; add merge or split, or leave parts out"
    if "oblige" in effects and "conditions" not in option.requires:
        yield path, "obliges without asking for conditions; require conditions"
    if Standing.DEFERRED in ends and "review_date" not in option.requires:
        yield path, "a deferral without a date never comes back; require review_date"
    if option.outcome is Outcome.REWORK:
        yield from _forward(path, option, matter, policy.lifecycle)


def _behind(option: Option, matter: Matter, cycle: Lifecycle) -> set[Standing | None]:
    """Return the standings of the phases that an option of a gate leads to."""
    named = {effect.to for effect in option.effects if effect.to is not None}
    gates = [gate for gate in cycle.gates if gate.id in matter.gates or not matter.gates]
    targets = named or {gate.to for gate in gates}
    return {phase.standing for phase in cycle.phases if phase.id in targets}


def _forward(path: Path, option: Option, matter: Matter, cycle: Lifecycle) -> Found:
    order = [phase.id for phase in cycle.phases]
    gates = [gate for gate in cycle.gates if gate.id in matter.gates or not matter.gates]
    latest = max((order.index(name) for gate in gates for name in gate.from_), default=0)
    for place, effect in enumerate(option.effects):
        if effect.do == "move_phase" and effect.to is None and "target" not in option.requires:
            yield (*path, "effects", place), "rework that passes the gate; say where to, or drop it"
        elif effect.to is not None and order.index(effect.to) > latest:
            yield (*path, "effects", place, "to"), "rework that leads forward, past the gate"
