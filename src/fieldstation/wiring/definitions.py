"""Tools defined elsewhere: what keeps them, where they come from, and what makes commands of them."""

from dataclasses import dataclass

from fieldstation.core.people.service import Access
from fieldstation.core.tools.service import HysdsJobs, Jobs, Manifests, Rates, Secrets
from fieldstation.core.tools.service.manifests import Means
from fieldstation.gateways.lambdas import BoundedLambdas
from fieldstation.gateways.sources import ToolSources
from fieldstation.gateways.templates import BoundedTemplates
from fieldstation.gateways.web import Web
from fieldstation.kernel.sealing import Sealer
from fieldstation.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """Everything about definitions that others wrote, and the mode that says whether they are taken back."""

    mode: str
    templates: BoundedTemplates
    lambdas: BoundedLambdas
    jobs: Jobs
    hysds: HysdsJobs
    rates: Rates
    secrets: Secrets
    manifests: Manifests


def build_definitions(settings: Settings, access: Access, sealer: Sealer) -> Definitions:
    """Build what keeps and loads jobs; nothing is asked or started yet."""
    templates = BoundedTemplates()
    sources = ToolSources(settings.tool_sources, Web(settings.outbound_allow))
    development, strict = settings.mode == "DEVELOPMENT", settings.strict_jobs
    means = Means(sources=sources, templates=templates, development=development, strict=strict)
    jobs = Jobs(access)
    return Definitions(
        mode=settings.mode,
        templates=templates,
        lambdas=BoundedLambdas(),
        jobs=jobs,
        hysds=HysdsJobs(access),
        rates=Rates(access, jobs),
        secrets=Secrets(access, sealer),
        manifests=Manifests(access, sealer, jobs, means),
    )
