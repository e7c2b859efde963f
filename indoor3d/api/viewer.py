"""The viewer's files at ``/``: a fixed list read at start, with caching by name and a content security policy."""

import mimetypes
import re
from pathlib import Path
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from indoor3d.api.errors import Refused
from indoor3d.api.limits import raw_path
from indoor3d.api.respond import REVALIDATE, Document, answer

_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.\w+$")
"""How the bundler names files whose content never changes."""
_IMMUTABLE = "public, max-age=31536000, immutable"
_INDEX = "index.html"
_ALLOW = "GET, HEAD"

_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self' data: blob:; worker-src 'self' blob:; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors *"
)
"""The mesh decoder is WebAssembly. Anybody may embed the viewer: it has no session that a click could abuse."""

_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}


class Viewer:
    """Serve the viewer outside ``/v1``; what it does not have goes to the application inside.

    Parameters
    ----------
    app : ASGIApp
    folder : Path or None
        With ``index.html``; without it ``/`` leads to ``/v1``.
    public_url : str
    """

    def __init__(self, app: ASGIApp, folder: Path | None, *, public_url: str) -> None:
        self._app = app
        self._files = _read(folder) if folder is not None and (folder / _INDEX).is_file() else {}
        self._landing = f"{public_url}/v1"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises
        ------
        Refused
            ``method-not-allowed``.
        """
        response = self._answer(Request(scope)) if scope["type"] == "http" else None
        await (response or self._app)(scope, receive, send)

    def _answer(self, request: Request) -> Response | None:
        path = unquote(raw_path(request.scope).decode()).removeprefix("/")
        document = self._files.get(path or _INDEX)
        if document is None and path:
            return None
        if request.method not in {"GET", "HEAD"}:
            detail = (f"This address takes {_ALLOW}.", f"이 주소는 {_ALLOW}만 받습니다.")
            raise Refused("method-not-allowed", *detail, headers={"Allow": _ALLOW})
        if document is None:
            return RedirectResponse(self._landing, status_code=307)
        headers = {"Content-Security-Policy": _POLICY} if document.media_type.startswith("text/html") else {}
        return answer(request, document, cache=_IMMUTABLE if _HASHED.search(path) else REVALIDATE, headers=headers)


def _read(folder: Path) -> dict[str, Document]:
    """Read all files by path; links are left out, they could lead anywhere."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): Document(path.read_bytes(), media_type=_type(path)) for path in files}


def _type(path: Path) -> str:
    known = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{known}; charset=utf-8" if known.startswith("text/") else known
