"""What the rest of the station does with applications."""

from dataclasses import dataclass

from fieldstation.core.apps.service.applications import Applications
from fieldstation.core.apps.service.apps import APP_REMOVE, Apps
from fieldstation.core.apps.service.attending import Attending
from fieldstation.core.apps.service.launch import AppLaunches, AppParts
from fieldstation.core.apps.service.ways import Ways

__all__ = ["APP_REMOVE", "AppLaunches", "AppParts", "AppServices", "Applications", "Apps", "Attending", "Ways"]


@dataclass(frozen=True, kw_only=True)
class AppServices:
    """Everything about applications."""

    applications: Applications
    launches: AppLaunches
    apps: Apps
    ways: Ways
    attending: Attending
