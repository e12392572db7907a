"""Portfolios: what projects belong to, under which policy, and who numbers them."""

from typing import ClassVar

from pydantic import Field

from domain.base import Code, Text, Value
from domain.event import Body, Draft, Event
from domain.refusals import Taken


class PortfolioChartered(Body):
    """A portfolio began.

    Attributes:
        title: what it is called; titles may change, the code never does.
        policy: code of the policy its projects are governed by.
    """

    TOPIC: ClassVar[str] = "portfolio.chartered/1"
    title: Text
    policy: Code


class NumberGiven(Body):
    """The portfolio numbered a project that came without a code.

    Attributes:
        number: counted from 1.
        project: code the project got.
    """

    TOPIC: ClassVar[str] = "number.given/1"
    number: int
    project: Code


class CharterPortfolio(Value):
    """Begin a portfolio under a policy."""

    code: Code
    title: Text = Field(min_length=1, max_length=500)
    policy: Code


class Portfolio(Value):
    """A portfolio as its events leave it."""

    code: str
    title: str
    policy: str
    numbered: int = 0


def portfolio_stream(code: str) -> str:
    """Return the stream of a portfolio."""
    return f"portfolio:{code}"


def charter(portfolio: Portfolio | None, command: CharterPortfolio) -> tuple[Draft, ...]:
    """Begin a portfolio.

    Raises:
        Taken: the code is in use.
    """
    if portfolio is not None:
        raise Taken(f"portfolio {command.code} exists already")
    body = PortfolioChartered(title=command.title, policy=command.policy)
    return (Draft(stream=portfolio_stream(command.code), data=body),)


def number(portfolio: Portfolio) -> tuple[str, Draft]:
    """Return the next code of a portfolio and the event that gives it away."""
    given = portfolio.numbered + 1
    code = f"{portfolio.code}-{given:03d}"
    body = NumberGiven(number=given, project=code)
    return code, Draft(stream=portfolio_stream(portfolio.code), data=body)


def evolve(portfolio: Portfolio | None, event: Event, _position: int) -> Portfolio | None:
    """Apply one event."""
    match event.data:
        case PortfolioChartered() as body:
            return Portfolio(
                code=event.stream.partition(":")[2], title=body.title, policy=body.policy
            )
        case NumberGiven() as body if portfolio is not None:
            return portfolio.changed(numbered=body.number)
    return portfolio
