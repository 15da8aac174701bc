"""Making, sharing and removing projects, and the files in them."""

from fieldstation.core.projects.service.copies import Copies, Copy
from fieldstation.core.projects.service.departures import Departures
from fieldstation.core.projects.service.files import Files, Keeping, Numbers
from fieldstation.core.projects.service.lifecycles import REMOVE, Books, Lifecycles, NewProject, ProjectChange
from fieldstation.core.projects.service.managed import ATTACH, ManagedFile, ManagedFiles, NewAttachment
from fieldstation.core.projects.service.projects import Projects, thing_of
from fieldstation.core.projects.service.saving import Save, Saves
from fieldstation.core.projects.service.surveys import Surveys

__all__ = [
    "ATTACH",
    "REMOVE",
    "Books",
    "Copies",
    "Copy",
    "Departures",
    "Files",
    "Keeping",
    "Lifecycles",
    "ManagedFile",
    "ManagedFiles",
    "NewAttachment",
    "NewProject",
    "Numbers",
    "ProjectChange",
    "Projects",
    "Save",
    "Saves",
    "Surveys",
    "thing_of",
]
