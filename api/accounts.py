"""Local accounts: who may sign in here with a password, through which doors, and their sessions.

They lie in ``accounts.db`` of the data directory, readable by its owner only. Sign-in is no
governance, so none of it is in the log: who may decide is domain data, and a person on record is
the same whoever lets them in. Passwords are kept as argon2id; links and sessions as digests, so
that whoever reads the file can use neither.

Source: RFC 9106 (argon2), OWASP cheat sheets on authentication and session management.
"""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from api.accounts_file import AccountsFile, count_try, digest_of, end_everything
from api.clock import new_key
from api.passwords import Passwords, require_fit
from api.settings import Settings
from api.sign_in import SUBJECT_CHARACTERS_MAX, Role, SignedInPerson, subject_of
from domain.base import moment_text
from domain.refusals import Malformed, NotKnown, NotNow, NotPermitted, Taken
from workflows.people import OFFICE_ISSUER

_SEEN_NO_MORE = (
    "this link holds no longer: it was used, replaced by a newer one, or its time is over"
)


class Account(NamedTuple):
    """One account.

    Attributes:
        subject: the identity, as the embedded issuer names it.
        name: as it is shown.
        has_password: whether it was ever used; before that only a link opens it.
    """

    subject: str
    name: str
    roles: tuple[Role, ...]
    has_password: bool
    locked: bool


class Session(NamedTuple):
    """Somebody signed in, for as long as it holds."""

    person: SignedInPerson
    key: str


class Accounts:
    """The accounts of one data directory; several processes may use them at once."""

    def __init__(
        self, directory: Path, now: Callable[[], datetime], settings: Settings | None = None
    ) -> None:
        """Use the accounts of a data directory, made at first need."""
        self._file = AccountsFile(directory)
        self._now = now
        self._settings = settings or Settings()
        self._passwords = Passwords()

    # --- who there is -------------------------------------------------------------------------

    def add(self, name: str, roles: Iterable[str], shown: str | None = None) -> Account:
        """Make an account; it opens with a link, through which its person sets a password.

        Args:
            name: by which its person signs in: a name or an address.
            roles: which doors it opens.
            shown: how the person is called, where that is not the name.

        Raises:
            Malformed: no name, a name too long, or no role.
            Taken: there is one under that name.
        """
        account = Account(
            subject=subject_of(name),
            name=(shown or name).strip(),
            roles=_roles(roles),
            has_password=False,
            locked=False,
        )
        if not all(1 <= len(one) <= SUBJECT_CHARACTERS_MAX for one in (account.name, name.strip())):
            raise Malformed(f"a name has 1 to {SUBJECT_CHARACTERS_MAX} characters")
        row = account.subject, account.name, " ".join(account.roles), moment_text(self._now())
        with self._file.open() as rows:
            try:
                rows.execute("INSERT INTO accounts VALUES (?, ?, ?, NULL, 0, ?)", row)
            except sqlite3.IntegrityError:
                raise Taken(f"there is an account {account.name} already") from None
        return account

    def account(self, name: str) -> Account:
        """Return an account.

        Raises:
            NotKnown: there is none under that name.
        """
        with self._file.open(looks=True) as rows:
            return _existing(rows, name)

    def listed(self) -> tuple[Account, ...]:
        """Return every account, in the order of names."""
        with self._file.open(looks=True) as rows:
            found = rows.execute(f"{_ACCOUNT} ORDER BY subject").fetchall()
        return tuple(map(_account, found))

    def set_roles(self, name: str, roles: Iterable[str]) -> None:
        """Say which doors an account opens from now on, also for sessions that hold."""
        with self._file.open() as rows:
            subject = _existing(rows, name).subject
            given = " ".join(_roles(roles)), subject
            rows.execute("UPDATE accounts SET roles = ? WHERE subject = ?", given)

    def set_locked(self, name: str, *, locked: bool) -> None:
        """Lock an account, which ends its sessions and links, or unlock it."""
        with self._file.open() as rows:
            subject = _existing(rows, name).subject
            rows.execute("UPDATE accounts SET locked = ? WHERE subject = ?", (locked, subject))
            if locked:
                end_everything(rows, subject)

    # --- links --------------------------------------------------------------------------------

    def link(self, name: str) -> str:
        """Return the secret of a link that opens an account once; earlier links hold no longer.

        Raises:
            NotKnown: there is no such account.
            NotNow: it is locked.
        """
        secret = new_key()
        until = self._now() + timedelta(seconds=self._settings.link_lifetime_s)
        with self._file.open() as rows:
            account = _existing(rows, name)
            if account.locked:
                raise NotNow(f"the account {account.name} is locked", fix="Unlock it first.")
            rows.execute("DELETE FROM links WHERE subject = ?", (account.subject,))
            row = digest_of(secret), account.subject, moment_text(until)
            rows.execute("INSERT INTO links VALUES (?, ?, ?)", row)
        return secret

    def welcomed(self, secret: str) -> Account:
        """Return the account a link opens, without using it.

        Raises:
            NotKnown: the link holds no longer.
        """
        with self._file.open(looks=True) as rows:
            return self._linked(rows, secret)

    def set_password(self, secret: str, password: str) -> Session:
        """Set the password of the account a link opens, use the link up, and sign in.

        Raises:
            NotKnown: the link holds no longer.
            Malformed: the password is no good.
        """
        account = self.welcomed(secret)
        require_fit(password, account.name)
        kept = self._passwords.kept(password)
        with self._file.open() as rows:
            # Asked again in the transaction that uses it: of two who open a link, one gets in.
            account = self._linked(rows, secret)
            end_everything(rows, account.subject)
            rows.execute("DELETE FROM attempts WHERE subject = ?", (account.subject,))
            given = kept, account.subject
            rows.execute("UPDATE accounts SET password = ? WHERE subject = ?", given)
            return self._begun(rows, account)

    # --- sessions -----------------------------------------------------------------------------

    def sign_in(self, name: str, password: str) -> Session:
        """Begin a session, always under a new key.

        Raises:
            NotPermitted: name and password do not go together; said alike for every reason.
            NotNow: too many wrong passwords were given for that name.
        """
        subject = subject_of(name)[:SUBJECT_CHARACTERS_MAX]
        with self._file.open() as rows:
            # Counted as wrong before it is looked at: many tries at once are many tries.
            count_try(rows, subject, self._now(), self._settings)
            found = rows.execute(f"{_ACCOUNT} WHERE subject = ?", (subject,)).fetchone()
        account = None if found is None else _account(found)
        right = self._passwords.is_right(None if found is None else found[3], password)
        if account is None or account.locked or not right:
            raise NotPermitted(
                "name and password do not go together",
                fix="Try again, or ask the administrator for a new link.",
            )
        with self._file.open() as rows:
            rows.execute("DELETE FROM attempts WHERE subject = ?", (subject,))
            return self._begun(rows, account)

    def enter(self, name: str) -> Session:
        """Begin a session without a password: only for the made-up people of a demo.

        Raises:
            NotKnown: there is no such account.
            NotNow: it is locked.
        """
        with self._file.open() as rows:
            account = _existing(rows, name)
            if account.locked:
                raise NotNow(f"the account {account.name} is locked", fix="Unlock it first.")
            return self._begun(rows, account)

    def session(self, key: str) -> Session | None:
        """Return the session of a key with the roles of today, None where it holds no longer."""
        with self._file.open(looks=True) as rows:
            found = rows.execute(
                "SELECT a.subject, a.name, a.roles, s.token, s.since, s.expires FROM sessions s"
                " JOIN accounts a USING (subject)"
                " WHERE s.digest = ? AND s.expires > ? AND NOT a.locked",
                (digest_of(key), moment_text(self._now())),
            ).fetchone()
        if found is None:
            return None
        subject, name, roles, token, since, expires = found
        person = SignedInPerson(
            issuer=OFFICE_ISSUER,
            subject=subject,
            name=name,
            roles=frozenset(Role(role) for role in roles.split()),
            token_id=token,
            issued_at=datetime.fromisoformat(since),
            expires=datetime.fromisoformat(expires),
        )
        return Session(person, key)

    def sign_out(self, key: str) -> None:
        """End a session, if it holds."""
        with self._file.open() as rows:
            rows.execute("DELETE FROM sessions WHERE digest = ?", (digest_of(key),))

    # --- within -------------------------------------------------------------------------------

    def _linked(self, rows: sqlite3.Connection, secret: str) -> Account:
        found = rows.execute(
            f"{_ACCOUNT} JOIN links USING (subject)"
            " WHERE digest = ? AND expires > ? AND NOT locked",
            (digest_of(secret), moment_text(self._now())),
        ).fetchone()
        if found is None:
            raise NotKnown(_SEEN_NO_MORE, fix="Ask the administrator for a new one.")
        return _account(found)

    def _begun(self, rows: sqlite3.Connection, account: Account) -> Session:
        now, key = self._now().replace(microsecond=0), new_key()
        until = now + timedelta(seconds=self._settings.token_lifetime_s)
        person = SignedInPerson(
            issuer=OFFICE_ISSUER,
            subject=account.subject,
            name=account.name,
            roles=frozenset(account.roles),
            token_id=new_key(),
            issued_at=now,
            expires=until,
        )
        rows.execute("DELETE FROM sessions WHERE expires <= ?", (moment_text(now),))
        row = digest_of(key), account.subject, person.token_id, moment_text(now), moment_text(until)
        rows.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)
        return Session(person, key)


_ACCOUNT = "SELECT subject, name, roles, password, locked FROM accounts"


def _account(row: tuple[str, str, str, str | None, int]) -> Account:
    subject, name, roles, password, locked = row
    held = tuple(Role(role) for role in roles.split())
    return Account(subject, name, held, password is not None, bool(locked))


def _existing(rows: sqlite3.Connection, name: str) -> Account:
    found = rows.execute(f"{_ACCOUNT} WHERE subject = ?", (subject_of(name),)).fetchone()
    if found is None:
        raise NotKnown(
            f"there is no account {name.strip()}", fix="`quorate account list` lists them."
        )
    return _account(found)


def _roles(given: Iterable[str]) -> tuple[Role, ...]:
    try:
        roles = tuple(sorted({Role(role) for role in given}))
    except ValueError as fault:
        raise Malformed(f"{fault}", fix=f"Give one of {', '.join(Role)}.") from None
    if not roles:
        raise Malformed("an account has at least one role", fix=f"Give one of {', '.join(Role)}.")
    return roles
