"""``verify.py``: the parts of `workflows.bundles.outside`, joined into one file."""

import ast
from functools import lru_cache
from importlib import resources

PARTS = (
    "form", "signing", "tree", "succession", "weighing", "voting", "opening", "companions",
    "rulings", "command",
)  # fmt: skip
_PACKAGE = "workflows.bundles.outside"


@lru_cache(maxsize=1)
def verifier() -> bytes:
    """Return the text of ``verify.py``; the same for every bundle, so that one copy is enough."""
    parts = {name: _text(name) for name in PARTS}
    command = ast.get_docstring(ast.parse(parts["command"]), clean=False)
    joined = [f'"""{command}"""\n', *(_without_own_imports(parts[name]) for name in PARTS)]
    return "\n\n".join(joined).encode()


def _text(name: str) -> str:
    return (resources.files(_PACKAGE) / f"{name}.py").read_text(encoding="utf-8")


def _without_own_imports(text: str) -> str:
    """Return a part without its docstring and without what the parts import from each other."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        own = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_PACKAGE)
        docstring = isinstance(node, ast.Expr) and node.lineno == 1
        if own or docstring:
            assert node.end_lineno is not None, "it was read from text"
            for number in range(node.lineno - 1, node.end_lineno):
                lines[number] = ""
    return "\n".join(lines).strip() + "\n"
