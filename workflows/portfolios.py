"""Beginning portfolios."""

from domain.act import Act
from domain.portfolio import CharterPortfolio, charter, portfolio_stream
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded


class Portfolios:
    """What is done about portfolios."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def charter(self, command: CharterPortfolio, act: Act) -> Answer:
        """Begin a portfolio under a policy.

        Raises:
            Taken: the code is in use.
            NotKnown, NotInForce: there is no such policy, or none of its versions rules yet.
        """
        stream = portfolio_stream(command.code)
        asked = Asked(act="charter_portfolio", subject=stream, content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            loaded.in_force(command.policy, act.now)
            drafts = charter(loaded.state(stream), command)
            return Decision(drafts, {"portfolio": command.code})

        return self._desk.perform(act, asked, decide)
