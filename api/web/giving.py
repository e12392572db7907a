"""Giving accounts on the pages: who may give which, and a link that is shown once.

A link to an account is the account: whoever holds it can set its password. So the office makes
accounts and the links of those nobody has used yet; only an administrator makes a link to an
account in use, or any account of an administrator.
"""

from collections.abc import Iterable

from fastapi import Request, Response

from api.accounts import Account
from api.http.acting import person_of, settings_of
from api.sign_in import Role
from api.web.sessions import accounts_of
from domain.refusals import FieldMissing, NotKnown, NotPermitted

ONCE = "quorate-once"
"""Name of the cookie in which a link goes from the form to the page that shows it."""
ONCE_S = 120
"""Seconds it lies there at most."""


def give(
    request: Request, name: str, shown: str, roles: Iterable[str], *, only_try: bool = False
) -> str:
    """Make an account where there is none, and return the secret of a link to it.

    Args:
        request: of whoever gives it.
        name: by which its person signs in: best their e-mail address.
        shown: how they are called.
        roles: which doors a new account opens; those of one there is stay as they are.
        only_try: make nothing; only refuse what would be refused.

    Raises:
        FieldMissing: no name was given.
        NotPermitted: only an administrator gives it.
        Malformed, NotNow: see `Accounts`.
    """
    if not name:
        raise FieldMissing("an account needs the address its person signs in with")
    accounts = accounts_of(request)
    wanted = tuple(roles)
    try:
        known: Account | None = accounts.account(name)
    except NotKnown:
        known = None
    _require_may_give(request, known, wanted)
    if only_try:
        return ""
    if known is None:
        accounts.add(name, wanted, shown=shown or None)
    return accounts.link(name)


def keep_once(request: Request, response: Response, secret: str) -> None:
    """Keep a link for the page that comes next, where no script and no other site can read it."""
    response.set_cookie(
        ONCE,
        secret,
        max_age=ONCE_S,
        path="/people",
        httponly=True,
        samesite="strict",
        secure=settings_of(request).secure_cookies,
    )


def shown_once(request: Request) -> str | None:
    """Return the link that is to be shown, None where there is none; the caller ends its cookie."""
    return request.cookies.get(ONCE)


def forget(response: Response) -> None:
    """End the cookie of a link that was shown."""
    response.delete_cookie(ONCE, path="/people", httponly=True, samesite="strict")


def _require_may_give(request: Request, known: Account | None, roles: tuple[str, ...]) -> None:
    if Role.ADMINISTRATOR in person_of(request).roles:
        return
    if Role.ADMINISTRATOR in (roles if known is None else known.roles):
        raise NotPermitted(
            "only an administrator gives an account of an administrator",
            fix="Ask an administrator.",
        )
    if known is not None and known.has_password:
        raise NotPermitted(
            f"the account {known.name} is in use, and whoever has a link to it can be that person",
            fix="Ask an administrator for a new link.",
        )
