"""The report of a bundle: one page to be read, made from what the bundle holds and nothing else."""

import json
from collections.abc import Iterable
from html import escape
from typing import Any

from domain.pack import Pack
from domain.private import disclosure_digest, open_disclosure
from domain.review_events import ReviewRuled
from workflows.bundles.gathering import Bundle
from workflows.store.contract import Recorded

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;"
    "border-bottom:1px solid #ccc;padding:.3em .6em .3em 0}.note{background:#fff3c4;padding:.6em}"
)
_NOTE = (
    "This page proves nothing. It was written to be read; what is proven are the events, documents"
    " and files beside it, and only after <code>verify.py</code> has held them against a key you"
    " trust."
)


def report(bundle: Bundle) -> str:
    """Return a page of HTML that says what is in a bundle."""
    manifest = bundle.manifest
    about = manifest.get("stream") or "Positions {} to {}".format(*manifest["range"])
    parts = [f"<h1>{escape(about)}</h1>", f'<p class="note">{_NOTE}</p>']
    names = _names(bundle)
    for recorded in bundle.events.values():
        if isinstance(recorded.event.data, ReviewRuled):
            parts += _ruling(recorded, recorded.event.data, names)
            parts += _advice(bundle, recorded.event.data, names)
    parts += _events(bundle, names)
    parts += _beside(bundle)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(about)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _names(bundle: Bundle) -> dict[str, str]:
    found = {}
    for (position, name), text in bundle.shown.items():
        stream = bundle.events[position].event.stream
        if name == "name" and stream.startswith("person:"):
            found[stream.partition(":")[2]] = str(open_disclosure(text)[1])
    return found


def _ruling(recorded: Recorded, body: ReviewRuled, names: dict[str, str]) -> list[str]:
    verdict = body.verdict
    told = [
        ("Outcome", verdict.outcome),
        ("Option", verdict.option or "none"),
        ("Ground", verdict.ground),
        ("Settled by", ", ".join(verdict.deciding) or "the vote"),
        ("Able to vote, present, cast", f"{verdict.seats}, {verdict.present}, {verdict.cast}"),
        ("Votes", ", ".join(f"{one.option}: {one.votes}" for one in verdict.tallies)),
        ("Recorded", recorded.event.at.isoformat()),
        ("Policy", body.policy),
        ("Pack", body.pack or "none: reported from outside"),
    ]
    rows = "".join(f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>" for name, value in told)
    parts = [f"<h2>Ruling at position {recorded.position}</h2><table>{rows}</table>"]
    if body.docket is not None:
        ballots = {one.seat: one for one in body.docket.ballots}
        cells = [
            (
                place.seat,
                names.get(place.person or "", place.person or "vacant"),
                "none" if place.seat not in ballots else _choice(ballots[place.seat]),
            )
            for place in body.docket.panel
        ]
        parts.append(_table(("Seat", "Held by", "Ballot"), cells))
    return parts


def _advice(bundle: Bundle, body: ReviewRuled, names: dict[str, str]) -> list[str]:
    content = None if body.pack is None else bundle.documents.get(body.pack)
    put = () if content is None else Pack.model_validate_json(content).advice or ()
    texts = bundle.shown.values()
    opened = {disclosure_digest(text): str(open_disclosure(text)[1]) for text in texts}

    def said(digest: str | None) -> str:
        return "" if digest is None else opened.get(digest, "not held or not shown")

    rows = [
        (
            " / ".join(filter(None, (one.function, _named(one.person, names), said(one.name)))),
            one.stance.replace("_", " "),
            said(one.words),
        )
        for one in put
    ]
    return ["<h3>Advice in the pack</h3>", _table(("Of", "Stance", "Words"), rows)] if rows else []


def _named(person: str | None, names: dict[str, str]) -> str:
    return names.get(person or "", person or "")


def _choice(ballot: Any) -> str:
    return str(ballot.option or ballot.choice)


def _events(bundle: Bundle, names: dict[str, str]) -> list[str]:
    words: dict[int, list[str]] = {}
    for (position, name), text in sorted(bundle.shown.items()):
        words.setdefault(position, []).append(f"{name}: {open_disclosure(text)[1]}")
    rows = [
        (
            str(position),
            recorded.event.at.isoformat(timespec="seconds"),
            recorded.event.topic,
            recorded.event.stream,
            names.get(recorded.event.by, recorded.event.by),
            "; ".join(words.get(position, ())),
        )
        for position, recorded in bundle.events.items()
    ]
    return ["<h2>Events</h2>", _table(("No.", "At", "What", "Of", "By", "Words"), rows)]


def _beside(bundle: Bundle) -> list[str]:
    closed = bundle.files["disclosures.json"].decode()
    told = [
        f"{closed.count('erased')} private values were erased or are no longer held,"
        f" {closed.count('not_shown')} are not shown.",
        f"{len(bundle.manifest['withheld'])} events are not shown; their hashes are here.",
    ]
    disposed = [one["disposal"] for one in json.loads(closed)["closed"] if "disposal" in one]
    told += [
        f"{disposed.count(at)} private values were disposed of at position {at}."
        for at in sorted(set(disposed))
    ]
    rows = [
        (
            one["sha256"],
            f"{one['state']} at {one['disposal']}" if "disposal" in one else one["state"],
        )
        for one in bundle.manifest["evidence"]
    ]
    files = ["<h2>Files</h2>", _table(("SHA-256", "Where"), rows)] if rows else []
    return [*files, "<h2>Not here</h2>", *(f"<p>{escape(one)}</p>" for one in told)]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{escape(one)}</th>" for one in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in row)}</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"
