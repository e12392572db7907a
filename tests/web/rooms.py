"""An office with a review, and everybody who has to do with it at its pages."""

from typing import Any

from tests.api.conftest import REVIEW, Bridge, shown
from tests.web.conftest import Site, Visitor

ROLES = {"Olga": ("office", "member"), "Rita": ("reader",)}


class Room:
    """An office with an open review, accounts for everybody, and their visits."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.site = Site(bridge.served)
        self._visits: dict[str, Visitor] = {}
        self._accounts: set[str] = set()

    def account(self, name: str) -> None:
        """Make an account with the roles people of this office have, unless there is one."""
        if name not in self._accounts:
            self._accounts.add(self.site.account(name, *ROLES.get(name, ("member",))))

    def visit(self, name: str) -> Visitor:
        if name not in self._visits:
            self.account(name)
            self._visits[name] = self.site.signed_in(name)
        return self._visits[name]

    def send(self, name: str, act: str, **fields: str) -> Any:
        """Send a form of the brief as somebody, for the pack they were shown."""
        return self.visit(name).post(f"{REVIEW}/{act}", page=REVIEW, **fields)

    def vote(self, name: str, choice: str = "option:go", **fields: str) -> Any:
        return self.send(name, "vote", pack=self.bridge.pack, choice=choice, **fields)

    @property
    def review(self) -> dict[str, Any]:
        head = self.bridge.served.house.log.head()
        caller = self.bridge.served.caller("Rita", "reader")
        found = shown(caller.get(REVIEW, min_position=head))["review"]
        assert isinstance(found, dict)
        return found
