"""Which methods an address takes."""

from collections.abc import Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute


def allowed_methods(routes: Sequence[BaseRoute], path: str) -> Sequence[str]:
    """Return the methods that `path` takes, sorted (RFC 9110, section 10.2.1).

    Where several templates fit, the one with the fewest parameters is the address, as OpenAPI reads them.
    """
    found: dict[str, set[str]] = {}
    for route in iter_route_contexts(routes):
        if route.path_format and route.path_regex.match(path):
            found.setdefault(route.path_format, set()).update(route.methods or ())
    return sorted(found[min(found, key=lambda template: (template.count("{"), template))]) if found else []
