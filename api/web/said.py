"""How values are written for a reader: days, moments and amounts, in their zone and language."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from api.web.words import Words

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


class Said:
    """Writes values for one reader."""

    def __init__(self, words: Words, zone: str) -> None:
        """Write in a language and a time zone."""
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._words = words
        self._group = words("format.group")
        self._point = words("format.point")
        self._months = words("format.months").split()

    def day(self, text: str | None) -> str:
        """Return a day, ``YYYY-MM-DD``, as it is written here."""
        if not text:
            return ""
        day = date.fromisoformat(text[:10])
        month = self._months[day.month - 1]
        fields = {"day": day.day, "month": month, "year": day.year}
        return self._words("format.day", **fields).replace(" ", NO_BREAK)

    def moment(self, text: str | None) -> Markup:
        """Return a moment of the log in the reader's zone; the log's own words are its title."""
        return self._marked(text, self._at)

    def day_of(self, text: str | None) -> Markup:
        """Return the day of a moment in the reader's zone; the log's own words are its title."""
        return self._marked(text, lambda there: self.day(there.date().isoformat()))

    def amount(self, text: str | None) -> str:
        """Return a decimal number as it is written here, with every digit it has."""
        if text is None:
            return ""
        sign = MINUS if text.startswith("-") else ""
        whole, _, fraction = text.lstrip("-").partition(".")
        grouped = f"{int(whole):,}".replace(",", self._group)
        return f"{sign}{grouped}{self._point + fraction if fraction else ''}"

    def money(self, money: Mapping[str, str] | None) -> str:
        """Return an amount with its currency."""
        if not money:
            return ""
        return f"{self.amount(money['amount'])}{NO_BREAK}{money['currency']}"

    def count(self, number: int) -> str:
        """Return a whole number."""
        return self.amount(str(number))

    def _at(self, there: datetime) -> str:
        return f"{self.day(there.date().isoformat())},{NO_BREAK}{there:%H:%M}"

    def _marked(self, text: str | None, written: object) -> Markup:
        if not text:
            return Markup()
        there = datetime.fromisoformat(text).astimezone(self._zone)
        assert callable(written)
        shown, title = written(there), self._words("format.utc", moment=text)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(text, title, shown)
