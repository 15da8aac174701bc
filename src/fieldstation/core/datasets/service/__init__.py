"""What can be done with data sets."""

from fieldstation.core.datasets.service.annotations import Annotations
from fieldstation.core.datasets.service.arrivals import PROCESS, ArrivalParts, Arrivals, Holding
from fieldstation.core.datasets.service.contents import Contents
from fieldstation.core.datasets.service.datasets import Datasets, File
from fieldstation.core.datasets.service.folders import Folders
from fieldstation.core.datasets.service.garbage import Garbage
from fieldstation.core.datasets.service.register import Registrar
from fieldstation.core.datasets.service.removals import REMOVE_VERSION, Removals
from fieldstation.core.datasets.service.trash import Trash
from fieldstation.core.datasets.service.uploads import Incoming, Uploads

__all__ = [
    "PROCESS",
    "REMOVE_VERSION",
    "Annotations",
    "ArrivalParts",
    "Arrivals",
    "Contents",
    "Datasets",
    "File",
    "Folders",
    "Garbage",
    "Holding",
    "Incoming",
    "Registrar",
    "Removals",
    "Trash",
    "Uploads",
]
