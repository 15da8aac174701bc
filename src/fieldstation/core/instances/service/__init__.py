"""Launching, following and removing instances."""

from fieldstation.core.instances.service.following import Following
from fieldstation.core.instances.service.instances import INSTANCE_REMOVE, Instances
from fieldstation.core.instances.service.launch import JobParts, Launches
from fieldstation.core.instances.service.tokens import CallbackTokens

__all__ = ["INSTANCE_REMOVE", "CallbackTokens", "Following", "Instances", "JobParts", "Launches"]
