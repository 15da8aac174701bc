"""Who may see a project is for its unit and its flavour to say, too."""

from fieldstation.core.accounting.model.products import Flavour, settled_privacy
from fieldstation.core.accounting.store import products as store
from fieldstation.core.people.model import Privacy
from fieldstation.db import Tx


def require_privacy(tx: Tx, product_id: str, *, private: bool) -> None:
    """Return when a project that this product pays for may be private, or be public; Invalid (`privacy`) otherwise."""
    row = store.rule(tx, product_id)
    settled_privacy(Privacy(row.privacy), None if row.flavour is None else Flavour(row.flavour), private)
