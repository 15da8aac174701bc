"""Programs that may ask for tokens. All are public: they keep no secret."""

from dataclasses import dataclass
from urllib.parse import urlsplit

CODE = "authorization_code"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_LOOPBACK = ("127.0.0.1", "[::1]", "localhost")


@dataclass(frozen=True, kw_only=True)
class Client:
    """A program by its `client_id`, the grants it may use, and where codes for it may be sent.

    `loopback`: to any port of the person's own machine too, as programs without a server do (RFC 8252, section 7.3).
    """

    id: str
    name: str
    grants: frozenset[str]
    redirects: frozenset[str] = frozenset()
    loopback: bool = False

    def may_return_to(self, address: str) -> bool:
        """Tell whether a code may be sent to this address."""
        if address in self.redirects:
            return True
        try:
            parts = urlsplit(address)
            host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
        except ValueError:
            return False
        return self.loopback and parts.scheme == "http" and host in _LOOPBACK and not parts.fragment


FIELDSTATION = Client(
    id="fieldstation",
    name="the Fieldstation command line",
    grants=frozenset({"password", "refresh_token", CODE, DEVICE}),
    loopback=True,
)  # scripts and the CLI
