"""What the station does with its catalogue."""

from fieldstation.core.catalogue.service.catalogue import Catalogue
from fieldstation.core.catalogue.service.keeping import Keeping

__all__ = ["Catalogue", "Keeping"]
