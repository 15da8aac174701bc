"""Not used: the station runs its steps through `db.migrate`, which hands Alembic the open connection."""
