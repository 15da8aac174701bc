"""Publishing tools of every kind, finding what a reference to one means, and what they cost."""

from fieldstation.core.tools.service.hysds import HysdsJobs
from fieldstation.core.tools.service.jobs import Jobs
from fieldstation.core.tools.service.manifests import Gathered, Manifests
from fieldstation.core.tools.service.rates import Rates
from fieldstation.core.tools.service.secrets import Secrets
from fieldstation.core.tools.service.tools import ANYTHING, Tools

__all__ = ["ANYTHING", "Gathered", "HysdsJobs", "Jobs", "Manifests", "Rates", "Secrets", "Tools"]
