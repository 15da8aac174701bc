"""Manifests of tools defined elsewhere, and what their work costs."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass
