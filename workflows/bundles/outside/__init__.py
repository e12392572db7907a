"""The parts of ``verify.py``: the standard library only, and nothing of the rest of this program.

They are written a second time on purpose. Whoever holds a bundle against them holds it against
another program than the one that made it. Names are unique across the parts, which are joined
into one file.
"""
