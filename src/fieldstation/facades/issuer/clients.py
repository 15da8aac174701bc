"""Programs that may ask for tokens. All are public: they keep no secret."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Client:
    """A program by its `client_id`, and the grants it may use."""

    id: str
    grants: frozenset[str]


FIELDSTATION = Client(id="fieldstation", grants=frozenset({"password", "refresh_token"}))  # scripts and the CLI
