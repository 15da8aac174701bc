"""The station's own REST API, `/api/v1`: one module per feature, each a `router(…)` over its service."""
