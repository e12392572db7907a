"""How long the pages of the demo take on the server: median and p99, now and looking back.

The floor is a page that asks nothing of the record, fetched in turns with the others.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from subprocess import DEVNULL, PIPE, Popen
from time import perf_counter

import httpx

from api.accounts import Accounts
from api.clock import now
from api.demo.build import build
from api.house import House

ROUNDS = 40
FLOOR = "/preferences"
PASSWORD = "a sentence is good enough"
WHO = "jakub.wisniewski@auenbruck.example"


def main() -> None:
    """Load the demo, fetch every page in turns, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo"
        start = perf_counter()
        build(data, now())
        print(f"\ndemo loaded in {perf_counter() - start:.1f} s")
        paths, head = _paths(data)
        accounts = Accounts(data, now)
        accounts.add(WHO, ("member", "auditor"))
        accounts.set_password(accounts.link(WHO), PASSWORD)
        with served(data) as base, httpx.Client(base_url=base, timeout=60) as client:
            _sign_in(client)
            for place, query in (("now", {}), ("looking back", {"as_of": str(head // 2)})):
                _table(client, paths, place, query)


def _paths(data: Path) -> tuple[list[str], int]:
    house = House(data, writable=False, now=now)
    try:
        rows = [one.event for one in house.log.read(0, 100_000)]
    finally:
        house.close()
    ruled = [one.stream.removeprefix("review:") for one in rows if one.topic == "review.ruled/1"]
    project = next(one for one in ruled if not one.startswith(("portfolio.", "policy.", "board.")))
    code = project.partition("/")[0]
    portfolio = next(o.stream for o in rows if o.topic == "portfolio.chartered/1").partition(":")[2]
    return [
        FLOOR, "/", "/portfolios", f"/portfolios/{portfolio}", "/projects", f"/projects/{code}",
        f"/reviews/{project}", "/decisions", f"/decisions/{project}", "/trail",
    ], len(rows)  # fmt: skip


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve a data directory in a process of its own, and yield its address."""
    run = "from api.cli import main; main()"
    command = [sys.executable, "-c", run, "serve", "--data", str(data), "--port", "0"]
    with Popen(command, stdout=PIPE, stderr=DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None, "it was asked for"
            yield next(word for word in server.stdout.readline().split() if "http" in word)[:-2]
        finally:
            server.terminate()


def _sign_in(client: httpx.Client) -> None:
    page = client.get("/sign-in", headers={"Accept": "text/html"}).text
    token = page.partition('name="token" value="')[2][:64]
    origin = str(client.base_url).rstrip("/")
    client.post(
        "/sign-in",
        data={"token": token, "name": WHO, "password": PASSWORD},
        headers={"Origin": origin, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"},
    )


def _table(client: httpx.Client, paths: list[str], place: str, query: dict[str, str]) -> None:
    times: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(ROUNDS):
        for path in paths:
            start = perf_counter()
            answer = client.get(path, params=query, headers={"Accept": "text/html"})
            times[path].append(perf_counter() - start)
            if answer.status_code not in {200, 404}:
                raise SystemExit(f"{path} answered {answer.status_code}")
    floor = median(times[FLOOR])
    print(f"\n{'page, ' + place:<40}{'median ms':>10}{'p99 ms':>10}{'ratio':>8}")
    for path, taken in times.items():
        middle, p99 = median(taken), quantiles(taken, n=100)[98]
        print(f"{path:<40}{middle * 1e3:>10.1f}{p99 * 1e3:>10.1f}{middle / floor:>7.1f}x")


if __name__ == "__main__":
    main()
