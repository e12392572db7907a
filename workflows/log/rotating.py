"""What is done about the key of the log: another one takes its place, on record."""

from domain.act import Act
from domain.log_key import RotateLogKey, rotate
from domain.office import OFFICE
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded


class LogKeys:
    """What is done about the key that signs checkpoints."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def rotate(self, command: RotateLogKey, act: Act) -> Answer:
        """Record that another key signs from here on.

        Raises:
            Malformed: one of them is no key of this log, or both are the same.
        """
        asked = Asked(act="rotate_log_key", subject=OFFICE, content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            return Decision(rotate(loaded.office(), command), {"key": command.key})

        return self._desk.perform(act, asked, decide)
