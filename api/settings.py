"""Every setting of the HTTP door: type, unit, default, and why it is what it is."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field

from domain.base import Value

PREFIX = "QUORATE_"


class Settings(Value):
    """How the HTTP door behaves; the environment may set each field as ``QUORATE_<NAME>``."""

    json_bytes_max: int = Field(
        default=1_000_000,
        ge=1_000,
        description="bytes; longest JSON or YAML body. A policy of 200 criteria takes a tenth.",
    )
    evidence_bytes_max: int = Field(
        default=1_000_000_000,
        ge=0,
        description="bytes; longest evidence file held here. Longer ones are held elsewhere.",
    )
    view_grace_s: float = Field(
        default=1.0,
        ge=0,
        description="seconds; how long a question about now waits for what is recorded already.",
    )
    view_wait_s: float = Field(
        default=2.0,
        ge=0,
        le=60,
        description="seconds; how long `min_position` waits for the views. A person still waits.",
    )
    retry_after_s: int = Field(
        default=2,
        ge=1,
        description="seconds; what a 503 asks the caller to wait. Views catch up well within it.",
    )
    page_limit: int = Field(
        default=100, ge=1, description="rows; length of a page that asks for none: one screen."
    )
    page_limit_max: int = Field(
        default=1000, ge=1, description="rows; longest page, so that no answer holds everything."
    )
    token_lifetime_s: int = Field(
        default=12 * 3600,
        ge=60,
        description="seconds; how long an embedded token holds: a working day, as none is revoked.",
    )
    token_bytes_max: int = Field(
        default=8_192,
        ge=512,
        description="bytes; longest token looked at: servers allow a header no more than that.",
    )
    tokens_kept_max: int = Field(
        default=10_000,
        ge=0,
        description="tokens; verified ones kept until they expire, so a signature is checked once.",
    )
    stream_batch: int = Field(
        default=200, ge=1, le=1000, description="events; read at once for one live stream."
    )
    uploads_max: int = Field(
        default=20, ge=1, description="files; taken in at once, each with a thread; others wait."
    )
    streams_max: int = Field(
        default=500,
        ge=1,
        description="connections; live streams at once, each of which costs memory.",
    )

    link_lifetime_s: int = Field(
        default=72 * 3600,
        ge=60,
        description="seconds; how long a one-time link holds: over a weekend.",
    )
    secure_cookies: bool = Field(
        default=False,
        description="whether cookies go over https only; set it behind a TLS proxy.",
    )
    wrong_passwords_max: int = Field(
        default=5, ge=1, description="tries; wrong passwords before a name is closed for a while."
    )
    wrong_password_wait_s: int = Field(
        default=30, ge=0, description="seconds; how long a name is closed after each further try."
    )
    wrong_passwords_kept_s: int = Field(
        default=3600, ge=60, description="seconds; how long wrong passwords are remembered."
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Return the settings with what an environment changes.

        Raises:
            ValueError: a value is not what its setting takes.
        """
        given = {
            name: environment[PREFIX + name.upper()]
            for name in cls.model_fields
            if PREFIX + name.upper() in environment
        }
        return cls.model_validate(given)
