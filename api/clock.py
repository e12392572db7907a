"""The only place that reads the clock or makes randomness."""

import secrets
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def new_seed() -> bytes:
    """Return the 32 random bytes from which an act derives its salts and ids."""
    return secrets.token_bytes(32)


def new_key() -> str:
    """Return an idempotency key nobody has used."""
    return secrets.token_urlsafe(16)
