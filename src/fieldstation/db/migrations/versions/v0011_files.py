"""Files of projects that the station manages."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass
