"""What a browser brings: the cookie of its session, and the proof that our own page sent the request."""

from urllib.parse import urlsplit

from fastapi import Request, Response

from fieldstation.kernel.errors import Forbidden

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PROOF_HEADER = "x-fieldstation"
_LONGEST_SECRET = 200


class Browser:
    """The station's own origin, and the session cookie that counts there. `public_url` is the address users see."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.netloc
        self.secure = parts.scheme == "https"
        self.cookie = "__Host-fst" if self.secure else "fst"

    def session(self, request: Request) -> str | None:
        """Return the secret of the session's cookie; a request with an Authorization header brings none.

        Raises Forbidden (`cross_site`) where it would change something and does not prove that a page of ours sent it.
        """
        secret = request.cookies.get(self.cookie)
        if not secret or len(secret) > _LONGEST_SECRET or "authorization" in request.headers:
            return None
        if request.method not in SAFE_METHODS:
            self.require_own(request)
            if request.headers.get(PROOF_HEADER) != "1":
                raise _cross_site("the header X-Fieldstation: 1 is missing")
        return secret

    def require_own(self, request: Request) -> None:
        """Return when a page of this station sent the request; Forbidden (`cross_site`) otherwise."""
        if request.headers.get("origin") != self.origin:
            raise _cross_site(f"its Origin is not {self.origin}")

    def keep(self, response: Response, name: str, value: str, *, seconds: int, path: str = "/") -> None:
        """Have the browser keep a cookie that no script reads and no other site sends along."""
        response.set_cookie(name, value, max_age=seconds, path=path, secure=self.secure, httponly=True, samesite="lax")

    def forget(self, response: Response, name: str, *, path: str = "/") -> None:
        """Have the browser drop a cookie."""
        response.delete_cookie(name, path=path, secure=self.secure, httponly=True, samesite="lax")


def is_here(host: str) -> bool:
    """Tell whether an address (with or without a port) means the machine of who uses it."""
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or name == "::1" or name.startswith("127.")


def comes_from_here(request: Request) -> bool:
    """Tell whether a request came from this machine itself, and not through a proxy that runs on it."""
    client = request.client.host if request.client else ""
    through = {"forwarded", "x-forwarded-for", "x-forwarded-host", "via"} & set(request.headers)
    return (
        is_here(f"[{client}]" if ":" in client else client) and is_here(request.headers.get("host", "")) and not through
    )


def _cross_site(why: str) -> Forbidden:
    return Forbidden(
        f"this request came with a session cookie, but not from a page of this station: {why}",
        next_step="use a token for programs: fieldstation token create",
        reason="cross_site",
    )
