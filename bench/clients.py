"""Clients that cost little: requests made once, kept-alive connections, answers only counted."""

import asyncio
from time import perf_counter


def request(path: str, token: str, body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "",
        "",
    )
    return "\r\n".join(lines).encode() + body


def load(port: int, requests: list[bytes], seconds: float) -> list[float]:
    """Send each request over and over on a connection of its own; return the seconds of each.

    Raises:
        SystemExit: an answer was no success.
    """
    return asyncio.run(_load(port, requests, seconds))


async def _load(port: int, requests: list[bytes], seconds: float) -> list[float]:
    until = perf_counter() + seconds
    every = await asyncio.gather(*(_one(port, each, until) for each in requests))
    return [taken for one in every for taken in one]


async def _one(port: int, request: bytes, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    try:
        while (start := perf_counter()) < until:
            writer.write(request)
            await _answer(reader)
            taken.append(perf_counter() - start)
    finally:
        writer.close()
        await writer.wait_closed()
    return taken


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
    body = await reader.readexactly(int(length or 0))
    if not head.startswith(b"HTTP/1.1 2"):
        raise SystemExit(f"the server answered {head[:60]!r} {body[:300]!r}")
