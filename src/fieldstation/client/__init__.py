"""The Python client of a station; light imports only.

>>> from fieldstation.client import Station
>>> with Station() as station:
...     run = station.runs.wait(station.runs.submit(Order(tool="hello")).id)
"""

from fieldstation.client.errors import ClientError
from fieldstation.client.references import Reference, read_reference
from fieldstation.client.runs import Order
from fieldstation.client.station import Station

__all__ = ["ClientError", "Order", "Reference", "Station", "read_reference"]
