"""Style, script and pictures of the pages: the files of ``static/``, known before anybody asks."""

from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
FILES = {
    path.relative_to(FOLDER).as_posix(): path.read_bytes()
    for path in sorted(FOLDER.rglob("*"))
    if path.suffix in _TYPES
}
"""Content by name. No path of a request is ever looked up on the disk."""
_DIGESTS = {name: sha256(content).hexdigest()[:16] for name, content in FILES.items()}

router = APIRouter(include_in_schema=False)


def address(name: str) -> str:
    """Return the address of a file, which changes with its content."""
    return f"{PREFIX}{name}?v={_DIGESTS[name]}"


@router.get(f"{PREFIX}{{name:path}}")
async def send_file(name: str, request: Request) -> Response:
    """Send one of the files, to be kept as long as its address is the same."""
    content = FILES.get(name)
    if content is None:
        raise HTTPException(404)
    kept = request.query_params.get("v") == _DIGESTS[name]
    headers = {"Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache"}
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)
