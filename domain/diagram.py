"""A lifecycle as a Mermaid state diagram, for reading; nothing is ever read back from it."""

from domain.lifecycle import pass_gate, start, steps
from domain.policy import Label, Lifecycle

_SAFE = frozenset(" -_.,'()/")
_INDENT = "    "


def diagram(lifecycle: Lifecycle, language: str = "en", here: str | None = None) -> str:
    """Return the text of a Mermaid ``stateDiagram-v2``.

    Args:
        lifecycle: a lifecycle that was checked.
        language: which labels to show; where one is missing, the first there is.
        here: a phase to mark as the present one.
    """
    lines = [f"[*] --> {_id(start(lifecycle).phase)}"]
    for phase in lifecycle.phases:
        text = f"{wording(phase.label, language)} ({phase.standing})"
        lines.append(f'state "{_escaped(text)}" as {_id(phase.id)}')
    lines += _arrows(lifecycle, language)
    if here is not None and lifecycle.phase(here) is not None:
        lines += ["classDef here stroke-width:4px", f"class {_id(here)} here"]
    return "\n".join(["stateDiagram-v2", *(_INDENT + line for line in lines)]) + "\n"


def wording(label: Label, language: str) -> str:
    """Return a label in a language, or in the first it has."""
    if isinstance(label, str):
        return label
    return label.get(language) or next(iter(label.values()))


def _arrows(lifecycle: Lifecycle, language: str) -> list[str]:
    names = {
        pass_gate(gate.id): wording(gate.label or gate.id, language) for gate in lifecycle.gates
    }
    drawn: dict[str, None] = {}
    for rule in steps(lifecycle):
        text = _escaped(names.get(rule.name, rule.name.removeprefix("rest:")))
        for source in rule.sources:
            if rule.name in names or source.phase != rule.target.phase:
                drawn[f"{_id(source.phase)} --> {_id(rule.target.phase)} : {text}"] = None
    return list(drawn)


def _id(phase: str) -> str:
    """Return an id that is no keyword of Mermaid, such as ``end`` or ``state``."""
    return f"phase_{phase}"


def _escaped(text: str) -> str:
    """Return text with everything that could mean something to Mermaid as a numbered entity."""
    flat = " ".join(text.split())
    return "".join(c if c.isalnum() or c in _SAFE else f"#{ord(c)};" for c in flat)
