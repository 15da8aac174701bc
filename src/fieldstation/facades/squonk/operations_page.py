"""A page that lists the operations of a door and lets people try them; nothing of it comes from elsewhere."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

_FILES = Path(__file__).with_name("page")
_TYPES = {"page.html": "text/html", "page.js": "text/javascript", "page.css": "text/css"}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def router() -> APIRouter:
    """Return the routes, which the document does not name."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/api")
    async def page() -> Response:
        return _answer("page.html")

    @routes.get("/api/page.js")
    async def script() -> Response:
        return _answer("page.js")

    @routes.get("/api/page.css")
    async def style() -> Response:
        return _answer("page.css")

    return routes


def _answer(name: str) -> Response:
    return Response((_FILES / name).read_bytes(), media_type=_TYPES[name], headers=dict(HEADERS))
