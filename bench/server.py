"""Serve a data directory, with a route that does nothing behind the same walls."""

import json
import sys
from contextlib import closing
from pathlib import Path

import uvicorn

from api import clock
from api.app import create_app
from api.house import House
from api.settings import Settings
from api.sign_in import Issuer


def main(directory: Path) -> None:
    """Serve until told to end; the first line says the port and a token."""
    settings = Settings()
    with closing(House(directory, writable=True, now=clock.now)) as house:
        issuer = Issuer(directory, clock.now, settings)
        app = create_app(house, issuer, settings)

        async def empty() -> dict[str, bool]:
            return {"empty": True}

        app.post("/api/v1/bench-empty")(empty)
        server = _Told(
            uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False),
            issuer.issue_token("Pia", ("member",)),
        )
        server.run()


class _Told(uvicorn.Server):
    """A server that says where it is, once it is there."""

    def __init__(self, config: uvicorn.Config, token: str) -> None:
        super().__init__(config)
        self._token = token

    async def startup(self, sockets: list[object] | None = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]
        port = self.servers[0].sockets[0].getsockname()[1]
        print(json.dumps({"port": port, "token": self._token}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
