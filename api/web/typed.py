"""What people type into forms, read in their language: numbers, amounts, days, lines of money."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.web.post import Post
from api.web.said import MINUS
from api.web.words import Words
from domain.base import moment_text
from domain.refusals import FieldMissing, Malformed
from domain.words import FactKind

_SPACE = re.compile(r"[\s\u00a0\u202f']")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NUMBER_CHARACTERS_MAX = 60


class Typed:
    """Reads what one reader typed."""

    def __init__(self, words: Words, zone: str) -> None:
        """Read in a language; a bare day is one of the office's zone."""
        self._words = words
        self._zone = ZoneInfo(zone)
        group, point = (re.escape(words(f"format.{name}")) for name in ("group", "point"))
        self._number = re.compile(
            rf"(-?)([0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)(?:{point}([0-9]+))?"
        )

    def number(self, text: str) -> str:
        """Return a number as the log writes it.

        Raises:
            Malformed: it is none, as numbers are written in the reader's language.
        """
        plain = _SPACE.sub("", text).replace(MINUS, "-")
        found = self._number.fullmatch(plain[:NUMBER_CHARACTERS_MAX])
        if found is None or len(plain) > NUMBER_CHARACTERS_MAX:
            group, point = self._words("format.group"), self._words("format.point")
            example = f"1{group}200{point}50"
            raise Malformed(f"“{text[:80]}” is no number", fix=f"Write it like {example}.")
        sign, whole, fraction = found.groups()
        digits = str(int(re.sub(r"\D", "", whole)))
        return f"{sign}{digits}{'.' + fraction if fraction else ''}"

    def money(self, text: str, currency: str) -> dict[str, str]:
        """Return an amount of money.

        Raises:
            Malformed: it is no number.
        """
        return {"amount": self.number(text), "currency": currency}

    def lines(self, post: Post, prefix: str = "") -> list[dict[str, Any]]:
        """Return the lines of money of a form; those without an amount are left out."""
        names = (f"{prefix}{name}" for name in ("period", "kind", "amount", "currency"))
        rows = zip(*(post.texts(name) for name in names), strict=False)
        return [
            {"period": period.strip(), "kind": kind, "amount": self.money(amount, currency)}
            for period, kind, amount, currency in rows
            if amount.strip()
        ]

    def moment(self, day: str) -> str | None:
        """Return the first moment of a day, as the log writes it; none for an empty field.

        Raises:
            Malformed: it is no day.
        """
        if not day:
            return None
        try:
            if not _DAY.fullmatch(day):
                raise ValueError(day)
            begins = datetime.fromisoformat(day).replace(tzinfo=self._zone)
            return moment_text(begins)
        except (ValueError, OverflowError):
            raise Malformed(f"“{day[:40]}” is no day", fix="Write it like 2026-11-22.") from None

    def end_of(self, day: str, now: datetime) -> str | None:
        """Return the end of a day, or now where that lies ahead; none for an empty field.

        Raises:
            Malformed: it is no day.
        """
        begins = self.moment(day)
        if begins is None:
            return None
        ends = datetime.fromisoformat(begins) + timedelta(days=1, microseconds=-1)
        return moment_text(min(ends, now)) if begins <= moment_text(now) else begins

    def fact(self, kind: FactKind, unit: str | None, post: Post) -> dict[str, Any]:
        """Return the value of a fact, typed as the policy's vocabulary says.

        Raises:
            FieldMissing: nothing was filled in.
            Malformed: it is not of that type.
        """
        text = post.fields.get("value", "").strip()
        if not text:
            raise FieldMissing("no value was filled in", fix="Fill in the value of the fact.")
        match kind:
            case FactKind.NUMBER:
                return {"number": self.number(text)}
            case FactKind.MONEY:
                return {"money": self.money(text, unit or post.text("currency"))}
            case FactKind.FLAG:
                return {"flag": text == "yes"}
            case FactKind.DATE:
                return {"date": text}
        return {"text": text}
