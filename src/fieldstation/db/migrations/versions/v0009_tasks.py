"""Tasks: what takes its time, as people follow it."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass
