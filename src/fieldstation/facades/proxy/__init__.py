"""The way into applications: on an origin of their own, where nothing of the station's is known to a browser.

The station's `/apps/RUN/` sends a browser there with a ticket that counts once; it becomes a cookie for that path.
"""

from fieldstation.facades.proxy.doorway import Doorway
from fieldstation.facades.proxy.entrance import router
from fieldstation.facades.proxy.proxy import Proxy

__all__ = ["Doorway", "Proxy", "router"]
