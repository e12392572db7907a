"""Policies to begin with, made from published rules and told in our own words."""

from importlib.resources import files

PRESETS = ("cncf", "pep", "five-gate", "pmi", "two-gate")


def preset_text(name: str) -> bytes:
    """Return the text of a preset, as it would be read from a file.

    Raises:
        KeyError: there is no such preset.
    """
    if name not in PRESETS:
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.yaml").read_bytes()
