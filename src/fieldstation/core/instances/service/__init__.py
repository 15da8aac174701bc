"""Launching, following and removing instances."""

from fieldstation.core.instances.service.callbacks import Callbacks
from fieldstation.core.instances.service.describing import Describing
from fieldstation.core.instances.service.following import Following
from fieldstation.core.instances.service.instances import INSTANCE_REMOVE, Instances
from fieldstation.core.instances.service.launch import JobParts, Launches
from fieldstation.core.instances.service.messages import Messages
from fieldstation.core.instances.service.needs import Needs
from fieldstation.core.instances.service.telling import Telling
from fieldstation.core.instances.service.tokens import CallbackTokens

__all__ = [
    "INSTANCE_REMOVE",
    "CallbackTokens",
    "Callbacks",
    "Describing",
    "Following",
    "Instances",
    "JobParts",
    "Launches",
    "Messages",
    "Needs",
    "Telling",
]
